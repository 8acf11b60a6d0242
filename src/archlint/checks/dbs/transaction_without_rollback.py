"""DBS008: a session whose failed commit is caught, and that goes on without a rollback."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Hit, Project, Proof, Site, Step
from archlint.project.loops.repeated import LoopWords
from archlint.project.source.one_off import OneOff
from archlint.project.transactions.failed_commits import FailedCommit, FailedCommits

_THEN = {"behind": "`{session}` is used again here", "turn": "the next turn uses `{session}` here"}


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`ending`: parts of names of what ends or replaces a transaction; `broad`: last names of exceptions by which a failing
    commit is caught; `restoring`: dialects of databases in which a statement that fails undoes itself and nothing else.
    The rest: see `LoopWords`."""

    ending: tuple[str, ...]
    broad: tuple[str, ...]
    restoring: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each commit whose caught failure leaves the transaction open under what follows, a proof for the others."""
    commits, one_off = FailedCommits(project, params.ending, params.broad), OneOff(project, params)
    seen: set[Site] = set()
    for site, handler in commits.tried():
        if site.site in seen or site.caller is None:
            continue
        found = commits.of(site, handler)
        if found is None or commits.is_undone_alone(site, params.restoring):
            yield Proof(site.site, "what fails is rolled back, or the session is not used again")
        elif not (site.module.is_script or one_off.runs_once(site.module, site.caller)):
            seen.add(site.site)
            yield _hit(found)


def _hit(found: FailedCommit) -> Hit:
    site, place = found.site, found.site.module.body.contexts[found.row]
    words = {"session": found.session, "function": site.caller.function.name if site.caller is not None else ""}
    related = (
        Step(Site(site.path, place.at, place.at + len("except")), "a failure is caught here, and nothing is rolled back"),
        Step(Site(site.path, found.then.at, found.then.end), _THEN[found.why].format(session=found.session)),
    )
    return Hit(site.site, words, found.why, site.confidence, related=related)
