"""The page's HTML is what the client would make of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from django_phoenix.testing.live import live
from django_phoenix.testing.live.snapshots import compare, path_of, tidy
from django_phoenix.testing.live.tree import Tree

VECTORS = json.loads((Path(__file__).parents[2] / "rendering/data/rendered.json").read_text())
MARKER = re.compile(r' data-phx-component="\d+"')


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_tree_gives_the_html_of_the_vector(vector):
    """LV-115. But for streams: there the vectors have what one rendering brings, and the tree all of it."""
    tree, html = Tree(), []
    for diff in [vector["initial"], *vector["diffs"]]:
        extras = {"t", "e"} if diff.get("r") == 1 and "s" in diff else {"t", "e", "r"}
        tree.merge({key: value for key, value in diff.items() if key not in extras})
        html.append(MARKER.sub("", tree.html()))
    expected = [vector["html_initial"], *vector["html_after_each"]]
    if vector["name"] == "stream-insert-only-new":
        expected[1:] = [
            '<ul id="u" phx-update="stream"><li id="i-2">two</li><li id="i-1">one</li></ul>',
            '<ul id="u" phx-update="stream"><li id="i-2">two</li><li id="i-1">one</li>'
            '<li id="i-3">three</li><li id="i-4">four</li></ul>',
        ]
    elif vector["name"] == "stream-entry-with-template":
        expected[1] = expected[0].replace("</ul>", '<li id="i-2"><b>b</b></li></ul>')
    assert html == expected


def test_what_stands_in_a_portal_is_acted_on_and_belongs_to_its_view(client, site):
    page = live(client, "/portal/")
    page.element("#box button").click()
    assert page.element("#box button").text == "1"
    assert page.element("#deep").text == "1"
    assert page.text == "0 1 1"


def test_a_portal_that_leads_nowhere_is_a_mistake(client, site):
    page = live(client, "/portal/")
    page.render_hook("lose")
    with pytest.raises(AssertionError, match="The portal 'q' leads to '#nowhere', which is not in the page"):
        page.has_element("#lost")


def test_what_the_client_leaves_alone_stays_as_it_came(client, site):
    page = live(client, "/portal/")
    page.render_hook("inc")
    assert page.element("#kept").text == "0"
    page.rejoin()
    assert page.element("#kept").text == "0"


def test_what_is_around_the_view_is_found_where_nothing_in_it_matches(client, site):
    page = live(client, "/")
    assert page.element("html").exists
    assert page.element("#inc").count == 1
    assert "<html" in page.document
    assert "<html" not in page.html


def test_the_page_is_shown_in_a_browser_as_a_file(client, site):
    shown = []
    path = live(client, "/").open_browser(shown.append)
    html = path.read_text()
    path.unlink()
    assert shown == [path.as_uri()]
    assert 'id="inc"' in html
    assert "<script" not in html


def test_a_snapshot_is_kept_and_compared(client, site, tmp_path, monkeypatch):
    for name in ("CI", "UPDATE_SNAPSHOTS"):
        monkeypatch.delenv(name, raising=False)
    first, second = live(client, "/"), live(client, "/")
    assert first.document != second.document
    assert tidy(first.document) == tidy(second.document)
    path = tmp_path / "__snapshots__" / "x.html"
    compare(path, first.html)
    compare(path, second.html)
    second.element("#inc").click()
    with pytest.raises(AssertionError, match=r'(?s)is another than .*UPDATE_SNAPSHOTS=1.*-  "0"\n\+  "2"'):
        compare(path, second.html)
    monkeypatch.setenv("UPDATE_SNAPSHOTS", "1")
    compare(path, second.html)
    monkeypatch.delenv("UPDATE_SNAPSHOTS")
    monkeypatch.setenv("CI", "1")
    with pytest.raises(AssertionError, match="There is no snapshot"):
        compare(tmp_path / "y.html", first.html)


def test_ids_are_told_apart_whatever_they_end_with():
    ids = ("phx-abcdefghijklmnop", "phx-abcdefghijklmno-", "phx--bcdefghijklmno_")
    assert len({tidy(f'<p id="{each}">a</p>') for each in ids}) == 1


def test_a_snapshot_is_called_after_its_test():
    path = path_of("big")
    assert path.name == "test_html.test_a_snapshot_is_called_after_its_test.big.html"
    assert path.parent == Path(__file__).parent / "__snapshots__"
