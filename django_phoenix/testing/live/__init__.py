"""Tests of live views, in process, through the HTML they render (Phoenix.LiveViewTest).

    class CounterTests(TestCase):
        def test_it_counts(self):
            page = live(self.client, "/counter/")
            page.element("button", "+").click()
            self.assertEqual(page.element("#count").text, "1")

Nothing has to be set up or closed. For async tests there is ``alive``, whose objects have the same methods,
to be awaited.
"""

from __future__ import annotations

from django_phoenix.testing.live.asynchronous import (
    AsyncLiveElement,
    AsyncLiveForm,
    AsyncLivePage,
    AsyncLiveUpload,
    alive,
)
from django_phoenix.testing.live.files import LiveFile
from django_phoenix.testing.live.moves import Move
from django_phoenix.testing.live.screen import DuplicateIdWarning
from django_phoenix.testing.live.synchronous import LiveElement, LiveForm, LivePage, LiveUpload, live

__all__ = [
    "AsyncLiveElement",
    "AsyncLiveForm",
    "AsyncLivePage",
    "AsyncLiveUpload",
    "DuplicateIdWarning",
    "LiveElement",
    "LiveFile",
    "LiveForm",
    "LivePage",
    "LiveUpload",
    "Move",
    "alive",
    "live",
]
