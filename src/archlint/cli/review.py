"""`archlint review`: the screen, and the list that it goes through. Its decisions without a screen: `review_decisions`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archlint.cli import review_decisions
from archlint.cli.failing import WRONG_USE, failing, say
from archlint.cli.options import Config, Jobs, NoCache, Root, TextOrJson, Verbose
from archlint.cli.review_decisions import Session

_Path = Annotated[Path | None, typer.Argument(help="What to review; default: the project around the current folder.")]
_Diff = Annotated[str, typer.Option("--diff", help="Findings on lines changed since this revision come first.", metavar="REV")]


def register(app: typer.Typer) -> None:
    app.command("review")(review)
    app.command("review list")(listed)
    review_decisions.register(app)


def review(
    path: _Path = None,
    *,
    diff: _Diff = "",
    root: Root = None,
    config: Config = None,
    session: Session = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    verbose: Verbose = False,
) -> None:
    """Go through the findings on a terminal: suppress, baseline, skip, edit; the most severe and surest first.

    What is decided is kept in archlint-review.json, in the project's root, and the next review goes on from there.
    Without a terminal: `review list`, `review suppress`, `review baseline`, `review skip`, `review note`, `review undo`.
    """
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser

        if not app.is_interactive():
            say("error: review needs a terminal and no CI; use `archlint review list`, `review suppress`, `review baseline` …")
            raise typer.Exit(WRONG_USE)
        from archlint.cli.opened_review import Where, opened  # noqa: PLC0415
        from archlint.screens.review import go_through  # noqa: PLC0415

        desk, found = opened(Where(path, root, config, session, diff, jobs, not no_cache))
        raise typer.Exit(go_through(desk, found, color=app.wants_color()))


def listed(
    path: _Path = None,
    *,
    chosen: Annotated[str, typer.Option("--filter", help="As in the screen: severity:error rule:SQL is:open words.")] = "",
    output_format: TextOrJson = "text",
    diff: _Diff = "",
    root: Root = None,
    config: Config = None,
    session: Session = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    verbose: Verbose = False,
) -> None:
    """List the findings in the order in which a review shows them, and what was decided about each."""
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser
        from archlint.cli.opened_review import Where, opened  # noqa: PLC0415
        from archlint.engine.review_queue import filter_of  # noqa: PLC0415
        from archlint.report import review as shown  # noqa: PLC0415

        if output_format not in shown.FORMATS:
            say(f"error: --output-format: `{output_format}` is none of {', '.join(shown.FORMATS)}")
            raise typer.Exit(WRONG_USE)
        wanted = filter_of(chosen)
        desk, _ = opened(Where(path, root, config, session, diff, jobs, not no_cache))
        queue = [shown.Listed(f, tuple(sorted(desk.states(f))), desk.decided(f)) for f in desk.queue(chosen=wanted)]
        empty = shown.nothing(desk.report, filtered=bool(desk.findings))
        app.write(shown.render(queue, desk.stale, output_format, empty), None)
