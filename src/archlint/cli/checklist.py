"""`archlint checklist`: the state of each item of the architecture checklist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from archlint.cli import answers
from archlint.cli.failing import WRONG_USE, failing, say
from archlint.cli.options import Config, Jobs, NoCache, OutputFile, ProjectPath, Root
from archlint.cli.watching import watching

if TYPE_CHECKING:
    from archlint.app import Target


def register(app: typer.Typer) -> None:
    app.command("checklist")(checklist)
    answers.register(app)


def checklist(
    path: ProjectPath = None,
    *,
    output_format: Annotated[str, typer.Option(help="text, markdown, json or html.")] = "text",
    output_file: OutputFile = None,
    config: Config = None,
    root: Root = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    answer: Annotated[bool, typer.Option("--answer", help="Ask about every item that the code leaves open.")] = False,
    require: Annotated[
        list[str] | None, typer.Option(help="Exit 1 unless these items pass or are not applicable: ids, or architecture.*")
    ] = None,
    min_score: Annotated[
        list[str] | None, typer.Option(help="Exit 1 below this percentage: 80, or caching=80 for one section.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every place of evidence.")] = False,
) -> None:
    """Show the architecture checklist: pass, fail, not applicable, manual or unknown, with the evidence.

    An item that the code leaves open can be answered: `archlint checklist answer ITEM`, or --answer on a terminal.  Exit
    status: 0; 1 for a requirement that is not met (--require, --min-score); 2 for wrong use or an incomplete run.
    """
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser
        from archlint.engine.gate import unmet  # noqa: PLC0415
        from archlint.engine.status import CLEAN, FINDINGS, exit_status  # noqa: PLC0415
        from archlint.report import checklist as shown  # noqa: PLC0415

        if output_format not in shown.FORMATS:
            say(f"error: --output-format: `{output_format}` is none of {', '.join(shown.FORMATS)}")
            raise typer.Exit(WRONG_USE)
        found = app.target([path] if path else [], root=root, config=config)
        if answer:
            _ask(found, jobs=jobs, use_cache=not no_cache, alone=not (require or min_score or output_file))
        with watching() as progress:
            report = app.run(found, jobs=jobs, use_cache=not no_cache, progress=progress)
        missed = unmet(report.checklist, require or (), min_score or ())
        app.write(shown.render(report, output_format, app.layout(found, output_file, verbose=verbose)), output_file)
        for line in missed:
            say(f"not met: {line}")
        raise typer.Exit(exit_status(report, exit_zero=True) or (FINDINGS if missed else CLEAN))


def _ask(found: Target, *, jobs: int | None, use_cache: bool, alone: bool) -> None:
    """Asks on the terminal about every open item; what was said is kept whatever ends it."""
    from archlint import app  # noqa: PLC0415  as above
    from archlint.screens.answer import ask  # noqa: PLC0415

    if not alone:
        say("error: --answer only asks; give --require, --min-score and --output-file to a run of their own")
        raise typer.Exit(WRONG_USE)
    if not app.is_interactive():
        say("error: --answer needs a terminal and no CI; answer with `archlint checklist answer ITEM --pass --why ...`")
        raise typer.Exit(WRONG_USE)
    questions = app.questions(found, jobs=jobs, use_cache=use_cache)
    raise typer.Exit(ask(questions, author=app.author_of(found), color=app.wants_color()))
