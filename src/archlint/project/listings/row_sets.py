"""Rows of one answer together: a page of them, and each query once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archlint.project.relations.row_types import Rows


def limited(found: Iterable[Rows]) -> Iterator[Rows]:
    """The same rows, a page of them."""
    return (rows.marked("limited") for rows in found)


def once(found: Iterable[Rows]) -> Iterator[Rows]:
    """The same rows that come in by several ways are one, or they would double with each call on the way."""
    seen: set[object] = set()
    for rows in found:
        key = rows.module.path, rows.expr.at, rows.expr.end, rows.traits, rows.under
        if key not in seen:
            seen.add(key)
            yield rows


def distinct(found: Iterable[Rows]) -> tuple[Rows, ...]:
    """Each query once: as a page where it can be one, else with the least that narrows it."""
    kept: dict[tuple[str, int], Rows] = {}
    for rows in found:
        key = rows.module.path, rows.expr.at
        if key not in kept or _rank(rows) < _rank(kept[key]):
            kept[key] = rows
    return tuple(kept.values())


def _rank(rows: Rows) -> tuple[bool, int]:
    return "limited" not in rows.traits, len(rows.traits)
