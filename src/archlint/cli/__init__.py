"""The command line: one module a command, each imported only when it runs."""

from __future__ import annotations

import sys

COMMANDS = ("init", "check", "checklist", "review", "baseline", "explain", "rules", "facts", "cache")


def main() -> None:
    """The entry point of the `archlint` script. Ends the process with the exit status."""
    try:
        from archlint.cli.root import run  # noqa: PLC0415  an interrupt may come while it is imported

        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
