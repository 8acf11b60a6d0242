"""Changes of a baseline: made from a run, brought up to date, pruned, grown with a reason. Pure: old one in, new one out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from archlint.engine.baseline import BaselineError, can_be_listed, entry_of
from archlint.facts.baseline import Baseline, Entry, Increase
from archlint.facts.findings import Finding, Report


@dataclass(frozen=True)
class Change:
    """A new baseline, and by how many findings it differs: `dropped` ones that are gone, `added` ones by rule.

    `unasked`: how many are kept only because the run could not look for them.
    """

    baseline: Baseline
    dropped: int = 0
    added: Mapping[str, int] = field(default_factory=dict)
    unasked: int = 0


class GrowthError(Exception):
    """A baseline would grow, and nobody said why; `problems` name each rule."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def created(report: Report) -> Baseline:
    """A first baseline: every finding of the report that counts and is not about the run itself."""
    return Baseline(entries=_merged(entry_of(finding) for finding in listable(report)))


def pruned(baseline: Baseline, report: Report) -> Change:
    """The baseline without what the run no longer found. Entries of files and symbols that were renamed follow them;
    those of what the run could not look at stay."""
    use = report.baseline
    stale, unasked = (use.stale, use.unasked) if use is not None else ((), ())
    found = [entry_of(finding) for finding in report.findings if finding.state == "baselined"]
    before = {_key(entry): entry for entry in baseline.entries}
    entries = (
        replace(before[_key(entry)], count=entry.count) if _key(entry) in before else entry
        for entry in _merged((*found, *unasked))
    )
    return Change(
        Baseline(entries=tuple(sorted(entries)), increases=baseline.increases),
        dropped=sum(entry.count for entry in stale),
        unasked=sum(entry.count for entry in unasked),
    )


def updated(baseline: Baseline, report: Report, reasons: Mapping[str, str], today: str) -> Change:
    """The pruned baseline with the new findings of the rules in `reasons` (id → why).

    Raises GrowthError for new findings of any other rule: then nothing changes at all.
    """
    new = listable(report)
    counts = Counter(finding.rule for finding in new)
    refused = sorted(rule for rule in counts if rule not in reasons)
    if refused:
        raise GrowthError(
            f"{rule}: {counts[rule]:,} {'finding is' if counts[rule] == 1 else 'findings are'} not in the baseline; mend "
            f'{"it" if counts[rule] == 1 else "them"}, or say why not: --allow-increase {rule} "why"'
            for rule in refused
        )
    change = pruned(baseline, report)
    now = change.baseline
    for rule in sorted(counts):
        now = grown(now, [finding for finding in new if finding.rule == rule], reasons[rule], today)
    return Change(now, dropped=change.dropped, added=dict(sorted(counts.items())), unasked=change.unasked)


def listable(report: Report) -> list[Finding]:
    """The findings that count and that a baseline may list."""
    return [finding for finding in report.active if can_be_listed(finding.rule)]


def grown(baseline: Baseline, findings: Iterable[Finding], why: str, today: str) -> Baseline:
    """The baseline with these new findings in it, and in the log why. Raises BaselineError for an empty reason, and for
    a finding that no baseline may list."""
    added = tuple(findings)
    refused = sorted({finding.rule for finding in added if not can_be_listed(finding.rule)})
    problems = [f"{rule} cannot be baselined: it is about the run itself" for rule in refused]
    if not why.strip():
        problems.append("a baseline grows only with a reason")
    if problems:
        raise BaselineError(problems)
    by_rule = Counter(finding.rule for finding in added)
    logged = (Increase(date=today, rule=rule, by=by, why=" ".join(why.split())) for rule, by in by_rule.items())
    return Baseline(
        entries=_merged((*baseline.entries, *(entry_of(finding) for finding in added))),
        increases=tuple(sorted((*baseline.increases, *logged))),
    )


def _merged(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries sorted, those of the same path, rule and fingerprint as one."""
    by_key: dict[tuple[str, str, str], Entry] = {}
    for entry in entries:
        found = by_key.get(_key(entry))
        by_key[_key(entry)] = entry if found is None else replace(found, count=found.count + entry.count)
    return tuple(sorted(by_key.values()))


def _key(entry: Entry) -> tuple[str, str, str]:
    return entry.path, entry.rule, entry.fingerprint
