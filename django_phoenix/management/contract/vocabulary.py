"""The elements of HTML, as far as their nesting needs telling."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELEMENTS = words(
    """
    a abbr address article aside audio b bdi bdo blockquote body br button canvas caption cite code col
    colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main
    map mark menu meta meter nav noscript object ol optgroup option output p picture pre progress q rp rt
    ruby s samp script search section select slot small source span strong style sub summary sup svg table
    tbody td template textarea tfoot th thead time title tr track u ul var video wbr
    """
)
VOID = words("area base br col embed hr img input link meta param source track wbr")
# Their content is text.
CDATA = words("script style textarea title")
# Their end tags may be left out.
OPTIONAL = words(
    "li dt dd p rt rp optgroup option colgroup caption thead tbody tfoot tr td th html head body"
)
# What ends a paragraph.
BLOCKS = words(
    """
    address article aside blockquote details dialog div dl fieldset figcaption figure footer form h1 h2 h3 h4
    h5 h6 header hgroup hr main menu nav ol p pre search section table ul
    """
)
# What a block in it does not keep from ending the paragraph around both.
INLINE = words(
    "a abbr b bdi bdo cite code data dfn em i ins kbd label mark q s samp small span strong sub sup u var"
)
CELLS = words("td th")
ROWS = words("td th tr")
# What a start tag closes, if that is open right above it.
CLOSES: dict[str, frozenset[str]] = {
    "li": words("li"),
    "dt": words("dt dd"),
    "dd": words("dt dd"),
    "option": words("option"),
    "optgroup": words("option optgroup"),
    "rt": words("rt rp"),
    "rp": words("rt rp"),
    "td": CELLS,
    "th": CELLS,
    "tr": ROWS,
    "tbody": ROWS | words("thead tbody colgroup caption"),
    "thead": words("colgroup caption"),
    "tfoot": ROWS | words("thead tbody"),
    "body": words("head"),
    **{name: words("p") for name in BLOCKS},
}
FOREIGN = words("svg math")
# Self-closed elements of SVG, in a template that is included within one.
SVG = words(
    """
    animate animatetransform animatemotion circle clippath defs ellipse feblend fecolormatrix feflood
    fegaussianblur femerge femergenode feoffset filter g image line lineargradient marker mask mpath path
    pattern polygon polyline radialgradient rect set stop symbol text tspan use view
    """
)

# -- where elements may stand

# None of these may stand in another of its kind.
ALONE = ("form", "a", "button")
ANYWHERE = words("script template style")
# What a part of a table may hold; the browser moves other things out, before the table.
HOLDS = {
    "table": words("caption colgroup col thead tbody tfoot tr"),
    "thead": words("tr"),
    "tbody": words("tr"),
    "tfoot": words("tr"),
    "tr": words("td th"),
}
WITHIN = {
    "tr": words("table thead tbody tfoot"),
    "td": words("tr"),
    "th": words("tr"),
    "thead": words("table"),
    "tbody": words("table"),
    "tfoot": words("table"),
}
