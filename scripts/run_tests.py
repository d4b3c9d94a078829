"""`make test`: set everything up, then lint, types, docs, all tests, and the fast ones on further Pythons.

As a command:

    python scripts/run_tests.py              `make test`
    python scripts/run_tests.py --all        `make test-all`: what takes too long for every day as well
    python scripts/run_tests.py --check      lint, format and types only
    python scripts/run_tests.py tests/…      only pytest, with these arguments
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from environment import MAIN, ROOT, Environment, SetupError, make_client, make_ready, say
from newest_clients import make_copy
from pythons import MIDDLE_DJANGO, Pairing, find_pythons, pair_up
from system_packages import install_missing

# Tried once more in the second pass.
HARSH = ("tests/e2e/features", "tests/e2e/test_roost.py")
ABOUT_SERVERS = ("cookies_blocked", "csrf_in_sessions", "fresh_site", "installed_sites", "two_servers")
WAITING = "browser or redis or servers or packaging or slow"
FAST = f"not ({WAITING})"


@dataclass
class Report:
    """What ran, how it ended and how long it took; printed at the end."""

    lines: list[str] = field(default_factory=list)
    failed: bool = False

    def step(self, name: str, run: Callable[[], int]) -> None:
        """Run one step. A failing one does not keep the others from telling what they know."""
        say(name)
        start = time.monotonic()
        try:
            status = run()
        except SetupError as error:
            print(error, file=sys.stderr)
            status = 1
        self.failed |= status != 0
        self.lines.append(f"{'FAILED' if status else 'ok':<11} {name} ({time.monotonic() - start:.0f} s)")

    def together(self, *lanes: dict[str, Callable[[], int]]) -> None:
        """Run lanes of steps beside each other; all but the first print nothing before a step is done."""

        def follow(lane: dict[str, Callable[[], int]]) -> None:
            for name, run in lane.items():
                self.step(name, run)

        with ThreadPoolExecutor(max_workers=len(lanes)) as threads:
            for done in [threads.submit(follow, lane) for lane in lanes]:
                done.result()

    def untested(self, name: str) -> None:
        self.lines.append(f"{'not tested':<11} {name}: this Python was not found")

    def close(self) -> int:
        say("Summary")
        print("\n".join(self.lines), flush=True)
        return int(self.failed)


def checks(environment: Environment) -> list[tuple[str, Callable[[], int]]]:
    def module(*arguments: str) -> Callable[[], int]:
        return lambda: environment.run("-m", *arguments, check=False)

    return [
        ("Lint", module("ruff", "check", ".")),
        ("Format", module("ruff", "format", "--check", ".")),
        ("Types", module("mypy")),
    ]


def told_at_the_end(command: list[str], folder: Path, **variables: str) -> int:
    """Run a command that others run beside, so that its output stands together."""
    environ = os.environ | variables
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    print(done.stdout + done.stderr, flush=True)
    return done.returncode


def waiting_part(environment: Environment, servers: str) -> Callable[[], int]:
    """Among them those that build the documentation, strictly."""
    command = [str(environment.python), "-m", "pytest", "-m", WAITING]
    variables = os.environ | {"E2E_SERVERS": servers}
    return lambda: subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


def other_clients(environment: Environment) -> Callable[[], int]:
    return lambda: environment.run("scripts/other_clients.py", check=False)


def newest_clients(environment: Environment) -> Callable[[], int]:
    """The browser tests in a copy that serves the newest clients; the copy wins over the editable install."""

    def run() -> int:
        copy = make_copy(ROOT, environment)
        # Other people's clients bring their own packages along: the same as before. What concerns servers
        # or looks rather than clients is not repeated.
        chosen = ("-m", "browser and not packaging", "--ignore", "tests/clients")
        apart = [f"--ignore=tests/e2e/test_{name}.py" for name in ABOUT_SERVERS]
        apart += ["-k", "not silent and not by_long_polling and not shut_nobody_out"]  # half a minute each
        command = [str(environment.python), "-m", "pytest", *chosen, *apart]
        return told_at_the_end(command, copy, PYTHONPATH=str(copy), E2E_SERVERS="uvicorn")

    return run


def second_pass(environment: Environment) -> Callable[[], int]:
    """Latency, lost connections in the midst, the other server (tests/support/features.py); every page."""
    variables = os.environ | {"HARSH": "1"}
    command = [str(environment.python), "-m", "pytest", *HARSH]
    return lambda: subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


def pictures(environment: Environment) -> Callable[[], int]:
    """They can be taken, which needs every page to get where its picture shows it; they are not kept."""

    def run() -> int:
        with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
            return max(
                environment.run(f"scripts/{name}.py", "--out", folder, check=False)
                for name in ("roost_pictures", "screenshots")
            )

    return run


def fast_part(environment: Environment) -> int:
    return told_at_the_end([str(environment.python), "-m", "pytest", "-q", "-m", FAST], ROOT)


def fast_part_on(pairing: Pairing) -> Callable[[], int]:
    def run() -> int:
        folder = ROOT / f".venv-{pairing.python}-django{pairing.django}"
        # Between the newest django-components here and on the newest Django, one run with the oldest.
        floor = pairing.django == MIDDLE_DJANGO
        described = Environment(folder, ("tests",), pairing.django, floor)
        return fast_part(make_ready(described, str(pairing.executable)))

    return run


def covered_by_main(environment: Environment) -> tuple[str, str]:
    """(Python, Django) of the main environment: no need to run this pair again."""
    script = "import sys, django; print('%d.%d' % sys.version_info[:2], '%d.%d' % django.VERSION[:2])"
    answer = subprocess.run(
        [str(environment.python), "-c", script], capture_output=True, text=True, check=True
    )
    python, installed = answer.stdout.split()
    return python, installed


def further_pythons(report: Report, environment: Environment) -> dict[str, Callable[[], int]]:
    main_pair = covered_by_main(environment)
    steps: dict[str, Callable[[], int]] = {}
    for pairing in pair_up(find_pythons()):
        if (pairing.python, pairing.django) == main_pair:
            continue
        if pairing.executable is None:
            report.untested(str(pairing))
        else:
            steps[f"Fast tests, {pairing}"] = fast_part_on(pairing)
    return steps


def everything(environment: Environment, more: bool = False) -> int:
    report = Report()
    for name, run in checks(environment):
        report.step(name, run)
    report.step("Other people's clients, set up", other_clients(environment))
    python, django = covered_by_main(environment)
    # What waits for browsers and servers leaves most of a core to what only computes.
    report.together(
        {
            # With Daphne, since the newest clients meet Uvicorn; what takes longer tries both.
            "Tests with browsers, servers, Redis, packages": waiting_part(
                environment, "daphne uvicorn" if more else "daphne"
            ),
        },
        {
            f"Fast tests, Python {python} with Django {django}": lambda: fast_part(environment),
            **further_pythons(report, environment),
            "Browser tests with the newest clients": newest_clients(environment),
        },
    )
    for name, run in longer(environment).items() if more else ():
        report.step(name, run)
    return report.close()


def longer(environment: Environment) -> dict[str, Callable[[], int]]:
    return {
        "Second pass: latency, lost connections, the other server, every page": second_pass(environment),
        "Pictures of every page": pictures(environment),
    }


def only_checks(environment: Environment) -> int:
    report = Report()
    for name, run in checks(environment):
        report.step(name, run)
    return report.close()


def main(arguments: list[str]) -> int:
    try:
        if arguments == ["--check"]:
            return only_checks(make_ready(Environment(MAIN, ("dev",))))
        install_missing()
        environment = make_ready(Environment(MAIN, ("dev",)))
        make_client(environment)
        if arguments in ([], ["--all"]):
            return everything(environment, more=bool(arguments))
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return environment.run("-m", "pytest", *arguments, check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
