"""`archlint check`: analyse a project and report what breaks its patterns."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archlint.cli.failing import failing, say
from archlint.cli.options import Config, Ignore, Jobs, NoCache, OutputFile, Preview, Root, no_option
from archlint.cli.watching import watching

_SELECTORS = "an id, a name, a prefix of ids such as SEC, or ALL; several with commas"

_FORMATS = "text, concise, json, sarif, html, markdown, github (annotations), gitlab (code quality) or junit."


def register(app: typer.Typer) -> None:
    app.command("check")(check)


def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="What to report on; all of its project is analysed.")] = None,
    *,
    select: Annotated[list[str] | None, typer.Option(help=f"Run only these rules: {_SELECTORS}.")] = None,
    ignore: Ignore = None,
    preview: Preview = False,
    output_format: Annotated[str, typer.Option(help=_FORMATS)] = "text",
    output_file: OutputFile = None,
    config: Config = None,
    root: Root = None,
    diff: Annotated[
        str | None, typer.Option(metavar="REV", help="Report only what touches lines changed since the work left REV.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(callback=no_option, help="The file of old findings, not the configured one.")
    ] = None,
    no_baseline: Annotated[bool, typer.Option("--no-baseline", help="Report old findings as new ones.")] = False,
    fail_level: Annotated[str | None, typer.Option(help="Exit 1 from this severity on: error, warning, note.")] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever is found; 2 stays 2.")] = False,
    statistics: Annotated[bool, typer.Option("--statistics", help="Count the findings of each rule.")] = False,
    show_suppressed: Annotated[bool, typer.Option("--show-suppressed", help="Report accepted findings too.")] = False,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    profile: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", callback=no_option, help="Write there, in JSON, where the time went: to report what is slow."
        ),
    ] = None,
    profile_paths: Annotated[bool, typer.Option(help="Name the slowest files in that.")] = True,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes and no progress on standard error.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="More on each finding, and what was taken.")] = False,
) -> None:
    """Analyse the project around PATHS (default: the current folder) and report what breaks its patterns.

    The project's root is the nearest folder upward that configures archlint, else the nearest with a pyproject.toml or
    a .git.  Exit status: 0 nothing at or above the fail level, 1 findings, 2 wrong use or an incomplete run.
    """
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser
        from archlint.adapters.collector import stop_collector  # noqa: PLC0415
        from archlint.engine.status import exit_status, narrowed  # noqa: PLC0415
        from archlint.report.summary import verdict  # noqa: PLC0415

        stop_collector()
        found = app.target(paths or [], root=root, config=config)
        found = app.with_options(
            found,
            select=select,
            ignore=ignore,
            preview=preview,
            fail_level=fail_level,
            baseline=baseline,
            no_baseline=no_baseline,
        )
        if verbose and not quiet:
            say(f"project {found.root}, configuration {found.settings.config_path or 'none'}")
        app.check_format(output_format)
        since = app.fork_point(found, diff) if diff is not None else None
        with watching(quiet=quiet, profile=profile, paths=profile_paths) as progress:
            remark = say if verbose and not quiet else _unsaid
            report = app.run(found, jobs=jobs, use_cache=not no_cache, progress=progress, remark=remark)
        report = narrowed(report, found.paths)
        report = app.on_changed_lines(report, found, since) if since is not None else report
        asked = {"statistics": statistics, "show_suppressed": show_suppressed, "verbose": verbose}
        app.deliver(report, output_format, app.layout(found, output_file, **asked), output_file)
        if output_file is not None and not quiet:
            say(f"{verdict(report)} The report is in {output_file}")
        raise typer.Exit(exit_status(report, exit_zero=exit_zero))


def _unsaid(_line: str) -> None:
    pass
