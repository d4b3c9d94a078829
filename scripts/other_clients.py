"""Other people's clients, which the tests run against our server: set up once below the cache, by lock file.

As a command:

    python scripts/other_clients.py    set up what is missing, with the Python of the tests' environment
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import bundle
from environment import PIP_FLAGS, ROOT, SetupError

PACKAGES = ROOT / "tests" / "clients" / "packages"
CACHE = ROOT / ".cache" / "other_clients"


def javascript() -> Path:
    """A folder with `node_modules`. Raises SetupError when npm fails."""
    try:
        return bundle.installed_from(PACKAGES, CACHE)
    except bundle.BundleError as error:
        raise SetupError(str(error)) from error


def python() -> Path:
    """A folder to put first on PYTHONPATH. Raises SetupError when pip fails."""
    requirements = PACKAGES / "requirements.txt"
    version = "{}.{}".format(*sys.version_info[:2])
    target = CACHE / f"python{version}-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]}"
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, ignore_cleanup_errors=True) as temporary:
            work = Path(temporary) / "work"
            pip_install(requirements, work)
            bundle.move_folder(work, target)
    return target


def pip_install(requirements: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", *PIP_FLAGS, "--target", folder, "-r", requirements]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetupError(f"pip could not install {requirements.name}.\n{done.stdout}{done.stderr}")


def main() -> int:
    try:
        print(javascript(), python(), sep="\n")
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
