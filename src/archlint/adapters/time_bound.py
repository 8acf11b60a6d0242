"""A bound on the time of what runs in this process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN = 1.0
"""Seconds after which the alarm rings again: what it raises is lost where Python ignores exceptions, as in a finaliser."""


class TimeIsUpError(BaseException):
    """No `Exception`, so that what runs does not take it for a fault of its own."""


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raises TimeIsUpError inside when it takes longer.

    By an alarm signal, which Python answers between two steps of its own.  So a call into native code is not cut short:
    the error comes when it returns.  No bound outside the main thread, on Windows, and where the alarm is somebody
    else's.
    """
    if seconds > threading.TIMEOUT_MAX or not _is_free():
        yield
        return
    armed = True

    def ring(_number: int, _frame: FrameType | None) -> None:
        if armed:
            raise TimeIsUpError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _is_free() -> bool:
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
        and signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    )
