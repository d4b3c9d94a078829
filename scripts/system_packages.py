"""Programs that the tests need and no Python package brings: installed by apt where we may, else named."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec

from environment import SetupError, say

# Debian's package -> the program that shows that it is there.
PROGRAMS = {"chromium": "chromium", "redis-server": "redis-server", "nginx": "nginx"}
# Not every release of every distribution has them; their tests are skipped then.
WELCOME = {"caddy": "caddy"}


def absent(programs: dict[str, str]) -> list[str]:
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/bin", "/usr/sbin"])
    return [package for package, program in programs.items() if not shutil.which(program, path=path)]


def missing_packages() -> list[str]:
    missing = absent(PROGRAMS)
    # Debian's Python comes without what `python -m venv` needs.
    return missing if find_spec("ensurepip") else [*missing, "python3-venv"]


def root_prefix() -> list[str] | None:
    """What to put before a command to run it as root without a question; None if that is not possible."""
    if os.geteuid() == 0:
        return []
    asks_nothing = ["sudo", "--non-interactive"]
    may = (
        shutil.which("sudo")
        and subprocess.run([*asks_nothing, "true"], capture_output=True, check=False).returncode == 0
    )
    return asks_nothing if may else None


def apt(prefix: list[str], *arguments: str) -> None:
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    subprocess.run(
        [*prefix, *quiet, *arguments], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )


def install_welcome() -> None:
    """What the tests can do without. Never raises."""
    for package in absent(WELCOME):
        prefix = root_prefix()
        if prefix is None or not shutil.which("apt-get"):
            say(f"{package} is not installed: its tests are skipped")
            continue
        say(f"Installing {package}")
        try:
            apt(prefix, "install", "--yes", "--no-install-recommends", package)
        except subprocess.CalledProcessError:
            say(f"apt has no {package}: its tests are skipped")


def install_missing() -> None:
    """Raises SetupError with the exact command when this user may not install, or when apt fails."""
    packages = missing_packages()
    if packages:
        install(packages)
    install_welcome()


def install(packages: list[str]) -> None:
    """Raises as ``install_missing``."""
    command = (
        f"sudo apt-get update && sudo apt-get install --yes --no-install-recommends {' '.join(packages)}"
    )
    prefix = root_prefix()
    if not shutil.which("apt-get"):
        raise SetupError(f"The tests need {' and '.join(packages)}; install them as this system does it.")
    if prefix is None:
        raise SetupError(
            f"The tests need {' and '.join(packages)}, and this user may not install. Run:\n\n    {command}\n"
        )
    say(f"Installing {' '.join(packages)}")
    try:
        apt(prefix, "update")
        apt(prefix, "install", "--yes", "--no-install-recommends", *packages)
    except subprocess.CalledProcessError as error:
        raise SetupError(
            f"apt could not install {' '.join(packages)}; its output is above. By hand: {command}"
        ) from error
