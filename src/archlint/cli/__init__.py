"""The command line: one module a command, each imported only when it runs."""

from __future__ import annotations

import os
import signal
import sys

from archlint.facts.interrupt import stands_behind

COMMANDS = ("init", "check", "checklist", "review", "baseline", "explain", "rules", "facts", "graph", "cache")
_INTERRUPTED = 130


def main() -> None:
    """The entry point of the `archlint` script. Ends the process with the exit status."""
    try:
        from archlint.cli.root import run  # noqa: PLC0415  an interrupt may come while it is imported

        status = run(sys.argv[1:])
    except Exception as error:
        if not stands_behind(error):
            raise
        status = _INTERRUPTED
    except KeyboardInterrupt:
        status = _INTERRUPTED
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: one that comes now must not change how it ended
    # An interrupt in code that was made as a text, such as a dataclass's methods, leaves a mark by which `python -m` ends
    # with the signal though it was answered (CPython's run_eval_code_obj). Only running another text takes it away.
    exec("")  # noqa: S102
    _end(status)


def _end(status: int) -> None:
    """Ends the process at once: taking millions of records down one by one takes a tenth of a run, and frees what the
    system frees anyway. Not after an interrupt, which may have left workers behind."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):  # a closed pipe: Python's own way out says what there is to say
        sys.exit(status)
    if status == _INTERRUPTED:
        sys.exit(status)
    os._exit(status)
