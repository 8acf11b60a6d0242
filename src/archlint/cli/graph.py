"""`archlint graph`: the project's modules, layers and imports, and what is wrong with them, drawn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archlint.cli.failing import WRONG_USE, failing, say
from archlint.cli.options import Config, Jobs, NoCache, OutputFile, Root, Verbose
from archlint.cli.watching import watching

if TYPE_CHECKING:
    from archlint.facts.findings import Report
    from archlint.facts.module_graph import ModuleGraph
    from archlint.report.graph_folding import View

_MOST_SAID = 10


def register(app: typer.Typer) -> None:
    app.command("graph")(graph)


def graph(
    paths: Annotated[list[Path] | None, typer.Argument(help="What to draw; all of its project is analysed.")] = None,
    *,
    output_format: Annotated[
        str | None,
        typer.Option(
            "--format", "--output-format", help="mermaid, dot, html or json; default: by the file's name, or mermaid."
        ),
    ] = None,
    output_file: OutputFile = None,
    depth: Annotated[
        int | None, typer.Option(min=1, help="Tell so many names of a module apart; default: as many as are readable.")
    ] = None,
    package: Annotated[str, typer.Option(help="Draw what is in this package, and what it has to do with.")] = "",
    layers: Annotated[bool, typer.Option("--layers", help="Put what is of one layer together, whatever its package.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Draw tests, migrations, scripts, examples and vendored code too.")
    ] = False,
    config: Config = None,
    root: Root = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes and no progress on standard error.")] = False,
    verbose: Verbose = False,
) -> None:
    """Draw the project's modules, layers and imports; what `archlint check` reports of imports is red.

    Packages are folded until the drawing is readable; the page (--format html) folds and unfolds them, and shows the lines
    of an import on a click.  Exit status: 0; 2 for wrong use or an incomplete run.
    """
    with failing(verbose=verbose):
        from archlint import __version__, app  # noqa: PLC0415  `--help` must not wait for the analyser
        from archlint.engine.module_graph import narrowed  # noqa: PLC0415
        from archlint.engine.status import exit_status  # noqa: PLC0415
        from archlint.report.graph_folding import View  # noqa: PLC0415
        from archlint.report.graph_formats import render  # noqa: PLC0415

        view = View(depth, package.strip("."), layers, everything)
        form = _format(output_format, output_file, view)
        found = app.target(paths or [], root=root, config=config)
        with watching(quiet=quiet) as progress:
            whole, report = app.graph_of(found, jobs=jobs, use_cache=not no_cache, progress=progress)
        part = narrowed(whole, found.paths)
        _check_drawable(part, view)
        text, remarks = render(part, form, view, title=found.root.name, version=__version__)
        app.write(text, output_file)
        if not quiet:
            for line in (*_incomplete(report), *remarks):
                say(line)
        raise typer.Exit(exit_status(report, exit_zero=True))


def _format(asked: str | None, output_file: Path | None, view: View) -> str:
    """The format that is asked for. Ends the command where there is no such format, or it draws nothing of what is asked."""
    from archlint.report.graph_formats import FORMATS, SUFFIXES  # noqa: PLC0415
    from archlint.rulebook.document import suggestion  # noqa: PLC0415

    form = asked or (SUFFIXES.get(output_file.suffix.lower()) if output_file else None) or "mermaid"
    if form not in FORMATS:
        say(f"error: --format: `{form}` is none of {', '.join(FORMATS)}{suggestion(form, FORMATS)}")
        raise typer.Exit(WRONG_USE)
    if form == "json" and (view.depth is not None or view.by_layer):
        say("error: JSON has every module with its layer: --depth and --layers are for drawings")
        raise typer.Exit(WRONG_USE)
    return form


def _check_drawable(graph: ModuleGraph, view: View) -> None:
    """Ends the command where nothing would be drawn: an empty picture would say that all is well."""
    from archlint.report.graph_folding import is_below  # noqa: PLC0415
    from archlint.rulebook.document import suggestion  # noqa: PLC0415

    names = [module.name for module in graph.modules if view.everything or module.role == "production"]
    if not names:
        more = "" if view.everything or not graph.modules else " (--all draws tests, migrations and scripts too)"
        say(f"error: there is no module to draw{more}")
        raise typer.Exit(WRONG_USE)
    if view.package and not any(is_below(name, view.package) for name in names):
        packages = {".".join(name.split(".")[: i + 1]) for name in names for i in range(name.count(".") + 1)}
        say(f"error: --package: no module to draw is in `{view.package}`{suggestion(view.package, sorted(packages))}")
        raise typer.Exit(WRONG_USE)
    if view.by_layer and not graph.layers:
        say("error: --layers: this project has no layers; `archlint init` proposes some")
        raise typer.Exit(WRONG_USE)


def _incomplete(report: Report) -> list[str]:
    from archlint.engine.status import INCOMPLETE  # noqa: PLC0415

    found = [f"{f.location.path}: {f.rule} {f.message}" for f in report.active if f.rule in INCOMPLETE]
    more = [f"and {len(found) - _MOST_SAID} more"] if len(found) > _MOST_SAID else []
    return [*found[:_MOST_SAID], *more]
