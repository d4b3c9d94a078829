"""The shared vectors through the official client's code: the harness tells the truth about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.merge import MergeClient
from tests.support.wire_grammar import WireTree

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "rendered.json").read_text())

each_vector = pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])


@each_vector
def test_the_client_gives_the_html_of_the_vector(client_merge: MergeClient, vector: dict[str, Any]) -> None:
    merged = client_merge.merge(vector["initial"], vector["diffs"])
    assert merged.html == [vector["html_initial"], *vector["html_after_each"]]


@each_vector
def test_the_client_hands_its_dom_patcher_the_html_of_the_vector(
    client_merge: MergeClient, vector: dict[str, Any]
) -> None:
    merged = client_merge.merge(vector["initial"], vector["diffs"])
    assert merged.client == [vector["client_html_initial"], *vector["client_html_after_each"]]


@each_vector
def test_the_tree_model_gives_the_html_of_the_vector(vector: dict[str, Any]) -> None:
    """LV-115."""
    tree = WireTree(lenient=True)
    html = []
    for diff in [vector["initial"], *vector["diffs"]]:
        tree.merge(diff)
        html.append(tree.html())
    assert html == [vector["html_initial"], *vector["html_after_each"]]
