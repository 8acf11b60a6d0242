"""`archlint checklist answer`, `answers`, `unanswer`: what people say of items that the code leaves open."""

from __future__ import annotations

from typing import Annotated

import typer

from archlint.cli.failing import WRONG_USE, failing, say
from archlint.cli.options import Config, Jobs, NoCache, ProjectPath, Root, TextOrJson, Until, Verbose
from archlint.cli.watching import watching


def register(app: typer.Typer) -> None:
    app.command("checklist answer")(answer)
    app.command("checklist answers")(answers)
    app.command("checklist unanswer")(unanswer)


def answer(
    item: Annotated[str, typer.Argument(help="The item's id, as `archlint checklist` shows it.")],
    *,
    passed: Annotated[bool, typer.Option("--pass", help="It is so.")] = False,
    failed: Annotated[bool, typer.Option("--fail", help="It is not so.")] = False,
    not_applicable: Annotated[bool, typer.Option("--not-applicable", help="The question does not arise here.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="It fails, and that is taken on until a day.")] = False,
    why: Annotated[str, typer.Option(help="What makes you say so; required.")] = "",
    link: Annotated[str, typer.Option(help="Where it can be looked up: an http or https address.")] = "",
    by: Annotated[str, typer.Option(help="Who says so; default: git's user.name and user.email.")] = "",
    until: Until = "",
    watch: Annotated[
        list[str] | None, typer.Option(help="Files that it rests on, as in .gitignore: once one changes, ask again.")
    ] = None,
    root: Root = None,
    config: Config = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    verbose: Verbose = False,
) -> None:
    """Answer one item of the checklist. The answer is kept in archlint-checklist.yaml, in the project's root.

    Give one of --pass, --fail, --not-applicable, --accept. An answer counts where the code leaves an item open; it cannot
    undo a failure that the code proves, only accept it, which leaves it a failure.  Exit status: 0, or 2 for wrong use.
    """
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser
        from archlint.checklist.answers import Answer  # noqa: PLC0415
        from archlint.checklist.wording import status_words  # noqa: PLC0415
        from archlint.report.escape import visible  # noqa: PLC0415

        chosen = {"pass": passed, "fail": failed, "not-applicable": not_applicable, "accept": accept}
        verdicts = [verdict for verdict, given in chosen.items() if given]
        if len(verdicts) != 1:
            say("error: give one of --pass, --fail, --not-applicable, --accept")
            raise typer.Exit(WRONG_USE)
        found = app.target([], root=root, config=config)
        questions = app.questions(found, jobs=jobs, use_cache=not no_cache)
        name = by or app.author_of(found)
        if not name:
            say("error: who says so? Give --by, or tell git your name: `git config user.name`")
            raise typer.Exit(WRONG_USE)
        said = Answer(verdict=verdicts[0], why=why, by=name, until=until, link=link, watch=tuple(watch or ()))
        questions.answer(item, said)
        typer.echo(visible(f"{item}: {status_words(questions.result(item))}"))


def answers(
    path: ProjectPath = None,
    *,
    output_format: TextOrJson = "text",
    root: Root = None,
    config: Config = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    verbose: Verbose = False,
) -> None:
    """List the answers, and for each whether it counts: decides, accepts, redundant, overruled, expired, stale, invalid."""
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser
        from archlint.report import answers as shown  # noqa: PLC0415

        if output_format not in shown.FORMATS:
            say(f"error: --output-format: `{output_format}` is none of {', '.join(shown.FORMATS)}")
            raise typer.Exit(WRONG_USE)
        found = app.target([path] if path else [], root=root, config=config)
        with watching() as progress:
            report = app.run(found, jobs=jobs, use_cache=not no_cache, progress=progress)
        app.write(shown.render(report, output_format), None)


def unanswer(
    item: Annotated[str, typer.Argument(help="The id under which the answer stands.")],
    *,
    root: Root = None,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Take an answer out of archlint-checklist.yaml."""
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser
        from archlint.report.escape import visible  # noqa: PLC0415

        app.answer_book(app.target([], root=root, config=config)).remove(item)
        typer.echo(visible(f"{item}: not answered any more"))
