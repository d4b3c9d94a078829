"""The pool behind `def` callbacks and the async ORM: isolation, fairness, nothing lost, few connections."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import Group
from django.db import connection, connections, transaction
from django.utils import translation

from django_phoenix import executor
from django_phoenix.delivery import asgiref_bridge
from django_phoenix.delivery import pool as pool_module
from django_phoenix.exceptions import HandlerTimeout
from django_phoenix.executor import ThreadPool, begin_message, bind_context, end_message
from django_phoenix.signals import handler_timed_out, pool_exhausted
from django_phoenix.testing.same_thread import SameThread

# Far longer than anything here takes, far shorter than a hanging test.
SOON = 10


class Actor:
    """Does what a process does: a context of its own, one message at a time, a record for each."""

    def __init__(self, owner: Any = None) -> None:
        self.owner = owner or object()
        self.context = contextvars.copy_context()
        bind_context(self.context)

    def call(self, fn: Callable[..., Any], *args: Any) -> asyncio.Task[Any]:
        """Handle a message with a `def` callback."""
        return self._begin(self._call(fn, args))

    def handle(self, fn: Callable[..., Any], *args: Any) -> asyncio.Task[Any]:
        """Handle a message with an `async def` callback."""
        return self._begin(self._handle(fn, args))

    def _begin(self, work: Any) -> asyncio.Task[Any]:
        return asyncio.get_running_loop().create_task(work, context=self.context)

    async def _call(self, fn: Callable[..., Any], args: Any) -> Any:
        record = begin_message(self.owner, f"Room.{fn.__name__}")
        try:
            return await executor.get_pool().run(self.owner, self.context, fn, *args)
        finally:
            end_message(record)

    async def _handle(self, fn: Callable[..., Any], args: Any) -> Any:
        record = begin_message(self.owner, f"Room.{fn.__name__}")
        try:
            return await fn(*args)
        finally:
            end_message(record)


class Gate:
    """Holds threads up until it is opened, and counts who is held."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.inside = 0

    def wait(self) -> str:
        self.inside += 1
        assert self.opened.wait(SOON)
        return threading.current_thread().name

    async def full(self, count: int) -> None:
        """Until ``count`` threads are held."""
        await until(lambda: self.inside >= count)


@pytest.fixture
def use_pool(gate: Gate) -> Iterator[Callable[..., ThreadPool]]:
    """Makes the process's pool, and takes it away again."""
    former = executor._pool
    made: list[ThreadPool] = []

    def use(*args: Any, **kwargs: Any) -> ThreadPool:
        made.append(ThreadPool(*args, **kwargs))
        executor.set_pool(made[-1])
        return made[-1]

    yield use
    gate.opened.set()
    executor._pool = former
    for pool in made:
        pool.close(wait=SOON)


@pytest.fixture
def pool(use_pool: Callable[..., ThreadPool]) -> ThreadPool:
    return use_pool()


@pytest.fixture
def gate() -> Iterator[Gate]:
    it = Gate()
    yield it
    it.opened.set()


def thread_name() -> str:
    return threading.current_thread().name


async def until(condition: Callable[[], bool]) -> None:
    """Look again and again: what threads do sets no event of the loop."""
    async with asyncio.timeout(SOON):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.002)


# Where callbacks run, and what they find there.


async def test_a_def_callback_runs_on_a_thread_of_the_pool(pool: ThreadPool) -> None:
    assert (await Actor().call(thread_name)).startswith("phoenix-pool-")


async def test_the_async_orm_uses_the_same_threads(pool: ThreadPool) -> None:
    async def query() -> str:
        return await sync_to_async(thread_name)()

    assert (await Actor().handle(query)).startswith("phoenix-pool-")


async def test_outside_a_bound_context_asgiref_is_as_it_was(pool: ThreadPool) -> None:
    assert not (await sync_to_async(thread_name)()).startswith("phoenix-pool-")


async def test_a_context_variable_set_in_a_callback_is_there_for_the_next_message(pool: ThreadPool) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    actor = Actor()
    await actor.call(variable.set, "from the thread")

    async def read() -> str:
        return variable.get()

    assert await actor.handle(read) == "from the thread"
    assert actor.context[variable] == "from the thread"
    assert variable.get(None) is None


async def test_the_language_of_a_message_is_active_on_the_thread_and_leaks_nowhere(
    pool: ThreadPool,
) -> None:
    def language() -> str | None:
        return translation.get_language()

    async def in_german() -> tuple[str | None, str | None]:
        with translation.override("de"):
            on_thread = await sync_to_async(language)()
            return on_thread, await executor.get_pool().run(german.owner, german.context, language)

    german, other = Actor(), Actor()
    results = await asyncio.gather(german.handle(in_german), other.call(language))
    assert results == [("de", "de"), "en"]
    assert await other.call(language) == "en"


async def test_async_to_sync_in_a_callback_runs_on_our_loop(pool: ThreadPool) -> None:
    loop = asyncio.get_running_loop()

    async def where() -> Any:
        return asyncio.get_running_loop(), await sync_to_async(thread_name)()

    def callback() -> Any:
        return (*async_to_sync(where)(), thread_name())

    its_loop, inner, outer = await Actor().call(callback)
    assert its_loop is loop
    # The waiting thread does what its own coroutine asks for: the same connection, the same transaction.
    assert inner == outer


async def test_what_a_callback_raises_reaches_the_caller(pool: ThreadPool) -> None:
    def fail(error: BaseException) -> None:
        raise error

    with pytest.raises(KeyError, match="gone"):
        await Actor().call(fail, KeyError("gone"))
    assert pool.stats()["lost"] == 0


@pytest.mark.parametrize("ending", [StopIteration, SystemExit, KeyboardInterrupt])
async def test_what_would_end_the_loop_or_the_server_ends_the_callback_only(
    pool: ThreadPool, ending: type[BaseException]
) -> None:
    def fail() -> None:
        raise ending

    with pytest.raises(RuntimeError, match=f"the callback raised {ending.__name__}") as caught:
        await Actor().call(fail)
    assert isinstance(caught.value.__cause__, ending)


# One message keeps to one thread.


async def test_the_calls_of_one_message_keep_to_one_thread(
    pool: ThreadPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A machine that is busy otherwise makes no thread count as blocked.
    monkeypatch.setattr(pool_module, "BLOCKED_AFTER", 10)

    async def callback() -> set[str]:
        names = set()
        for _ in range(20):
            names.add(await sync_to_async(thread_name)())
            await asyncio.sleep(0)
        return names

    results = await asyncio.gather(*(Actor().handle(callback) for _ in range(6)))
    assert [len(names) for names in results] == [1] * 6
    assert len(set.union(*results)) == 6


async def test_a_message_whose_thread_another_one_blocks_goes_on_elsewhere(
    use_pool: Callable[..., ThreadPool], gate: Gate
) -> None:
    use_pool(1, 2)
    first_done, go_on = asyncio.Event(), asyncio.Event()

    async def patient() -> tuple[str, str]:
        before = await sync_to_async(thread_name)()
        first_done.set()
        await go_on.wait()
        return before, await sync_to_async(thread_name)()

    waiting = Actor().handle(patient)
    await first_done.wait()
    blocker = Actor().call(gate.wait)
    await gate.full(1)
    go_on.set()
    before, after = await asyncio.wait_for(waiting, SOON)
    assert not blocker.done()
    assert before != after


async def test_a_task_that_outlives_its_message_still_gets_a_thread(pool: ThreadPool) -> None:
    ended = asyncio.Event()
    left_behind: list[asyncio.Task[str]] = []

    async def later() -> str:
        await ended.wait()
        return await sync_to_async(thread_name)()

    async def callback() -> None:
        await sync_to_async(thread_name)()
        left_behind.append(asyncio.create_task(later()))

    await Actor().handle(callback)
    ended.set()
    assert (await left_behind[0]).startswith("phoenix-pool-")
    assert not any(worker.pins for worker in pool._workers)


# Nobody waits for somebody else.


async def test_blocked_callbacks_and_queries_of_sixteen_sockets_delay_no_other(
    pool: ThreadPool, gate: Gate
) -> None:
    async def query() -> str:
        return await sync_to_async(gate.wait)()

    blocked = [Actor().call(gate.wait) for _ in range(8)] + [Actor().handle(query) for _ in range(8)]
    await gate.full(16)

    async def quick_query() -> str:
        return await sync_to_async(thread_name)()

    for _ in range(3):
        await asyncio.wait_for(Actor().call(thread_name), SOON)
        await asyncio.wait_for(Actor().handle(quick_query), SOON)
    assert not any(task.done() for task in blocked)
    gate.opened.set()
    await asyncio.gather(*blocked)


async def test_short_calls_never_need_more_than_the_usual_threads(
    use_pool: Callable[..., ThreadPool], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As above: a thread that loses the processor for a while is not taken for blocked.
    monkeypatch.setattr(pool_module, "BLOCKED_AFTER", 10)
    pool = use_pool(2, 32)
    await asyncio.gather(*(Actor().call(thread_name) for _ in range(500)))
    assert pool.stats()["threads"] <= 2


async def test_one_owner_gets_no_more_than_its_share(use_pool: Callable[..., ThreadPool], gate: Gate) -> None:
    pool = use_pool(4, 8)
    greedy = [Actor("greedy").call(gate.wait) for _ in range(20)]
    await gate.full(2)
    for _ in range(3):
        await asyncio.wait_for(Actor("modest").call(thread_name), SOON)
    assert gate.inside == pool.share == 2
    gate.opened.set()
    assert len(await asyncio.gather(*greedy)) == 20


async def test_owners_take_turns(use_pool: Callable[..., ThreadPool], gate: Gate) -> None:
    use_pool(1, 1)
    order: list[str] = []
    blocker = Actor("first").call(gate.wait)
    await gate.full(1)
    crowd = [Actor("crowd").call(order.append, "crowd") for _ in range(10)]
    single = Actor("single").call(order.append, "single")
    await asyncio.sleep(0)
    gate.opened.set()
    await asyncio.gather(blocker, single, *crowd)
    assert order.index("single") == 1


async def test_an_exhausted_pool_says_so_and_loses_nothing(
    use_pool: Callable[..., ThreadPool], gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    use_pool(2, 2)
    told: list[dict[str, Any]] = []

    def receiver(**arguments: Any) -> None:
        told.append(arguments)

    pool_exhausted.connect(receiver)
    try:
        blocked = [Actor().call(gate.wait) for _ in range(2)]
        await gate.full(2)
        waiting = [Actor().call(thread_name) for _ in range(5)]
        await until(lambda: bool(told))
        gate.opened.set()
        results = await asyncio.gather(*blocked, *waiting)
    finally:
        pool_exhausted.disconnect(receiver)
    assert len(results) == 7
    assert (told[0]["threads"], told[0]["waiting"], told[0]["owners"]) == (2, 5, 5)
    assert told[0]["wait"] >= pool_module.TELL_AFTER
    assert caplog.text.count("The thread pool is exhausted: 5 calls of 5 clients wait") == 1


@pytest.mark.parametrize("seed", range(5))
async def test_under_a_random_load_every_call_is_answered_and_the_pool_comes_to_rest(
    use_pool: Callable[..., ThreadPool], seed: int
) -> None:
    chance = random.Random(seed)
    pool = use_pool(chance.randint(1, 4), chance.randint(4, 8), idle_seconds=chance.choice([0, 0.01]))
    owners = [object() for _ in range(5)]

    def quick(number: int) -> int:
        return number

    def slow(number: int) -> int:
        time.sleep(chance.random() * 0.03)
        return number

    def nested(number: int) -> int:
        return async_to_sync(several)(number)

    async def several(number: int) -> int:
        await asyncio.sleep(chance.random() * 0.005)
        await asyncio.gather(*(sync_to_async(chance.choice([quick, slow]))(n) for n in range(3)))
        return await sync_to_async(quick)(number)

    async def one(number: int) -> None:
        actor = Actor(chance.choice(owners))
        kind = chance.choice([quick, quick, slow, nested, several])
        task = actor.handle(kind, number) if kind is several else actor.call(kind, number)
        if chance.random() < 0.2:
            await asyncio.sleep(chance.random() * 0.01)
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            assert await task == number

    async with asyncio.timeout(30):
        await asyncio.gather(*(one(number) for number in range(300)))
    await until(lambda: not pool.stats()["busy"])
    assert pool.stats()["waiting"] == pool.stats()["lost"] == 0
    assert not pool._running
    assert not any(worker.pins or worker.backlog for worker in pool._workers)


# Callbacks that do not come back.


async def test_a_handler_that_does_not_return_is_given_up_and_named(
    use_pool: Callable[..., ThreadPool], gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    pool = use_pool(1, 1, handler_timeout=0.1)
    told: list[dict[str, Any]] = []

    def receiver(**arguments: Any) -> None:
        told.append(arguments)

    handler_timed_out.connect(receiver)
    try:
        with pytest.raises(HandlerTimeout, match=r"Room\.wait has not returned for \d+\.\d s"):
            await asyncio.wait_for(Actor().call(gate.wait), SOON)
    finally:
        handler_timed_out.disconnect(receiver)
    assert "self.opened.wait" in caplog.text
    assert told[0]["label"] == "Room.wait"
    assert "self.opened.wait" in told[0]["stack"]
    assert pool.stats()["lost"] == 1
    # Another thread has taken its place; it goes when the handler returns.
    pool.handler_timeout = SOON
    await asyncio.wait_for(Actor().call(thread_name), SOON)
    gate.opened.set()
    await until(lambda: pool.stats()["lost"] == 0)


async def test_lost_threads_are_replaced_up_to_a_bound(
    use_pool: Callable[..., ThreadPool], gate: Gate
) -> None:
    pool = use_pool(2, 2, handler_timeout=0.05)
    stuck = [Actor().call(gate.wait) for _ in range(4)]
    for task in stuck:
        with pytest.raises(HandlerTimeout):
            await asyncio.wait_for(task, SOON)
    pool.handler_timeout = SOON
    late = Actor().call(thread_name)
    await asyncio.sleep(2 * pool_module.BLOCKED_AFTER)
    assert pool.stats() == {"threads": 0, "busy": 0, "waiting": 1, "lost": 4}
    gate.opened.set()
    assert await asyncio.wait_for(late, SOON)


async def test_a_process_whose_handler_was_given_up_can_still_say_goodbye(
    use_pool: Callable[..., ThreadPool], gate: Gate
) -> None:
    pool = use_pool(1, 1, handler_timeout=0.05)
    actor = Actor()
    with pytest.raises(HandlerTimeout):
        await actor.call(gate.wait)
    pool.handler_timeout = SOON
    # Its context is still entered on the lost thread: a copy of it serves.
    assert await asyncio.wait_for(actor.call(thread_name), SOON)


async def test_a_cancelled_call_that_waits_is_dropped_and_one_that_runs_goes_on(
    use_pool: Callable[..., ThreadPool], gate: Gate
) -> None:
    pool = use_pool(1, 1)
    ran: list[str] = []
    running = Actor().call(gate.wait)
    await gate.full(1)
    waiting = Actor().call(ran.append, "never")
    await asyncio.sleep(0)
    for task in (running, waiting):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    gate.opened.set()
    await Actor().call(ran.append, "after")
    assert ran == ["after"]
    assert pool.stats()["waiting"] == 0


# Database connections.


class OpenConnections:
    """Which connections to the test database are open, by watching them open and close."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opened = 0
        self.by_thread: Counter[str] = Counter()
        wrapper = type(connections["default"])
        real_open, real_close = wrapper.get_new_connection, wrapper._close

        def get_new_connection(this: Any, params: Any) -> Any:
            self.opened += 1
            self.by_thread[thread_name()] += 1
            return real_open(this, params)

        def _close(this: Any) -> None:
            if this.connection is not None:
                self.by_thread[thread_name()] -= 1
            real_close(this)

        monkeypatch.setattr(wrapper, "get_new_connection", get_new_connection)
        monkeypatch.setattr(wrapper, "_close", _close)

    @property
    def now(self) -> int:
        return sum(count for name, count in self.by_thread.items() if name.startswith("phoenix-pool-"))


@pytest.fixture
def file_database(tmp_path: Any) -> Iterator[None]:
    """A database on disk, so that each connection is a real one; in-memory SQLite is never closed."""
    former = connections.settings["default"]["NAME"]
    connections.settings["default"]["NAME"] = str(tmp_path / "test.sqlite3")
    yield
    connections.settings["default"]["NAME"] = former


@pytest.fixture
def open_connections(
    monkeypatch: pytest.MonkeyPatch, file_database: None, django_db_blocker: Any
) -> Iterator[OpenConnections]:
    with django_db_blocker.unblock():
        yield OpenConnections(monkeypatch)


def select() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        value: int = cursor.fetchone()[0]
    return value


def in_transaction() -> bool:
    return connection.in_atomic_block or not connection.get_autocommit()


@pytest.mark.slow
async def test_after_ten_thousand_callbacks_connections_are_bounded_and_none_is_in_a_transaction(
    open_connections: OpenConnections, use_pool: Callable[..., ThreadPool]
) -> None:
    pool = use_pool(4, 8)

    def in_atomic() -> None:
        with contextlib.suppress(KeyError), transaction.atomic():
            select()
            raise KeyError

    async def asynchronously() -> int:
        return await sync_to_async(select)()

    async def many(actor: Actor) -> None:
        for _ in range(20):
            await actor.call(select)
            await actor.call(in_atomic)
            await actor.handle(asynchronously)
            await actor.call(thread_name)
            await actor.call(select)

    await asyncio.gather(*(many(Actor()) for _ in range(100)))
    assert 1 <= open_connections.now <= pool.max_threads
    assert open_connections.opened <= pool.max_threads
    # Every thread there is, at the same time.
    answers = await asyncio.gather(*(Actor().call(in_transaction) for _ in range(50)))
    assert not any(answers)


async def test_an_idle_thread_gives_its_connection_back(
    open_connections: OpenConnections, use_pool: Callable[..., ThreadPool]
) -> None:
    use_pool(idle_seconds=0.05)
    await Actor().call(select)
    assert open_connections.opened == 1
    await until(lambda: open_connections.now == 0)
    assert await Actor().call(select) == 1


async def test_without_a_linger_the_connection_goes_back_when_the_message_ends(
    open_connections: OpenConnections, use_pool: Callable[..., ThreadPool]
) -> None:
    use_pool(idle_seconds=0)

    async def callback() -> int:
        await sync_to_async(select)()
        await asyncio.sleep(0.05)
        return open_connections.now

    assert await Actor().handle(callback) == 1
    await until(lambda: open_connections.now == 0)


async def test_a_connection_that_cannot_be_closed_costs_no_thread(
    open_connections: OpenConnections,
    use_pool: Callable[..., ThreadPool],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    use_pool(1, 1, idle_seconds=0)

    def fail(self: Any) -> None:
        raise OSError("the server has gone")

    with monkeypatch.context() as patch:
        patch.setattr(type(connections["default"]), "close_if_unusable_or_obsolete", fail)
        await Actor().call(select)
        await until(lambda: "the server has gone" in caplog.text)
    assert await Actor().call(select) == 1


async def test_an_atomic_block_left_open_is_rolled_back_and_told(
    open_connections: OpenConnections, use_pool: Callable[..., ThreadPool], caplog: pytest.LogCaptureFixture
) -> None:
    use_pool(1, 1, idle_seconds=0)

    def leave_open() -> None:
        transaction.atomic().__enter__()

    await Actor().call(leave_open)
    await until(lambda: "ended inside an atomic block" in caplog.text)
    assert await Actor().call(in_transaction) is False


async def test_threads_above_the_usual_number_leave_and_close_their_connections(
    open_connections: OpenConnections,
    use_pool: Callable[..., ThreadPool],
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool_module, "LEAVE_AFTER", 0.05)
    pool = use_pool(1, 4, idle_seconds=0.01)

    def query_and_wait() -> None:
        select()
        gate.wait()

    blocked = [Actor().call(query_and_wait) for _ in range(4)]
    await gate.full(4)
    assert open_connections.now == 4
    gate.opened.set()
    await asyncio.gather(*blocked)
    await until(lambda: pool.stats()["threads"] == 1)
    await until(lambda: open_connections.now == 0)


# Several loops, other loops, forks.


def test_two_event_loops_share_the_pool_and_each_gets_its_own_results(pool: ThreadPool) -> None:
    async def work(number: int) -> list[Any]:
        return await asyncio.gather(*(Actor().call(lambda i=i: (number, i)) for i in range(200)))

    results: dict[int, list[Any]] = {}

    def run(number: int) -> None:
        results[number] = asyncio.run(work(number))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    assert results == {number: [(number, i) for i in range(200)] for number in range(3)}


def test_a_result_for_a_loop_that_has_been_closed_harms_nobody(pool: ThreadPool, gate: Gate) -> None:
    async def leave() -> None:
        task = Actor().call(gate.wait)
        await gate.full(1)
        task.cancel()

    asyncio.run(leave())
    gate.opened.set()

    async def next_one() -> str:
        return await Actor().call(thread_name)

    assert asyncio.run(next_one()).startswith("phoenix-pool-")


def test_it_works_on_uvloop(pool: ThreadPool) -> None:
    uvloop = pytest.importorskip("uvloop")

    async def work() -> list[str]:
        async def query() -> str:
            return await sync_to_async(thread_name)()

        def nested() -> str:
            return async_to_sync(query)()

        actors = [Actor() for _ in range(20)]
        return await asyncio.gather(
            *(actor.call(nested) for actor in actors), *(Actor().handle(query) for _ in range(20))
        )

    loop = uvloop.new_event_loop()
    try:
        names = loop.run_until_complete(work())
    finally:
        loop.close()
    assert len(names) == 40
    assert all(name.startswith("phoenix-pool-") for name in names)


def _in_child(results: Any) -> None:
    async def work() -> str:
        return await Actor().call(thread_name)

    results.put(asyncio.run(work()))


def test_a_forked_child_has_a_pool_of_its_own(pool: ThreadPool) -> None:
    async def work() -> str:
        return await Actor().call(thread_name)

    asyncio.run(work())
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    child = context.Process(target=_in_child, args=(results,))
    child.start()
    assert results.get(timeout=SOON) == "phoenix-pool-1"
    child.join(SOON)
    assert child.exitcode == 0


# The seam for tests.


@pytest.mark.django_db
def test_a_loop_that_is_lent_a_thread_runs_everything_there_inside_its_transaction(pool: ThreadPool) -> None:
    Group.objects.create(name="made by the test")

    async def query() -> list[str]:
        await Group.objects.acreate(name="made by async ORM")
        return [group.name async for group in Group.objects.order_by("pk")]

    def callback() -> tuple[list[str], str]:
        Group.objects.create(name="made by a callback")
        return async_to_sync(query)(), thread_name()

    async def sync_and_async_in_turns() -> int:
        async def count() -> int:
            return await Group.objects.acount()

        def count_synchronously() -> int:
            return async_to_sync(count)()

        return await sync_to_async(count_synchronously)()

    async def work() -> tuple[tuple[list[str], str], int]:
        loop = asyncio.get_running_loop()
        asgiref_bridge.lend(loop, SameThread())
        try:
            return await Actor().call(callback), await Actor().handle(sync_and_async_in_turns)
        finally:
            asgiref_bridge.take_back(loop)

    (names, thread), count = asyncio.run(work())
    assert names == ["made by the test", "made by a callback", "made by async ORM"]
    assert thread == thread_name()
    assert count == Group.objects.count() == 3
    assert pool.stats()["threads"] == 0


@pytest.mark.django_db
def test_under_an_outermost_async_to_sync_callbacks_run_on_the_thread_that_waits(pool: ThreadPool) -> None:
    Group.objects.create(name="made by the test")
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")

    def callback() -> tuple[int, str]:
        variable.set("set")
        return Group.objects.count(), thread_name()

    async def work() -> tuple[int, str, str]:
        actor = Actor()
        count, thread = await actor.call(callback)
        return count, thread, actor.context[variable]

    assert async_to_sync(work)() == (1, thread_name(), "set")


def test_asgiref_has_the_private_names_that_we_need(monkeypatch: pytest.MonkeyPatch) -> None:
    assert executor.missing_asgiref_names() == []
    monkeypatch.delattr("asgiref.sync.SyncToAsync.thread_sensitive_context")
    assert executor.missing_asgiref_names() == ["SyncToAsync.thread_sensitive_context"]


def test_the_settings_make_the_pool(settings: Any) -> None:
    settings.DJANGO_PHOENIX = {"POOL_THREADS": 3, "POOL_MAX_THREADS": 5, "HANDLER_TIMEOUT": None}
    pool = executor._from_settings()
    assert (pool.threads, pool.max_threads, pool.linger, pool.handler_timeout) == (3, 5, 1.0, None)


def test_djangos_own_connection_pool_bounds_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        executor.django_settings, "DATABASES", {"default": {"OPTIONS": {"pool": {"max_size": 6}}}}
    )
    assert executor.default_threads() == 6
    assert executor._from_settings().linger == 0.0


def test_the_pool_is_quiet_when_it_has_nothing_to_do(
    pool: ThreadPool, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        await Actor().call(time.sleep, 0.01)
        await until(lambda: not pool.stats()["busy"])

    with caplog.at_level(logging.DEBUG, "django_phoenix"):
        asyncio.run(work())
    assert caplog.text == ""
    assert pool.stats() == {"threads": 1, "busy": 0, "waiting": 0, "lost": 0}
