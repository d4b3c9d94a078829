"""Function components: what a signature declares, what is checked, what a template sees."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from html.parser import HTMLParser
from typing import Annotated, Any, Literal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.http import HttpRequest
from django.template import Context, RequestContext, Template
from django.test import RequestFactory, override_settings
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from django_components import AlreadyRegistered, registry
from hypothesis import given
from hypothesis import strategies as st

from django_phoenix.component import Rest, Slot, component
from django_phoenix.exceptions import ComponentInputError

# Older versions of django-components forget a name when an earlier class of that name is collected.
KEPT: list[Any] = []
IDS = re.compile(r' data-djc-id-\w+=""')


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


class Colour(models.TextChoices):
    RED = "r", "Red"
    BLUE = "b", "Blue"


@pytest.fixture(autouse=True)
def fresh_registry() -> Iterator[None]:
    before = set(registry.all())
    yield
    for name in set(registry.all()) - before:
        KEPT.append(registry.get(name))
        registry.unregister(name)


def request() -> HttpRequest:
    made = RequestFactory().get("/")
    made.user = AnonymousUser()
    return made


def shown(source: str, /, **values: Any) -> str:
    template = Template("{% load component_tags %}" + source)
    return IDS.sub("", template.render(RequestContext(request(), values)))


def refusal(source: str, /, **values: Any) -> str:
    with pytest.raises(ComponentInputError) as caught:
        shown(source, **values)
    return str(caught.value).partition("\n")[2]  # without django-components' heading


def make_price() -> Any:
    @component("t.price", template='<b {{ rest|with_class:"price" }}>{{ amount }} {{ currency }}</b>')
    def price(
        amount: Decimal | int, currency: Literal["EUR", "USD"] = "EUR", *, for_: str = "", rest: Rest
    ) -> None:
        """An amount of money.

        Rounded by nobody.

        amount: how much,
            in units
        currency: in which one
        note: this line is prose
        rest: the element's own
        """

    return price


def make_box() -> Any:
    @component(
        "t.box",
        template="<div {{ rest }}>{% if title %}<h2>{% slot 'title' / %}</h2>{% endif %}"
        "{% slot 'body' default / %}"
        "{% for key in keys %}<i>{% slot name='part.'|add:key key=key / %}</i>{% endfor %}</div>",
    )
    def box(
        *,
        kind: str = "plain",
        body: Slot,
        title: Slot | None = None,
        part: Mapping[str, Slot],
        rest: Annotated[Rest, "disabled"],
    ) -> dict[str, Any]:
        return {"keys": tuple(part)}

    return box


# What is declared


def test_a_signature_declares_attributes() -> None:
    declaration = make_price().declaration
    amount, currency, for_ = declaration.attributes.values()
    assert (amount.name, amount.required, amount.expected) == ("amount", True, "Decimal or int")
    assert (currency.required, currency.default) == (False, "EUR")
    assert currency.allowed == ("EUR", "USD")
    assert currency.expected == "one of 'EUR', 'USD'"
    assert (for_.name, for_.parameter) == ("for", "for_")
    assert declaration.positional == ("amount", "currency")
    assert [name for name, attribute in declaration.attributes.items() if attribute.required] == ["amount"]


def test_a_docstring_tells_of_the_component_and_of_each_parameter() -> None:
    declaration = make_price().declaration
    assert declaration.doc == "An amount of money.\n\nRounded by nobody.\n\nnote: this line is prose"
    assert declaration.attributes["amount"].doc == "how much, in units"
    assert declaration.attributes["currency"].doc == "in which one"
    assert declaration.rest.doc == "the element's own"


def test_a_signature_declares_slots_and_the_rest() -> None:
    declaration = make_box().declaration
    body, title, part = declaration.slots.values()
    assert (body.required, body.is_body, title.required, part.is_group) == (True, True, False, True)
    assert [slot.name for slot in declaration.required_slots()] == ["body"]
    assert declaration.rest.included == ("disabled",)


def test_a_declaration_tells_what_a_template_may_give() -> None:
    declaration = make_box().declaration
    attributes = (
        "kind",
        "disabled",
        "id",
        "class",
        "data-x",
        "aria-label",
        "phx-click",
        "onclick",
        "body",
        "rest",
    )
    takes = [name for name in attributes if declaration.takes_attribute(name)]
    assert takes == ["kind", "disabled", "id", "class", "data-x", "aria-label", "phx-click"]
    fills = ("default", "body", "title", "part", "part.", "part.x", "other")
    assert [fill for fill in fills if declaration.takes_fill(fill)] == ["default", "body", "title", "part.x"]


@pytest.mark.parametrize(
    ("annotation", "fitting", "unfit"),
    [
        (str, ["", mark_safe("x"), gettext_lazy("x")], [1, None, True, b""]),
        (int, [0, -3], ["3", True, 1.5, None]),
        (float, [0.5, 3], ["3", True]),
        (bool, [True, False], [0, "", "True"]),
        (Decimal, [Decimal(1)], [1, 1.0]),
        (str | None, ["", None], [0]),
        (None, [None], [0]),
        (list[int], [[], ["unchecked"]], [(), "x"]),
        (Sequence[str], [[], ()], [{}, 3, "text"]),
        (Iterable[Any], [[], {}, iter("")], ["", b"", 3]),
        (Sequence[str] | str, [[], "text"], [3]),
        (Mapping[str, Any], [{}], [[]]),
        (Literal["a", 1, None], ["a", mark_safe("a"), 1, None], ["b", True, 1.0, [], ""]),
        (Literal["a"] | int, ["a", 3], ["b"]),
        (Size, [Size.SMALL, "small"], ["tiny", [], None]),
        (Size | None, [Size.SMALL, "small", None], ["tiny"]),
        (Colour, [Colour.RED, "r"], ["Red"]),
        (Annotated[int, "any words"], [1], ["1"]),
        (Any, [None, 1, object()], []),
        (object, [None, 1], []),
    ],
    ids=str,
)
def test_values_are_checked_by_annotation(annotation: Any, fitting: list[Any], unfit: list[Any]) -> None:
    def take(value: Any) -> None: ...

    take.__annotations__["value"] = annotation
    attribute = component("t.take", template="{{ value }}")(take).declaration.attributes["value"]
    assert [value for value in fitting if not attribute.fits(value)] == []
    assert [value for value in unfit if attribute.fits(value)] == []


def test_a_function_gets_the_member_of_an_enum() -> None:
    seen = []

    @component("t.sized", template="{{ size.name }}")
    def sized(size: Size = Size.LARGE) -> None:
        seen.append(size)

    assert shown("{% component 't.sized' size='small' / %}{% component 't.sized' / %}") == "SMALLLARGE"
    assert seen == [Size.SMALL, Size.LARGE]
    assert "should be one of 'small', 'large', got 'tiny'" in refusal("{% component 't.sized' 'tiny' / %}")


# Signatures that declare nothing sensible


async def asynchronous() -> None: ...


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda a: None, "no annotation for 'a'"),
        (lambda *a: None, r"takes \*a"),
        (lambda **a: None, r"takes \*\*a"),
        (asynchronous, "is to be a plain function"),
    ],
)
def test_a_signature_without_meaning_is_refused(function: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        component("t.odd", template="x")(function)


def test_a_default_has_to_be_of_the_declared_type() -> None:
    with pytest.raises(TypeError, match="declares 'kind' as one of 'a', 'b', with the default 'c'"):

        @component("t.odd", template="x")
        def odd(kind: Literal["a", "b"] = "c") -> None: ...  # type: ignore[assignment]


def test_a_rest_has_no_default_and_there_is_one_at_most() -> None:
    with pytest.raises(TypeError, match="a Rest has none"):

        @component("t.odd", template="x")
        def odd(rest: Rest = Rest()) -> None: ...  # noqa: B008

    with pytest.raises(TypeError, match="two Rest parameters, 'a' and 'b'"):

        @component("t.odd", template="x")
        def even(a: Rest, b: Rest) -> None: ...

    with pytest.raises(TypeError, match="no name of an attribute"):

        @component("t.odd", template="x")
        def queer(a: Annotated[Rest, "on click"]) -> None: ...


def test_annotations_have_to_exist_at_run_time() -> None:
    def odd(a: Missing) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(TypeError, match=r"without meaning at run time.*'Missing'"):
        component("t.odd", template="x")(odd)


def test_a_component_has_one_template() -> None:
    with pytest.raises(TypeError, match="needs one of template and template_file, got neither"):
        component("t.odd")
    with pytest.raises(TypeError, match="got both"):
        component("t.odd", template="x", template_file="x.html")


def test_a_name_is_taken_once() -> None:
    make_price()
    with pytest.raises(AlreadyRegistered):
        make_price()


# What a template gives


def test_attributes_slots_and_rest_reach_the_template() -> None:
    make_price()
    make_box()
    html = shown("{% component 't.price' total id='p' class='big' / %}", total=3)
    assert html == '<b class="price big" id="p">3 EUR</b>'
    html = shown(
        "{% component 't.box' id='b' disabled=True hidden=False title=None %}"
        "{% fill 'title' %}T{% endfill %}{% fill 'body' %}B{% endfill %}"
        "{% fill 'part.x' data='d' %}{{ d.key }}{% endfill %}{% endcomponent %}"
    )
    assert html == '<div id="b" disabled><h2>T</h2>B<i>x</i></div>'
    assert shown("{% component 't.box' %}B{% endcomponent %}") == "<div >B</div>"


def test_attributes_may_be_spread() -> None:
    make_price()
    given = {"amount": 4, "currency": "USD", "data-x": 1}
    assert (
        shown("{% component 't.price' ...given / %}", given=given) == '<b class="price" data-x="1">4 USD</b>'
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "{% component 't.price' / %}",
            "t.price: attribute 'amount' (Decimal or int) is required, got nothing. "
            'Write {% component "t.price" amount=… %}.',
        ),
        (
            "{% component 't.price' nothing / %}",
            "t.price: attribute 'amount' should be Decimal or int, got '' (str). "
            "A template's name that nothing defines is an empty text: is it spelt right?",
        ),
        (
            "{% component 't.price' 1 currency='EURO' / %}",
            "t.price: attribute 'currency' should be one of 'EUR', 'USD', got 'EURO' (str). "
            "Did you mean 'EUR'?",
        ),
        (
            "{% component 't.price' 1 curency='EUR' / %}",
            "t.price: unknown attribute 'curency'. Did you mean 'currency'? It takes amount, currency, for; "
            "and global ones (class, id, title, role, …, aria-…, data-…, phx-…). If its element should get "
            "it, declare it: rest: Annotated[Rest, 'curency'].",
        ),
        (
            "{% component 't.price' 1 'EUR' 3 / %}",
            "t.price: takes 2 attributes without a name, got 3: 1 (int), 'EUR' (str), 3 (int). "
            'Name the others: {% component "t.price" for=… %}.',
        ),
        (
            "{% component 't.price' 1 amount=2 / %}",
            "t.price: attribute 'amount' is given twice: without a name, 1 (int), and with it, 2 (int).",
        ),
        (
            "{% component 't.price' 1 %}x{% endcomponent %}",
            "t.price: something stands between its tags, and it has no body. It has no slots: close it at "
            'once, {% component "t.price" … / %}.',
        ),
        ("{% component 't.box' / %}", "t.box: nothing stands between its tags, and its body is required."),
        (
            "{% component 't.box' %}{% fill 'titel' %}x{% endfill %}{% endcomponent %}",
            "t.box: unknown slot 'titel'. Did you mean 'title'? It has body, title, part.….",
        ),
    ],
)
def test_an_error_says_who_what_was_expected_what_came_and_what_to_do(source: str, message: str) -> None:
    make_price()
    make_box()
    assert refusal(source) == message


def test_a_component_without_rest_takes_no_global_attributes() -> None:
    @component("t.bare", template="{{ n }}")
    def bare(n: int = 0, flag: bool = False) -> None: ...

    assert "For global attributes (class, id, …) give its function a parameter of type Rest" in refusal(
        "{% component 't.bare' id='x' / %}"
    )
    assert refusal("{% component 't.bare' '3' / %}").endswith("Without quotes it is a number: n=3.")
    assert refusal("{% component 't.bare' flag='True' / %}").endswith(
        "Without quotes it is a bool: flag=True."
    )


def test_a_function_returns_a_mapping_or_nothing() -> None:
    @component("t.odd", template="x")
    def odd() -> Any:
        return ["a"]

    with pytest.raises(TypeError, match=r"odd should return a mapping of more names .* got \['a'\] \(list\)"):
        shown("{% component 't.odd' / %}")


# What a template sees


@pytest.mark.parametrize("behavior", ["django", "isolated"])
def test_the_template_sees_its_arguments_alone_and_fills_see_the_page_alone(behavior: str) -> None:
    @component("t.view", template="[{{ kind }}|{{ page }}|{{ user }}|{{ n }}|{% slot 'body' default / %}]")
    def view(kind: str = "own", user: str = "nobody", *, body: Slot) -> dict[str, Any]:
        return {"n": 1}

    with override_settings(COMPONENTS={"autodiscover": False, "context_behavior": behavior}):
        html = shown(
            "{% for n in numbers %}{% component 't.view' %}{{ kind }}|{{ page }}|{{ n }}{% endcomponent %}"
            "{% endfor %}",
            kind="of the page",
            page="p",
            numbers=[7],
        )
    assert html == "[own||nobody|1|of the page|p|7]"


def test_a_form_in_a_component_has_its_token() -> None:
    @component("t.form", template="<form>{% csrf_token %}</form>")
    def form() -> None: ...

    assert re.search(r'value="\w{64}"', shown("{% component 't.form' / %}"))


def test_provided_values_pass_through() -> None:
    from django_components import Component

    class Inner(Component):
        template = "{{ value }}"

        def get_template_data(self, *_: Any) -> dict[str, Any]:
            return {"value": self.inject("theme").colour}

    registry.register("t.inner", Inner)

    @component("t.outer", template="{% component 't.inner' / %}{% slot 'body' default / %}")
    def outer(body: Slot) -> None: ...

    html = shown(
        "{% provide 'theme' colour='red' %}{% component 't.outer' %}{% component 't.inner' / %}"
        "{% endcomponent %}{% endprovide %}"
    )
    assert html == "redred"


def test_it_renders_from_python() -> None:
    price = make_price()
    assert (
        IDS.sub("", price.render(kwargs={"amount": 3, "phx-click": "x"}))
        == '<b class="price" phx-click="x">3 EUR</b>'
    )
    box = make_box()
    assert IDS.sub("", box.render(slots={"body": "<B>"})) == "<div >&lt;B&gt;</div>"


# Rest


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, ""),
        ({"id": "a", "title": '"><script>'}, 'id="a" title="&quot;&gt;&lt;script&gt;"'),
        ({"hidden": True, "inert": False, "lang": None}, "hidden"),
        ({"title": mark_safe('&amp; " onclick="x')}, 'title="&amp; &quot; onclick=&quot;x"'),
        ({"tabindex": 0, "data-n": 1.5}, 'tabindex="0" data-n="1.5"'),
        ({"class": ["a", {"b": 1, "c": 0}, None, ("d",)]}, 'class="a b d"'),
        ({"class": {"a": False}}, ""),
        ({"data-x": gettext_lazy("Yes")}, 'data-x="Yes"'),
    ],
)
def test_rest_writes_escaped_attributes(values: dict[str, Any], text: str) -> None:
    assert str(Rest(values)) == text
    assert Template("{{ rest }}").render(Context({"rest": Rest(values)})) == text


@pytest.mark.parametrize("name", ["a b", "a=b", "a>", 'a"', "a'", "", "a/b", "\x00", "a\n"])
def test_rest_refuses_names_that_are_none(name: str) -> None:
    with pytest.raises(ValueError, match="no name of an HTML attribute"):
        Rest({name: "x"})


@given(st.dictionaries(st.text(max_size=6), st.one_of(st.text(), st.booleans(), st.none())))
def test_whatever_rest_is_given_it_writes_attributes_and_nothing_else(values: dict[str, Any]) -> None:
    try:
        rest = Rest(values)
    except ValueError:
        return
    parser = Tags()
    parser.feed(f"<a {rest}>")
    parser.close()
    assert parser.seen == [("a", {name.lower(): None if v is True else v for name, v in rest.items()})]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_a_hostile_name_is_an_error_of_the_component() -> None:
    make_price()
    assert "no name of an HTML attribute" in refusal(
        "{% component 't.price' 1 ...given / %}", given={"data-x onclick=alert(1) y": 1}
    )


def test_rest_can_be_added_to() -> None:
    rest = Rest({"class": "own", "id": "x"})
    assert str(rest.with_class("a b")) == 'class="a b own" id="x"'
    assert str(Rest({"id": "x"}).with_class("a")) == 'class="a" id="x"'
    assert str(rest.with_defaults({"id": "y", "role": "z"})) == 'id="x" role="z" class="own"'
    assert str(rest.without("class")) == 'id="x"'
    assert dict(rest) == {"class": "own", "id": "x"}
    assert rest == Rest({"class": "own", "id": "x"})
    for nothing in ({}, "", None):
        template = Template("{% load phoenix %}{{ rest|with_class:'a' }}")
        assert template.render(Context({"rest": nothing})) == 'class="a"'
