"""``assign_async`` and ``stream_async``: work beside a view whose outcome becomes an AsyncResult."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from django_phoenix.async_result import AsyncResult
from django_phoenix.live.tasks import Exit, InPool, Ok, Outcome, check_function
from django_phoenix.streams import Streaming

if TYPE_CHECKING:
    from django_phoenix.live.runtime import Runtime

Names = tuple[str, ...]
Function = Callable[..., Any]

CANCELLED = "cancelled"


class Asyncing(Streaming):
    """What live views and live components can do with values that come later."""

    assigns: Any

    _live: Runtime
    _cid: int | None

    def assign_async(
        self,
        names: str | Sequence[str],
        function: Function,
        /,
        *args: Any,
        reset: bool | Sequence[str] = False,
        **kwargs: Any,
    ) -> None:
        """Set assigns to an ``AsyncResult`` and run ``function(*args, **kwargs)`` beside the view for them.

        One name gets what the function returns; for a list of names it returns a mapping with a value for
        each. What it raises becomes ``failed``, and is logged; or let it return ``Exit(reason)``, which is
        not. A ``def`` runs in a thread, an ``async def`` on the loop; give it values, not ``self``. An
        earlier result stays meanwhile, unless ``reset`` is true or lists the name. Of two calls for one name
        the later counts. Nothing is started at GET: there the assigns are ``loading``.
        """
        listed = _names(self, names)
        check_function(self, "assign_async", names, function)
        state = vars(self.assigns)
        for name in listed:
            anew = name in reset if isinstance(reset, list | tuple | set) else bool(reset)
            state[name] = _begun(state.get(name), listed, anew=anew)
        if self._live.channel is not None:
            work = Values(listed, alone=isinstance(names, str))
            self._live.channel.start_task((self._cid, listed), function, args, kwargs, work)

    def stream_async(
        self,
        name: str,
        function: Function,
        /,
        *args: Any,
        at: int = -1,
        limit: int | None = None,
        reset: bool = False,
        update_only: bool = False,
        dom_id: Callable[[Any], str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Insert into a stream the items that ``function(*args, **kwargs)`` gives, run beside the view.

        The stream is made if need be; the assign of the same name is an ``AsyncResult`` that tells how far
        it is. The options are those of ``stream``: with ``reset`` the items, when they come, replace those
        there are. They may be a queryset or an asynchronous generator. All else is as in ``assign_async``.
        """
        check_function(self, "stream_async", name, function)
        if self._streams is None or name not in self._streams.named:
            self.stream(name, [], dom_id=dom_id)
        state = vars(self.assigns)
        state[name] = _begun(state.get(name), (name,), anew=reset)
        if self._live.channel is not None:
            options = {"at": at, "limit": limit, "reset": reset, "update_only": update_only}
            self._live.channel.start_task((self._cid, (name,)), function, args, kwargs, Items(name, options))

    def cancel_async(self, what: str | Sequence[str] | AsyncResult, reason: Any = CANCELLED) -> None:
        """Stop what ``start_async``, ``assign_async`` or ``stream_async`` began under this name, or names.

        ``what`` may be the AsyncResult itself. ``handle_async`` gets ``Exit(reason)``; an AsyncResult has
        the reason as ``failed`` at once. A function that runs in a thread goes on there, but its result is
        dropped. Nothing happens if nothing runs.
        """
        channel, state = self._live.channel, vars(self.assigns)
        if isinstance(what, str):
            if channel is not None:
                channel.cancel_task((self._cid, what), reason)
            what = (what,)
        if isinstance(what, AsyncResult):
            names = _listed(what.loading)
        else:
            names = next((_listed(state[name].loading) for name in what if _is_loading(state.get(name))), ())
        if names:
            _fail(state, names, reason)
            if channel is not None:
                channel.cancel_task((self._cid, names), reason)


class Awaited:
    """Work whose outcome goes into an AsyncResult under each of these names."""

    def __init__(self, names: Names) -> None:
        self.names = names

    async def collect(self, result: Any, in_pool: InPool) -> Any:
        """What the function has returned, made ready; ``Exit`` as it is."""
        if type(result) is Ok:
            result = result.value
        return result if type(result) is Exit else await self.ready(result, in_pool)

    def settle(self, owner: Any, outcome: Outcome) -> None:
        """The outcome has come."""
        reason = _reason(outcome)
        if reason is None:
            self.show(owner, outcome.value)  # type: ignore[union-attr]
        else:
            _fail(vars(owner.assigns), self.names, reason)

    async def ready(self, result: Any, in_pool: InPool) -> Any:
        """The result as ``show`` takes it. Raises TypeError for another one than was asked for."""
        raise NotImplementedError

    def show(self, owner: Any, value: Any) -> None:
        """In the turn of the view: take it over."""
        raise NotImplementedError


class Values(Awaited):
    """The work of one ``assign_async``. ``alone``: it is for one name."""

    def __init__(self, names: Names, *, alone: bool) -> None:
        super().__init__(names)
        self.alone = alone

    async def ready(self, result: Any, in_pool: InPool) -> dict[str, Any]:
        """The values by name, querysets fetched."""
        if self.alone:
            values = {self.names[0]: result}
        elif isinstance(result, Mapping) and all(name in result for name in self.names):
            values = {name: result[name] for name in self.names}
        else:
            raise TypeError(
                f"for the assigns {', '.join(self.names)} the function should return a mapping with a value "
                f"for each, such as {{{self.names[0]!r}: …}}, or Exit(reason); got {result!r:.200}."
            )
        for value in values.values():
            if isinstance(value, QuerySet):
                await in_pool(len, value)
        return values

    def show(self, owner: Any, value: dict[str, Any]) -> None:
        """Those that no later call is to give."""
        state = vars(owner.assigns)
        for name, each in value.items():
            if _waits_for(state.get(name), self.names):
                state[name] = AsyncResult.of(each)


class Items(Awaited):
    """The work of one ``stream_async``."""

    def __init__(self, name: str, options: dict[str, Any]) -> None:
        super().__init__((name,))
        self.name = name
        self.options = options

    async def ready(self, result: Any, in_pool: InPool) -> Any:
        """The items as a list or tuple."""
        if type(result) in (list, tuple):
            return result
        if isinstance(result, QuerySet):
            return await in_pool(list, result)
        if hasattr(result, "__aiter__"):
            return [item async for item in result]
        return await in_pool(_items, result)

    def show(self, owner: Any, value: Any) -> None:
        """Into the stream."""
        owner.stream(self.name, value, **self.options)
        state = vars(owner.assigns)
        if _waits_for(state.get(self.name), self.names):
            state[self.name] = AsyncResult.of(True)


def _names(owner: Any, names: Any) -> Names:
    listed = (names,) if isinstance(names, str) else tuple(names) if isinstance(names, list | tuple) else ()
    if not listed or not all(isinstance(name, str) and name.isidentifier() for name in listed):
        raise TypeError(
            f"{type(owner).__name__}.assign_async: the first argument should be the name of an assign, or a "
            f"list of names, got {names!r:.100}."
        )
    return listed


def _items(result: Any) -> list[Any]:
    try:
        return list(result)
    except TypeError:
        raise TypeError(
            f"a function for stream_async should return the items, a list, a queryset or the like, or "
            f"Exit(reason); got {result!r:.200}."
        ) from None


def _begun(known: Any, names: Names, *, anew: bool) -> AsyncResult:
    return AsyncResult.begin(names) if anew or type(known) is not AsyncResult else known.begin_again(names)


def _is_loading(value: Any) -> bool:
    return type(value) is AsyncResult and type(value.loading) is tuple


def _listed(loading: Any) -> Names:
    return loading if type(loading) is tuple else ()


def _waits_for(value: Any, names: Names) -> bool:
    """Whether an assign is to hear of this work: not if other work has been begun for it meanwhile."""
    return type(value) is not AsyncResult or value.loading == names


def _fail(state: dict[str, Any], names: Names, reason: Any) -> None:
    for name in names:
        value = state.get(name)
        if _waits_for(value, names):
            known = value if type(value) is AsyncResult else AsyncResult()
            state[name] = known.fail(reason)


def _reason(outcome: Outcome) -> Any:
    """Why there is no result, if there is none; never None then, and without what a traceback holds on to."""
    ended = outcome if type(outcome) is Exit else outcome.value  # type: ignore[union-attr]
    if type(ended) is not Exit:
        return None
    reason = ended.reason
    if isinstance(reason, BaseException):
        return reason.with_traceback(None)
    return CANCELLED if reason is None else reason
