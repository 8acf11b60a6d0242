"""The decisions of a review without a screen: `review suppress`, `baseline`, `skip`, `note`, `undo`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archlint.cli.failing import WRONG_USE, failing, say
from archlint.cli.options import Config, Jobs, NoCache, Root, Until, Verbose, no_option

if TYPE_CHECKING:
    from archlint.cli.opened_review import Where
    from archlint.engine.review_desk import Scope
    from archlint.engine.reviewing import Review
    from archlint.facts.findings import Finding

_Finding = Annotated[list[str] | None, typer.Argument(help="Fingerprints, or PATH:LINE; see `archlint review list`.")]
_Rule = Annotated[str, typer.Option("--rule", help="The rule, where more than one reports a line; alone with --all.")]
_All = Annotated[bool, typer.Option("--all", help="Every open finding of the rule.")]
_Why = Annotated[str, typer.Option("--why", help="The reason, on one line; required.")]
Session = Annotated[
    Path | None, typer.Option("--session", callback=no_option, help="The session's file; default: archlint-review.json.")
]


@dataclass(frozen=True)
class _Asked:
    """The findings that the command line names."""

    words: Sequence[str]
    rule: str
    every: bool


def register(app: typer.Typer) -> None:
    app.command("review suppress")(suppress)
    app.command("review baseline")(baseline)
    app.command("review skip")(skip)
    app.command("review note")(note)
    app.command("review undo")(undo)


def suppress(
    finding: _Finding = None,
    *,
    rule: _Rule = "",
    every: _All = False,
    why: _Why = "",
    until: Until = "",
    whole_file: Annotated[bool, typer.Option("--file", help="The rule in the whole file.")] = False,
    statement: Annotated[
        bool, typer.Option("--with-others", help="Also where the comment suppresses more of the same statement.")
    ] = False,
    root: Root = None,
    config: Config = None,
    session: Session = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    verbose: Verbose = False,
) -> None:
    """Write the comment that accepts a finding where it stands, and check that it does that and nothing else.

    A file in which no comment can be placed safely is left as it is.  Exit status: 0, or 2 when one could not be written.
    """
    with failing(verbose=verbose):
        desk, chosen = _chosen(_Asked(finding or [], rule, every), _where(root, config, session, jobs, use_cache=not no_cache))
        batch = desk.next_batch()

        def accept(found: Finding) -> str:
            now = desk.findings[found.fingerprint]
            if now.state == "suppressed" and found.state == "new":
                return "suppressed by the comment for another one"
            scope: Scope = "file" if whole_file else "statement" if statement else "line"
            return f"suppressed, line {desk.suppress(now, why, until, scope=scope, batch=batch).line}"

        _each(chosen, accept)


def baseline(
    finding: _Finding = None,
    *,
    rule: _Rule = "",
    every: _All = False,
    why: _Why = "",
    root: Root = None,
    config: Config = None,
    session: Session = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    verbose: Verbose = False,
) -> None:
    """Put findings into the baseline, with the reason in its log."""
    with failing(verbose=verbose):
        desk, chosen = _chosen(_Asked(finding or [], rule, every), _where(root, config, session, jobs, use_cache=not no_cache))
        _each(desk.add_to_baseline(chosen, why), lambda _: "baselined")


def skip(
    finding: _Finding = None,
    *,
    rule: _Rule = "",
    every: _All = False,
    root: Root = None,
    config: Config = None,
    session: Session = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    verbose: Verbose = False,
) -> None:
    """Note in the session that findings were seen and left for later."""
    with failing(verbose=verbose):
        desk, chosen = _chosen(_Asked(finding or [], rule, every), _where(root, config, session, jobs, use_cache=not no_cache))
        desk.skip_all(chosen)
        _each(chosen, lambda _: "skipped")


def note(
    finding: _Finding = None,
    *,
    rule: _Rule = "",
    every: _All = False,
    why: Annotated[str, typer.Option("--text", help="The note, on one line; required.")] = "",
    root: Root = None,
    config: Config = None,
    session: Session = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    verbose: Verbose = False,
) -> None:
    """Write a note on findings into the session; they stay open."""
    with failing(verbose=verbose):
        desk, chosen = _chosen(_Asked(finding or [], rule, every), _where(root, config, session, jobs, use_cache=not no_cache))

        def keep(found: Finding) -> str:
            desk.note(found, why)
            return "noted"

        _each(chosen, keep)


def undo(
    *,
    root: Root = None,
    config: Config = None,
    session: Session = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    verbose: Verbose = False,
) -> None:
    """Take back the last decision, and what was written for it where nobody has changed the file since."""
    with failing(verbose=verbose):
        from archlint.cli.opened_review import opened  # noqa: PLC0415  as above

        desk, _ = opened(_where(root, config, session, jobs, use_cache=not no_cache))
        taken = desk.undo()
        if not taken:
            say("error: there is nothing to undo")
            raise typer.Exit(WRONG_USE)
        for decision in taken:
            _tell(f"{decision.path}:{decision.line}: {decision.rule} is not {decision.verdict} any more")


def _where(root: Path | None, config: Path | None, session: Path | None, jobs: int | None, *, use_cache: bool) -> Where:
    from archlint.cli.opened_review import Where  # noqa: PLC0415  `--help` must not wait for the analyser

    return Where(root=root, config=config, session=session, jobs=jobs, use_cache=use_cache)


def _chosen(asked: _Asked, where: Where) -> tuple[Review, list[Finding]]:
    """The review, and the findings that are meant, each once, in its order. Ends the command where none are."""
    from archlint.cli.opened_review import opened  # noqa: PLC0415  as above
    from archlint.engine.review_queue import named  # noqa: PLC0415

    if bool(asked.words) == asked.every or (asked.every and not asked.rule):
        say("error: name findings (see `archlint review list`), or give --rule RULE --all")
        raise typer.Exit(WRONG_USE)
    desk, found = opened(where)
    queue = desk.queue()
    if asked.every:
        chosen = [f for f in queue if asked.rule in (f.rule, f.name) and f.state == "new"]
        if not chosen:
            say(f"error: no finding of {asked.rule} is open")
            raise typer.Exit(WRONG_USE)
        return desk, chosen
    meant = {f.fingerprint for word in asked.words for f in named(queue, _from_root(word, found.root), asked.rule)}
    return desk, [finding for finding in queue if finding.fingerprint in meant]


def _from_root(word: str, root: Path) -> str:
    """PATH:LINE as seen from the current folder, where there is such a file in the project; else as it is."""
    path, colon, line = word.rpartition(":")
    real = Path(path).resolve() if path else root
    return f"{real.relative_to(root).as_posix()}:{line}" if colon and real.is_file() and real.is_relative_to(root) else word


def _each(chosen: Sequence[Finding], do: Callable[[Finding], str]) -> None:
    """Does it to each, and says what came of it; exit status 2 when one was refused."""
    from archlint.engine.accept import AcceptError  # noqa: PLC0415  as above

    refused = False
    for finding in chosen:
        place = f"{finding.location.path}:{finding.location.line}: {finding.rule}"
        try:
            _tell(f"{place} {do(finding)}")
        except AcceptError as error:
            refused = True
            for problem in error.problems:
                say(f"error: {place}: {problem}")
    if refused:
        raise typer.Exit(WRONG_USE)


def _tell(line: str) -> None:
    from archlint.report.escape import encodable, visible  # noqa: PLC0415  as above

    typer.echo(encodable(visible(line)))
