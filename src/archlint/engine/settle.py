"""What the rules said, and what the run must say of itself, as one report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from archlint import __version__
from archlint.checklist.items import Checklist
from archlint.checklist.judge import Said, judge
from archlint.engine import run_rules, suppress
from archlint.engine.check import Outcome, last_frame
from archlint.engine.discover import Inventory
from archlint.engine.extract import Facts
from archlint.engine.findings import Acceptance, finding_of, numbered
from archlint.engine.matching import Ground
from archlint.engine.old_findings import mark_old, stale_entries
from archlint.engine.read import Reading
from archlint.engine.scopes import Scopes
from archlint.engine.sources import Sources
from archlint.engine.status import INCOMPLETE
from archlint.engine.suppress import Suppression
from archlint.facts.baseline import Baseline, Entry
from archlint.facts.findings import Completeness, Finding, Hit, ItemResult, Report, Site
from archlint.facts.interrupt import let_through
from archlint.project import Project
from archlint.project.sql.statements import Sql
from archlint.rulebook import Rule, Rulebook

T = TypeVar("T")


@dataclass(frozen=True)
class Settled:
    """The report, and how far it may be kept.

    `expiries`: the days on which a suppression in it stops to count; `others`: path → bytes of files besides the sources
    whose text it shows; `lasting`: the same run again would come to the same, which is not so where time or memory ran out.
    """

    report: Report
    expiries: tuple[str, ...]
    others: dict[str, bytes]
    lasting: bool


@dataclass(frozen=True)
class Run:
    """Everything that the steps before gave."""

    inventory: Inventory
    reading: Reading
    facts: Facts
    project: Project
    outcome: Outcome


def settle(
    run: Run,
    sources: Sources,
    *,
    rulebook: Rulebook,
    checklist: Checklist,
    baseline: Baseline | None,
    scopes: Scopes,
    today: str,
) -> Settled:
    """Findings with their places and fingerprints, suppressed and old ones marked, what was looked at, and the checklist."""
    settings = scopes.root
    none: list[run_rules.RunHit] = []
    broken = _guarded(run.outcome, "contracts", lambda: list(run_rules.broken_contracts(run.project, settings, sources)), none)
    completeness = _completeness(run)
    unread: tuple[Sql, ...] = _guarded(run.outcome, "completeness", lambda: _unread_statements(run), ())
    suppressions = _suppressions(run.facts)
    acceptance = Acceptance(suppressions, scopes, rulebook, today)
    apps = _app_sites(run)
    findings = [acceptance.of(_finding(rule, hit, apps, sources, scopes)) for rule, hit in run.outcome.hits]
    of_the_run = [
        *run_rules.unread_files(run.inventory, run.reading, run.facts, sources),
        *run_rules.unread_statements(run.facts, unread),
        *run_rules.nothing_found(run.inventory, run.facts, settings),
        *run_rules.unlinked_roots(run.project),
        *broken,
        *run_rules.misread_contracts(settings, sources),
        *run_rules.crashed_rules(run.outcome, settings),
        *run_rules.suppression_faults(suppressions, rulebook, frozenset(run.outcome.ran), today),
    ]
    use = None
    if baseline is not None:
        complete = not any(rule_id in INCOMPLETE for rule_id, _ in of_the_run)
        asked = _asked(rulebook, scopes, run.outcome, complete=complete)
        findings, use = mark_old(findings, baseline, _ground(run, sources), path=settings.baseline, was_asked=asked)
        of_the_run += stale_entries(use, baseline, rulebook, sources)
    findings += [finding_of(rulebook.rule(rule_id), hit, sources, scopes) for rule_id, hit in of_the_run]
    settled = numbered(findings, sources)
    known = frozenset(rule.id for rule in rulebook.rules)
    judged = _checklist(checklist, run, sources, findings=settled, failed=completeness.failed, known=known)
    report = Report(
        version=__version__,
        findings=settled,
        completeness=completeness,
        rules=tuple(rule.document.info for rule in rulebook.rules),
        checklist=judged,
        fail_level=settings.fail_level,
        baseline=use,
    )
    return Settled(
        report,
        expiries=tuple(sorted({s.until for found in suppressions.values() for s in found if s.until})),
        others=sources.others,
        lasting=not (run.facts.given_up.anything or run.outcome.crashed),
    )


def _unread_statements(run: Run) -> tuple[Sql, ...]:
    given_up = run.facts.given_up.sql
    return tuple(sql for sql in run.project.statements.all if sql.text in given_up) if given_up else ()


def _app_sites(run: Run) -> frozenset[Site]:
    """Where apps are made, if any hit is about more than its place; what an app lacks is reported there."""
    if not any(hit.anchor and not hit.path for _, hit in run.outcome.hits):
        return frozenset()
    return _guarded(run.outcome, "apps", lambda: frozenset(app.site for app in run.project.routes.apps), frozenset())


def _finding(rule: Rule, hit: Hit, apps: frozenset[Site], sources: Sources, scopes: Scopes) -> Finding:
    made = finding_of(rule, hit, sources, scopes)
    return msgspec.structs.replace(made, whole=True) if hit.anchor and hit.site in apps else made


def _ground(run: Run, sources: Sources) -> Ground:
    """The project's files, those that could not be read among them, its modules, and what each file defines."""
    inventory = run.inventory
    paths = {*run.reading.sources, *inventory.others, *inventory.problems, *inventory.too_big, *run.reading.problems}
    modules: frozenset[str] = _guarded(run.outcome, "modules", lambda: frozenset(run.project.modules.by_name), frozenset())
    return Ground(paths, modules, sources.symbols)


def _asked(rulebook: Rulebook, scopes: Scopes, outcome: Outcome, *, complete: bool) -> Callable[[Entry], bool]:
    """Whether the run could have found what an entry stands for: it is complete, and the entry's rule ran on its file.
    A rule that there is none of finds nothing anywhere."""
    ran = frozenset(outcome.ran)
    selected = {folder: {rule.id for rule in rulebook.selected(own)} for folder, own in scopes.settings.items()}

    def asked(entry: Entry) -> bool:
        if not complete:
            return False
        if rulebook.find(entry.rule) is None:
            return True
        return entry.rule in ran and entry.rule in selected[scopes.folder_of(entry.path)]

    return asked


def _checklist(
    checklist: Checklist,
    run: Run,
    sources: Sources,
    *,
    findings: tuple[Finding, ...],
    failed: tuple[str, ...],
    known: frozenset[str],
) -> tuple[ItemResult, ...]:
    said = Said(
        project=run.project,
        findings=findings,
        proofs=run.outcome.proofs,
        known=known,
        ran=frozenset(run.outcome.ran),
        crashed=run.outcome.crashed,
        failed=failed,
        locate=sources.location,
    )
    return judge(checklist, said)


def _suppressions(facts: Facts) -> dict[str, list[Suppression]]:
    found = {path: suppress.of_python(path, file) for path, file in facts.python.items() if file.outline.comments}
    found |= {path: suppress.of_sql(path, text) for path, text in facts.sql.items() if "archlint" in text}
    return found


def _completeness(run: Run) -> Completeness:
    """What was looked at. A part of the project that cannot be built makes the run incomplete and costs its figures,
    not the findings that do not need it."""
    project, outcome = run.project, run.outcome

    def figure(ask: Callable[[], T], none: T) -> T:
        return _guarded(outcome, "completeness", ask, none)

    failed = {*run.inventory.problems, *run.reading.problems, *run.inventory.too_big, *run.facts.failures}
    return Completeness(
        read=len(run.facts.python) + len(run.facts.sql) + len(run.facts.deployment),
        skipped=dict(sorted(run.inventory.skipped.items())),
        failed=tuple(sorted(failed)),
        statements=figure(lambda: project.statements.parsed, 0),
        statements_unparsed=figure(lambda: project.statements.unparsed, 0),
        statements_refused=figure(lambda: project.statements.refused, {}),
        import_edges=figure(lambda: project.imports.count, 0),
        calls=figure(lambda: project.calls.total, 0),
        calls_resolved=figure(lambda: project.calls.resolved, 0),
        routes=figure(lambda: len(project.routes.routes), 0),
        layout=figure(lambda: project.layers.description, ""),
        services=figure(lambda: tuple(service.name for service in project.services.all), ()),
        rules=tuple(sorted(outcome.ran)),
        idle=tuple(sorted(outcome.idle)),
        crashed=tuple(sorted(outcome.crashed)),
    )


def _guarded(outcome: Outcome, what: str, ask: Callable[[], T], none: T) -> T:
    """As in `check`: a bug of our own makes the run incomplete, and must not hide what else was found."""
    try:
        return ask()
    except Exception as error:
        let_through(error)
        outcome.crashed[what] = last_frame(error)
        return none
