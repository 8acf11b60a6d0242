"""`archlint cache`: what is kept between runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archlint.cli.failing import failing
from archlint.cli.options import Verbose

_Folder = Annotated[Path | None, typer.Argument(help="A path in the project; default: the current folder.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Show or clean what is kept between runs.")
    group.command("dir")(directory)
    group.command("info")(info)
    group.command("clean")(clean)
    app.add_typer(group, name="cache")


def directory(path: _Folder = None, *, verbose: Verbose = False) -> None:
    """Print the cache's folder."""
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser

        app.write(f"{app.cache_of(path or Path()).folder}\n", None)


def info(path: _Folder = None, *, verbose: Verbose = False) -> None:
    """Print the cache's folder, entries and size."""
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  as above

        store = app.cache_of(path or Path())
        entries, size = store.size()
        app.write(f"{store.folder}: {entries:,} entries, {size / 1e6:,.1f} MB\n", None)


def clean(path: _Folder = None, *, verbose: Verbose = False) -> None:
    """Throw the cache away."""
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  as above

        app.cache_of(path or Path()).clean()
