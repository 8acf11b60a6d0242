"""Marks the findings that the baseline lists, and says which of its entries nothing needs any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from archlint.engine.baseline import can_be_listed, offset
from archlint.engine.matching import Ground, match
from archlint.engine.run_rules import RunHit
from archlint.engine.sources import Sources
from archlint.facts.baseline import Baseline, BaselineUse, Entry
from archlint.facts.findings import Finding, Hit, Site
from archlint.rulebook import Rulebook
from archlint.rulebook.document import suggestion


def mark_old(
    findings: Sequence[Finding], baseline: Baseline, ground: Ground, *, path: str, was_asked: Callable[[Entry], bool]
) -> tuple[list[Finding], BaselineUse]:
    """The findings, with those as `baselined` that the baseline of the file `path` lists, and what is left of it.

    `was_asked`: could the run have found what this entry stands for?  Of equal findings the first ones are the old ones;
    what a suppression accepts needs no entry.
    """
    ordered = sorted(findings, key=lambda f: (f.location, f.rule, f.message, f.fingerprint))
    open_ones = [n for n, finding in enumerate(ordered) if finding.state == "new" and can_be_listed(finding.rule)]
    matched = match(baseline, [ordered[n] for n in open_ones], ground)
    for position in matched.old:
        number = open_ones[position]
        ordered[number] = replace(ordered[number], state="baselined", justification=f"listed in {path}")
    stale = tuple(entry for entry in matched.unused if was_asked(entry))
    unasked = tuple(entry for entry in matched.unused if not was_asked(entry))
    return ordered, BaselineUse(path=path, stale=stale, unasked=unasked)


def stale_entries(use: BaselineUse, baseline: Baseline, rulebook: Rulebook, sources: Sources) -> Iterator[RunHit]:
    """RUN010: each stale entry, where the baseline's file lists it."""
    listed = {(entry.path, entry.rule, entry.fingerprint): entry.count for entry in baseline.entries}
    text = sources.text(use.path) if use.stale else ""
    for entry in use.stale:
        at, end = offset(text, entry)
        site, anchor = Site(use.path, at, end), f"{entry.path} {entry.rule} {entry.fingerprint}"
        if rulebook.find(entry.rule) is None:
            known = [rule.id for rule in rulebook.rules]
            words = {"rule": entry.rule, "hint": suggestion(entry.rule, known)}
            yield "RUN010", Hit(site, words, "unknown", anchor=anchor)
            continue
        count = listed[entry.path, entry.rule, entry.fingerprint]
        place = f"`{entry.path}`" + (f" (`{entry.symbol}`)" if entry.symbol else "")
        words = {"rule": entry.rule, "place": place}
        words |= {"count": str(count), "found": str(count - entry.count)}
        yield "RUN010", Hit(site, words, "default" if entry.count == count else "fewer", anchor=anchor)
