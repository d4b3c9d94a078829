from __future__ import annotations

import multiprocessing

from django_phoenix.delivery.losses import losses


def _report() -> None:
    losses.report("room:1", 1, "a test")
    assert losses.counts == {"a test": 1}


def test_a_forked_child_counts_for_itself_whoever_held_the_lock() -> None:
    child = multiprocessing.get_context("fork").Process(target=_report)
    losses.counts["earlier"] = 5
    try:
        with losses._lock:
            child.start()
        child.join(10)
        assert child.exitcode == 0
    finally:
        child.kill()
        del losses.counts["earlier"]
