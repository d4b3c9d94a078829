"""Run django-components' own test suite twice: as it is, and with every template rendered by our compiler.

Its tests are not on PyPI, so this needs a copy of its repository, and is run by hand when components change:

    python scripts/djc_oracle.py [--repository URL-OR-PATH] [--ref TAG] [pytest arguments …]

Prints how many tests passed either way and names those that differ; ends with 1 if some passed only without
us. The same file is the pytest plugin of the second run: `Template.render` is replaced, and render ids are
left out of both sides of comparisons, since attributes for them are written only where a script needs them.
Tests that compare texts byte by byte see them missing all the same: what fails is run once more, "marked",
with the attributes of every component written.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / ".cache" / "django-components"
REPOSITORY = "https://github.com/django-components/django-components"
# Browsers and benchmarks test nothing of the renderer.
LEFT_OUT = ("--ignore-glob=*e2e*", "--ignore-glob=*benchmark*")

ended: dict[str, str] = {}
renders: Counter[str] = Counter()


# -- The two runs --------------------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repository", default=REPOSITORY, help="where to clone from, once")
    parser.add_argument("--ref", help="a branch or tag; default: the repository's own")
    parser.add_argument("--only", choices=("django", "compiler", "marked"), help="one of the runs")
    options, arguments = parser.parse_known_args()
    fetch(options.repository, options.ref)
    ways = [options.only] if options.only else ["django", "compiler"]
    outcomes = {way: run(way, arguments) for way in ways}
    lost: dict[str, str] = {}
    if not options.only:
        lost = differing(outcomes["django"]["ended"], outcomes["compiler"]["ended"])
        if lost:
            outcomes["marked"] = run("marked", list(lost))
            lost = differing(dict.fromkeys(lost, "passed"), outcomes["marked"]["ended"])
    for way, outcome in outcomes.items():
        found = Counter(outcome["ended"].values())
        told = ", ".join(f"{count} {word}" for word, count in sorted(found.items()))
        print(f"{way:9} {told}; renders: {outcome['renders']}")
    for name, how in lost.items():
        print(f"  {how}: {name}")
    return 1 if lost else 0


def fetch(repository: str, ref: str | None) -> None:
    if not COPY.is_dir():
        branch = ["--branch", ref] if ref else []
        subprocess.run(["git", "clone", "-q", "--depth=1", *branch, repository, str(COPY)], check=True)
    source = COPY / "src"
    if source.is_dir():  # the installed release is tested, not this copy
        source.rename(COPY / "upstream_src")


def run(way: str, arguments: list[str]) -> dict[str, Any]:
    """What became of each test, and how many templates were rendered by whom."""
    with tempfile.TemporaryDirectory() as folder:
        outcomes = Path(folder) / "outcomes.json"
        environment = {
            **os.environ,
            "RENDERED_BY": way,
            "OUTCOMES": str(outcomes),
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]),
        }
        plugins = ["-p", "djc_oracle", "-p", "no:cacheprovider", "-p", "no:django_phoenix"]
        named = any(not argument.startswith("-") and "tests" in argument for argument in arguments)
        command = [sys.executable, "-m", "pytest", "-q", *plugins, *LEFT_OUT, *arguments]
        subprocess.run(command if named else [*command, "tests"], cwd=COPY, env=environment, check=False)
        result: dict[str, Any] = json.loads(outcomes.read_text(encoding="utf-8"))
        return result


def differing(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    return {
        name: after.get(name, "not run")
        for name, how in before.items()
        if how == "passed" and after.get(name) != "passed"
    }


# -- The plugin ----------------------------------------------------------------------------------------------


def pytest_configure(config: Any) -> None:
    if os.environ["RENDERED_BY"] == "compiler":
        leave_ids_out()


def pytest_collection_finish(session: Any) -> None:
    """By now a test module has set Django up, and django-components has replaced `Template.render`."""
    if os.environ["RENDERED_BY"] != "django":
        render_by_compiler()
        count_components()
    if os.environ["RENDERED_BY"] == "marked":
        mark_all_roots()


def pytest_runtest_logreport(report: Any) -> None:
    if report.when == "call" or (report.outcome != "passed" and report.nodeid not in ended):
        ended[report.nodeid] = report.outcome


def pytest_sessionfinish(session: Any) -> None:
    outcome = {"ended": ended, "renders": dict(renders)}
    Path(os.environ["OUTCOMES"]).write_text(json.dumps(outcome), encoding="utf-8")


IDS = re.compile(r"\s*data-djc-id-\w+(?:=\"\"|='')?")
# Its tests count the ids, from a1bc3e on; in which order instances are made is nobody's business.
COUNTED = re.compile(r"a1bc[0-9a-f]{2}(?![0-9a-f])")


def ids_left_out(html: str) -> str:
    numbers: dict[str, str] = {}
    html = IDS.sub("", html)
    return COUNTED.sub(lambda match: numbers.setdefault(match[0], f"number{len(numbers)}"), html)


def leave_ids_out() -> None:
    from django.test import testcases  # the plugin is loaded before Django is needed

    parse = testcases.assert_and_parse_html

    def parse_without_ids(case: Any, html: Any, *rest: Any) -> Any:
        return parse(case, ids_left_out(html) if isinstance(html, str) else html, *rest)

    testcases.assert_and_parse_html = parse_without_ids


def mark_all_roots() -> None:
    from django_phoenix.rendering.djc import plans

    plans.marks_roots = plans.asks_for_something = lambda cls: True


def count_components() -> None:
    """Which components we run, and which django-components renders as a whole."""
    from django_phoenix.rendering.djc.lifecycle import ComponentTag

    def counted(method: str, word: str) -> None:
        theirs = getattr(ComponentTag, method)

        def count(*arguments: Any) -> Any:
            renders[word] += 1
            return theirs(*arguments)

        setattr(ComponentTag, method, count)

    counted("live", "components by us")
    counted("opaque", "components as a whole")
    counted("by_class", "components as a whole")


def render_by_compiler() -> None:
    from django.template import Template
    from django.test.signals import template_rendered
    from django.test.utils import instrumented_test_render

    from django_phoenix.rendering.compiler import compile_template
    from django_phoenix.rendering.djc import handlers  # noqa: F401 (the app is not installed there)

    theirs = Template.render

    def compiled(template: Template, context: Any) -> str:
        renders["compiled"] += 1
        return compile_template(template).html(context, keep_names=True)

    def instrumented(template: Template, context: Any) -> str:
        template_rendered.send(sender=template, template=template, context=context)
        return compiled(template, context)

    def render(template: Template, context: Any, *args: Any, **kwargs: Any) -> str:
        """A top-level render goes through the compiler, with what django-components does around it."""
        if "_DJC_COMPONENT_CTX" in context or args or kwargs:
            renders["within a component"] += 1
            return theirs(template, context, *args, **kwargs)
        by_us = instrumented if Template._render is instrumented_test_render else compiled
        template._render = partial(by_us, template)  # of this one, not of templates rendered meanwhile
        try:
            return theirs(template, context)
        finally:
            del template._render

    Template.render = render


if __name__ == "__main__":
    sys.exit(main())
