"""Presence under the kit: states and diffs are there at once, and the database is the test's."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.test import TestCase

from django_phoenix.testing import Received, aconnect, connect
from django_phoenix.testing.presences import presences_in
from tests.testing.site import Here, RoomSocket


class PresenceTests(TestCase):
    def setUp(self):
        self.group = Group.objects.create(name="one")

    def lounge(self, device="phone"):
        return connect(RoomSocket).join("lounge", {"key": str(self.group.pk), "device": device})

    def test_who_joins_knows_who_is_here_with_what_fetch_adds(self):
        key = str(self.group.pk)
        lounge = self.lounge()
        lounge.assert_push("presence_state")
        assert lounge.presences[key]["name"] == "one"
        assert [meta["device"] for meta in lounge.presences[key]["metas"]] == ["phone"]

    def test_every_client_knows_the_same_after_each_call(self):
        first, second = self.lounge("laptop"), self.lounge("phone")
        assert first.presences == second.presences
        assert first.presences == Here.list("lounge")
        second.push("move", {"key": str(self.group.pk), "device": "watch"})
        assert first.presences == Here.list("lounge")
        second.leave()
        assert first.presences == Here.list("lounge")
        first.leave()
        assert Here.list("lounge") == {}

    def test_others_get_a_diff_for_each_call_however_fast_they_come(self):
        key = str(self.group.pk)
        first = self.lounge("laptop")
        second = self.lounge("phone")
        first.assert_push("presence_diff", {"joins": {key: {"metas": [{"device": "phone"}]}}})
        second.push("move", {"key": key, "device": "watch"})
        diff = first.assert_push("presence_diff", {"joins": {key: {"metas": [{"device": "watch"}]}}})
        assert diff["leaves"][key]["metas"][0]["device"] == "phone"
        second.leave()
        first.assert_push("presence_diff", {"joins": {}, "leaves": {key: {"metas": [{"device": "watch"}]}}})

    def test_the_list_is_right_between_two_calls(self):
        key = str(self.group.pk)
        lounge = self.lounge()
        assert [meta["device"] for meta in Here.list("lounge")[key]["metas"]] == ["phone"]
        assert Here.get_by_key("lounge", key)["name"] == "one"
        lounge.leave()
        assert Here.list("lounge") == {}

    def test_a_killed_channel_is_not_present(self):
        first, second = self.lounge("laptop"), self.lounge("phone")
        second.kill()
        first.assert_push("presence_diff", {"leaves": {str(self.group.pk): {"metas": [{"device": "phone"}]}}})

    def test_a_killed_server_process_leaves_nobody_behind(self):
        socket = connect(RoomSocket)
        socket.join("lounge", {"key": str(self.group.pk)})
        socket.kill()
        assert Here.list("lounge") == {}

    def test_another_test_begins_with_nobody(self):
        assert Here.list("lounge") == {}


async def test_the_async_face_too(async_db):
    group = await Group.objects.acreate(name="one")
    first = await (await aconnect(RoomSocket)).join("lounge", {"key": str(group.pk), "device": "laptop"})
    assert first.presences[str(group.pk)]["name"] == "one"
    second = await (await aconnect(RoomSocket)).join("lounge", {"key": str(group.pk)})
    await first.assert_push("presence_diff", {"joins": {str(group.pk): {"metas": [{"device": "phone"}]}}})
    assert len((await Here.alist("lounge"))[str(group.pk)]["metas"]) == 2
    await second.leave()
    await first.assert_push("presence_diff", {"joins": {}})


def entry(event, payload):
    return Received("push", event, payload)


def metas(*refs):
    return {"metas": [{"phx_ref": ref} for ref in refs]}


def test_presences_are_made_as_the_official_client_makes_them():
    join = {"joins": {"a": metas("2")}, "leaves": {}}
    leave = {"joins": {}, "leaves": {"a": metas("1"), "unknown": metas("9")}}
    messages = [entry("presence_diff", join), entry("presence_state", {"a": metas("1"), "b": metas("3")})]
    assert presences_in(messages[:1]) == {}
    assert presences_in(messages) == {"a": metas("1", "2"), "b": metas("3")}
    messages += [entry("presence_diff", join), entry("presence_diff", leave)]
    assert presences_in(messages) == {"a": metas("2"), "b": metas("3")}
    messages.append(entry("presence_diff", {"joins": {}, "leaves": {"b": metas("3")}}))
    assert presences_in(messages) == {"a": metas("2")}
    assert presences_in([*messages, entry("presence_state", {})]) == {}
