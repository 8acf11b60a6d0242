"""The state of each item, from what the rules said and what the project shows.

In this order, the first that holds (`rules/README.md` has it in words):

    fail             something refutes it, at medium confidence or better
    unknown          a serving rule or the search itself crashed
    not applicable   there is no subject, and the search could have seen one: every file was parsed
    manual           files cannot tell
    unknown          a serving rule is not in this version or did not run; a file was not parsed
    pass             every subject is proven
    manual           some subjects are not

A person's answers come behind this: `checklist/answered.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from msgspec import Struct

from archlint.checklist.found import Found, Subject
from archlint.checklist.items import Checklist, Item
from archlint.facts.findings import Confidence, Evidence, Finding, ItemResult, ItemStatus, Location, Proof, Site
from archlint.facts.interrupt import let_through
from archlint.project import Project

MAX_EVIDENCE = 50
"""Places that a result keeps; the counts are of all."""


class Said(Struct, frozen=True):
    """What a run says that items are judged by. `known`: ids of all rules of this version; `failed`: files without facts."""

    project: Project
    findings: Sequence[Finding]
    proofs: Mapping[str, Sequence[Proof]]
    known: frozenset[str]
    ran: frozenset[str]
    crashed: Mapping[str, str]
    failed: Sequence[str]
    locate: Callable[[Site], Location]


def judge(checklist: Checklist, said: Said) -> tuple[ItemResult, ...]:
    """One result an item, in the checklist's order. A search that raises makes its items unknown."""
    judged: dict[str, _Judgement] = {}
    results = []
    for item in checklist.items:
        source = checklist.source(item)
        if source.id not in judged:
            judged[source.id] = _judge(source, said)
        results.append(judged[source.id].result(item, source))
    return tuple(results)


class _Judgement(Struct, frozen=True):
    status: ItemStatus
    reason: str
    subjects: int = 0
    proven: int = 0
    accepted: int = 0
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[str, ...] = ()

    def result(self, item: Item, source: Item) -> ItemResult:
        return ItemResult(
            id=item.id,
            section=item.section,
            title=item.title,
            question=item.question,
            guide=item.guide,
            status=self.status,
            reason=self.reason,
            subjects=self.subjects,
            proven=self.proven,
            accepted=self.accepted,
            evidence=self.evidence,
            findings=self.findings,
            rules=source.rules,
        )


def _judge(item: Item, said: Said) -> _Judgement:
    try:
        searched = _search(item, said)
    except Exception as error:  # our own bug in one search must not cost the other items
        let_through(error)
        return _Judgement("unknown", f"the search for {item.subjects} crashed: {type(error).__name__}")
    of_rules = searched is None
    found = searched or _by_rules(item, said)
    refuting = [f for f in said.findings if f.rule in item.rules and f.confidence >= Confidence.MEDIUM]
    doubtful = [f for f in said.findings if f.rule in item.rules and f.confidence < Confidence.MEDIUM]
    refuted = [s for s in found.subjects if s.refutation]
    proven = [s for s in found.subjects if s.proof]
    subjects = len(found.subjects) + (len(refuting) + len(doubtful) if of_rules else 0)
    count = f"{len(proven)} of {subjects} {item.subjects}"
    accepted = [f for f in refuting if f.state != "new"]
    shown = [*refuted, *proven, *(s for s in found.subjects if not (s.proof or s.refutation))]

    def state(status: ItemStatus, reason: str) -> _Judgement:
        return _Judgement(
            status,
            reason,
            subjects=subjects,
            proven=len(proven),
            accepted=len(accepted) if status == "fail" else 0,
            evidence=tuple(Evidence(said.locate(s.site), s.text) for s in shown[:MAX_EVIDENCE]),
            findings=tuple(f.fingerprint for f in refuting),
        )

    if refuting or refuted:
        return state("fail", _failure(item, count if of_rules else "", refuting, refuted, accepted))
    crashed = [rule for rule in item.rules if rule in said.crashed]
    if crashed:
        return state("unknown", f"{_listed(crashed)} crashed")
    absent = [rule for rule in item.rules if rule not in said.known]
    idle = [rule for rule in item.rules if rule in said.known and rule not in said.ran]
    if found.not_applicable and not said.failed:
        return state("not applicable", found.not_applicable)
    if not (item.evidence or subjects or absent or idle or said.failed):
        return state("not applicable", item.none)
    if found.manual:
        return state("manual", found.manual)
    if absent:
        return state("unknown", f"{_listed(absent)} {'is' if len(absent) == 1 else 'are'} not in this version")
    if idle:
        return state("unknown", f"{_listed(idle)} did not run")
    if said.failed:
        return state("unknown", f"{len(said.failed)} {'file was' if len(said.failed) == 1 else 'files were'} not parsed")
    if subjects and len(proven) == subjects and not doubtful:
        return state("pass", f"{count}: {item.proof}")
    return state("manual", item.manual or f"{count} can be told from the code alone")


def _search(item: Item, said: Said) -> Found | None:
    """What the item's own search gives; None where it leaves the subjects to the rules."""
    if not item.evidence:
        return None
    found: Found = import_module(f"archlint.checklist.evidence.{item.evidence}").find(said.project)
    return found if found.subjects or found.not_applicable or found.manual else None


def _by_rules(item: Item, said: Said) -> Found:
    """The rules' proofs as subjects; one without a text is a place that the rule is about and cannot decide."""
    proofs = [proof for rule in item.rules for proof in said.proofs.get(rule, ())]
    return Found(tuple(Subject("", proof.site, proof=proof.text) for proof in _distinct(proofs)))


def _distinct(proofs: Sequence[Proof]) -> list[Proof]:
    """One a place: several serving rules may have looked at it."""
    by_site: dict[Site, Proof] = {}
    for proof in proofs:
        by_site.setdefault(proof.site, proof)
    return [by_site[site] for site in sorted(by_site)]


def _listed(rules: Sequence[str]) -> str:
    return ", ".join(rules)


def _failure(
    item: Item, count: str, refuting: Sequence[Finding], refuted: Sequence[Subject], accepted: Sequence[Finding]
) -> str:
    if not refuting:
        return f"{item.refutation}: {refuted[0].text}"
    places = (
        f"{len(refuting)} {'finding' if len(refuting) == 1 else 'findings'} of {_listed(sorted({f.rule for f in refuting}))}"
    )
    kept = f"; {count} proven" if count else ""
    return f"{item.refutation}: {places}{kept}" + (f"; {len(accepted)} accepted" if accepted else "")
