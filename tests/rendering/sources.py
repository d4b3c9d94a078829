"""Random template sources: every construct that the compiler knows, and a good many that it does not."""

# Template syntax is full of braces.
# ruff: noqa: UP031
from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

Draw = Any
Sources = dict[str, str]

TEXTS = [
    " ", "\n  ", "x", "<br>", "<b>", "</b>", '<p class="', '">', "</p>", "&amp;", "é漢", "<!-- c -->", "{ ",
    "}", "{}", "%s", "\\", "\\n", "'", '"""', "'''", "#}", "%}", "</script>", "\u2028", "{ { a } }",
]  # fmt: skip
NAMES = ["a", "b", "c", "n", "flag", "text", "items", "rows", "pairs", "d", "o", "fn", "missing"]
PATHS = [
    "d.k", "d.nested.x", "d.items", "d.nested.items", "d.missing.x", "d.0", "o.name", "o.label", "o.delete",
    "o.id", "items.0", "items.1", "rows.0.name", "rows.0.children", "rows.1", "b.name", "b.k", "text.upper",
    "n.real",
]  # fmt: skip
LITERALS = ['"text"', "'<br>'", "3", "-1", "2.5", "True", "None", "None", '""', '"é"']
FILTERS = [
    "upper", "lower", "safe", "escape", "force_escape", "title", "length", "linebreaksbr", "urlencode",
    "slugify", "capfirst", "striptags", "yesno", "pluralize", "first", "last", "default_if_none:'none'",
    "default:'d'", "add:2", 'default:"<hr>"', "default:a", "default:n", "add:n", "add:text", "add:'s'",
    "cut:'x'", "cut:text", "join:', '", "join:text", "truncatechars:3", "truncatewords:1", "floatformat",
    "floatformat:1", "date:'Y'", "date", "time:'H'", "stringformat:'s'", "stringformat:'05d'",
    "yesno:'on,off'", "slice:':2'", "dictsort:'id'", "dictsortreversed:0", "ljust:4", "center:n",
    "wordcount", "escapejs", "addslashes", "make_list", "get_digit:1", "safeseq", "unordered_list",
    "brackets", "starred", "escape_aware", "localize", "unlocalize",
]  # fmt: skip
OPERATORS = ["==", "!=", "<", ">", "<=", ">=", "in", "not in", "is", "is not", "and", "or"]
LOOPS = [
    "counter",
    "counter0",
    "revcounter",
    "revcounter0",
    "first",
    "last",
    "parentloop.counter",
    "parentloop.last",
]


@dataclass(frozen=True)
class Scope:
    """Where in a template a piece is to stand."""

    depth: int
    names: tuple[str, ...] = ()
    loops: int = 0
    includes: tuple[str, ...] = ()
    block_names: Any = field(default=None, compare=False)
    has_parent: bool = False
    opaque: bool = True  # whether tags that the compiler does not know may stand here

    def inner(self, *names: str, loops: int = 0) -> Scope:
        return replace(self, depth=self.depth - 1, names=(*self.names, *names), loops=self.loops + loops)


def pick(draw: Draw, choices: Any) -> Any:
    return draw(st.sampled_from(choices))


def chance(draw: Draw, one_in: int) -> bool:
    return bool(draw(st.integers(0, one_in - 1)) == one_in - 1)


def operand(draw: Draw, scope: Scope) -> str:
    kinds = (
        ["name", "name", "path", "literal"]
        + ["local"] * 3 * bool(scope.names)
        + ["loop"] * 2 * bool(scope.loops)
    )
    kind = pick(draw, kinds)
    if kind == "local":
        return str(pick(draw, scope.names)) + str(
            pick(draw, ["", ".name", ".id", ".done", ".children", ".0", ".1"])
        )
    if kind == "loop":
        return "forloop." + str(pick(draw, LOOPS))
    return str(pick(draw, {"name": NAMES, "path": PATHS, "literal": LITERALS}[kind]))


def expression(draw: Draw, scope: Scope) -> str:
    filters = pick(draw, [0, 0, 0, 1, 1, 2])
    return "|".join([operand(draw, scope), *[str(pick(draw, FILTERS)) for _ in range(filters)]])


def condition(draw: Draw, scope: Scope) -> str:
    text = expression(draw, scope)
    if chance(draw, 4):
        text = f"not {text}"
    if chance(draw, 2):
        text = f"{text} {pick(draw, OPERATORS)} {expression(draw, scope)}"
    return text


def body(draw: Draw, scope: Scope, least: int = 1) -> str:
    return "".join(piece(draw, scope) for _ in range(draw(st.integers(least, least + 2))))


def piece(draw: Draw, scope: Scope) -> str:
    kinds = [*FLAT, *([simple] if scope.opaque else [])]
    if scope.depth > 0:
        kinds += 2 * [*NESTING, *([opaque] if scope.opaque else [])]
    return str(pick(draw, kinds)(draw, scope))


def text(draw: Draw, scope: Scope) -> str:
    return str(pick(draw, TEXTS))


def variable(draw: Draw, scope: Scope) -> str:
    return "{{ %s }}" % expression(draw, scope)


def attribute(draw: Draw, scope: Scope) -> str:
    return '<i title="{{ %s }}">{{ %s }}</i>' % (expression(draw, scope), expression(draw, scope))


def url(draw: Draw, scope: Scope) -> str:
    if not scope.opaque:
        return pick(
            draw, ["{% url 'home' %}", "{% url 'item' pk=n %}", "{% csrf_token %}", "{% static text %}"]
        )
    value = expression(draw, scope)
    forms = [
        "'home'",
        "'item' pk=n",
        "'item' text|default:'z'",
        "text as u",
        "'home' as u",
        f"'item' {value} as u",
    ]
    return "{%% url %s %%}{{ u }}" % pick(draw, [*forms, *forms, *forms, f"'item' {value}"])


def simple(draw: Draw, scope: Scope) -> str:
    one, two = expression(draw, scope), expression(draw, scope)
    form = pick(draw, SIMPLE)
    return str(form).replace("ONE", one).replace("TWO", two)


def element(draw: Draw, scope: Scope) -> str:
    tag = pick(draw, ["div", "li", "span"])
    return f"<{tag}>{body(draw, scope.inner())}</{tag}>"


def if_(draw: Draw, scope: Scope) -> str:
    inner = scope.inner()
    parts = ["{%% if %s %%}" % condition(draw, scope), body(draw, inner)]
    for _ in range(pick(draw, [0, 0, 1, 2])):
        parts += ["{%% elif %s %%}" % condition(draw, scope), body(draw, inner)]
    if chance(draw, 2):
        parts += ["{% else %}", body(draw, inner)]
    return "".join([*parts, "{% endif %}"])


def for_(draw: Draw, scope: Scope) -> str:
    sequences = ["rows", "rows", "rows", "items", "items", "d.items", "d.nested.items", "text", "missing"]
    sequences += [f"{name}.children" for name in scope.names] * 2
    sequence, names = pick(draw, sequences), [pick(draw, ["x", "y", "a"])]
    if chance(draw, 5):
        sequence, names = pick(draw, ["d.items", "pairs"]), ["p", "q"]
    sequence += pick(draw, ["", "", "", " reversed", "|slice:':3'"])
    inner = scope.inner(*names, loops=1)
    parts = ["{%% for %s in %s %%}" % (", ".join(names), sequence), body(draw, inner)]
    if chance(draw, 3):
        parts += ["{% empty %}", body(draw, scope.inner())]
    return "".join([*parts, "{% endfor %}"])


def with_(draw: Draw, scope: Scope) -> str:
    names = pick(draw, [["w"], ["w", "v"], ["a"], ["rows"]])
    pairs = " ".join(f"{name}={expression(draw, scope)}" for name in names)
    return "{%% with %s %%}%s{%% endwith %%}" % (pairs, body(draw, scope.inner(*names)))


def include(draw: Draw, scope: Scope) -> str:
    if not scope.includes:
        return text(draw, scope)
    name = pick(
        draw,
        [*[f'"{include}"' for include in scope.includes], "inc" if "inc0" in scope.includes else "missing"],
    )
    extra = ""
    if chance(draw, 2):
        extra = " with " + " ".join(
            f"{pick(draw, ['w', 'a', 'x'])}={expression(draw, scope)}" for _ in range(2)
        )
    if chance(draw, 3):
        extra += " only"
    return "{%% include %s%s %%}" % (name, extra)


def block(draw: Draw, scope: Scope) -> str:
    if scope.block_names is None:
        return variable(draw, scope)
    available = [name for name in ("b1", "b2", "b3", "b4", "b5") if name not in scope.block_names]
    if not available:
        return variable(draw, scope)
    name = pick(draw, available)
    scope.block_names.add(name)
    return "{%% block %s %%}%s{%% endblock %%}" % (name, block_body(draw, scope))


def block_body(draw: Draw, scope: Scope) -> str:
    ups = ["{{ block.super }}", "{{ block.super }}", "{{ block.super|upper }}", "{{ block.name }}", ""]
    up = pick(draw, ups if scope.has_parent else [""])
    inside = body(draw, scope.inner())
    return up + inside if chance(draw, 2) else inside + up


def autoescape(draw: Draw, scope: Scope) -> str:
    return "{%% autoescape %s %%}%s{%% endautoescape %%}" % (
        pick(draw, ["on", "off"]),
        body(draw, scope.inner()),
    )


def opaque(draw: Draw, scope: Scope) -> str:
    form = pick(draw, WRAPPING)
    names = ("u",) if "as u" in form else ("g",) if "as g" in form else ()
    return (
        str(form)
        .replace("ONE", expression(draw, scope))
        .replace("TWO", expression(draw, scope))
        .replace("BODY", body(draw, scope.inner(*names)))
    )


SIMPLE = [
    "{% csrf_token %}", "{% static 'a.css' %}", "{% static text %}", "{% static 'b.css' as u %}{{ u }}",
    "{% firstof ONE TWO 'none' %}", "{% firstof ONE as u %}{{ u }}", "{% now 'Y' %}",
    "{% now 'Y' as u %}{{ u }}", "{% widthratio n 2 100 %}", "{% widthratio n 2 100 as u %}{{ u }}",
    "{% cycle 'o' 'p' ONE %}", "{% cycle 'o' 'p' as u %}{{ u }}{% cycle u %}",
    "{% cycle 'o' 'p' as u silent %}{{ u }}", "{% shout ONE %}", "{% shout ONE mark=TWO as u %}{{ u }}",
    "{% badge ONE %}", "{% badge ONE level=TWO %}", "{% context_badge 'a' %}", "{% peek 'x' %}",
    "{% peek 'u' as a %}{{ a }}", "{% poke 'u' ONE %}", "{{ u }}", "{% set a ONE %}", "{% set u ONE %}",
    "{{ g.0.grouper }}", "{% count %}", "{% templatetag openblock %}",
    "{% comment %}{{ a }}{% endcomment %}", "{% verbatim %}{{ a }}{% endverbatim %}", "{# note #}",
    "{% lorem 2 w %}", "{% ifchanged %}ONE{% endifchanged %}", "{% trans 'Yes' %}",
    "{% translate 'No' as u %}{{ u }}", "{% blocktranslate %}a {{ a }}{% endblocktranslate %}",
    "{% blocktranslate with w=ONE count n=n %}one {{ w }}{% plural %}{{ n }} {{ w }}{% endblocktranslate %}",
    "{% regroup rows by done as g %}{% for h in g %}{{ h.grouper }}:{{ h.list|length }};{% endfor %}",
    "{% regroup rows|dictsort:'name' by name as g %}", "{% get_current_language as u %}{{ u }}",
    "{{ _('Yes') }}", "{{ n|divisibleby:2 }}",
    "{% for x in rows|dictsort:'name' %}{{ x.name }}ONE{% endfor %}",
]  # fmt: skip
WRAPPING = [
    "{% filter upper %}BODY{% endfilter %}", "{% filter force_escape|lower %}BODY{% endfilter %}",
    "{% spaceless %}<p> <b> BODY </b> </p>{% endspaceless %}", "{% ifchanged %}BODY{% endifchanged %}",
    "{% ifchanged ONE %}BODY{% else %}same{% endifchanged %}", "{% twice %}BODY{{ round }}{% endtwice %}",
    "{% boxed kind=ONE %}BODY{% endboxed %}", "{% boxed as u %}BODY{% endboxed %}{{ u }}",
    "{% set u ONE %}BODY{{ u }}", "{% cycle 'o' 'p' as u silent %}BODY{% resetcycle u %}",
    "{% regroup rows by done as g %}{% for x in g %}BODY{% endfor %}", "{% poke 'u' ONE %}BODY",
    "{% language 'de' %}BODY{% endlanguage %}", "{% if a %}{% set u ONE %}{% endif %}BODY{{ u }}",
    "{% for x in items %}{% set u x %}{{ u }}BODY{% endfor %}{{ u }}",
]  # fmt: skip

FLAT = [text, text, variable, variable, variable, attribute, url]
NESTING = [element, if_, if_, for_, for_, with_, include, block, autoescape]


@st.composite
def fragments(draw: Draw, depth: int = 3, opaque: bool = True) -> Sources:
    """A template without a parent, with two that it may include."""
    sources = {
        "inc1": body(draw, Scope(1, opaque=opaque)),
        "inc0": body(draw, Scope(1, includes=("inc1",), opaque=opaque)),
    }
    scope = Scope(depth, includes=("inc0", "inc1"), block_names=set(), opaque=opaque)
    return {"main": body(draw, scope, least=3), **sources}


CELLS = [
    "{{ x.name }}", "{{ x.id }}", "{{ x.done }}", "{{ a }}", "{{ x }}", "{{ forloop.counter }}",
    "{{ forloop.last }}", "{{ x.name|upper }}", "{{ x.name|default:a }}", "{{ x.note }}", "{{ text }}",
    "{{ x.label }}", "{{ n|add:x.id }}", "{% url 'item' pk=x.id as u %}",
    "{% url 'item' x.id|default:'z' %}", "{% with w=x.name %}{{ w }}{% endwith %}",
]  # fmt: skip
TESTS = [
    "x.done", "not x.done", "x.done == a", "a != None", "a is None", "a is not None", "not a == None",
    "x.note == None", "x.name == a", "forloop.first", "forloop.last", "forloop.counter == n",
    "flag and x.done", "x.id in items", "n > x.id", "x.name in text", "fn", "not flag or a",
    "x.name|length > 1", "missing == None", "a in x.children", "x == a", "forloop.parentloop",
]  # fmt: skip


@st.composite
def tables(draw: Draw) -> Sources:
    """A loop over rows with simple cells and branches, as most pages have one."""
    parts = [table_part(draw) for _ in range(draw(st.integers(1, 4)))]
    empty = pick(draw, ["", "", "{% empty %}none{{ a }}"])
    return {"main": "{% for x in rows %}<tr>" + "".join(parts) + "</tr>" + empty + "{% endfor %}"}


def table_part(draw: Draw) -> str:
    cell = f"<td>{pick(draw, CELLS)}</td>"
    if chance(draw, 2):
        return cell
    other = pick(draw, ["", "{% else %}no", "{% else %}" + str(pick(draw, CELLS))])
    return f"{{% if {pick(draw, TESTS)} %}}{cell}{other}{{% endif %}}"


@st.composite
def families(draw: Draw) -> Sources:
    """A chain of two to four templates by extends; the last is "main"."""
    includes = {"inc1": body(draw, Scope(1)), "inc0": body(draw, Scope(1, includes=("inc1",)))}
    sources = {"base": body(draw, Scope(2, includes=("inc0", "inc1"), block_names=set()))}
    for name in ("b1", "b2", "b3"):
        if "{%% block %s " % name not in sources["base"]:
            scope = Scope(1, block_names=None)
            sources["base"] += "{%% block %s %%}%s{%% endblock %%}" % (name, body(draw, scope))
    parent = "base"
    for level in range(draw(st.integers(1, 3))):
        name = f"level{level}"
        sources[name] = child(draw, parent)
        parent = name
    sources["main"] = sources.pop(parent)
    return {**sources, **includes}


def child(draw: Draw, parent: str) -> str:
    parts = ['{%% extends "%s" %%} ignored ' % parent]
    taken: set[str] = set()
    for name in draw(
        st.lists(st.sampled_from(["b1", "b2", "b3", "b4", "b5"]), min_size=1, max_size=3, unique=True)
    ):
        if name not in taken:
            taken.add(name)
            scope = Scope(2, includes=("inc0", "inc1"), block_names=taken, has_parent=True)
            parts.append("{%% block %s %%}%s{%% endblock %%}" % (name, block_body(draw, scope)))
    return "\n".join(parts)
