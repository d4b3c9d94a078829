"""What happens in a view's life, each told as steps: mounting, another URL, an event, a message, the end."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import isclass
from typing import Any

from django_phoenix.exceptions import LiveViewError, PatchLoop
from django_phoenix.live.family import forward_patch
from django_phoenix.live.hooks import CONT, HALT, rendered, running
from django_phoenix.live.navigation import Leaving, Patch
from django_phoenix.live.page import choose_page, prepare
from django_phoenix.live.runtime import Runtime
from django_phoenix.live.steps import Step, Steps, Where, call, call_handler
from django_phoenix.params import Handler
from django_phoenix.rendering.html import flatten
from django_phoenix.wire.encoding import Encoded, encoded_early
from django_phoenix.wire.message import Reply

logger = logging.getLogger(__name__)

# LV-82: so many patches in a row without a rendering between are no intention.
PATCH_LIMIT = 20


@dataclass(slots=True)
class Outcome:
    """What a message led to: the URLs that the page took, a diff, and where it goes if the view is left."""

    diff: dict[str, Any]
    patches: tuple[Patch, ...] = ()
    leaving: Leaving | None = None
    # Of a join: the whole page, as JSON already.
    rendered: Encoded | None = None
    # Diffs that come before all of it.
    before: tuple[dict[str, Any], ...] = ()


def mounting(live: Runtime) -> Steps[None]:
    """Guards, ``mount``, ``handle_params``; ends early as soon as the view asks to be somewhere else."""
    yield from _guarding(live)
    if live.navigation is not None:
        return
    if live.spec.has("mount"):
        yield call(live.view.mount, live.params, live.session)
        live.follow_locale()
    if isinstance(live.navigation, Patch):
        raise LiveViewError(
            f"{live.spec.name}.mount() called push_patch(), but there is no page yet whose URL could change. "
            "Call it in handle_params(), or use push_navigate()."
        )
    if live.navigation is None and (live.route is not None or live.view._loads_by_params):
        yield from handling_params(live)


def handling_params(live: Runtime) -> Steps[None]:
    """``handle_params`` for the URL that the view is at."""
    hooks = live.view._hooks
    if hooks is not None and hooks.handle_params:
        halt = yield from running(hooks.handle_params, live.view, live.params, live.uri)
        if halt is not None:
            return
    if live.spec.has("handle_params"):
        yield call(live.view.handle_params, live.params, live.uri)


def event(live: Runtime, handler: Handler, arguments: Mapping[str, Any]) -> Steps[Outcome]:
    """An event that an ``@event`` method takes."""
    result = yield call_handler(handler, live.view, arguments)
    reply = None if result is None else as_reply(handler.name, result)
    return (yield from settling(live, reply))


def other_event(live: Runtime, name: str, params: Any) -> Steps[Outcome]:
    """An event for ``handle_event``."""
    result = yield call(live.view.handle_event, name, params)
    reply = None if result is None else as_reply(f"{live.spec.name}.handle_event", result)
    return (yield from settling(live, reply))


def message(live: Runtime, content: Any) -> Steps[Outcome]:
    """``handle_info``; what it changed is rendered later, together with what else waits."""
    where = yield from _hearing(live, content)
    if live.navigation is not None:
        return (yield from settling(live))
    live.render_where = Where.HERE if where is Where.LOOP else Where.POOL
    live.behind = True
    return Outcome({})


def catching_up(live: Runtime) -> Steps[Outcome]:
    """Render what messages have changed, on the side where they ran."""
    return Outcome((yield from rendering(live, live.render_where)))


def last_message(live: Runtime, content: Any) -> Steps[Outcome]:
    """``handle_info`` for a message that nothing waits behind, and the rendering in one go."""
    if live.view._hooks is None:
        yield call(live.view.handle_info, content)
    else:
        yield from _hearing(live, content)
    return (yield from settling(live))


def patching(live: Runtime) -> Steps[Outcome]:
    """The client has gone to another URL of the view."""
    yield from handling_params(live)
    return (yield from settling(live))


def clearing_flash(live: Runtime, key: str | None) -> Steps[Outcome]:
    """``lv:clear-flash`` of the view (LV-73)."""
    if live.flash is not None:
        live.flash.clear(key)
    return (yield from settling(live))


def settling(live: Runtime, reply: dict[str, Any] | None = None) -> Steps[Outcome]:
    """After a callback: follow the patches that it asked for; then show what has changed, or leave."""
    patches: tuple[Patch, ...] = ()
    if live.navigation is not None:
        patches = yield from _following(live)
        if live.navigation is not None:
            if live.family is not None and live.family.outlives(live.navigation):
                return (yield from _staying(live))
            pushed = live.take_pushed()
            return Outcome({"e": pushed} if pushed else {}, patches, live.leave())
    return Outcome((yield from rendering(live, Where.HERE, reply)), patches)


def _staying(live: Runtime) -> Steps[Outcome]:
    """A sticky view has the page go elsewhere, and stays itself (LV-86)."""
    leaving = live.leave()
    live.navigation = None
    return Outcome((yield from rendering(live, Where.HERE)), leaving=leaving)


def rendering(live: Runtime, where: Where, reply: dict[str, Any] | None = None) -> Steps[dict[str, Any]]:
    """What has changed, in the view and in the live components that it shows."""
    if live.queries is not None and live.queries.unread:
        yield from live.queries.reading()
    render = yield Step(where, live.evaluate)
    if live.components is not None:
        yield from live.components.settling_view(where, complete=render.is_complete)
    if live.view._hooks is not None:
        yield from rendered(live, live.view)
    return live.diff(render, reply)


def showing(live: Runtime) -> Steps[str]:
    """The HTML of the live region, for the answer to a GET, right after ``mounting``."""
    prepare(live)
    if live.spec.renders:
        choose_page(live)
    if live.queries is not None and live.queries.unread:
        yield from live.queries.reading()
    tree = yield Step(Where.HERE, live.tree)
    if live.components is None:
        return flatten(tree)
    yield from live.components.settling_view(Where.HERE, complete=False)
    return flatten(tree, live.components.take_trees())


def joining(live: Runtime) -> Steps[Outcome]:
    """Mount for a client that joins, and render in full.

    In the pool, whichever side mounted: what is lazy for the life of the page (the user's permissions,
    relations, querysets) is fetched there, so that later renderings need no database.
    """
    yield from mounting(live)
    patches = yield from _following(live)
    if live.navigation is not None:
        pushed = live.take_pushed()
        return Outcome({"e": pushed}, patches, live.leave())
    if live.queries is not None and live.queries.unread:
        yield from live.queries.reading()
    render = yield Step(Where.POOL, live.evaluate_first)
    if live.components is not None:
        yield from live.components.settling_view(Where.POOL, complete=False)
    if live.view._hooks is not None:
        yield from rendered(live, live.view)
    # A whole page weighs a megabyte as objects: let the thread that made it turn it into text, too.
    return Outcome({}, patches, rendered=encoded_early(live.diff(render)))


def ending(live: Runtime, reason: Any) -> Steps[None]:
    """``terminate``."""
    if live.spec.has("terminate"):
        yield call(live.view.terminate, reason)


def _hearing(live: Runtime, content: Any) -> Steps[Where]:
    """``handle_info`` and the hooks before it; the side on which the last of them ran."""
    hooks = live.view._hooks
    where = Where.LOOP
    if hooks is not None and hooks.handle_info:
        halt = yield from running(hooks.handle_info, live.view, content)
        where = hooks.handle_info[-1].where if hooks.handle_info else Where.POOL
        if halt is not None:
            return where
    if live.spec.has("handle_info"):
        step = call(live.view.handle_info, content)
        where = step.where
        yield step
    return where


def _following(live: Runtime) -> Steps[tuple[Patch, ...]]:
    patches: list[Patch] = []
    while (patch := live.take_patch()) is not None:
        if len(patches) == PATCH_LIMIT:
            if live.channel is not None and live.state.program is not None:
                # So that the client comes back there, instead of the page that led here.
                live.channel.push("live_patch", patches[-1].as_wire())
            raise PatchLoop(f"{live.spec.name}.handle_params() asked for {PATCH_LIMIT} patches in a row.")
        if live.is_nested:
            forward_patch(live, patch)
            continue
        live.move_to(patch.to)
        if live.flash is not None:
            live.flash.keep_unshown()
        patches.append(patch)
        yield from handling_params(live)
    return tuple(patches)


def _guarding(live: Runtime) -> Steps[None]:
    routed = vars(live.view).get("on_mount", ())  # as_view(on_mount=[…])
    group = () if live.is_nested else live.live_session.on_mount  # it has let the page in
    for guard in (*group, *live.spec.guards, *routed):
        for function in _functions(guard):
            result = yield call(function, live.view, live.params, live.session)
            if live.navigation is not None:
                return
            if result is not None and result is not CONT:
                raise _bad_answer(live, getattr(function, "__qualname__", function), result)


def _bad_answer(live: Runtime, guard: Any, result: Any) -> Exception:
    if result == HALT:
        return LiveViewError(
            f"{live.spec.name}: the guard {guard} returned HALT, but said nowhere to go instead. Refuse "
            "by view.redirect(…) or an exception such as PermissionDenied."
        )
    return TypeError(
        f"{live.spec.name}: the guard {guard} returned {type(result).__name__}, which refuses nobody. Return "
        "None or CONT to let pass; refuse by view.redirect(…) or an exception such as PermissionDenied."
    )


def _functions(guard: Any) -> Iterator[Any]:
    """A guard is a function, a class or object with a method ``on_mount``, or a mixin with guards there."""
    on_mount = getattr(guard, "on_mount", None)
    if on_mount is None:
        yield guard
    elif isinstance(on_mount, list | tuple):
        yield from on_mount
    else:
        instance: Any = guard() if isclass(guard) else guard
        yield instance.on_mount


def as_reply(name: str, result: Any) -> dict[str, Any]:
    """What an event handler returned, as an object for the client. Raises TypeError for anything else."""
    if isinstance(result, dict):
        return result
    if isinstance(result, Reply) and isinstance(result.response, dict):
        return result.response
    raise TypeError(
        f"{name} should return None (no reply) or a dict (the reply that the client's callback gets), "
        f"got {type(result).__name__}."
    )
