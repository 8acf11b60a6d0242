"""What a user sees of a run while it lasts, and where its time went."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from archlint.cli.failing import WRONG_USE, say

if TYPE_CHECKING:
    from archlint.ports import Progress


@contextmanager
def watching(*, quiet: bool = False, profile: Path | None = None, paths: bool = True) -> Iterator[Progress]:
    """A progress for a run inside: a bar on a terminal; with `profile` the times, written there however the run ends.

    Ends the command with status 2 where that file cannot be written."""
    from archlint.adapters.profile import Profile, Several  # noqa: PLC0415  `--help` must not wait for the analyser
    from archlint.adapters.progress_bar import Bar, is_wanted  # noqa: PLC0415

    watchers: list[Progress] = []
    complete = False
    with ExitStack() as stack:
        if profile is not None:
            times = Profile()
            watchers.append(times)
            stack.callback(lambda: _write(profile, times.document(complete=complete, paths=paths)))
        if not quiet and is_wanted(sys.stderr):
            watchers.append(stack.enter_context(Bar()))
        yield Several(*watchers)
        complete = True


def _write(path: Path, document: dict[str, object]) -> None:
    import json  # noqa: PLC0415

    from archlint.adapters.terminal import write  # noqa: PLC0415

    try:
        write(json.dumps(document, indent=2) + "\n", path)
    except OSError as error:
        say(f"error: --profile: {path}: {error.strerror or type(error).__name__}")
        raise typer.Exit(WRONG_USE) from None
