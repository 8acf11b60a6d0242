"""`archlint explain`: what a rule says, why, how to fix what it reports, and what it is in this project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archlint.cli.failing import WRONG_USE, failing, say
from archlint.cli.options import Config, Jobs, NoCache, Root

if TYPE_CHECKING:
    from archlint.engine.here import Here


def register(app: typer.Typer) -> None:
    app.command("explain")(explain)


def explain(
    rule: Annotated[str, typer.Argument(help="The rule's id or name.")],
    path: Annotated[Path | None, typer.Argument(help="The project; default: the one around the current folder.")] = None,
    *,
    output_format: Annotated[str, typer.Option(help="text, or markdown: the rule alone.")] = "text",
    rule_only: Annotated[bool, typer.Option("--rule-only", help="Look at no project.")] = False,
    config: Config = None,
    root: Root = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every place where it fired.")] = False,
) -> None:
    """Print a rule's page: why it is there, how to fix a finding, examples, its parameters here, where it fired here.

    Where there is no project around, the rule's document alone.  Exit status: 0, or 2 for wrong use and for a project
    whose configuration is at fault; the rule is printed all the same.
    """
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser
        from archlint.engine.config import ConfigError  # noqa: PLC0415
        from archlint.engine.select import SelectionError  # noqa: PLC0415
        from archlint.report import Layout, rule_docs, rule_page  # noqa: PLC0415

        found = app.rulebook().rule(rule)
        info, parameters = found.document.info, found.document.parameters
        if output_format == "markdown":
            app.write(rule_docs.page(info, parameters), None)
            return
        if output_format != "text":
            say(f"error: --output-format: `{output_format}` is none of text, markdown")
            raise typer.Exit(WRONG_USE)
        here: Here | None = None
        problems: tuple[str, ...] = ()
        if not rule_only:
            try:
                project = app.target([path] if path else [], root=root, config=config)
                if path or root or app.is_project(project.root):
                    here = app.rule_in_project(found, project, jobs=jobs, use_cache=not no_cache)
            except (ConfigError, SelectionError) as error:
                problems = error.problems
        layout = Layout(color=app.wants_color(), width=app.width(), verbose=verbose)
        app.write(rule_page.render(info, parameters, here, layout), None)
        for problem in problems:
            say(f"error: {problem}")
        if problems:
            raise typer.Exit(WRONG_USE)
