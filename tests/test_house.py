"""The package's floors: a module imports from its own floor and those above it in this list, never below.

When a module does not fit, either it stands on the wrong floor or the list does: change whichever is wrong.
"""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "django_phoenix"

FLOORS = [
    {"exceptions", "wire", "js"},
    {"conf", "signals", "tokens", "payload", "conversion", "rates", "params", "rendering", "declarations"},
    {"process", "executor", "watchdog", "delivery", "history", "pubsub", "presence", "live_queries"},
    {"channel", "socket", "decorators", "transport"},
    {
        *("async_result", "streams", "uploads", "component", "core_components", "live_component"),
        *("guards", "forms", "formsets", "live_view", "live", "generic"),
    },
    {
        "routing",
        "checks",
        "colocated",
        "middleware",
        "apps",
        "templatetags",
        "management",
        "testing",
        "dashboard",
        "__main__",
    },
    {"pytest_plugin"},
]
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__init__.py"
}


def floor_of(module: str) -> int:
    """Raises LookupError for a module that no floor names."""
    top = module.partition(".")[0]
    for number, names in enumerate(FLOORS):
        if top in names:
            return number
    raise LookupError(f"django_phoenix.{module} stands on no floor: add it to FLOORS")


@cache
def tree_of(module: str) -> ast.Module:
    """Not while garbage is collected: Python 3.11 may then lose count of how deep in the tree it is."""
    gc.disable()
    try:
        return ast.parse(MODULES[module].read_text(encoding="utf-8"))
    finally:
        gc.enable()


def at_run_time(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but what stands under `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from at_run_time(node)


def names_in(node: ast.AST) -> Iterator[str]:
    """Dotted names below the package that an import may mean; `from a import b` may mean a or a.b."""
    match node:
        case ast.Import(names=names):
            dotted = [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), names=names):
            dotted = [module, *(f"{module}.{alias.name}" for alias in names)]
        case _:
            dotted = []
    for name in dotted:
        if name.startswith("django_phoenix."):
            yield name.removeprefix("django_phoenix.")


def imports_of(module: str, *, everywhere: bool = True) -> set[str]:
    """Own modules that a module imports: everywhere, or only when it is itself imported."""
    tree = tree_of(module)
    nodes = at_run_time(tree) if everywhere else iter(tree.body)
    return {name for node in nodes for name in names_in(node) if name in MODULES}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_nothing_from_a_lower_floor(module: str) -> None:
    own = floor_of(module)
    assert [name for name in sorted(imports_of(module)) if floor_of(name) > own] == []


def test_no_module_needs_itself_to_be_imported() -> None:
    graph = {module: imports_of(module, everywhere=False) for module in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import cycle: {' -> '.join(error.args[1])}")


def test_packages_are_only_folders() -> None:
    """An `__init__` that re-exports is where cycles begin. The package's own holds the version alone."""
    facades = (PACKAGE, *(PACKAGE / name for name in ("testing", "testing/live", "generic")))
    inits = [path for path in PACKAGE.rglob("__init__.py") if path.parent not in facades]
    assert [str(path) for path in inits if path.read_text().strip()] == []


@pytest.mark.parametrize("module", [name for name in MODULES if name.partition(".")[0] in FLOORS[0]])
def test_words_know_no_event_loop(module: str) -> None:
    tree = tree_of(module)
    imported = {ast.unparse(node).split()[1].partition(".")[0] for node in tree.body if is_import(node)}
    assert imported.isdisjoint({"asyncio", "channels", "daphne", "asgiref"})


def is_import(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)
