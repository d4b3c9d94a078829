"""What goes over a channel layer, and what we know about layers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from channels.layers import InMemoryChannelLayer

from django_phoenix.delivery import layer as layer_module
from django_phoenix.delivery.envelope import make_delivery
from django_phoenix.delivery.layer import Packet, Part, group_name, pack, unpack


class Core:
    """The marks of channels_redis.core."""

    brpop_timeout = 5
    group_expiry = 86400
    ring_size = 2

    def __init__(self, *hosts: dict[str, Any]) -> None:
        self.hosts = list(hosts)


def test_a_packet_survives_any_serializer() -> None:
    deliveries = [
        make_delivery("room:1", "text", {"body": "é 🦜", "n": 1}),
        make_delivery("room:1", "file", b"\x00\xff"),
    ]
    others = [make_delivery("room:2", "unwanted", {})]
    message = pack(Packet("node", "node.1", [Part("room:1", 7, deliveries), Part("room:2", 1, others)]))
    packet = unpack(json.loads(json.dumps(message)), {"room:1"})
    assert (packet.node, packet.stream) == ("node", "node.1")
    [part] = packet.parts
    assert (part.topic, part.first) == ("room:1", 7)
    assert [each.frame for each in part.deliveries] == [each.frame for each in deliveries]
    assert [each.payload for each in part.deliveries] == [{"body": "é 🦜", "n": 1}, b"\x00\xff"]
    assert [each.event for each in part.deliveries] == ["text", "file"]


@pytest.mark.parametrize("topic", ["room:1", "ö/ \n" * 200, "\ud800", "phx.everybody"])
def test_every_topic_has_a_group_of_its_own_with_a_name_that_layers_take(topic: str) -> None:
    name = group_name(topic)
    assert InMemoryChannelLayer().require_valid_group_name(name)
    assert name != group_name(topic + "x")
    assert name not in (topic, layer_module.EVERYBODY)


def test_the_core_layer_may_wait_longer_than_redis_py_would() -> None:
    layer = Core({"address": "redis://a"}, {"address": "redis://b", "socket_timeout": 7})
    layer_module.prepare(layer)
    assert [host["socket_timeout"] for host in layer.hosts] == [None, 7]
    # Others are left alone.
    layer_module.prepare(InMemoryChannelLayer())


def test_what_layers_tell_of_themselves() -> None:
    core, other = Core(), object()
    assert (layer_module.group_expiry(core), layer_module.shards(core)) == (86400, 2)
    assert (layer_module.group_expiry(other), layer_module.shards(other)) == (None, 1)


def test_a_layer_that_reaches_nobody_else_is_no_layer(settings: Any) -> None:
    assert layer_module.current_layer() is None
    settings.CHANNEL_LAYERS = {}
    assert layer_module.current_layer() is None
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer"}}
    layer = layer_module.current_layer()
    assert layer is not None
    assert layer_module.separate_layer() is not layer
