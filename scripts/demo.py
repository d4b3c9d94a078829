"""`make demo`: from a fresh clone to the test project in a browser. Needs Python with venv, nothing else."""

from __future__ import annotations

import argparse
import os
import sys

import ports
from environment import MAIN, ROOT, Environment, SetupError, make_client, make_ready, say

MANAGE = ROOT / "testproject" / "manage.py"


def refuse_busy_port(port: int) -> None:
    """Raises SetupError naming who holds `port` and a free one."""
    if ports.is_free(port):
        return
    holder = ports.holder(port) or "a process that this user may not see"
    free = ports.next_free(port)
    advice = f"Stop it, or take another port: make demo PORT={free}" if free else "Stop it first."
    raise SetupError(f"Port {port} is held by {holder}. {advice}")


def migrate(environment: Environment) -> None:
    if environment.run(MANAGE, "migrate", "--skip-checks", "--verbosity", "0", check=False):
        raise SetupError("The demo's database could not be brought up to date; the reason is above.")


def seed(environment: Environment) -> None:
    """People and boards to look around in; nothing if they are there."""
    if environment.run(MANAGE, "seed_demo", "--skip-checks", check=False):
        raise SetupError("The demo's boards could not be planted; the reason is above.")


def serve(environment: Environment, port: int) -> None:
    """Become the server, so that Ctrl-C and a kill reach it."""
    say(f"Open http://127.0.0.1:{port}/ in a browser. Ctrl-C stops the server.")
    os.chdir(ROOT)
    command = [str(environment.python), str(MANAGE), "runserver", f"127.0.0.1:{port}"]
    os.execv(command[0], command)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    try:
        refuse_busy_port(port)
        environment = make_ready(Environment(MAIN))
        make_client(environment)
        migrate(environment)
        seed(environment)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    serve(environment, port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
