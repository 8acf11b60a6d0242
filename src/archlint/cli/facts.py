"""`archlint facts`: what is known of one file, or of the schema, for who writes a rule or wonders at a finding."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archlint.cli.failing import WRONG_USE, failing, say
from archlint.cli.options import NoCache, Root, TextOrJson, Verbose

if TYPE_CHECKING:
    from archlint.facts.findings import Site
    from archlint.project import Project


def register(app: typer.Typer) -> None:
    app.command("facts")(facts)


def facts(
    file: Annotated[Path, typer.Argument(help="A Python file of the project; with --schema also a folder.")] = Path(),
    *,
    schema: Annotated[
        bool, typer.Option("--schema", help="Tables, columns, keys and indexes that migrations, models and DDL make.")
    ] = False,
    effects: Annotated[
        bool, typer.Option("--effects", help="For each function: types, what it hands over, effects with the way to each.")
    ] = False,
    output_format: TextOrJson = "text",
    root: Root = None,
    no_cache: NoCache = False,
    verbose: Verbose = False,
) -> None:
    """Print what archlint knows of FILE: its name, its functions, what they call, and which effects that has; or the schema
    of the project around it."""
    with failing(verbose=verbose):
        if output_format not in ("text", "json"):
            say(f"error: --output-format: `{output_format}` is none of text, json")
            raise typer.Exit(WRONG_USE)
        if output_format == "json" and not (effects or schema):
            say("error: --output-format json goes with --effects or --schema")
            raise typer.Exit(WRONG_USE)
        if file.is_dir() and not schema:
            say("error: FILE: a Python file is needed (a folder goes with --schema)")
            raise typer.Exit(WRONG_USE)
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser
        from archlint.project.describe import describe  # noqa: PLC0415
        from archlint.project.understood import understood  # noqa: PLC0415
        from archlint.report.understood import as_json, as_text  # noqa: PLC0415

        found = app.target([file], root=root)
        project = app.project_of(found, use_cache=not no_cache)
        if schema:
            app.write(_schema(project, output_format), None)
            return
        module = project.modules.by_path.get(file.resolve().relative_to(found.root).as_posix())
        if module is None:
            say(f"error: {file} has no facts: it is excluded, failed to parse, or is no Python file")
            raise typer.Exit(WRONG_USE)
        shown = as_json if output_format == "json" else as_text
        text = shown(module.name, module.path, understood(project, module)) if effects else describe(project, module)
        app.write(text, None)


def _schema(project: Project, output_format: str) -> str:
    """All that is declared."""
    from archlint.report.schema import as_json, as_text  # noqa: PLC0415

    def line(site: Site) -> int:
        module = project.modules.by_path.get(site.path)
        if module is not None:
            return module.lines.line(site.at)
        return project.sql_files.get(site.path, "").count("\n", 0, site.at) + 1

    shown = as_json if output_format == "json" else as_text
    return shown(project.schemas.all, line)
