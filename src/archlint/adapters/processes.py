"""Runs a pure function over many items in worker processes, and outlives the death of any of them."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_DIED = "the worker process died on this file"


def available_jobs() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


class InProcess:
    """Implements `ports.Workers` without any other process."""

    def map(self, function: Callable[[T], R], items: Sequence[T], on_death: Callable[[T, str], R]) -> Iterator[tuple[T, R]]:  # noqa: ARG002  nobody dies here
        for item in items:
            yield item, function(item)


class Processes:
    """Implements `ports.Workers` over a pool of `jobs` processes, each with `preload` imported once.

    When a worker dies its pool is lost with all that was under way: what has no result yet is then run one at a time,
    each in a pool of its own kind, so that only the item that kills is given up.  Fewer than `worth` items run here,
    since processes take longer to start than those take to be done.
    """

    def __init__(self, jobs: int, *, worth: int = 24, preload: Sequence[str] = ()) -> None:
        self.jobs = jobs
        self.worth = worth
        self.preload = list(preload)

    def map(self, function: Callable[[T], R], items: Sequence[T], on_death: Callable[[T, str], R]) -> Iterator[tuple[T, R]]:
        if self.jobs < 2 or len(items) < max(self.worth, 1):
            yield from InProcess().map(function, items, on_death)
            return
        suspects: list[T] = []
        pool = self._pool(min(self.jobs, len(items)))
        try:
            with _interrupts_wait():
                futures = _submit(pool, function, items, suspects)
            for future in as_completed(futures):
                item = futures.pop(future)
                try:
                    yield item, future.result()
                except BrokenProcessPool:
                    suspects.append(item)
        finally:  # when nobody wants the rest any more (Ctrl-C), what waits is not begun
            pool.shutdown(wait=True, cancel_futures=True)
        while suspects:
            yield from self._one_by_one(function, suspects, on_death)

    def _one_by_one(
        self, function: Callable[[T], R], suspects: list[T], on_death: Callable[[T, str], R]
    ) -> Iterator[tuple[T, R]]:
        """Takes items off `suspects` until one kills the single worker, which costs that item."""
        with self._pool(1) as pool:
            while suspects:
                item = suspects.pop()
                try:
                    yield item, pool.submit(function, item).result()
                except BrokenProcessPool:
                    yield item, on_death(item, _DIED)
                    return

    def _pool(self, workers: int) -> ProcessPoolExecutor:
        # A fork server imports the preloaded modules once for all workers; plain fork is unsafe beside threads.
        method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        context = multiprocessing.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload(self.preload)
        return ProcessPoolExecutor(workers, mp_context=context, initializer=_ignore_interrupts)


def _submit(pool: ProcessPoolExecutor, function: Callable[[T], R], items: Sequence[T], suspects: list[T]) -> dict[Future[R], T]:
    futures: dict[Future[R], T] = {}
    for position, item in enumerate(items):
        try:
            futures[pool.submit(function, item)] = item
        except BrokenProcessPool:
            suspects.extend(items[position:])
            break
    return futures


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Ctrl-C inside is answered at the end: a pool that is half made cannot be taken down quietly.

    The fork server starts inside and inherits the mask, which is right: it is in our process group.
    """
    if not hasattr(signal, "pthread_sigmask"):  # not on Windows
        yield
        return
    resource_tracker.ensure_running()  # it would take the mask away
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ignore_interrupts() -> None:
    """Ctrl-C reaches the whole process group; the parent alone answers it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
