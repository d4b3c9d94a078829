"""Read the public names of Phoenix out of its sources, for the name table and its test.

    python scripts/phoenix_names.py phoenix_live_view phoenix phoenix_pubsub > tests/docs/phoenix_names.toml

Each folder holds a release's sources. Public is what has a place in the documentation: functions, macros and
callbacks that are not marked ``@doc false``, of modules that are not hidden as a whole. Arities of one name
go together: ``assign/2..3``.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

# The modules that an application's code is written with; of others the table has one row each.
EACH = {
    "Phoenix.Channel",
    "Phoenix.ChannelTest",
    "Phoenix.Component",
    "Phoenix.Endpoint",
    "Phoenix.LiveComponent",
    "Phoenix.LiveView",
    "Phoenix.LiveView.AsyncResult",
    "Phoenix.LiveView.Controller",
    "Phoenix.LiveView.Debug",
    "Phoenix.LiveView.JS",
    "Phoenix.LiveView.Router",
    "Phoenix.LiveView.UploadWriter",
    "Phoenix.LiveViewTest",
    "Phoenix.Presence",
    "Phoenix.PubSub",
    "Phoenix.Socket",
    "Phoenix.Token",
}
WHOLE = re.compile(r"Phoenix\.(Live|Component|Socket|PubSub|Tracker|Channel)")
HEREDOC = re.compile(r'(?:~[A-Za-z])?("""|\'\'\').*?\1', re.DOTALL)
MODULE = re.compile(r"defmodule ([\w.]+) do")
DEFINITION = re.compile(r"(?:defmacro|def|defdelegate|@callback|@macrocallback) ([a-z_]\w*[?!]?)(\()?")


def arguments(text: str) -> list[str]:
    """Those up to the bracket that closes; ``text`` begins behind the one that opens."""
    found, depth, quoted, start = [], 0, False, 0
    for at, char in enumerate(text):
        if char == '"' and text[at - 1] != "\\":
            quoted = not quoted
        elif quoted:
            continue
        elif char in "([{":
            depth += 1
        elif char in ")]}" and depth:
            depth -= 1
        elif char == ")" or (char == "," and not depth):
            found.append(text[start:at].strip())
            start = at + 1
            if char == ")":
                break
    return [each for each in found if each]


def definitions(source: str) -> Iterator[tuple[str, str, set[int]]]:
    """Module, name and arities of what is public; the name is empty for the module itself."""
    lines = HEREDOC.sub("HEREDOC", source).split("\n")
    stack: list[tuple[str, int]] = []
    hidden: set[str] = set()
    is_public = True
    told: set[tuple[str, str, int]] = set()
    for number, line in enumerate(lines):
        text = line.lstrip()
        indent = len(line) - len(text)
        if stack and text.rstrip() == "end" and indent == stack[-1][1]:
            stack.pop()
        if module := MODULE.match(text):
            name = f"{stack[-1][0]}.{module[1]}" if stack else module[1]
            stack.append((name, indent))
            if f"{' ' * indent}  @moduledoc false" in lines[number + 1 : number + 20]:
                hidden.add(name)
            else:
                yield name, "", set()
        elif stack and indent == stack[-1][1] + 2 and stack[-1][0] not in hidden:
            if text.startswith("@doc"):
                is_public = text.strip() != "@doc false"
            elif found := DEFINITION.match(text):
                rest = "\n".join([text[found.end() :], *lines[number + 1 : number + 30]])
                given = arguments(rest) if found[2] else []
                most = len(given)
                key = (stack[-1][0], found[1], most)
                if is_public and key not in told and not found[1].startswith("_"):
                    defaults = sum("\\\\" in each for each in given)
                    yield stack[-1][0], found[1], set(range(most - defaults, most + 1))
                told.add(key)
                is_public = True


def written(arities: set[int]) -> str:
    """``{2, 3}`` as ``2..3``, ``{1, 3, 4}`` as ``1,3..4``."""
    runs: list[list[int]] = []
    for arity in sorted(arities):
        if runs and runs[-1][-1] == arity - 1:
            runs[-1].append(arity)
        else:
            runs.append([arity])
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in runs)


def toml(folders: list[Path]) -> Iterator[str]:
    versions, names = {}, defaultdict(lambda: defaultdict(set))
    for folder in folders:
        mix = (folder / "mix.exs").read_text(encoding="utf-8")
        versions[re.search(r"app: :(\w+)", mix)[1]] = re.search(r'@version "([^"]+)"', mix)[1]
        for path in sorted(folder.glob("lib/**/*.ex")):
            for module, name, arities in definitions(path.read_text(encoding="utf-8")):
                names[module][name] |= arities
    yield "# Made by scripts/phoenix_names.py.\n[versions]"
    yield from (f'{package} = "{version}"' for package, version in sorted(versions.items()))
    others = sorted(name for name in names if name not in EACH and WHOLE.match(name))
    yield "\n[modules]\nas_a_whole = [\n" + "".join(f'    "{name}",\n' for name in others) + "]\n\n[names]"
    for module in sorted(EACH):
        listed = [f"{name}/{written(arities)}" for name, arities in sorted(names[module].items()) if name]
        yield f'"{module}" = [\n' + "".join(f'    "{name}",\n' for name in listed) + "]"


if __name__ == "__main__":
    print("\n".join(toml([Path(folder) for folder in sys.argv[1:]])))
