"""ARC011: a handler that decides and writes by itself what belongs to a service."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.project.effects import EffectPoint
from archlint.project.model import Def
from archlint.project.parts import parts_of
from archlint.project.sequence import may_follow
from archlint.project.spelling import last_name

_BRANCHES = ("if", "case", "for", "while")
_LEAVES = frozenset({"raise", "return", "continue", "break", "pass"})
_MOST = 20
"""Of more writes in a handler the first are compared."""
_HEADS = frozenset({"test", "for"})


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`branches`, `writes`: from how many on a handler is fat (with one write the first, by itself the second);
    `settling`: last names of calls that settle what was written; `translating`: names in a test that is about the request
    (its method, whether a form is whole)."""

    branches: int
    writes: int
    settling: tuple[str, ...]
    translating: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each handler with as many branches and a write, or as many writes, of its own; a proof for each other that
    comes to a write."""
    for handler in sorted(project.endpoints.by_definition, key=lambda each: each.site):
        if not handler.module.is_production:
            continue
        points = project.effects.points_of(handler, "db.write")
        writes = _own(points, params)
        branches = _branches(handler, params) if writes else 0
        turns = _one_after_the_other(writes)
        words = {"handler": handler.function.name, "writes": str(turns), "branches": str(branches)}
        related = tuple(Step(point.site, f"`{point.shown}` writes") for point in writes)
        if turns >= params.writes:
            yield Hit(handler.site, words, "writes", Confidence.HIGH, related=related)
        elif writes and branches >= params.branches:
            yield Hit(handler.site, words, "branches", Confidence.HIGH, related=related)
        elif points:
            yield Proof(handler.site, f"`{handler.function.name}` leaves the work to others")


def _own(points: tuple[EffectPoint, ...], params: Params) -> list[EffectPoint]:
    """The places at which the handler itself writes, by place."""
    found = {point.site: point for point in points if point.is_direct}
    names = {site: point.witness.target.rpartition(".")[2] for site, point in found.items()}
    return [found[site] for site in sorted(found) if names[site] not in params.settling]


def _one_after_the_other(writes: list[EffectPoint]) -> int:
    """How many of the writes one request may come to: of two that stand in an `if` and its `else` it is one."""
    longest: list[int] = []
    for row, later in enumerate(writes[:_MOST]):
        before = (
            longest[i]
            for i, earlier in enumerate(writes[:row])
            if may_follow(later.module, (earlier.context, earlier.site.at), (later.context, later.site.at))
        )
        longest.append(1 + max(before, default=0))
    return max(longest, default=0)


def _branches(handler: Def, params: Params) -> int:
    """The places in which it goes one way or the other and does something there: one that only refuses is none, nor is one
    that tells requests apart."""
    body = handler.module.body
    count = 0
    for row, place in enumerate(body.contexts):
        if place.function == handler.index and place.kind in _BRANCHES:
            inside = {s.kind for s in body.statements if s.context == row and s.kind not in _HEADS}
            is_guard = inside <= _LEAVES | {"expression"} and not inside.isdisjoint(_LEAVES)
            parts = parts_of(body, place.subject) if place.subject is not None else ()
            count += not is_guard and not any(last_name(body, part) in params.translating for part in parts)
    return count
