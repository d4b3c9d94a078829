"""One process on the layer: what becomes of what its loops leave behind."""

from __future__ import annotations

import asyncio

import pytest

from django_phoenix.delivery import node as node_module
from django_phoenix.delivery import publisher
from django_phoenix.delivery.envelope import make_delivery
from django_phoenix.delivery.hub import Hub
from django_phoenix.delivery.layer import group_name, node_group
from django_phoenix.delivery.node import Node
from tests.support.fake_layer import FakeLayer


def test_what_a_stopped_loop_left_for_one_process_goes_to_that_one_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layer = FakeLayer()
    monkeypatch.setattr(node_module, "current_layer", lambda: layer)
    monkeypatch.setattr(publisher, "current_layer", lambda: layer)
    node, loop = Node(), asyncio.new_event_loop()
    hub = Hub(loop, node.name, None)
    node.hubs = (hub,)
    hub.outbox.post(make_delivery("room:1", "for one", {}), None, "other")
    hub.outbox.post(make_delivery("room:1", "for all", {}))
    loop.close()
    assert node.flush(5)
    assert node.publisher is not None
    node.publisher.close()
    assert [group for group, _ in layer.sent] == [node_group("other"), group_name("room:1")]
