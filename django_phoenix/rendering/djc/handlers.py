"""Have the tags of django-components compiled: importing this is enough."""

from __future__ import annotations

from . import components, dependencies, leaf, live_bodies, provide, slots  # noqa: F401 (their handlers)
from .bridge import assemble

leaf.assemblers[:] = [assemble]
