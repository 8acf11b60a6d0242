"""What a function has committed for good by the time it goes on: by a commit, by leaving a transaction, or at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Await, CallRef, Conditional, Expr, Name, Statement
from archlint.project.control.conditions import Conditions, Path, is_failure_path
from archlint.project.control.empty_ways import (
    answers_error,
    ends_with_nothing,
    ends_with_something,
    only_with_nothing,
    only_with_something,
)
from archlint.project.control.sequence import chain, may_follow
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import Def, Type
from archlint.project.names.arguments import parameter
from archlint.project.parts import parts_of
from archlint.project.transactions.changed_rows import changes_something
from archlint.project.transactions.transactions import Transactions
from archlint.project.transactions.written_names import Written
from archlint.project.transactions.written_together import WrittenTogether

if TYPE_CHECKING:
    from archlint.facts.knowledge import Operation
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_BEGIN, _COMMIT, _WRITE = "tx.begin", "db.commit", "db.write"
_SESSION = "session"
_CONNECTION = "db-connection"
_STORED = "db-model"
_OWN = frozenset({"save", "asave", "delete", "adelete"})
"""Methods by which a row is saved, or deleted, by whoever has it."""
_BRANCHES = frozenset({"if", "else", "case", "for", "while", "except"})
_MOST_CALLERS = 5
_ABOVE = 2
"""Callers of callers that are asked for their commits."""


class Commit(Struct, frozen=True):
    """`point`: the place in the function, and `path` from there down to the call that commits or writes.

    kind: `commit` (a call that commits what was noted down or sent before), `block` (a transaction that is left), `at once`
    (a write that nothing holds back). `row`: the block in the function itself, -1 for none.
    """

    point: EffectPoint
    path: Path
    kind: Literal["commit", "block", "at once"]
    row: int = -1

    @property
    def end(self) -> EffectPoint:
        return self.path.end


class Commits:
    def __init__(self, project: Project, transactions: Transactions) -> None:
        self._project = project
        self._transactions = transactions
        self._ways = {
            _COMMIT: Conditions(project, goes_on=True),
            _WRITE: Conditions(project, counts=_sends, goes_on=True),
        }
        self._changes = Conditions(project, counts=_writes_rows)
        self._together = WrittenTogether(project)
        self._wrote: dict[tuple[Def, bool], bool] = {}

    def of(self, definition: Def) -> list[Commit]:
        """What the function commits on its ordinary way, by place; one of several at one place, one for a whole block."""
        found: dict[tuple[int, int], Commit] = {}
        blocks = self._transactions.blocks
        for effect in (_COMMIT, _WRITE):
            for point in self._project.effects.points_of(definition, effect):
                if point.site.at < definition.function.at or is_failure_path(point.module, point.context):
                    continue  # what wraps the function is none of its own steps
                path = self._ways[effect].path(point)
                row = blocks.around(point.module, point.context)
                kind = self._kind(point, path, row) if path is not None else None
                if path is None or kind is None:
                    continue
                key = (-1, row) if row >= 0 else (point.site.at, point.site.end)
                found.setdefault(key, Commit(point, path, kind, row))
        return sorted(found.values(), key=lambda c: c.point.site)

    def follow(self, first: Commit, second: Commit) -> bool:
        """The second can come after the first in one run of their function."""
        if not may_follow(first.point.module, self._left_at(first), _place(second.point)):
            return False
        if self._ends_in_error(first, second) or _are_of_two_sides(first, second):
            return False
        project, one, two = self._project, first.point, second.point
        for below in first.path.through[:1] if first.row < 0 else ():
            if self._ends(below, ends_with_nothing) and only_with_something(project, one, two):
                return False
            if self._ends(below, ends_with_something) and only_with_nothing(project, one, two):
                return False
        return True

    def meet(self, one: Commit, other: Commit) -> bool:
        """One run of their function may come to both."""
        first, second = sorted((one, other), key=lambda commit: commit.point.site)
        return first is second or self.follow(first, second)

    def _ends_in_error(self, first: Commit, second: Commit) -> bool:
        """`order.delete(); abort(404)`, in a branch in which the second does not stand."""
        module, (context, end) = first.point.module, self._left_at(first)
        inner = {*chain(module, context)} - {*chain(module, second.point.context)}
        return bool(inner) and answers_error(self._project, module, inner, end)

    def _ends(self, definition: Def, how: Callable[[EffectPoint], bool]) -> bool:
        """Whatever the function commits, it is left so behind it."""
        points = [
            p
            for effect in (_COMMIT, _WRITE)
            for p in self._project.effects.points_of(definition, effect)
            if self._ways[effect].path(p) is not None
        ]
        return bool(points) and all(map(how, points))

    @staticmethod
    def _left_at(commit: Commit) -> tuple[int, int]:
        if commit.row < 0:
            return _place(commit.point)
        place = commit.point.module.body.contexts[commit.row]
        return place.parent, place.end

    def wrote(self, commit: Commit, definition: Def, since: int, behind: Commit | None = None) -> bool:
        """Something is written that this commits: on the way down, or in the function behind an offset; where another commit
        is given, on a way that comes from there."""
        if commit.kind != "commit":
            return True
        if self._is_given_write(commit, definition):
            return True
        fields = self._keeps_fields(commit)
        if any(self.writes(each, fields=fields) for each in commit.path.through):
            return True
        return self.writes_between(definition, since, commit.point.site.at, behind, fields=fields)

    def _keeps_fields(self, commit: Commit) -> bool:
        """A driver's connection keeps what it was sent, and nothing that was set of an object."""
        return self._project.knowledge.role(commit.end.witness.target.rpartition(".")[0]) != _CONNECTION

    def _is_given_write(self, commit: Commit, definition: Def) -> bool:
        """`execute_and_commit("UPDATE …")`: what the function that commits is given to execute writes."""
        site = commit.point.site
        return any(p.is_handed and p.site == site for p in self._project.effects.points_of(definition, _WRITE))

    def written(self, commit: Commit, definition: Def, since: int) -> Written:
        """What of the function's own a commit keeps: what it has written behind an offset, in the block, or right here."""
        module, at = definition.module, commit.point.site.at
        if commit.kind != "commit":
            begin, end = commit.point.site.at, commit.point.site.end
            if commit.row >= 0:
                begin, end = module.body.contexts[commit.row].at, module.body.contexts[commit.row].end
            points = [p for p in self._project.effects.points_of(definition, _WRITE) if begin <= p.site.at < end]
            return self._together.at(definition, points, begin, begin, filled=since, linked=definition.function.at)
        points = [
            p for p in self._project.effects.points_of(definition, _WRITE) if since < p.site.at < at and self._is_own_write(p)
        ]
        through = [commit.point] if commit.path.through else []
        return self._together.at(definition, [*points, *through], since, at)

    def _kind(self, point: EffectPoint, path: Path, row: int) -> Literal["commit", "block", "at once"] | None:
        if row >= 0:
            return "block"
        if point.effect == _COMMIT:
            return "commit"
        if self._is_at_once(path):
            return None if self._is_held_back(point) else "at once"
        return "block" if any(self._transactions.inside(step.site) for step in path.steps[1:]) else None

    def _is_at_once(self, path: Path) -> bool:
        call = path.end.call
        if call is not None and any(argument.name == _SESSION for argument in call.call.arguments):
            return False  # whoever gives a session may have begun a transaction
        owner = path.end.witness.target.rpartition(".")[0]
        return any(info.autocommit for _, info in self._project.knowledge.infos(owner))

    def _is_held_back(self, point: EffectPoint) -> bool:
        """The function has begun a transaction by a statement of its own (`await transaction.start()`) and not ended it yet."""
        if point.caller is None:
            return False
        points_of = self._project.effects.points_of
        begins = [p for p in points_of(point.caller, _BEGIN) if p.is_direct and p.site.at < point.site.at]
        if not begins:
            return False
        module, place = point.module, _place(point)
        values = [s.value for s in module.own_statements(point.caller.index) if s.kind == "expression"]
        alone = {each.value.at if isinstance(each, Await) else each.at for each in values if each is not None}
        begins = [p for p in begins if p.site.at in alone and may_follow(module, _place(p), place)]
        begun = max(begins, key=lambda p: p.site.at, default=None)
        if begun is None or not set(chain(module, begun.context)) <= set(chain(module, point.context)):
            return False
        ends = (p for p in points_of(point.caller, _COMMIT) if begun.site.at < p.site.at < point.site.at)
        return not any(may_follow(module, _place(each), place) for each in ends)

    def writes(self, definition: Def, *, fields: bool = True) -> bool:
        """The function notes down or sends a row itself, or (`fields`) sets a field of one."""
        key, function = (definition, fields), definition.function
        known = self._wrote.get(key)
        if known is None:
            known = self._wrote[key] = self.writes_between(definition, function.at, function.end, fields=fields)
        return known

    def writes_between(
        self, definition: Def, since: int, until: int, behind: Commit | None = None, *, fields: bool = True
    ) -> bool:
        """The function writes something, or (`fields`) sets a field, between two offsets; see `wrote` for `behind`."""
        module = definition.module
        places = [
            (p.context, p.site.at)
            for p in self._project.effects.points_of(definition, _WRITE)
            if since < p.site.at < until and self._is_own_write(p)
        ]
        places += self._sets_between(definition, since, until) if fields else ()
        ends = self._left_at(behind) if behind is not None else None
        return any(ends is None or at < ends[1] or may_follow(module, ends, (context, at)) for context, at in places)

    def _sets_between(self, definition: Def, since: int, until: int) -> Iterator[tuple[int, int]]:
        """The places where an attribute of an object, not the function's own (unless that is a row) nor of a connection, is
        set."""
        module = definition.module
        for s in module.own_statements(definition.index):
            if not since < s.at < until:
                continue
            target = s.target if s.kind in ("assign", "augment") else None
            if isinstance(target, Attribute):
                is_set = self._keeps(definition, target.base, s.context)
            else:
                of = self._set_by_name(module, s)
                is_set = of is not None and self._keeps(definition, of, s.context)
            if is_set or self._together.adds_to_row(module, s):
                yield s.context, s.at

    def _keeps(self, definition: Def, owner: Expr, context: int) -> bool:
        """What is set of it may be stored."""
        if isinstance(owner, Name) and owner.id in ("self", "cls"):
            klass = definition.owner
            return definition.function.klass >= 0 and self._project.types.role(Type(klass)) == _STORED
        return not any(map(self._together.is_no_data, self._project.types.all(definition.module, owner, context)))

    @staticmethod
    def _set_by_name(module: Module, statement: Statement) -> Expr | None:
        """`setattr(order, name, value)`"""
        call = module.body.calls[statement.value.index] if isinstance(statement.value, CallRef) else None
        is_set = call is not None and isinstance(call.callee, Name) and call.callee.id == "setattr"
        return call.arguments[0].value if call is not None and is_set and call.arguments else None

    def _is_own_write(self, point: EffectPoint) -> bool:
        """It notes down or sends a row, and is no commit or flush of what others did, nor runs what a decorator wraps."""
        if point.caller is not None and self._is_wrapped(point, point.caller):
            return False
        return self._changes.path(point) is not None

    @staticmethod
    def _is_wrapped(point: EffectPoint, caller: Def) -> bool:
        """`f(session, *args)`, where `f` is a parameter of the function around."""
        callee = point.call.call.callee if point.call is not None else None
        around = caller.module.body.contexts[caller.function.outer].function
        if not isinstance(callee, Name) or around < 0:
            return False
        return parameter(caller.module.outline.functions[around], callee.id) is not None


def deciding(project: Project, point: EffectPoint, path: Path) -> tuple[Def, ...]:
    """The functions on the way from a place down that decide what is written: none that only hands out a connection
    (`with cursor() as c:`), nor one that executes what it is handed."""
    callers = (point.caller, *path.through)
    found: list[Def] = []
    for caller, step, called in zip(callers, path.steps, path.through, strict=False):
        points = project.effects.points_of(caller, _WRITE) if caller is not None else ()
        is_own = is_own_save(project, called)
        if not is_own and not called.function.is_generator and not any(p.is_handed and p.site == step.site for p in points):
            found.append(called)
    return tuple(found)


def distance(project: Project, commit: Commit) -> int:
    """How many functions down it is, without those below the first that have neither a branch nor a loop."""
    ways = deciding(project, commit.point, commit.path)
    return len(ways[:1]) + sum(map(_has_branches, ways[1:]))


def _has_branches(definition: Def) -> bool:
    contexts = definition.module.body.contexts
    return any(place.function == definition.index and place.kind in _BRANCHES for place in contexts)


def is_called(project: Project, commit: Commit) -> bool:
    """It is another function that commits, and no row by a `save` of its own class."""
    return any(not is_own_save(project, each) for each in commit.path.through)


def is_own_save(project: Project, definition: Def) -> bool:
    """`def save(self, …)` of a row: forms, serializers and pages of the framework call it as well."""
    if definition.function.name not in _OWN or definition.function.klass < 0:
        return False
    return project.types.role(Type(definition.owner)) == _STORED


def _place(point: EffectPoint) -> tuple[int, int]:
    return point.context, point.site.at


def _writes_rows(operation: Operation) -> bool:
    """And makes no tables, as a session may where it is opened."""
    return changes_something(operation) and not operation.schema


def _sends(operation: Operation) -> bool:
    return not operation.pending and not operation.flushes and _COMMIT not in operation.effect


def commit_above(project: Project, definition: Def, depth: int = _ABOVE) -> EffectPoint | None:
    """The first place behind a call of the function at which its caller, or one above, commits."""
    for site in project.calls.callers(definition)[:_MOST_CALLERS]:
        if site.caller is None or site.caller == definition or not site.module.is_production:
            continue
        place = (site.call.context, site.call.at)
        for point in sorted(project.effects.points_of(site.caller, _COMMIT), key=lambda p: p.site.at):
            if point.site.at >= site.call.end and may_follow(site.module, place, _place(point)):
                return point
        above = commit_above(project, site.caller, depth - 1) if depth else None
        if above is not None:
            return above
    return None


def _are_of_two_sides(first: Commit, second: Commit) -> bool:
    """`update(row) if row else insert(given)`: never both."""
    module, caller = first.point.module, first.point.caller
    one, two = first.point.site, second.point.site
    for statement in module.own_statements(caller.index) if caller is not None else ():
        if not (statement.at <= one.at and two.end <= statement.end):
            continue
        for part in parts_of(module.body, statement.value):
            if type(part) is Conditional and _holds(part.body, one) and _holds(part.orelse, two):
                return True
    return False


def _holds(expr: Expr, site: Site) -> bool:
    return expr.at <= site.at and site.end <= expr.end
