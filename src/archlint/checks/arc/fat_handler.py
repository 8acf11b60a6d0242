"""ARC011: a handler that decides and writes by itself what belongs to a service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import Attribute, Body, Comparison, Context, Name, Statement
from archlint.project.control.sequence import chain, may_follow
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import CallSite, Def
from archlint.project.parts import parts_of
from archlint.project.routes.mutations import mutations
from archlint.project.spelling import last_name, spell
from archlint.project.transactions.table_changes import changes_tables

_BRANCHES = ("if", "case", "for", "while")
_LEAVES = frozenset({"raise", "return", "continue", "break", "pass"})
_MOST = 20
"""Of more writes in a handler the first are compared."""
_GIVEN = frozenset({"is not", "in"})
"""How it is asked whether a value was sent."""
_HEADS = frozenset({"test", "for"})
_SAVING = frozenset({"save", "asave"})


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`branches`, `writes`: from how many on a handler is fat (with one write the first, by itself the second);
    `settling`: last names of calls that settle what was written; `translating`: names in a test that is about the request
    (its method, whether a form is whole); `missing`: errors that say that no row is there; `schema_verbs`: first words of SQL
    that changes tables, not rows."""

    branches: int
    writes: int
    settling: tuple[str, ...]
    translating: tuple[str, ...]
    missing: tuple[str, ...]
    schema_verbs: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each handler with as many branches and a write, or as many writes, of its own; a proof for each other that
    comes to a write."""
    resolvers = {definition for found in mutations(project).values() for definition in found}
    views = {each for each in project.unrouted if each not in project.root_fields}
    for handler in sorted({*project.endpoints.by_definition, *resolvers, *views}, key=lambda each: each.site):
        if not handler.module.is_production:
            continue
        points = project.effects.points_of(handler, "db.write")
        writes = _own(project, points, params)
        ways = _ways(handler, params) if writes else []
        branches = len(ways)
        turns = _one_after_the_other(writes)
        words = {"handler": handler.function.name, "writes": str(turns), "branches": str(branches)}
        related = tuple(Step(point.site, f"`{point.shown}` writes") for point in writes)
        if turns >= params.writes:
            yield Hit(handler.site, words, "writes", Confidence.HIGH, related=related)
        elif writes and (
            branches >= params.branches or (branches == params.branches - 1 and _decides(project, handler, ways, writes))
        ):
            yield Hit(handler.site, words, "branches", Confidence.HIGH, related=related)
        elif points:
            yield Proof(handler.site, f"`{handler.function.name}` leaves the work to others")


def _own(project: Project, points: tuple[EffectPoint, ...], params: Params) -> list[EffectPoint]:
    """The places at which the handler itself writes rows, by place; what is made where it was looked for and is missing is
    one of those that get or make a row."""
    found = {point.site: point for point in points if point.is_direct and not _is_made_if_missing(point, params)}
    names = {site: point.witness.target.rpartition(".")[2] for site, point in found.items()}
    own = [found[site] for site in sorted(found) if names[site] not in params.settling]
    rows = [point for point in own if not changes_tables(project, point, params.schema_verbs)]
    return [point for row, point in enumerate(rows) if not any(_saves_again(point, other) for other in rows[:row])]


def _is_made_if_missing(point: EffectPoint, params: Params) -> bool:
    """`except Profile.DoesNotExist: profile.save()`"""
    body = point.module.body
    around = [body.contexts[row] for row in chain(point.module, point.context)]
    if any(place.kind == "for" for place in around):
        return False  # an import
    caught = (part for place in around if place.kind == "except" for part in parts_of(body, place.subject))
    return any(last_name(body, part) in params.missing for part in caught)


def _saves_again(later: EffectPoint, earlier: EffectPoint) -> bool:
    """It saves the row that the earlier write made, or whose relation that has changed: `child.guardians.remove(one)`, and
    then `child.save()`."""
    if later.call is None or earlier.call is None:
        return False
    body, callee = later.module.body, later.call.call.callee
    row = callee.base if isinstance(callee, Attribute) and last_name(body, callee) in _SAVING else None
    if not isinstance(row, Name) or later.call.call.arguments:
        return False
    made = [s for s in body.statements if s.kind == "assign" and s.at <= earlier.site.at < s.end and isinstance(s.target, Name)]
    own = earlier.call.call.callee
    relation = own.base.base if isinstance(own, Attribute) and isinstance(own.base, Attribute) else None
    return any(isinstance(s.target, Name) and s.target.id == row.id for s in made) or (
        isinstance(relation, Name) and relation.id == row.id
    )


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


def _ways(handler: Def, params: Params) -> list[int]:
    """The places in which it goes one way or the other and does something there: one that only refuses is none, nor is one
    that tells requests apart."""
    body = handler.module.body
    found = []
    for row, place in enumerate(body.contexts):
        if place.function == handler.index and place.kind in _BRANCHES:
            inside = {s.kind for s in body.statements if s.context == row and s.kind not in _HEADS}
            is_guard = inside <= _LEAVES | {"expression"} and not inside.isdisjoint(_LEAVES)
            parts = parts_of(body, place.subject) if place.subject is not None else ()
            is_told_apart = any(last_name(body, part) in params.translating for part in parts)
            if not is_guard and not is_told_apart and not _takes_over(body, row, place):
                found.append(row)
    return found


def _takes_over(body: Body, row: int, place: Context) -> bool:
    """`if sent.name is not None: order.name = sent.name`, `if "name" in sent: order.name = sent["name"]`: what was sent is
    set, what was not stays."""
    test = place.subject
    if place.kind != "if" or test is None or (isinstance(test, Comparison) and not _GIVEN.issuperset(test.ops)):
        return False
    told = {spell(body, part) for part in parts_of(body, test) if isinstance(part, Name | Attribute)}
    inside = [s for s in body.statements if s.context == row and s.kind not in _HEADS]
    return bool(inside) and all(
        s.kind == "assign"
        and isinstance(s.target, Attribute)
        and s.value is not None
        and any(spell(body, part) in told for part in parts_of(body, s.value) if isinstance(part, Name | Attribute))
        for s in inside
    )


def _decides(project: Project, handler: Def, ways: list[int], writes: list[EffectPoint]) -> bool:
    """On one of the ways a field of a row is set that is written behind it (`if order.total > 9: order.free = True`), or one
    of them is a loop that writes and goes another for each row. In a handler that writes, what is saved is a row."""
    module = handler.module
    calls = [point.call for point in writes if point.call is not None]
    calls += [call for call in project.calls.of(handler) if last_name(module.body, call.call.callee) in _SAVING]
    around = [{*chain(module, call.call.context)} for call in calls]
    loops = [row for row in ways if module.body.contexts[row].kind == "for" and any(row in rows for rows in around)]
    if any(row in chain(module, other) for row in loops for other in ways if other != row):
        return True
    own = module.statements_between(handler.function.at, handler.function.end)
    return any(
        isinstance(s.target, Attribute)
        and isinstance(s.target.base, Name)
        and s.target.base.id in _written(call, own)
        and not ({*chain(module, s.context)} & {*ways}) <= rows
        for call, rows in zip(calls, around, strict=True)
        for s in own
    )


def _written(call: CallSite, own: Sequence[Statement]) -> set[str]:
    """The names of what is written: those that are handed over, whose own method it is, and what it gives back."""
    callee = call.call.callee
    named = [argument.value for argument in call.call.arguments]
    named += [callee.base] if isinstance(callee, Attribute) else []
    named += [s.target for s in own if s.kind == "assign" and s.target is not None and s.at <= call.call.at < s.end]
    return {each.id for each in named if isinstance(each, Name)}
