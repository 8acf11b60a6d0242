"""Counts and the score, a section at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from archlint.facts.findings import ItemResult, ItemStatus

ORDER: tuple[ItemStatus, ...] = ("pass", "fail", "not applicable", "manual", "unknown")


class Section(Struct, frozen=True):
    """`score` as below; `answered`: how many of the items that it counts pass or fail by a person's answer."""

    name: str
    items: tuple[ItemResult, ...]
    counts: dict[ItemStatus, int]
    score: float | None
    answered: int = 0


def score(results: Sequence[ItemResult]) -> float | None:
    """pass/(pass+fail), None where neither is there; items that are neither carry no weight."""
    found = Counter(result.status for result in results)
    decided = found["pass"] + found["fail"]
    return found["pass"] / decided if decided else None


def sections(results: Sequence[ItemResult]) -> tuple[Section, ...]:
    """The results by section, both in the order in which they first come."""
    names = dict.fromkeys(result.section for result in results)
    return tuple(_section(name, tuple(r for r in results if r.section == name)) for name in names)


def _section(name: str, items: tuple[ItemResult, ...]) -> Section:
    found = Counter(item.status for item in items)
    counts = {status: found[status] for status in ORDER if found[status]}
    answered = sum(
        item.status in ("pass", "fail") and item.answer is not None and item.answer.standing == "decides" for item in items
    )
    return Section(name, items, counts, score(items), answered)
