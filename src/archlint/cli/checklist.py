"""`archlint checklist`: the state of each item of the architecture checklist."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archlint.cli.failing import WRONG_USE, failing, say


def register(app: typer.Typer) -> None:
    app.command("checklist")(checklist)


def checklist(
    path: Annotated[Path | None, typer.Argument(help="The project; default: the current folder.")] = None,
    *,
    output_format: Annotated[str, typer.Option(help="text, markdown or json.")] = "text",
    output_file: Annotated[Path | None, typer.Option(help="Write it there, not to standard output.")] = None,
    config: Annotated[Path | None, typer.Option(help="The configuration to use, not the nearest one.")] = None,
    root: Annotated[Path | None, typer.Option(help="The project's folder, not the nearest one with a configuration.")] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Worker processes; default: one a processor.")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every place of evidence.")] = False,
) -> None:
    """Show the architecture checklist: pass, fail, not applicable, manual or unknown, with the evidence.

    Exit status: 0, or 2 for wrong use or an incomplete run. Failing items do not change it; `archlint check` gates.
    """
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser
        from archlint.engine.status import exit_status  # noqa: PLC0415
        from archlint.report import Layout  # noqa: PLC0415
        from archlint.report import checklist as shown  # noqa: PLC0415

        if output_format not in shown.FORMATS:
            say(f"error: --output-format: `{output_format}` is none of {', '.join(shown.FORMATS)}")
            raise typer.Exit(WRONG_USE)
        found = app.target([path] if path else [], root=root, config=config)
        report = app.run(found, jobs=jobs, use_cache=not no_cache)
        layout = Layout(
            color=output_file is None and app.wants_color(),
            width=app.width() if output_file is None else app.PLAIN_WIDTH,
            verbose=verbose,
        )
        app.write(shown.render(report, output_format, layout), output_file)
        raise typer.Exit(exit_status(report, exit_zero=True))
