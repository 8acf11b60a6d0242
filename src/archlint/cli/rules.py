"""`archlint rules`: which rules there are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archlint.cli.failing import WRONG_USE, failing, say
from archlint.cli.options import Verbose, no_option

FORMATS = ("text", "markdown", "json")


def register(app: typer.Typer) -> None:
    app.command("rules")(rules)


def rules(
    output_format: Annotated[str, typer.Option(help="text, markdown or json.")] = "text",
    output_folder: Annotated[
        Path | None, typer.Option(callback=no_option, help="Write a page of documentation for each rule there, and an index.")
    ] = None,
    verbose: Verbose = False,
) -> None:
    """List the rules: id, severity, name and what each reports."""
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser
        from archlint.report import rule_docs  # noqa: PLC0415
        from archlint.report import rules as shown  # noqa: PLC0415

        if output_format not in FORMATS:
            say(f"error: --output-format: `{output_format}` is none of {', '.join(FORMATS)}")
            raise typer.Exit(WRONG_USE)
        infos = [rule.document.info for rule in app.rulebook().rules]
        if output_folder is not None:
            described = [(rule.document.info, rule.document.parameters) for rule in app.rulebook().rules]
            for name, text in rule_docs.pages(described).items():
                app.write(text, output_folder / name)
            return
        formats = {"text": shown.table, "markdown": shown.markdown, "json": shown.as_json}
        app.write(formats[output_format](infos), None)
        for problem in app.rulebook().problems:
            say(f"error: {problem}")
        if app.rulebook().problems:
            raise typer.Exit(WRONG_USE)
