"""The arguments and options that several commands have, each spelled once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def no_option(given: Path | None) -> Path | None:
    """The callback of options that take a path: `--profile --quiet` has lost its file, and names none called `--quiet`."""
    if given is not None and str(given).startswith("--"):
        raise typer.BadParameter(f"`{given}` looks like an option; a file of that name is written ./{given}")
    return given


ProjectPath = Annotated[Path | None, typer.Argument(help="The project; default: the current folder.")]
Root = Annotated[
    Path | None,
    typer.Option("--root", callback=no_option, help="The project's folder, not the nearest one with a configuration."),
]
Config = Annotated[
    Path | None, typer.Option("--config", callback=no_option, help="The configuration to use, not the nearest one.")
]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Worker processes; default: one a processor.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Where archlint itself failed, if it does.")]
Ignore = Annotated[list[str] | None, typer.Option("--ignore", help="Do not run these rules.")]
Preview = Annotated[bool, typer.Option("--preview", help="Run preview rules too.")]
TextOrJson = Annotated[str, typer.Option("--output-format", help="text or json.")]
OutputFile = Annotated[
    Path | None, typer.Option("--output-file", callback=no_option, help="Write it there, not to standard output.")
]
Until = Annotated[str, typer.Option("--until", help="The last day on which it holds, YYYY-MM-DD.")]
