"""The cyclic garbage collector, kept from looking at facts that live until the end."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def stop_collector() -> None:
    """No collection any more, in a process that ends with its report: the pause's end would look through the whole project
    to free it, which takes a twelfth of a run."""
    gc.disable()


@contextmanager
def collector_paused() -> Iterator[None]:
    """No collection inside. A run makes millions of objects that it keeps, and hardly a cycle: looking through them again
    and again costs an eighth of its time (`benchmarks/`) and frees next to nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
