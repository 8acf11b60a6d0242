"""The command line: one module a command, each imported only when it runs."""

from __future__ import annotations

COMMANDS = ("check", "checklist", "explain", "rules", "facts", "cache")


def main() -> None:
    """The entry point of the `archlint` script. Ends the process with the exit status."""
    import sys  # noqa: PLC0415

    from archlint.cli.root import run  # noqa: PLC0415

    sys.exit(run(sys.argv[1:]))
