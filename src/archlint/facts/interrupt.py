"""An interrupt by the user, told from an error of our own."""

from __future__ import annotations


def stands_behind(error: BaseException) -> bool:
    """Whether the error is an interrupt or was made of one.

    One that comes while a class is made arrives as a RuntimeError: until 3.11 Python wraps whatever a `__set_name__`
    raises (`type.__new__`), and lazy imports make classes at any moment of a run."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, KeyboardInterrupt):
        cause = cause.__cause__
    return cause is not None


def let_through(error: BaseException) -> None:
    """Raises KeyboardInterrupt if one stands behind the error: who survives errors does not survive Ctrl-C."""
    if stands_behind(error):
        raise KeyboardInterrupt from None
