"""`archlint explain`: what a rule says, why, and how to fix what it reports."""

from __future__ import annotations

from typing import Annotated

import typer

from archlint.cli.failing import failing


def register(app: typer.Typer) -> None:
    app.command("explain")(explain)


def explain(rule: Annotated[str, typer.Argument(help="The rule's id or name.")]) -> None:
    """Print a rule's document: why it is there, how to fix a finding, when not to, examples, parameters."""
    with failing():
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser
        from archlint.report import rules  # noqa: PLC0415

        found = app.rulebook().rule(rule)
        app.write(rules.explain(found.document.info, found.document.parameters), None)
