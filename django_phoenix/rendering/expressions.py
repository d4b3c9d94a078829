"""Django's variables, filters and conditions, written as Python statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.template.base import FilterExpression, Variable
from django.template.defaulttags import TemplateLiteral
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe

from .purity import LOCALIZED, PURE
from .scope import COUNTERS, BlockName, Local, LoopVariables
from .source import Function

if TYPE_CHECKING:
    from .program import Compiler
    from .scope import Scope

SURROUNDINGS = ("block", "forloop")  # not the context's, if a tag put them there

MAX_DEPTH = 8  # Python allows 20 nested `try` in one function


class NotCompilable(Exception):
    """This node is not what its class usually is: let Django render it."""


@dataclass
class Arguments:
    """Variables that a filter expression reads, as names of Python variables."""

    main: str
    rest: list[str]

    def all(self) -> list[str]:
        return [self.main, *self.rest] if self.main else self.rest


# -- variables


def check(expression: Any) -> FilterExpression:
    """Only Django's own classes mean what we think they mean."""
    if type(expression) is not FilterExpression:
        raise NotCompilable
    variables = [expression.var] if expression.is_var else []
    variables += [arg for _, args in expression.filters for is_variable, arg in args if is_variable]
    if any(type(variable) is not Variable for variable in variables):
        raise NotCompilable
    return expression


def is_path(expression: FilterExpression) -> bool:
    return expression.is_var and expression.var.lookups is not None


def paths_of(expression: FilterExpression) -> list[Variable]:
    """The variables that an expression looks up, in the order of `read_all`."""
    found = [expression.var] if is_path(expression) else []
    for _, args in expression.filters:
        found += [arg for is_variable, arg in args if is_variable and arg.lookups is not None]
    return found


def plain_paths(expressions: list[FilterExpression]) -> list[Variable | None] | None:
    """The variables behind expressions without filters (None for a constant); None if some have filters."""
    if any(expression.filters for expression in expressions):
        return None
    return [expression.var if is_path(expression) else None for expression in expressions]


def read(c: Compiler, fn: Function, scope: Scope, variable: Variable) -> str:
    """Emit the lookup of a variable; return an expression for its value, which may be MISSING."""
    if variable.lookups is None:
        fn.reads.impure = fn.reads.impure or variable.translate
        return literal(c, variable)
    name, *bits = variable.lookups
    found = scope.find(name)
    if isinstance(found, LoopVariables):
        return read_forloop(c, fn, scope, found, bits)
    if isinstance(found, BlockName):
        if bits == ["name"]:
            return c.constant(found.node.name)
        if not fn.dynamic:
            c.mark(scope)
        found = None
    if name in SURROUNDINGS and not found:
        fn.reads.impure = True
    value = fn.use(found.variable) if found else context_name(c, fn, name)
    if bits:
        fn.reads.look(value, bits)
    else:
        fn.reads.whole.add(value)
    result = fn.define(c.module.fresh("r"))
    fetched = fn.prefetched.get((value, bits[0])) if len(bits) == 1 else None
    ahead = f"{fetched} if ok else " if fetched else ""
    fn.emit(f"{result} = {ahead}{path(value, bits)}")
    return result


def root_of(c: Compiler, fn: Function, scope: Scope, variable: Variable) -> str | None:
    """The variable that holds the first name of a path, whose rest is then looked up; None if it has none."""
    if variable.lookups is None:
        return None
    name, *bits = variable.lookups
    found = scope.find(name)
    if isinstance(found, Local):
        value = fn.use(found.variable)
    elif found is None and name not in SURROUNDINGS:
        value = context_name(c, fn, name)
    else:
        return None
    if bits:
        fn.reads.look(value, bits)
    return value


def path(value: str, bits: list[str]) -> str:
    if not bits:
        return f"{value} if type({value}) in PLAIN else called(rt, {value})"
    if len(bits) == 1:
        return f"get(rt, {value}, {bits[0]!r})"
    return f"follow(rt, {value}, {tuple(bits)!r})"


def context_name(c: Compiler, fn: Function, name: str) -> str:
    """A variable that holds the context's value under this name, as it is."""
    variable = c.context_variable(name)
    if fn.dynamic:
        fn.reads.names.add(variable)
        fn.define(variable)
        fn.emit(f"{variable} = lookup(rt, {name!r})")
        return variable
    return fn.use(variable)


def read_forloop(c: Compiler, fn: Function, scope: Scope, loop: LoopVariables, bits: list[str]) -> str:
    while len(bits) > 1 and bits[0] == "parentloop" and loop.parent is not None:
        loop, bits = loop.parent, bits[1:]
    if len(bits) == 1 and bits[0] in COUNTERS:
        code = COUNTERS[bits[0]]
        if "{n}" in code:
            fn.use(loop.length)
            loop.counted = True
        if "{i}" in code:
            fn.use(loop.index)
            loop.indexed = True
        return code.format(i=loop.index, n=loop.length)
    layer = fn.use(loop.ask())
    fn.reads.impure = True
    result = fn.define(c.module.fresh("r"))
    fn.emit(f"{result} = {path(layer, bits) if bits else layer}")
    return result


def literal(c: Compiler, variable: Variable) -> str:
    if variable.translate:
        return f"{c.constant(variable)}.resolve(None)"
    return c.constant(variable.literal)


# -- filter expressions


def value(c: Compiler, fn: Function, scope: Scope, expression: Any, *, ignore_failures: bool = False) -> str:
    """Emit the evaluation of a filter expression; return an expression for the resulting object."""
    check(expression)
    arguments = read_all(c, fn, scope, expression)
    main = arguments.main or c.constant(expression.var)
    result = fn.define(c.module.fresh("e"))
    if not expression.filters:
        if not is_path(expression):
            fn.reads.impure = fn.reads.impure or isinstance(expression.var, Promise)
            return main
        instead = "None" if ignore_failures else f"missing(rt, {expression.var.var!r})"
        fn.emit(f"{result} = {main} if {main} is not MISSING else {instead}")
        return result
    filtered(
        c, fn, expression, main, arguments.rest, result, scope.autoescape, ignore_failures=ignore_failures
    )
    return result


def read_all(c: Compiler, fn: Function, scope: Scope, expression: FilterExpression) -> Arguments:
    main = read(c, fn, scope, expression.var) if expression.is_var else ""
    rest = [
        read(c, fn, scope, arg)
        for _, args in expression.filters
        for is_variable, arg in args
        if is_variable and arg.lookups is not None
    ]
    return Arguments(main, rest)


def filtered(
    c: Compiler,
    fn: Function,
    expression: FilterExpression,
    main: str,
    rest: list[str],
    result: str,
    autoescape: bool,
    *,
    ignore_failures: bool = False,
) -> None:
    """Emit `result = main|filters`, where the variables of the arguments are already read."""
    if not is_path(expression):
        fn.reads.impure = fn.reads.impure or is_translated(expression.var)
        fn.emit(f"{result} = {main}")
        _filters(c, fn, expression, rest, result, autoescape)
        return
    name = repr(expression.var.var)
    if ignore_failures:
        fn.emit(f"{result} = {main} if {main} is not MISSING else None")
        _filters(c, fn, expression, rest, result, autoescape)
        return
    with fn.block(f"if {main} is MISSING and rt.invalid:"):
        fn.emit(f"{result} = missing(rt, {name})")
    with fn.block("else:"):
        fn.emit(f"{result} = {main} if {main} is not MISSING else rt.invalid")
        _filters(c, fn, expression, rest, result, autoescape)


def _filters(
    c: Compiler, fn: Function, expression: FilterExpression, rest: list[str], result: str, autoescape: bool
) -> None:
    variables = iter(rest)
    for function, args in expression.filters:
        codes = [_argument(c, is_variable, arg, variables) for is_variable, arg in args]
        if getattr(function, "expects_localtime", False):
            fn.emit(f"{result} = template_localtime({result}, rt.context.use_tz)")
        if getattr(function, "needs_autoescape", False):
            codes.append(f"autoescape={autoescape}")
        if function not in PURE or any(is_translated(arg) for _, arg in args):
            fn.reads.impure = True
        if function in LOCALIZED or getattr(function, "expects_localtime", False):
            fn.emit("rt.localized = True")
        call = f"{c.constant(function)}({', '.join([result, *codes])})"
        if getattr(function, "is_safe", False):
            fn.emit(f"{result} = mark_safe({call}) if isinstance({result}, SafeData) else {call}")
        else:
            fn.emit(f"{result} = {call}")


def is_translated(arg: Any) -> bool:
    return isinstance(arg, Promise) or (isinstance(arg, Variable) and arg.translate)


def _argument(c: Compiler, is_variable: bool, arg: Any, variables: Any) -> str:
    if not is_variable:
        if isinstance(arg, SafeString):
            return c.constant(arg)
        return f"mark_safe({c.constant(arg)})"
    if arg.lookups is None:
        return literal(c, arg)
    return f"needed({next(variables)}, {arg.var!r})"


def is_pure(expression: FilterExpression) -> bool:
    """Whether the text depends on nothing but the variables read (and language, formats, time zone)."""
    constants = [arg for _, args in expression.filters for is_variable, arg in args if not is_variable]
    if any(isinstance(constant, Promise) for constant in constants):
        return False
    return all(function in PURE for function, _ in expression.filters)


def constant_text(expression: FilterExpression) -> str | None:
    """The text of an expression that can never show anything else, such as a quoted string."""
    if expression.is_var or expression.filters or isinstance(expression.var, Promise):
        return None
    return str(mark_safe(expression.var)) if isinstance(expression.var, SafeString) else None


# -- conditions


def check_condition(token: Any) -> None:
    """Raise NotCompilable for what is no condition of Django's own."""
    if token is None:
        return
    if type(token) is TemplateLiteral:
        check(token.value)
        return
    if getattr(token, "id", None) not in OPERATORS:
        raise NotCompilable
    check_condition(token.first)
    check_condition(token.second)


def condition(c: Compiler, fn: Function, scope: Scope, token: Any, depth: int = 0) -> str:
    """Emit the evaluation of one `{% if %}` condition; return an expression for what it gives."""
    if type(token) is TemplateLiteral:
        return value(c, fn, scope, token.value, ignore_failures=True)
    if depth >= MAX_DEPTH:
        return _apart(c, fn, scope, token)
    result = fn.define(c.module.fresh("q"))
    with fn.block("try:"):
        _operation(c, fn, scope, token, result, depth + 1)
    with fn.block("except Exception:"):  # as smartif does: templates must not raise here
        fn.emit(f"{result} = refused()")
    return result


def _operation(c: Compiler, fn: Function, scope: Scope, token: Any, result: str, depth: int) -> None:
    operator = getattr(token, "id", None)
    if operator not in OPERATORS:
        raise NotCompilable
    first = condition(c, fn, scope, token.first, depth)
    if operator == "not":
        fn.emit(f"{result} = not {first}")
    elif operator in ("and", "or"):
        fn.emit(f"{result} = {first}")
        with fn.block(f"if {result}:" if operator == "and" else f"if not {result}:"):
            second = condition(c, fn, scope, token.second, depth)
            fn.emit(f"{result} = {second}")
    else:
        second = condition(c, fn, scope, token.second, depth)
        fn.emit(f"{result} = {first} {operator} {second}")


OPERATORS = {"or", "and", "not", "in", "not in", "is", "is not", "==", "!=", ">", ">=", "<", "<="}


def _apart(c: Compiler, fn: Function, scope: Scope, token: Any) -> str:
    """Deeply nested conditions continue in a function of their own."""
    inner = Function(c.module.fresh("c"), ("rt",), dynamic=fn.dynamic)
    inner.culprit = fn.culprit
    inner.emit(f"return {condition(c, inner, scope, token)}")
    c.module.add(inner)
    fn.reads.absorb(inner.reads)
    return f"{inner.name}({c.arguments(fn, 'rt', free=inner.free)})"
