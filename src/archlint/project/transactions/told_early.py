"""Messages about a row that the function has changed and not kept yet: `order.status = "paid"`, `receipt.delay(order.id)`, and
only then `session.commit()`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Name
from archlint.project.control.conditions import Conditions, Path, is_failure_path
from archlint.project.control.sequence import may_follow
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import Def
from archlint.project.parts import names_in, parts_of
from archlint.project.transactions.changed_rows import ChangedRows
from archlint.project.transactions.written_names import ROW_KEYS

if TYPE_CHECKING:
    from archlint.facts.syntax import Statement
    from archlint.project.program import Project
    from archlint.project.transactions.transactions import Transactions

_KEEPING = ("db.commit", "db.write")


class ToldEarly(Struct, frozen=True):
    """`point`: the place in `definition` that sends, with the way down; `changed`: where `column` of the row is set, `kept`:
    where that reaches the database."""

    definition: Def
    point: EffectPoint
    path: Path
    column: str
    changed: Site
    kept: Site


class RowsToldEarly:
    """Questions about one project."""

    def __init__(self, project: Project, transactions: Transactions) -> None:
        self._project = project
        self._rows = ChangedRows(project)
        self._blocks = transactions.blocks
        self._ways = Conditions(project)

    def all(self, effects: Iterable[str], counts: Callable[[EffectPoint], bool]) -> Iterator[ToldEarly]:
        """The first of each function. `counts`: whether a library call is asked about."""
        shown: set[Def] = set()
        for effect in effects:
            for point in self._project.effects.points(effect):
                definition = point.caller
                if definition is None or definition in shown or not point.module.is_production:
                    continue
                found = self._changed_before(definition, point)
                path = self._ways.path(point) if found is not None else None
                if found is not None and path is not None and counts(path.end):
                    shown.add(definition)
                    yield ToldEarly(definition, point, path, *found)

    def _changed_before(self, definition: Def, point: EffectPoint) -> tuple[str, Site, Site] | None:
        module, call = point.module, point.call
        if call is None or is_failure_path(module, point.context):
            return None
        told = {name for argument in call.call.arguments for name in names_in(module.body, argument.value)}
        place = (point.context, point.site.at)
        for statement in self._settings(definition, point.site.at):
            target = statement.target
            assert isinstance(target, Attribute) and isinstance(target.base, Name)  # noqa: S101 - as it is gone through
            row, set_at = target.base.id, (statement.context, statement.at)
            names = {row, *_keys_of(definition, row, statement.at)}
            if names.isdisjoint(told) or not may_follow(module, set_at, place):
                continue
            if not self._rows.is_set_by(module, statement):
                continue
            kept = self._kept_behind(definition, point, row, statement)
            if kept is not None:
                return f"{row}.{target.attr}", Site(module.path, statement.at, target.end), kept
        return None

    def _settings(self, definition: Def, before: int) -> Iterator[Statement]:
        """Values that are set on what has a name, up to a place; what the place itself gives is none."""
        for statement in definition.module.statements["assign"]:
            target, value = statement.target, statement.value
            is_before = value is not None and definition.function.at <= statement.at < value.end <= before
            if is_before and isinstance(target, Attribute) and isinstance(target.base, Name):
                yield statement

    def _kept_behind(self, definition: Def, point: EffectPoint, row: str, change: Statement) -> Site | None:
        """Where it is kept, if that is behind the place alone."""
        keeps = [
            p
            for effect in _KEEPING
            for p in self._project.effects.points_of(definition, effect)
            if effect == "db.commit" or _is_on(p, row)
        ]
        if any(change.at < p.site.at < point.site.at for p in keeps):
            return None
        place = (point.context, point.site.at)
        behind = [p for p in keeps if p.site.at >= point.site.end and may_follow(point.module, place, (p.context, p.site.at))]
        if behind:
            return min((p.site for p in behind), key=lambda site: site.at)
        block = self._blocks.around(point.module, point.context)
        if block >= 0 and point.module.body.contexts[block].at < change.at:
            return self._blocks.head(point.module, block)
        return None


def _keys_of(definition: Def, row: str, before: int) -> set[str]:
    """`order` and `number`, of `line = find(order.id, number)`, and not that of `find(order.customer_id)`."""
    body, function = definition.module.body, definition.function
    own = (s for s in body.statements if s.kind == "assign" and function.at <= s.at < before)
    makers = [s.value for s in own if isinstance(s.target, Name) and s.target.id == row]
    parts = list(parts_of(body, makers[-1])) if makers else []
    led = {p.base.id for p in parts if isinstance(p, Attribute) and isinstance(p.base, Name) and p.attr not in ROW_KEYS}
    return {part.id for part in parts if isinstance(part, Name)} - led


def _is_on(point: EffectPoint, row: str) -> bool:
    """`order.save()`"""
    callee = point.call.call.callee if point.call is not None else None
    return isinstance(callee, Attribute) and isinstance(callee.base, Name) and callee.base.id == row
