"""What the client sends as an event: of whom it is, and what takes it (LV-66)."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings

from django_phoenix.exceptions import InvalidParams
from django_phoenix.live import component_life, lifecycle
from django_phoenix.live.component_records import Record
from django_phoenix.live.forms import decode_form
from django_phoenix.live.lifecycle import Outcome
from django_phoenix.live.runtime import Runtime
from django_phoenix.live.spec import OwnSpec
from django_phoenix.live.steps import Steps
from django_phoenix.transport.limiter import Limiter, rates_of

if TYPE_CHECKING:
    from django_phoenix.live.channel import LiveChannel

logger = logging.getLogger(__name__)

# What the client and we name so is no event of the site's.
OURS = "lv:"
CLEAR_FLASH = "lv:clear-flash"


def story_of_event(
    channel: LiveChannel, name: str, payload: dict[str, Any], record: Record | None
) -> Steps[Outcome] | None:
    """What happens by an event of the view or of a component; None: nothing, which is told."""
    owner: Any = channel.live.view if record is None else record.component
    try:
        value = _value(payload)
    except ValueError as error:
        _tell(channel, "%s, event %r: its form can't be read: %s", type(owner).__name__, name, error)
        return None
    if name == CLEAR_FLASH:
        return _clearing_flash(channel.live, record, value)
    if owner._hooks is not None and owner._hooks.handle_event and not name.startswith(OURS):
        channel.server.doing = f"{type(owner).__name__}'s hooks (event {name!r:.100})"
        return component_life.hooked_event(channel.live, record, name, value, partial(_dispatch, channel))
    return _dispatch(channel, name, value, record)


def _value(payload: dict[str, Any]) -> Any:
    """What an event carries: a form decoded, anything else as it is."""
    value = payload.get("value")
    if payload.get("type") != "form":
        return {} if value is None else value
    if not isinstance(value, str):
        raise ValueError(f"expected text, got {type(value).__name__}")
    return decode_form(value, payload.get("meta"))


def _clearing_flash(live: Runtime, record: Record | None, value: Any) -> Steps[Outcome]:
    """LV-73"""
    key = value.get("key") if isinstance(value, dict) else None
    key = None if key is None else str(key)
    if record is None:
        return lifecycle.clearing_flash(live, key)
    return component_life.clearing_flash(live, record, key)


def _dispatch(channel: LiveChannel, name: str, value: Any, record: Record | None) -> Steps[Outcome] | None:
    """What takes the event: an ``@event`` method, or ``handle_event``."""
    live = channel.live
    spec: OwnSpec = live.spec if record is None else record.spec
    handler = spec.events.get(name)
    if handler is not None:
        if handler.rate is not None and _comes_too_soon(channel, name, record):
            return None
        try:
            arguments = handler.bind(value)
        except InvalidParams as error:
            _tell(channel, "%s", error)
            return None
        channel.server.doing = spec.labels[name]
        if record is None:
            return lifecycle.event(live, handler, arguments)
        return component_life.event(live, record, handler, arguments)
    if not spec.has("handle_event") or name.startswith(OURS):
        _tell_of_unknown(channel, name, spec)
        return None
    channel.server.doing = f"{spec.name}.handle_event (event {name!r:.100})"
    if record is None:
        return lifecycle.other_event(live, name, value)
    return component_life.other_event(live, record, name, value)


def _comes_too_soon(channel: LiveChannel, name: str, record: Record | None) -> bool:
    """More often than the event's rate: nothing happens, for the protocol knows no error here."""
    if channel.limiters is None:
        channel.limiters = {}
    owner, spec = (None, channel.live.spec) if record is None else (record.component_class, record.spec)
    limiter = channel.limiters.get(owner)
    if limiter is None:
        limiter = channel.limiters[owner] = Limiter(rates_of(spec.events))
    return limiter.wait(channel, name) > 0


def _tell_of_unknown(channel: LiveChannel, name: str, spec: OwnSpec) -> None:
    known = ", ".join(sorted(spec.events)) or "none"
    _tell(
        channel,
        "%s takes no event %.100r (its events: %s). Mark a method with @event, or define handle_event.",
        spec.name,
        name,
        known,
    )


def _tell(channel: LiveChannel, text: str, *args: Any) -> None:
    """Warn of a developer's mistake: in the log, and with DEBUG in the browser's console."""
    logger.warning(text, *args)
    if settings.DEBUG:
        channel.push("diff", {"e": [["dev:mistake", {"text": text % args}]]})
