"""`archlint baseline`: the old findings that a project lives with, and how they get fewer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archlint.cli.failing import WRONG_USE, failing, say
from archlint.cli.options import (
    Config,
    Ignore,
    Jobs,
    NoCache,
    OutputFile,
    Preview,
    ProjectPath,
    Root,
    TextOrJson,
    Verbose,
    no_option,
)
from archlint.cli.watching import watching

if TYPE_CHECKING:
    from archlint.adapters.baseline_file import BaselineFile
    from archlint.app import Target
    from archlint.engine.baseline_changes import Change
    from archlint.facts.baseline import Baseline
    from archlint.facts.findings import Report

_File = Annotated[
    Path | None, typer.Option("--baseline", callback=no_option, help="The baseline's file, not the configured one.")
]
_Select = Annotated[list[str] | None, typer.Option(help="Run only these rules; entries of others stay as they are.")]
_REFUSED = 1


_ALLOW = "--allow-increase"


def paired(arguments: Sequence[str]) -> list[str]:
    """The arguments with `--allow-increase RULE WHY` as `--allow-increase RULE=WHY`: typer has no option that takes two
    words and may be repeated."""
    done: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == _ALLOW and len(rest) > 1 and "=" not in rest[0] and not rest[1].startswith("-"):
            word = f"{word}={rest.pop(0)}={rest.pop(0)}"
        done.append(word)
    return done


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="List old findings, so that a run reports what is new.")
    group.command("create")(create)
    group.command("update")(update)
    group.command("prune")(prune)
    group.command("show")(show)
    app.add_typer(group, name="baseline")


def create(
    path: ProjectPath = None,
    *,
    select: _Select = None,
    ignore: Ignore = None,
    preview: Preview = False,
    baseline: _File = None,
    config: Config = None,
    root: Root = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    verbose: Verbose = False,
) -> None:
    """List everything that is found now. There must be no baseline yet."""
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  `--help` must not wait for the analyser
        from archlint.engine.baseline_changes import created  # noqa: PLC0415

        found, file = _target(path, baseline, config=config, root=root)
        if file.is_there:
            say(f"error: {file.name} is there already: `archlint baseline update` brings it up to date")
            raise typer.Exit(WRONG_USE)
        found = app.with_options(found, select=select, ignore=ignore, preview=preview, no_baseline=True)
        with watching() as progress:
            report = app.run(found, jobs=jobs, use_cache=not no_cache, progress=progress)
        made = created(report)
        file.write(made)
        say(f"{file.name}: {_count(sum(entry.count for entry in made.entries))} listed")
        _end(report)


def update(
    path: ProjectPath = None,
    *,
    allow_increase: Annotated[
        list[str] | None,
        typer.Option(metavar='RULE "WHY"', help="Let new findings of this rule in, and log why; for each rule once."),
    ] = None,
    select: _Select = None,
    ignore: Ignore = None,
    preview: Preview = False,
    baseline: _File = None,
    config: Config = None,
    root: Root = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    verbose: Verbose = False,
) -> None:
    """Take out what is gone, and let in what is new where a reason is given for its rule.

    New findings of any other rule: nothing is changed, and the exit status is 1.
    """
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  as above
        from archlint.adapters.clock import SystemClock  # noqa: PLC0415
        from archlint.engine.baseline_changes import GrowthError, updated  # noqa: PLC0415
        from archlint.engine.status import exit_status  # noqa: PLC0415

        reasons = _reasons(allow_increase or [])
        found, file = _target(path, baseline, config=config, root=root)
        before = _existing(file)
        found = app.with_options(found, select=select, ignore=ignore, preview=preview)
        with watching() as progress:
            report = app.run(found, jobs=jobs, use_cache=not no_cache, progress=progress)
        try:
            change = updated(before, report, reasons, SystemClock().today())
        except GrowthError as error:
            for problem in error.problems:
                say(problem)
            say(f"{file.name} is as it was")
            raise typer.Exit(exit_status(report, exit_zero=True) or _REFUSED) from None
        file.write(change.baseline)
        _tell(file, change)
        for rule in sorted(set(reasons) - set(change.added)):
            say(f"{rule}: nothing new, so nothing was added to the log")
        _end(report)


def prune(
    path: ProjectPath = None,
    *,
    select: _Select = None,
    ignore: Ignore = None,
    preview: Preview = False,
    baseline: _File = None,
    config: Config = None,
    root: Root = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    verbose: Verbose = False,
) -> None:
    """Take out what is gone, and nothing else; entries of renamed files follow them."""
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  as above
        from archlint.engine.baseline_changes import pruned  # noqa: PLC0415

        found, file = _target(path, baseline, config=config, root=root)
        before = _existing(file)
        found = app.with_options(found, select=select, ignore=ignore, preview=preview)
        with watching() as progress:
            report = app.run(found, jobs=jobs, use_cache=not no_cache, progress=progress)
        change = pruned(before, report)
        file.write(change.baseline)
        _tell(file, change)
        _end(report)


def show(
    path: ProjectPath = None,
    *,
    output_format: TextOrJson = "text",
    output_file: OutputFile = None,
    baseline: _File = None,
    config: Config = None,
    root: Root = None,
    verbose: Verbose = False,
) -> None:
    """Show what the baseline lists, by rule and by file, and why it grew. Analyses nothing."""
    with failing(verbose=verbose):
        from archlint import app  # noqa: PLC0415  as above
        from archlint.report import baseline as shown  # noqa: PLC0415

        if output_format not in shown.FORMATS:
            say(f"error: --output-format: `{output_format}` is none of {', '.join(shown.FORMATS)}")
            raise typer.Exit(WRONG_USE)
        _, file = _target(path, baseline, config=config, root=root)
        app.write(shown.render(_existing(file), file.name, output_format), output_file)


def _target(path: Path | None, baseline: Path | None, *, config: Path | None, root: Path | None) -> tuple[Target, BaselineFile]:
    """The project around the path, whole whatever the path is, and its baseline's file."""
    from archlint import app  # noqa: PLC0415  as above
    from archlint.adapters.baseline_file import BaselineFile  # noqa: PLC0415

    found = app.with_options(app.target([path] if path else [], root=root, config=config), baseline=baseline)
    return found, BaselineFile(found.root, found.settings.baseline)


def _existing(file: BaselineFile) -> Baseline:
    found = file.read()
    if found is None:
        say(f"error: there is no {file.name}: `archlint baseline create` makes one")
        raise typer.Exit(WRONG_USE)
    return found


def _reasons(given: Sequence[str]) -> dict[str, str]:
    """Rule id → why. Exits for rules that there are none of or that are about the run, and for reasons that are none."""
    from archlint import app  # noqa: PLC0415  as above
    from archlint.engine.baseline import BaselineError, can_be_listed  # noqa: PLC0415

    reasons: dict[str, str] = {}
    for pair in given:
        word, _, why = pair.partition("=")
        rule = app.rulebook().rule(word).id
        if not can_be_listed(rule):
            raise BaselineError([f"{_ALLOW}: {rule} cannot be baselined: it is about the run itself"])
        if rule in reasons:
            raise BaselineError([f"{_ALLOW}: {rule} is named twice"])
        if not why.strip():
            raise BaselineError([f'say why: {_ALLOW} {rule} "why"'])
        reasons[rule] = why
    return reasons


def _tell(file: BaselineFile, change: Change) -> None:
    said = [f"{rule} {by:,} added" for rule, by in change.added.items()]
    said += [f"{change.dropped:,} taken out"] if change.dropped or not said else []
    left = sum(entry.count for entry in change.baseline.entries)
    aside = f", {change.unasked:,} of them not looked for in this run" if change.unasked else ""
    say(f"{file.name}: {', '.join(said)}; {_count(left)} left{aside}")


def _count(number: int) -> str:
    return f"{number:,} old {'finding' if number == 1 else 'findings'}"


def _end(report: Report) -> None:
    """A run that could not see everything says so, as `check` does: 2."""
    from archlint.engine.status import exit_status  # noqa: PLC0415  as above

    status = exit_status(report, exit_zero=True)
    if status:
        say("The run is incomplete: `archlint check` says why")
    raise typer.Exit(status)
