"""Runs a pure function over many items in worker processes, and outlives the death of any of them.

`multiprocessing` is imported where it is used: a run in which nothing changed starts no process, and waits for no import."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from archlint.adapters.time_bound import TimeIsUpError, bounded

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")
R = TypeVar("R")

_DIED = "the worker process died on this file"
_START = 120.0
"""Seconds of wall time in which a worker must have started."""
_FAILED_STARTS = 3
"""Starts without one that succeeds, after which the work is done here."""
_LIFETIME = 1000
"""Items after which a worker is replaced by a fresh one: memory that many small things have fragmented is given back."""


def available_jobs() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def _endless(_item: object) -> float:
    return math.inf


def _too_long(seconds: float) -> str:
    return f"it was not done after {seconds:,.0f} s"


class InProcess:
    """Implements `ports.Workers` without any other process. The bound holds as far as `time_bound` can make it."""

    def map(
        self,
        function: Callable[[T], R],
        items: Sequence[T],
        on_death: Callable[[T, str], R],
        bound: Callable[[T], float] = _endless,
    ) -> Generator[tuple[T, R, float], None, None]:
        for item in items:
            before, seconds = time.process_time(), bound(item)
            try:
                with bounded(seconds):
                    result = function(item)
            except TimeIsUpError:
                result = on_death(item, _too_long(seconds))
            yield item, result, time.process_time() - before


class Processes:
    """Implements `ports.Workers` over `jobs` processes, each with `preload` imported.

    A worker has one item at a time, so that it is known on which one it died or hangs.  One that hangs is killed, and the
    item is given up; an item whose worker died is tried once more with no other beside it, since it may have been the
    memory of all.  Fewer than `worth` items run here: processes take longer to start than those take to be done.  So do
    all where no process can be started.
    """

    def __init__(
        self, jobs: int, *, worth: int = 24, preload: Sequence[str] = (), method: str | None = None, lifetime: int = _LIFETIME
    ) -> None:
        self.jobs = jobs
        self.worth = worth
        self.preload = list(preload)
        self.method = method
        self.lifetime = lifetime

    def map(
        self,
        function: Callable[[T], R],
        items: Sequence[T],
        on_death: Callable[[T, str], R],
        bound: Callable[[T], float] = _endless,
    ) -> Generator[tuple[T, R, float], None, None]:
        if self.jobs < 2 or len(items) < max(self.worth, 1) or _is_worker():
            yield from InProcess().map(function, items, on_death, bound)
            return
        suspects: list[T] = []
        todo = list(reversed(items))
        yield from _Crew(self, self.jobs, function, bound).work(todo, on_death, suspects.append)
        yield from _Crew(self, 1, function, bound).work(suspects, on_death, None)
        yield from InProcess().map(function, [*reversed(todo), *suspects], on_death, bound)

    def worker(self, function: Callable[[Any], Any]) -> _Worker:
        """A process that is about to start. Raises OSError where the system refuses."""
        import multiprocessing  # noqa: PLC0415

        # A fork server imports the preloaded modules once for all workers; plain fork is unsafe beside threads.
        method = self.method or ("forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn")
        context: Any = multiprocessing.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload(self.preload)
        return _Worker(context, function)


class _Worker:
    """A process, our end of its pipe, and what it is busy with."""

    def __init__(self, context: Any, function: Callable[[Any], Any]) -> None:
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, function), daemon=True)
        try:
            with _interrupts_wait():
                self._process.start()
        except BaseException:
            self.pipe.close()
            raise
        finally:
            theirs.close()
        self.items: list[Any] = []
        """The item under way, if any."""
        self.started = False
        self.served = 0
        self.seconds = _START
        self.deadline = time.monotonic() + _START

    def give(self, item: Any, seconds: float) -> None:
        self.items, self.seconds = [item], seconds
        self.deadline = time.monotonic() + seconds
        with suppress(OSError):  # it is dead, which reading from the pipe will tell
            self.pipe.send(item)

    def take(self) -> tuple[bool, Any, float] | None:
        """What it has answered: success, result or exception, seconds; None for the sign that it has started.

        Raises EOFError for one that died."""
        try:
            answer: tuple[bool, Any, float] | None = self.pipe.recv()
        except OSError as error:
            raise EOFError from error
        if answer is None:
            self.started = True
        else:
            self.items, self.served = [], self.served + 1
        self.deadline = math.inf
        return answer

    def end(self) -> None:
        self.pipe.close()
        self._process.kill()
        self._process.join()


class _Crew:
    """At most `size` workers at the same function."""

    def __init__(self, processes: Processes, size: int, function: Callable[[Any], Any], bound: Callable[[Any], float]) -> None:
        self._processes = processes
        self._size = size
        self._function = function
        self._bound = bound
        self._workers: list[_Worker] = []
        self._failed_starts = 0

    def work(
        self, todo: list[T], on_death: Callable[[T, str], R], spare: Callable[[T], None] | None
    ) -> Generator[tuple[T, R, float], None, None]:
        """Does `todo` from its end, and leaves there what must be done otherwise, since no worker starts.

        `spare` takes items whose worker died; without it they are given up."""
        try:
            while todo or any(worker.items for worker in self._workers):
                self._fill(todo)
                if not self._workers:
                    return
                for worker in self._ready():
                    under_way = list(worker.items)
                    try:
                        answer = worker.take()
                    except EOFError:
                        self._drop(worker)
                        for item in under_way:
                            if spare is None:
                                yield item, on_death(item, _DIED), 0.0
                            else:
                                spare(item)
                        continue
                    self._next(worker, todo)
                    if answer is not None:
                        yield under_way[0], _unpacked(answer), answer[2]
                for worker in self._late():
                    self._drop(worker)
                    for item in worker.items:
                        yield item, on_death(item, _too_long(worker.seconds)), worker.seconds
        finally:  # also when nobody wants the rest any more (Ctrl-C)
            for worker in self._workers:
                worker.end()

    def _fill(self, todo: Sequence[Any]) -> None:
        """Starts as many workers as there is work for. Those that wait for work are there already."""
        while len(self._workers) < min(self._size, len(todo) + len(self._workers)) and self._failed_starts < _FAILED_STARTS:
            try:
                self._workers.append(self._processes.worker(self._function))
            except (OSError, EOFError):  # no more processes or descriptors, or the fork server was killed
                self._failed_starts = _FAILED_STARTS

    def _next(self, worker: _Worker, todo: list[Any]) -> None:
        self._failed_starts = 0
        if worker.served >= self._processes.lifetime:
            self._drop(worker)
        elif todo:
            item = todo.pop()
            worker.give(item, self._bound(item))

    def _ready(self) -> list[_Worker]:
        """The workers that have something to say, or have died; waits for the first until one is late."""
        from multiprocessing import connection  # noqa: PLC0415

        wait = max(0.0, min(worker.deadline for worker in self._workers) - time.monotonic())
        said = connection.wait([worker.pipe for worker in self._workers], None if wait == math.inf else wait)
        return [worker for worker in self._workers if worker.pipe in said]

    def _late(self) -> list[_Worker]:
        now = time.monotonic()
        return [worker for worker in self._workers if worker.deadline < now and not worker.pipe.poll()]

    def _drop(self, worker: _Worker) -> None:
        self._failed_starts += not worker.started
        self._workers.remove(worker)
        worker.end()


def _is_worker() -> bool:
    import multiprocessing  # noqa: PLC0415

    return multiprocessing.current_process().daemon


def _unpacked(answer: tuple[bool, Any, float]) -> Any:
    succeeded, result, _ = answer
    if not succeeded:
        raise result
    return result


def _serve(pipe: Connection[Any, Any], function: Callable[[Any], Any]) -> None:
    """What a worker does, until the other end of its pipe is closed, as it also is when our parent is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; the parent alone answers it
    with suppress(OSError, EOFError):
        pipe.send(None)
        while True:
            item = pipe.recv()
            before = time.process_time()
            succeeded, result = True, None
            try:
                result = function(item)
            except Exception as error:  # it is the caller's
                succeeded, result = False, error
            seconds = time.process_time() - before
            try:
                pipe.send((succeeded, result, seconds))
            except OSError:
                raise
            except Exception:  # it cannot be pickled
                pipe.send((False, RuntimeError(repr(result)), seconds))


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Ctrl-C inside is answered at the end: a process that is half made cannot be taken down quietly.

    The fork server and the workers start inside and inherit the mask, which is right: they are in our process group.
    """
    from multiprocessing import resource_tracker  # noqa: PLC0415

    if not hasattr(signal, "pthread_sigmask"):  # not on Windows
        yield
        return
    resource_tracker.ensure_running()  # it would take the mask away
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
