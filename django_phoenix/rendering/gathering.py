"""What a whole program reads, with the templates that it includes.

An include is looked into once it has been rendered, and only where the same template is included each time:
one named literally, found by loaders that keep what they have loaded. (In development files change.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loaders import cached

from .chain import literal_include
from .choice import Choice
from .include import Include
from .parts import Hosted, Nested
from .reads import Reads

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.template.base import Template

    from .compiler import CompiledTemplate
    from .parts import BlockCode, Effect, Part
    from .program import Compiler, Program


class Gathering:
    """Finds out again what the parts of a program read, now that it has run."""

    def __init__(
        self,
        program: Program,
        compiled: Callable[[Template], CompiledTemplate],
        outer: frozenset[Program] = frozenset(),
    ) -> None:
        self.c = program.compiler
        self.compiled = compiled
        self.outer = outer | {program}
        self.pending: list[Include] = []  # not rendered so far
        engine = self.c.template.engine
        loaders = engine.template_loaders
        self.is_steady = not engine.debug and all(type(each) is cached.Loader for each in loaders)
        self.reads = self.code(program.code) if self.c.hosts else program.code.reads

    def code(self, code: BlockCode) -> Reads:
        reads = Reads()
        for item in code.content.items:
            if not isinstance(item, str):
                self.item(item)
                reads.absorb(item.reads_of)
        reads.settle(self.c.pool)
        code.reads = reads
        return reads

    def item(self, item: Part | Effect) -> None:
        if isinstance(item, Nested):
            self.code(item.code)
            self.known(item, item.gathered())
        elif isinstance(item, Choice):
            for code in item.live():
                self.code(code)
            self.known(item, item.gathered())
        elif isinstance(item, Hosted):
            include = self.c.module.namespace[item.name]
            reads = self.included(include, item.given) if type(include) is Include else None
            if reads is not None:
                self.known(item, reads)

    def known(self, item: Part, reads: Reads) -> None:
        reads.settle(self.c.pool)
        item.reads_of = reads

    def included(self, include: Include, given: Reads) -> Reads | None:
        """What an include reads, `given` what its own arguments do; None if that can't be told."""
        if not self.is_steady or literal_include(include.node) is None:
            return None
        template = include.only_template()
        if template is None:
            self.pending.append(include)
            return None
        program = self.compiled(template).single_program(include.autoescape)
        if program is None or program in self.outer or program.dynamic:
            return None
        inner = Gathering(program, self.compiled, self.outer)
        self.pending += inner.pending
        if inner.reads.impure:
            return None
        return self.translated(inner.reads, program.compiler, given)

    def translated(self, inner: Reads, there: Compiler, given: Reads) -> Reads:
        """The same in our variables. A name may be the context's or one of the arguments: take it as both."""
        reads = Reads()
        reads.absorb(given)
        if inner.paths:
            reads.look_anywhere()
        for variable in inner.names:
            here = self.c.context_variable(there.context_names[variable])
            reads.names.add(here)
            for path in inner.paths.get(variable, ()):
                reads.look(here, path)
        return reads
