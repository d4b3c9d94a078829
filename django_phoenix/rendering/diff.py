"""From a rendered tree to what goes over the wire, and what is remembered of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.forms.utils import ErrorList

from .surroundings import active_locale, active_routing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .compiler import CompiledTemplate
    from .dirty import Tracker, Written
    from .program import Program
    from .rendered import Block, Node
    from .runtime import Runtime

NO_NAMES: frozenset[str] = frozenset()

SHARING_COST = 10  # bytes of `"p":{},` and of one `"0":,` in it


class RenderState:
    """What is remembered between the renders of one view. Empty at first: the next diff is complete."""

    __slots__ = (
        "cells", "compiled", "forms", "kept", "locale", "program", "routing", "seen", "tracker", "written"
    )  # fmt: skip

    def __init__(self) -> None:
        self.compiled: CompiledTemplate | None = None
        self.program: Program | None = None
        self.cells: list[Any] = []
        self.forms: list[BaseForm] | None = None  # Django's, as far as their fields were shown
        self.locale: tuple[Any, ...] | None = None  # where something shown depends on it
        self.routing: tuple[Any, ...] | None = None
        self.tracker: Tracker | None = None  # of the program, if it has one
        self.seen: tuple[Any, ...] | None = None  # the values of the names that it tracks
        self.written: dict[str, Written] = {}  # by tags
        # Names whose values are gone: what shows them stays as it is, unless it reads new ones besides.
        self.kept: frozenset[str] = NO_NAMES

    def is_current(self) -> bool:
        """Whether language, time zone and URLs are those of the last render, as far as they matter."""
        return (self.locale is None or self.locale == active_locale()) and (
            self.routing is None or self.routing == active_routing()
        )


class Render:
    """One successful evaluation: its diff, and what `commit` will have the state remember."""

    __slots__ = (
        "_assets",
        "_cells",
        "_compiled",
        "_forms",
        "_journal",
        "_locale",
        "_noted",
        "_program",
        "_routing",
        "_state",
        "_watch",
        "diff",
        "fresh",
        "resent",
    )

    def __init__(
        self,
        diff: Node,
        runtime: Runtime,
        state: RenderState,
        compiled: CompiledTemplate,
        program: Program,
        cells: list[Any] | None,
    ) -> None:
        self.diff = diff
        self.fresh = runtime.fresh  # the nodes that carry statics
        self.resent = runtime.resent  # the diff says cids that the client has
        self._journal = runtime.journal
        self._forms = runtime.forms
        self._assets, self._noted = runtime.assets, runtime.noted
        self._state = state
        self._compiled = compiled
        self._program = program
        self._cells = cells  # None: only the journal
        self._watch = runtime.watch
        # Taken now: whoever commits may have another language active.
        known = state if cells is None else RenderState()
        self._locale = active_locale() if runtime.localized and known.locale is None else known.locale
        self._routing = active_routing() if runtime.routed and known.routing is None else known.routing

    @property
    def program(self) -> Program:
        """What was run."""
        return self._program

    @property
    def is_complete(self) -> bool:
        """Whether the diff is the whole tree, for a client that knows nothing of it."""
        return self._cells is not None

    def commit(self) -> None:
        """Remember what the client is about to know. Call it once, after the diff is safely on its way."""
        state = self._state
        if self._cells is not None:
            state.compiled, state.program, state.cells = self._compiled, self._program, self._cells
        for target, at, value in self._journal:
            target[at] = value
        state.locale, state.routing = self._locale, self._routing
        watch = self._watch
        if watch is not None:
            state.tracker, state.seen, state.written = watch.tracker, watch.seen, watch.written
        elif state.tracker is not None:
            state.tracker = state.seen = None
        if self._noted and self._assets is not None:
            self._assets.noted += self._noted
        if state.forms is not None or self._forms is not None:
            let_go(state.forms or (), self._forms or ())
            state.forms = self._forms


def let_go(former: Iterable[BaseForm], shown: Iterable[BaseForm]) -> None:
    """Forms that others have replaced hold on to themselves, by their fields and errors: now they go.

    A form that is used once more makes its fields anew. (Those of a form without data may have values that
    are chosen only once.)
    """
    for form in former:
        if form.is_bound and not any(form is each for each in shown):
            vars(form)["_bound_fields_cache"].clear()
            for errors in (vars(form)["_errors"] or {}).values():
                # Formsets, and sites, put plain texts among them.
                for error in errors.data if isinstance(errors, ErrorList) else ():
                    if isinstance(error, ValidationError):
                        error.__traceback__ = None  # through frames that know the form


def share_statics(root: Node, fresh: list[Node]) -> None:
    """Write the statics of all nodes that have some: inline, or as a number in the root's `p` if shorter."""
    uses: dict[int, int] = {}
    for tree in fresh:
        block = id(tree["s"])
        uses[block] = uses.get(block, 0) + 1
    shared: dict[str, list[str]] = {}
    numbers: dict[int, int] = {}
    for tree in fresh:
        block = tree["s"]
        number = numbers.get(id(block))
        if number is None and is_worth_sharing(block, uses[id(block)]):
            number = numbers[id(block)] = len(shared)
            shared[str(number)] = list(block.statics)
        tree["s"] = list(block.statics) if number is None else number
    if shared:
        root["p"] = shared


def is_worth_sharing(block: Block, uses: int) -> bool:
    return uses > 1 and (uses - 1) * block.size > uses + SHARING_COST
