"""The group of commands, and what all of them share."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated

import typer

from archlint import __version__
from archlint.cli import COMMANDS


def run(arguments: Sequence[str]) -> int:
    """Runs the command line; the exit status. What goes wrong is said on standard error."""
    try:
        commands = group(_needed(arguments))
        status = commands(_words(commands, arguments), prog_name="archlint", standalone_mode=True)
    except SystemExit as end:
        status = end.code
    return status if isinstance(status, int) else 0


def _needed(arguments: Sequence[str]) -> Sequence[str]:
    """The commands to be told of: only the one that is asked for, since making all of them takes longer than a look-up."""
    first = arguments[0] if arguments else ""
    if first in ("--version", "-V"):
        return ()
    return (first,) if first in COMMANDS else COMMANDS


def _words(commands: typer.Typer, arguments: Sequence[str]) -> list[str]:
    """The arguments as typer takes them.

    Two words may name a command, such as `checklist answer`, beside the one that the first of them names alone."""
    if arguments[:1] == ["baseline"]:
        from archlint.cli.baseline import paired  # noqa: PLC0415  as in `group`

        return paired(arguments)
    pair = " ".join(arguments[:2])
    return [pair, *arguments[2:]] if any(c.name == pair for c in commands.registered_commands) else list(arguments)


def group(names: Sequence[str] = COMMANDS) -> typer.Typer:
    """The commands of those names (default: all) that this version has."""
    app = typer.Typer(
        name="archlint",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Says which documented architecture patterns a Python backend keeps and which it breaks.",
    )
    app.callback()(_options)
    for name in names:
        if find_spec(f"archlint.cli.{name}") is not None:
            import_module(f"archlint.cli.{name}").register(app)
    return app


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"archlint {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version and exit.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    pass


__all__ = ["group", "run"]
