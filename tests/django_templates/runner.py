"""Runs Django's own tests: writes down how each ended, and renders by the compiler if asked to.

`RENDERED_BY` is one of `doors`, `OUTCOMES` the file that takes the result as JSON.
"""

from __future__ import annotations

import json
import os
import unittest
from pathlib import Path
from typing import Any

from django.test.runner import DiscoverRunner

from tests.django_templates import door


class Outcomes(unittest.TextTestResult):
    """How each test and each failing subtest ended."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ended: dict[str, str] = {}

    def addSuccess(self, test: Any) -> None:
        super().addSuccess(test)
        self.ended.setdefault(test.id(), "passed")

    def addError(self, test: Any, err: Any) -> None:
        super().addError(test, err)
        self.ended[test.id()] = "error"

    def addFailure(self, test: Any, err: Any) -> None:
        super().addFailure(test, err)
        self.ended[test.id()] = "failed"

    def addSkip(self, test: Any, reason: str) -> None:
        super().addSkip(test, reason)
        self.ended[test.id()] = "skipped"

    def addExpectedFailure(self, test: Any, err: Any) -> None:
        super().addExpectedFailure(test, err)
        self.ended[test.id()] = "expected failure"

    def addUnexpectedSuccess(self, test: Any) -> None:
        super().addUnexpectedSuccess(test)
        self.ended[test.id()] = "unexpected success"

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.ended[subtest.id()] = self.ended[test.id()] = "failed"


doors = {"django": door.count, "compiler": door.install, "pairs": door.watch}


class Runner(DiscoverRunner):
    def get_resultclass(self) -> type[Outcomes]:
        return Outcomes

    def run_suite(self, suite: Any, **kwargs: Any) -> Outcomes:
        pairs = doors[os.environ["RENDERED_BY"]]()
        result: Outcomes = super().run_suite(suite, **kwargs)
        facts = {"ended": result.ended, "renders": dict(door.counts)}
        if pairs is not None:
            facts |= {"pairs": dict(pairs.counts), "differences": pairs.differences}
        Path(os.environ["OUTCOMES"]).write_text(json.dumps(facts), encoding="utf-8")
        return result
