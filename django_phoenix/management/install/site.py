"""What the installer knows about the site: where its files are and what its settings say when loaded."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings as loaded
from django.template.backends.django import DjangoTemplates


@dataclass(frozen=True)
class Site:
    """Facts only; made once by ``of_this_process`` or by a test."""

    root: Path
    """The directory of ``manage.py``. Only files below it are edited."""
    settings_module: str
    settings_file: Path
    installed_apps: tuple[str, ...]
    root_urlconf: str
    asgi_application: str | None = None
    wsgi_application: str | None = None
    middleware: tuple[str, ...] = ()
    has_channel_layers: bool = False
    options: dict[str, object] = field(default_factory=dict)
    """The site's DJANGO_PHOENIX."""
    has_options: bool = False

    @classmethod
    def of_this_process(cls, root: Path, settings_file: Path | None = None) -> Site:
        """Read from the loaded settings; ``settings_file`` overrides the place of their module."""
        module = loaded.SETTINGS_MODULE
        file = settings_file or locate(module)
        if file is None:
            raise FileNotFoundError(f"the settings module {module!r} has no source file")
        return cls(
            root=root,
            settings_module=module,
            settings_file=file,
            installed_apps=tuple(loaded.INSTALLED_APPS),
            root_urlconf=loaded.ROOT_URLCONF,
            asgi_application=getattr(loaded, "ASGI_APPLICATION", None),
            wsgi_application=loaded.WSGI_APPLICATION,
            middleware=tuple(loaded.MIDDLEWARE),
            has_channel_layers=hasattr(loaded, "CHANNEL_LAYERS"),
            options=dict(getattr(loaded, "DJANGO_PHOENIX", {})),
            has_options=hasattr(loaded, "DJANGO_PHOENIX"),
        )

    def owns(self, path: Path) -> bool:
        """Whether a file belongs to the site itself, not to an installed package."""
        inside = path.resolve().is_relative_to(self.root.resolve())
        return inside and not {"site-packages", "dist-packages", "node_modules"} & set(path.parts)

    def asgi_name(self) -> str:
        """Dotted name of the ASGI application, as it is set or as ``startproject`` would have named it."""
        if self.asgi_application:
            return self.asgi_application
        package = (self.wsgi_application or self.root_urlconf).partition(".")[0]
        return f"{package}.asgi.application"


def locate(module: str) -> Path | None:
    """Source file of a module by its dotted name, without running it (its packages are imported)."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None


def template_dirs(engine: DjangoTemplates) -> list[Path]:
    """Directories in which a backend looks for templates, in its order."""
    return [Path(directory) for directory in engine.template_dirs]
