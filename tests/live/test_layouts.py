"""D11: one block of an ordinary Django page is live."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from django_phoenix.exceptions import RegionError
from django_phoenix.live_view import event
from tests.support.live_client import Page
from tests.support.live_site import views
from tests.support.tree import flat, merged

pytestmark = pytest.mark.django_db

# path, what is live with count 0, what is live with count 1
GOOD = [
    (
        "ThreeLevels",
        "<section>section says {n}: <p>section inner then {n}</p>"
        '<button phx-click="inc">+</button></section>',
    ),
    ("TwoLevels", "base content, deep {n}"),
    ("Fragment", "<p>fragment {n}</p>\n"),
    ("FragmentInSection", "<p>fragment {n}</p>\n"),
    ("Framed", '<div class="frame">frame framed {n} {n}</div>\n'),
    ("PlainFragment", "<p>fragment {n}</p>\n"),
    ("WholeWithBlock", "whole {n}"),
    ("NamesItsBlock", "{n}"),
    ("WritesNames", "en {n}"),
]

# The child that Django itself would be given for the same page, with a mark where the container is.
AS_DJANGO = {
    "ThreeLevels": '{% extends "site/three_levels.html" %}{% block content %}@{% endblock %}',
    "TwoLevels": '{% extends "site/two_levels.html" %}{% block content %}@{% endblock %}',
    "Fragment": '{% extends "base.html" %}{% block content %}@{% endblock %}',
    "FragmentInSection": '{% extends "section.html" %}{% block content %}@{% endblock %}',
    "Framed": '{% extends "base.html" %}{% block content %}@{% endblock %}',
    "WholeWithBlock": '{% extends "site/whole_with_block.html" %}{% block content %}@{% endblock %}',
    "NamesItsBlock": '{% extends "no_block.html" %}{% block body %}@{% endblock %}',
}

REFUSED = [
    ("Whole", r"whole.html: no block 'content' in site/whole.html.*It offers: other"),
    ("ExtendsNoBlock", r"extends_no_block.html: no block 'content' in no_block.html.*It offers: body"),
    ("LayoutWithoutBlock", r"no_block.html: no block 'content' in no_block.html"),
    ("OverridesOuter", r"overrides_outer.html: its live block is not part of the page"),
]


@pytest.mark.parametrize(("name", "live"), GOOD)
def test_the_container_holds_the_live_block(name, live):
    page = Page("", Client().get(f"/layout/{name}/"))
    assert page.inner == live.format(n=0)


@pytest.mark.parametrize("name", AS_DJANGO)
def test_the_bytes_around_the_container_are_djangos_own(name):
    page = Page("", Client().get(f"/layout/{name}/"))
    around = _without_tokens(page.before + "@" + page.after)
    request = RequestFactory().get(f"/layout/{name}/")
    request.user = AnonymousUser()
    expected = engines["django"].from_string(AS_DJANGO[name]).render({"count": 0}, request)
    assert around == _without_tokens(expected)


def _without_tokens(html):
    return re.sub(r'(name="csrf-token" content=")[^"]*', r"\1", html)


@pytest.mark.parametrize(("name", "live"), GOOD)
async def test_only_the_region_is_rendered_on_the_socket(browser, name, live):
    page = await browser.get(f"/layout/{name}/")
    view = await browser.join(page)
    assert flat(view.joined["rendered"]) == live.format(n=0)
    diff = (await view.event("inc"))["diff"]
    assert flat(merged(view.joined["rendered"], diff)) == live.format(n=1)


@pytest.mark.parametrize(("name", "message"), REFUSED)
def test_a_page_without_a_place_for_the_region_is_refused(name, message):
    with pytest.raises(RegionError, match=message):
        Client().get(f"/layout/{name}/")


def test_names_that_tags_set_do_not_become_state():
    client = Client()
    for _ in range(2):
        assert Page("", client.get("/layout/WritesNames/")).inner == "en 0"


async def test_names_that_tags_set_do_not_become_state_on_the_socket(browser):
    view = await browser.open("/layout/WritesNames/")
    await view.event("inc")
    assert list((await view.event("inc"))["diff"].values()) == ["2"]


# -- several templates


class Several(views.Counted):
    template_name = "site/fragment.html"
    layout = "base.html"

    def render(self):
        return "site/two_levels.html" if self.assigns.count % 2 else None

    @event
    async def ainc(self):
        self.assigns.count += 1


class InMount(views.Counted):
    template = "the class's"
    layout = "base.html"

    def mount(self, params, session):
        self.template_name = "site/fragment.html"
        self.assigns.count = int(params.get("count", 0))


class Unlike(Several):
    def render(self):
        return "site/whole_with_block.html" if self.connected or "get" in self.request.GET else None


@pytest.fixture
def several():
    patterns = [path(f"{view.__name__}/", view.as_view()) for view in (Several, InMount, Unlike)]
    with override_settings(ROOT_URLCONF=type("urls", (), {"urlpatterns": patterns})):
        yield


@pytest.mark.parametrize("name", ["inc", "ainc"])
async def test_render_says_which_template_is_shown(browser, several, name):
    page = await browser.get("/Several/")
    view = await browser.join(page)
    tree = view.joined["rendered"]
    assert page.inner == flat(tree) == "<p>fragment 0</p>\n"
    for live in ("base content, deep 1", "<p>fragment 2</p>\n", "base content, deep 3"):
        tree = merged(tree, (await view.event(name))["diff"])
        assert flat(tree) == live


async def test_mount_may_choose_the_template(browser, several):
    page = await browser.get("/InMount/?count=3")
    view = await browser.join(page)
    assert page.inner == flat(view.joined["rendered"]) == "<p>fragment 3</p>\n"


async def test_all_templates_of_a_view_have_one_root(browser, several, caplog):
    with pytest.raises(RegionError, match=r"Unlike: site/whole_with_block.html has the root"):
        await browser.fetch("/Unlike/?get")
    _, reply = await browser.try_join(await browser.get("/Unlike/"))
    assert reply.response == {"reason": "join crashed"}
    assert "All templates of one view need the same one" in caplog.text


def test_render_is_no_coroutine_function():
    async def render(self):
        pass

    with pytest.raises(TypeError, match=r"Waits.render.. is part of each rendering"):
        type("Waits", (views.Counted,), {"render": render}).as_view()
