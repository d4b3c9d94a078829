"""What happens in a live component's life, told as steps: an event, send_update, the end of a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django_phoenix.live.component_records import Due, Record
from django_phoenix.live.components import Components
from django_phoenix.live.hooks import running
from django_phoenix.live.lifecycle import Outcome, as_reply, rendering, settling
from django_phoenix.live.navigation import Navigation
from django_phoenix.live.runtime import Runtime
from django_phoenix.live.steps import Steps, Where, call, call_handler
from django_phoenix.live.tasks import Outcome as TaskOutcome
from django_phoenix.live.tasks import Work
from django_phoenix.params import Handler


def event(live: Runtime, record: Record, handler: Handler, arguments: Mapping[str, Any]) -> Steps[Outcome]:
    """An event that an ``@event`` method of the component takes (LV-66)."""
    result = yield call_handler(handler, record.component, arguments)
    reply = None if result is None else as_reply(handler.name, result)
    return (yield from showing(live, record, reply))


def other_event(live: Runtime, record: Record, name: str, params: Any) -> Steps[Outcome]:
    """An event for its ``handle_event``."""
    result = yield call(record.component.handle_event, name, params)
    reply = None if result is None else as_reply(f"{record.spec.name}.handle_event", result)
    return (yield from showing(live, record, reply))


def clearing_flash(live: Runtime, record: Record, key: str | None) -> Steps[Outcome]:
    """``lv:clear-flash`` of the component (LV-73)."""
    if record.component._flash is not None:
        record.component._flash.clear(key)
    return (yield from showing(live, record))


def hooked_event(
    live: Runtime,
    record: Record | None,
    name: str,
    value: Any,
    dispatch: Callable[[str, Any, Record | None], Steps[Outcome] | None],
) -> Steps[Outcome]:
    """An event that hooks see first; ``dispatch`` tells what comes after them, None: nothing does."""
    owner: Any = live.view if record is None else record.component
    halt = yield from running(owner._hooks.handle_event, owner, name, value)
    reply = None
    if halt is None:
        story = dispatch(name, value, record)
        if story is not None:
            return (yield from story)
    elif halt.reply is not None:
        reply = as_reply(f"A hook of {type(owner).__name__}", halt.reply)
    return (yield from (settling(live, reply) if record is None else showing(live, record, reply)))


def updating(live: Runtime, record: Record, assigns: Mapping[str, Any], *, at_once: bool) -> Steps[Outcome]:
    """``send_update``; unless ``at_once`` what it changed is rendered later."""
    components = _components(live)
    due = Due(record, dict(assigns), by_tag=False)
    if not at_once:
        yield from components.updating([due])
        components.stale[record.ref] = record
        return Outcome({})
    yield from components.settling_one(Where.HERE, due)
    return (yield from _finishing(live, None, None))


def task_done(
    live: Runtime, record: Record | None, name: str, result: TaskOutcome, *, at_once: bool
) -> Steps[Outcome]:
    """``handle_async`` of a component, or of the view."""
    owner: Any = live.view if record is None else record.component
    hooks, halt = owner._hooks, None
    if hooks is not None and hooks.handle_async:
        halt = yield from running(hooks.handle_async, owner, name, result)
    if halt is None:
        yield call(owner.handle_async, name, result)
    if at_once or live.navigation is not None:
        return (yield from settling_owner(live, record))
    show_later(live, record)
    return Outcome({})


def work_done(
    live: Runtime, record: Record | None, work: Work, outcome: TaskOutcome, *, at_once: bool
) -> Steps[Outcome]:
    """The outcome of ``assign_async`` or ``stream_async``."""
    work.settle(live.view if record is None else record.component, outcome)
    if at_once:
        return (yield from settling_owner(live, record))
    show_later(live, record)
    return Outcome({})


def settling_owner(live: Runtime, record: Record | None) -> Steps[Outcome]:
    """After a callback of a component, or of the view: show what has changed in it."""
    return (yield from (settling(live) if record is None else showing(live, record)))


def show_later(live: Runtime, record: Record | None) -> None:
    """Note that a component, or the view, has changed: it is rendered when nothing waits any more."""
    if record is None:
        live.behind = True
    else:
        _components(live).stale[record.ref] = record


def showing(live: Runtime, record: Record, reply: dict[str, Any] | None = None) -> Steps[Outcome]:
    """After a callback: what has changed in the component; then, if it asked for that, to another URL."""
    if live.state.program is None:  # the language has changed, and all of the page with it
        return (yield from settling(live, reply))
    target, live.navigation = live.navigation, None
    if target is not None and record.component._flash is not None:
        live.adopt_flash(record.component._flash)
    yield from _components(live).settling_one(Where.HERE, Due(record))
    return (yield from _finishing(live, target, reply))


def _finishing(live: Runtime, target: Navigation | None, reply: dict[str, Any] | None) -> Steps[Outcome]:
    """A component has been rendered: that is all, unless the page has something to say, or goes elsewhere."""
    if target is None and not live.has_news:
        return Outcome(live.component_diff(reply))
    first = live.component_diff()
    live.navigation = target
    outcome = yield from settling(live, reply)
    return replace(outcome, before=(first,)) if first else outcome


def catching_up(live: Runtime) -> Steps[Outcome]:
    """Render the components that messages have changed, and the view if they have changed that."""
    components = _components(live)
    diffs = []
    while components.stale:
        record = next(iter(components.stale.values()))
        yield from components.settling_one(live.render_where, Due(record))
        diffs.append(live.component_diff())
    last = (yield from rendering(live, live.render_where)) if live.behind or live.has_news else {}
    return Outcome(last, before=tuple(diff for diff in diffs if diff))


def reviving(live: Runtime, records: list[Record]) -> Steps[Outcome]:
    """Send components anew whose elements went and came again, and fill their streams (LV-63)."""
    components = _components(live)
    diffs = []
    for record in records:
        if record.is_unknown:  # not yet sent with another one
            arguments = record.arguments if record.component._streams is not None else None
            yield from components.settling_one(live.render_where, Due(record, arguments))
            diffs.append(live.component_diff())
    return Outcome({}, before=tuple(diff for diff in diffs if diff))


def _components(live: Runtime) -> Components:
    assert live.components is not None
    return live.components
