"""How often a client may send events."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from django_phoenix.channel import Channel, event
from django_phoenix.rates import Meter, Rate
from django_phoenix.signals import rate_limited
from django_phoenix.socket import Socket
from tests.support.peer import Peer, error, ok


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ("5/s", (5, 1)),
        ("20/10s", (20, 10)),
        (" 3 / 0.5 s ", (3, 0.5)),
        ("100/minute", (100, 60)),
        ("100/m", (100, 60)),
        ("1000/hour", (1000, 3600)),
        ("1/2d", (1, 172_800)),
        ((20, 10), (20, 10)),
        ([20, 0.5], (20, 0.5)),
        (Rate(1, 2), (1, 2)),
    ],
)
def test_a_rate_is_written_as_people_write_it(written, rate):
    read = Rate.read(written)
    assert (read.count, read.seconds) == rate


def test_no_rate_is_none():
    assert Rate.read(None) is None


@pytest.mark.parametrize(
    "written", ["", "5", "5/x", "0/s", "5/0s", "-1/s", (0, 1), (1, 0), (1,), ("5", 1), 5, {}]
)
def test_what_is_no_rate_is_refused(written):
    with pytest.raises(ValueError, match="rate should"):
        Rate.read(written)


@given(
    st.integers(1, 20),
    st.floats(0.1, 100),
    st.lists(st.floats(0, 5), min_size=1, max_size=200),
    st.sampled_from([0.0, 1e5, 1e9]),
)
def test_no_window_lets_more_pass_than_twice_the_count_and_the_first_burst_is_whole(
    count, seconds, pauses, now
):
    rate, meter = Rate(count, seconds), Meter()
    passed = []
    for _ in range(count):
        assert meter.wait(rate, now) == 0
        meter.count(rate, now)
        passed.append(now)
    assert meter.wait(rate, now) == pytest.approx(seconds / count, rel=1e-3)
    for pause in pauses:
        now += pause
        wait = meter.wait(rate, now)
        if wait == 0:
            meter.count(rate, now)
            passed.append(now)
        else:
            assert meter.wait(rate, now + wait) == 0
    for begin in passed:
        window = [moment for moment in passed if begin <= moment < begin + seconds * 0.999]
        assert len(window) <= 2 * count


class Limited(Channel):
    rate = "4/h"

    @event(rate="2/h")
    async def rare(self, x: int = 0):
        return {}

    @event("seldom", rate=(1, 3600))
    def some_method(self):
        return {}

    @event
    async def other(self):
        return {}

    async def handle_in(self, event, payload):
        return {"event": event}


class Free(Channel):
    rate = None

    @event
    async def other(self):
        return {}


class Usual(Channel):
    @event
    async def other(self):
        return {}


class LimitedSocket(Socket):
    channels = {"limited": Limited, "free:*": Free, "usual": Usual}


class WholeSocket(LimitedSocket):
    rate = "3/h"


APP = LimitedSocket.as_asgi()


async def pushed(peer, topic, *events):
    """What came back for each event: its status, or the reason."""
    answers = []
    for name in events:
        await peer.push(None, "9", topic, name)
        payload = (await peer.next())[4]
        answers.append(payload["response"].get("reason", payload["status"]))
    return answers


LIMITED = "rate limited"


async def test_what_comes_too_often_is_answered_with_when_to_try_again(caplog):
    async with Peer(APP) as peer:
        await peer.join("limited")
        assert await pushed(peer, "limited", "rare", "rare") == ["ok", "ok"]
        await peer.push("1", "2", "limited", "rare")
        reply = (await peer.next())[4]
        assert reply["status"] == "error"
        assert reply["response"]["reason"] == "rate limited"
        assert 1790 < reply["response"]["retry_after"] <= 1800
        assert await pushed(peer, "limited", "rare") == [LIMITED]
        # The event is used up, the channel is not.
        assert await pushed(peer, "limited", "other", "anything", "other") == ["ok", "ok", LIMITED]
        assert await pushed(peer, "limited", "phx_leave") == ["ok"]
    assert caplog.text.count("too many 'rare' in too little time") == 1


async def test_a_rate_counts_for_one_client_and_one_join():
    async with Peer(APP) as first, Peer(APP) as second:
        for peer in (first, second):
            await peer.join("limited")
            assert await pushed(peer, "limited", "seldom", "seldom") == ["ok", LIMITED]


async def test_an_event_counts_before_its_parameters_are_looked_at():
    async with Peer(APP) as peer:
        await peer.join("limited")
        for ref in ("2", "3"):
            await peer.push("1", ref, "limited", "rare", {"x": "many"})
            assert (await peer.next())[4]["response"]["reason"] == "invalid params"
        assert await pushed(peer, "limited", "rare") == [LIMITED]


async def test_a_socket_s_rate_counts_for_all_its_channels_together():
    async with Peer(WholeSocket.as_asgi()) as peer:
        await peer.join("free:1")
        await peer.join("free:2")
        assert await pushed(peer, "free:1", "other", "other") == ["ok", "ok"]
        assert await pushed(peer, "free:2", "other", "other") == ["ok", LIMITED]
        assert await pushed(peer, "free:1", "other") == [LIMITED]


async def test_the_setting_is_the_rate_of_channels_that_name_none(settings):
    settings.DJANGO_PHOENIX = {**settings.DJANGO_PHOENIX, "EVENT_RATE": "1/h"}
    async with Peer(APP) as peer:
        await peer.join("usual")
        await peer.join("free:1")
        assert await pushed(peer, "usual", "other", "other") == ["ok", LIMITED]
        assert await pushed(peer, "free:1", "other", "other") == ["ok", "ok"]


async def test_where_nothing_is_limited_nothing_is_kept():
    async with Peer(APP) as peer:
        await peer.join("usual")
        assert peer.connection.topics["usual"]._limiter is None
        assert peer.connection.meter is None


async def test_after_the_wait_the_event_is_let_pass(monkeypatch):
    async with Peer(APP) as peer:
        await peer.join("limited")
        assert await pushed(peer, "limited", "seldom", "seldom") == ["ok", LIMITED]
        now = peer.connection.loop.time()
        monkeypatch.setattr(peer.connection.loop, "time", lambda: now + 3601)
        assert await pushed(peer, "limited", "seldom", "seldom") == ["ok", LIMITED]


async def test_a_push_that_wants_no_reply_gets_none():
    async with Peer(APP) as peer:
        await peer.join("limited")
        for _ in range(5):
            await peer.push("1", None, "limited", "seldom")
        await peer.push("1", "2", "limited", "rare")
        assert await peer.next() == ok("2", "limited")


async def test_a_signal_tells_of_it():
    told = []

    def hear(sender, **arguments):
        told.append((sender, arguments["channel"].topic, arguments["event"], arguments["retry_after"]))

    rate_limited.connect(hear)
    try:
        async with Peer(APP) as peer:
            await peer.join("limited")
            await pushed(peer, "limited", "seldom", "seldom")
    finally:
        rate_limited.disconnect(hear)
    assert told == [(Limited, "limited", "seldom", pytest.approx(3600, abs=5))]


def test_mistakes_are_found_where_they_are_made():
    with pytest.raises(ValueError, match="A rate should be such as"):
        event(rate="often")

    class BadSocket(Socket):
        rate = "often"

    with pytest.raises(ImproperlyConfigured, match=r"BadSocket\.rate: A rate should be such as"):
        BadSocket.as_asgi()


async def test_a_channel_whose_rate_makes_no_sense_can_not_be_joined(caplog):
    class Bad(Channel):
        rate = "often"

    class BadSocket(Socket):
        channels = {"*": Bad}

    async with Peer(BadSocket.as_asgi()) as peer:
        await peer.push("1", "1", "x", "phx_join")
        assert await peer.next() == error("1", "x", "join crashed")
    assert "Bad.rate: A rate should be such as" in caplog.text
