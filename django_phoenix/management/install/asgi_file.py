"""Edits of asgi.py: the site's ASGI application, whatever it is, gets phoenix_application around it."""

from __future__ import annotations

import ast
from pathlib import Path

from django_phoenix.management.install.changes import Plan
from django_phoenix.management.install.site import Site, locate
from django_phoenix.management.install.source import Edit, PythonSource, assigned

IMPORT = "from django_phoenix.routing import phoenix_application"
WRAPPER = "phoenix_application"

NEW_FILE = '''\
"""ASGI entry point: live views and channels are answered here, everything else by Django."""

import os

from django.core.asgi import get_asgi_application

from django_phoenix.routing import phoenix_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{settings}")

{name} = phoenix_application(get_asgi_application())
'''


def plan_asgi(site: Site, plan: Plan, asgi_file: Path | None = None) -> None:
    """Wrap the application, or write a first asgi.py if the site has none."""
    module, _, name = site.asgi_name().rpartition(".")
    path = asgi_file or locate(module)
    if path is not None and path.exists():
        if site.owns(path):
            _wrap(plan, PythonSource.read(path), name)
        else:
            plan.gap(
                path,
                None,
                "this file belongs to an installed package; name the site's own with --asgi-file. Add:",
                *_by_hand(name),
            )
        return
    if site.asgi_application and asgi_file is None:
        place = site.root / f"{module.replace('.', '/')}.py"
        plan.gap(
            place,
            None,
            f"ASGI_APPLICATION names {site.asgi_application!r}, and there is no such module. Write it:",
            *_new(site, name).splitlines(),
        )
        return
    _create(site, plan, asgi_file, module, name)


def _create(site: Site, plan: Plan, asgi_file: Path | None, module: str, name: str) -> None:
    package = locate(module.partition(".")[0])
    if asgi_file is None and package is None:
        plan.gap(
            site.root,
            None,
            f"there is no package for {module}. Write an asgi.py:",
            *_new(site, name).splitlines(),
        )
        return
    path = asgi_file or package.parent / "asgi.py"  # type: ignore[union-attr]
    plan.created[path] = _new(site, name)
    plan.notes.append(
        "This site had no asgi.py. A WSGI server goes on serving its pages; live views and channels "
        "need an ASGI server (runserver is one now)."
    )


def _new(site: Site, name: str) -> str:
    return NEW_FILE.format(settings=_default_settings(site), name=name)


def _default_settings(site: Site) -> str:
    """The settings module that wsgi.py falls back to: what production uses; else the one loaded."""
    path = locate((site.wsgi_application or "").rpartition(".")[0] or "wsgi")
    if path and site.owns(path):
        for node in ast.walk(PythonSource.read(path).tree):
            match node:
                case ast.Call(
                    args=[ast.Constant(value="DJANGO_SETTINGS_MODULE"), ast.Constant(value=str(value))]
                ):
                    return value
    return site.settings_module


def _wrap(plan: Plan, source: PythonSource, name: str) -> None:
    if _calls_wrapper(source.tree):
        return
    binding = _last_binding(source.tree, name)
    if binding is None:
        plan.gap(
            source.path,
            None,
            f"nothing here is called {name!r}. Put it around the ASGI application:",
            *_by_hand(name),
        )
        return
    plan.edit(source, _import_edit(source, binding))
    value = assigned(binding, name)
    if value is not None:
        start, end = source.span(value)
        plan.edit(source, Edit(start, start, f"{WRAPPER}("), Edit(end, end, ")"))
    else:  # a function, an import, a branch: wrap what has become of it
        end = source.span(binding)[1]
        plan.edit(source, source.lines_after(end, ["", f"{name} = {WRAPPER}({name})"]))


def _calls_wrapper(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name == WRAPPER:
                return True
    return False


def _last_binding(tree: ast.Module, name: str) -> ast.stmt | None:
    """The last module-level statement that gives ``name`` a value, in whatever way."""
    bindings = [statement for statement in tree.body if name in _bound(statement)]
    return bindings[-1] if bindings else None


def _bound(statement: ast.stmt) -> set[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {alias.asname or alias.name.partition(".")[0] for alias in names}
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _import_edit(source: PythonSource, binding: ast.stmt) -> Edit:
    """Our import, below the import of get_asgi_application, else below the last import before the binding."""
    imports = [
        node
        for node in source.tree.body
        if isinstance(node, ast.Import | ast.ImportFrom) and node.lineno <= binding.lineno
    ]
    django = [node for node in imports if getattr(node, "module", None) == "django.core.asgi"]
    anchors = django or [node for node in imports if getattr(node, "module", None) != "__future__"] or imports
    if anchors:
        end = source.span(anchors[-1])[1]
        gap = [""] if django and len(imports) == imports.index(django[-1]) + 1 else []
        return source.lines_after(end, [*gap, IMPORT])
    start = source.offset(_first_line(binding), 0)
    return Edit(start, start, IMPORT + source.newline * 2)


def _first_line(statement: ast.stmt) -> int:
    """Where a statement begins, decorators included."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return min([statement.lineno, *(decorator.lineno for decorator in statement.decorator_list)])
    return statement.lineno


def _by_hand(name: str) -> list[str]:
    return [IMPORT, f"{name} = {WRAPPER}({name})"]
