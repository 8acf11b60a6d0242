"""Counts and the score, a section at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from archlint.facts.findings import ItemResult, ItemStatus

ORDER: tuple[ItemStatus, ...] = ("pass", "fail", "not applicable", "manual", "unknown")


class Section(Struct, frozen=True):
    """`score` is pass/(pass+fail), None where neither is there; items that are neither carry no weight."""

    name: str
    items: tuple[ItemResult, ...]
    counts: dict[ItemStatus, int]
    score: float | None


def sections(results: Sequence[ItemResult]) -> tuple[Section, ...]:
    """The results by section, both in the order in which they first come."""
    names = dict.fromkeys(result.section for result in results)
    return tuple(_section(name, tuple(r for r in results if r.section == name)) for name in names)


def _section(name: str, items: tuple[ItemResult, ...]) -> Section:
    found = Counter(item.status for item in items)
    decided = found["pass"] + found["fail"]
    counts = {status: found[status] for status in ORDER if found[status]}
    return Section(name, items, counts, found["pass"] / decided if decided else None)
