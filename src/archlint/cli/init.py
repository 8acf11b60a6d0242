"""`archlint init`: look at a project, propose its configuration, and write what the user takes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archlint.cli.failing import WRONG_USE, failing, say
from archlint.cli.options import Jobs, NoCache, ProjectPath, Root, no_option

FORMATS = ("text", "json")


def register(app: typer.Typer) -> None:
    app.command("init")(init)


def init(
    path: ProjectPath = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write the proposal without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the change and write nothing.")] = False,
    output_format: Annotated[str, typer.Option(help="text, or json: the proposal as data.")] = "text",
    style: Annotated[str, typer.Option(help="clean, layered, none or auto.")] = "",
    layers: Annotated[str, typer.Option(help='Their order, as "interface > application > domain"; others are dropped.')] = "",
    layer: Annotated[list[str] | None, typer.Option(help="Put packages into a layer: domain=shop.core,shop.model.")] = None,
    cross_cutting: Annotated[list[str] | None, typer.Option(help="Packages that are in no layer on purpose.")] = None,
    service: Annotated[list[str] | None, typer.Option(help="A service and its folder: orders=services/orders.")] = None,
    source_root: Annotated[list[str] | None, typer.Option(help="A folder that absolute imports start from.")] = None,
    dialect: Annotated[str, typer.Option(help="The SQL dialect, as sqlglot calls it.")] = "",
    exclude: Annotated[list[str] | None, typer.Option(help="Leave these files out too.")] = None,
    no_exclude: Annotated[list[str] | None, typer.Option(help="Do not leave out what is proposed by this pattern.")] = None,
    without: Annotated[
        list[str] | None, typer.Option(help="Do not touch: roots, exclude, style, layers, services, dialect.")
    ] = None,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="Accept what is found today, in archlint-baseline.json.")
    ] = False,
    pre_commit: Annotated[bool, typer.Option("--pre-commit", help="Add the hook to .pre-commit-config.yaml.")] = False,
    ci: Annotated[str, typer.Option(help="Write the CI job: github or gitlab.")] = "",
    config: Annotated[
        Path | None, typer.Option(callback=no_option, help="The configuration to write, not the nearest one.")
    ] = None,
    root: Root = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Where it failed, if it fails.")] = False,
) -> None:
    """Propose roots, layers with the number of imports that break them, services, dialect and excludes; write them.

    Asks on a screen; with --yes it takes the proposal, and the options say what the screen would be told.  A second run
    proposes only what changed.  Exit status: 0, also when there is nothing to change; 2 for wrong use and files that cannot
    be changed; 130 when interrupted, with nothing written.
    """
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser
        from archlint.adapters.terminal import is_interactive  # noqa: PLC0415
        from archlint.cli.setting_up import Setup  # noqa: PLC0415
        from archlint.engine.setup.choice import Extras  # noqa: PLC0415
        from archlint.engine.setup.wishes import Wishes  # noqa: PLC0415

        if output_format not in FORMATS:
            say(f"error: --output-format: `{output_format}` is none of {', '.join(FORMATS)}")
            raise typer.Exit(WRONG_USE)
        asks = not (yes or dry_run or output_format == "json")
        if asks and not is_interactive():
            say("error: no terminal to ask on: give --yes, --dry-run or --output-format json")
            raise typer.Exit(WRONG_USE)
        wishes = Wishes(
            style=style,
            layers=layers,
            layer=tuple(layer or ()),
            cross_cutting=tuple(cross_cutting or ()),
            service=tuple(service or ()),
            source_root=tuple(source_root or ()),
            dialect=dialect,
            exclude=tuple(exclude or ()),
            no_exclude=tuple(no_exclude or ()),
            without=tuple(without or ()),
        )
        found = app.target([path] if path else [], root=root, config=config)
        extras = Extras(baseline=baseline, pre_commit=pre_commit, ci=ci)
        setup = Setup(found, config, wishes, extras, jobs=jobs, use_cache=not no_cache)
        if asks:
            setup.ask()
        else:
            setup.finish(output_format, write=yes and not dry_run)
