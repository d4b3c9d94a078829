"""`make bench`: the benchmark's workloads, each beside a bare ASGI app and stock Channels in the same run."""

from __future__ import annotations

import sys

from environment import MAIN, Environment, SetupError, make_client, make_ready


def main(arguments: list[str]) -> int:
    try:
        environment = make_ready(Environment(MAIN, ("tests",)))
        make_client(environment)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return environment.run("-m", "bench", *arguments, check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
