"""``attach_hook``: functions that see what comes to a view or component before its own callbacks do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, NamedTuple

from django_phoenix.exceptions import LiveViewError
from django_phoenix.live.steps import Step, Steps, Where

if TYPE_CHECKING:
    from django_phoenix.live.runtime import Runtime

STAGES = ("handle_params", "handle_event", "handle_info", "handle_async", "after_render")
COMPONENT_STAGES = ("handle_event", "handle_async", "after_render")


@dataclass(frozen=True, slots=True)
class Halt:
    """A hook returns it to end the stage: neither later hooks nor the callback run.

    ``reply``: of a hook of ``handle_event``, what the client's callback gets.
    """

    reply: dict[str, Any] | None = None


class Continue:
    """The type of CONT."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "CONT"


CONT = Continue()
HALT = Halt()


class Hook(NamedTuple):
    """One function, attached under a name. A bound method of the owner has it already."""

    name: str
    function: Callable[..., Any]
    where: Where
    is_bound: bool


class Hooks:
    """Those of one view or component, in the order in which they were attached.

    A stage that runs goes over those that were there when it began.
    """

    __slots__ = STAGES

    def __init__(self) -> None:
        self.handle_params: tuple[Hook, ...] = ()
        self.handle_event: tuple[Hook, ...] = ()
        self.handle_info: tuple[Hook, ...] = ()
        self.handle_async: tuple[Hook, ...] = ()
        self.after_render: tuple[Hook, ...] = ()

    def stage(self, name: str) -> tuple[Hook, ...]:
        """The hooks of one stage."""
        found: tuple[Hook, ...] = getattr(self, name)
        return found

    def attach(self, stage: str, hook: Hook, owner: str) -> None:
        """Raises LiveViewError if the stage has one of that name."""
        hooks = self.stage(stage)
        if any(each.name == hook.name for each in hooks):
            raise LiveViewError(
                f"{owner}.attach_hook({hook.name!r}, {stage!r}, …): there is a hook {hook.name!r} on {stage} "
                "already. Give this one another name, or detach_hook() the first one."
            )
        setattr(self, stage, (*hooks, hook))

    def detach(self, stage: str, name: str) -> None:
        """Nothing happens if there is none."""
        setattr(self, stage, tuple(each for each in self.stage(stage) if each.name != name))


class Hooked:
    """What live views and live components can do with hooks."""

    _live: Runtime
    _cid: int | None
    # From the first hook on.
    _hooks: Hooks | None = None

    def attach_hook(self, name: str, stage: str, function: Callable[..., Any]) -> None:
        """Have ``function`` called before each callback of a stage, after hooks attached earlier.

        ``stage`` and what the function, ``def`` or ``async def``, gets: ``"handle_params"`` (view, params,
        uri), ``"handle_event"`` (view, event, params; every event, undeclared ones too), ``"handle_info"``
        (view, message), ``"handle_async"`` (view, name, result), and ``"after_render"`` (view), called on the
        socket after each rendering and before it is sent. A method of the view itself gets the same without
        the view. A component has no handle_params and no handle_info.

        The function returns None or ``CONT`` to go on, ``HALT`` to end the stage there, or
        ``Halt({...})`` to reply to an event as well. Raises LiveViewError for a name that is taken,
        ValueError for an unknown stage, TypeError for what is no function.
        """
        self._check_stage("attach_hook", name, stage)
        if not callable(function):
            raise TypeError(
                f"{type(self).__name__}.attach_hook({name!r}, {stage!r}, …): expected a function, "
                f"got {function!r:.100}."
            )
        if self._hooks is None:
            self._hooks = Hooks()
        where = Where.LOOP if iscoroutinefunction(function) else Where.POOL
        is_bound = getattr(function, "__self__", None) is self
        self._hooks.attach(stage, Hook(name, function, where, is_bound), type(self).__name__)

    def detach_hook(self, name: str, stage: str) -> None:
        """Call the hook of that name no more. Nothing happens if there is none."""
        self._check_stage("detach_hook", name, stage)
        if self._hooks is not None:
            self._hooks.detach(stage, name)

    def _check_stage(self, method: str, name: Any, stage: Any) -> None:
        here = f"{type(self).__name__}.{method}({name!r:.100}, {stage!r:.100}"
        stages = STAGES if self._cid is None else COMPONENT_STAGES
        if stage not in stages:
            of_whom = "" if self._cid is None else " of a live component"
            raise ValueError(f"{here}): the stages{of_whom} are {', '.join(stages)}.")
        if stage == "handle_params" and method == "attach_hook" and self._live.route is None:
            raise LiveViewError(
                f"{here}, …): this view stands in another page and has no URL of its own, so its "
                "handle_params is never called."
            )


def running(hooks: tuple[Hook, ...], owner: Any, *args: Any) -> Steps[Halt | None]:
    """Call them one after the other; the Halt of the one that ends the stage, else None."""
    for hook in hooks:
        result = yield Step(hook.where, hook.function, args if hook.is_bound else (owner, *args))
        if result is None or result is CONT:
            continue
        if type(result) is Halt:
            return result
        raise TypeError(
            f"{type(owner).__name__}: the hook {hook.name!r} should return None or CONT (go on), HALT (end "
            f"the stage), or Halt({{…}}) with a reply to an event; it returned {type(result).__name__} "
            f"{result!r:.100}."
        )
    return None


def rendered(live: Runtime, owner: Any) -> Steps[None]:
    """``after_render`` of a view or component. What it pushes goes with what was rendered."""
    if owner._hooks is None or not owner._hooks.after_render:
        return
    yield from running(owner._hooks.after_render, owner)
    if live.navigation is not None:
        raise LiveViewError(
            f"{type(owner).__name__}: a hook of after_render asks for {live.navigation}, but the page is "
            "being rendered. Let it send_after(0, …) a message, and do so in handle_info."
        )
