"""Waiting before something is tried again."""

import time


def pause(attempt: int) -> None:
    """Twice as long each time."""
    time.sleep(2**attempt)
