"""What a user gets to see when a command cannot do its work: one line each, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from archlint.facts import interrupt

WRONG_USE = 2
INTERRUPTED = 130


@contextmanager
def failing(*, verbose: bool) -> Iterator[None]:
    """Turns what is raised inside into lines on standard error and an exit status."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone; nobody is left to tell
        raise typer.Exit(WRONG_USE) from None
    except Exception as error:
        if interrupt.stands_behind(error):
            raise typer.Exit(INTERRUPTED) from None
        problems = getattr(error, "problems", None)
        if problems:
            for problem in problems:
                say(f"error: {problem}")
            raise typer.Exit(WRONG_USE) from None
        if verbose:
            import traceback  # noqa: PLC0415

            traceback.print_exc()
        say(f"error: archlint itself failed: {type(error).__name__}: {error}")
        if not verbose:
            say("Run it again with --verbose to see where, and report it.")
        raise typer.Exit(WRONG_USE) from None


def say(line: str) -> None:
    """A line on standard error, harmless to a terminal."""
    from archlint.report.escape import encodable, inert, visible  # noqa: PLC0415

    typer.echo(inert(encodable(visible(line))), err=True)
