"""Bodies of `{% live_component %}` may fill several slots, as those of `{% component %}`."""

from __future__ import annotations

from django_phoenix.rendering.live_components import compile_bodies_by

from .bodies import compile_body

compile_bodies_by(lambda c, scope, node: compile_body(c, scope, node).codes)
