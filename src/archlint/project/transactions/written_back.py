"""Where an object that was changed in memory comes to the database: it is saved, or handed to what stores it; a session that
keeps an eye on it commits, or a block that does is left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Call, CallRef, Collection, Expr, Statement, String
from archlint.project.control.sequence import may_follow
from archlint.project.model import Def, Type
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.transactions.commits import commit_above
from archlint.project.transactions.request_commits import RequestCommits

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_REMOVES = frozenset({"delete", "adelete"})
"""Calls behind which no number of the row is left, whatever it was."""
_TURNED = re.compile(r"dump|dict|json|document|record|row", re.IGNORECASE)
"""In the names of calls that turn an object into what is kept."""
_FIELDS = "update_fields"


class Back(Struct, frozen=True):
    """`site`: the place that keeps the change; `is_far`: it stands in another function."""

    site: Site
    shown: str
    is_far: bool = False


class WrittenBack:
    """Questions about one project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._behind = RequestCommits(project)

    def of(self, definition: Def, change: Statement | Call, target: Attribute, type_: Type) -> Back | None:
        """Of a row of that type, whose attribute `target` is changed in the function: the nearest such place."""
        return (
            self.here(definition, change, target.base, target.attr)
            or self._left(definition.module, change, type_)
            or self.above(definition, type_)
        )

    def here(
        self, definition: Def, change: Statement | Call, owner: Expr, field: str, *, only_itself: bool = False
    ) -> Back | None:
        """The first place behind it that saves the object with the field, or commits (`only_itself`: that is given the
        object)."""
        module, points = definition.module, self._project.effects.points_of
        row = spell(module.body, owner)
        for point in sorted((*points(definition, "db.write"), *points(definition, "db.commit")), key=lambda p: p.site.at):
            place = (point.context, point.site.at)
            if point.site.at < change.end or not may_follow(module, (change.context, change.at), place):
                continue
            call = point.call.call if point.call is not None else None
            if call is None or last_name(module.body, call.callee) in _REMOVES:
                continue
            base = call.callee.base if isinstance(call.callee, Attribute) else None
            is_saved = base is not None and spell(module.body, base) == row
            if is_saved and _leaves_out(call, field):
                continue
            is_handed = any(_gives(module, a.value, row, is_whole=only_itself) for a in call.arguments)
            is_flushed = any(t.operation is not None and t.operation.flushes for t in point.point.targets)
            if is_saved or is_handed or (not only_itself and (is_flushed or point.effect == "db.commit")):
                return Back(point.site, point.shown)
        return None

    def above(self, definition: Def, type_: Type) -> Back | None:
        """The first place above at which it is committed, or that behind the answer, where a session keeps an eye on the
        object."""
        if not self._is_watched(type_):
            return None
        point = commit_above(self._project, definition)
        if point is not None:
            return Back(point.site, point.shown, is_far=True)
        kept = self._behind.behind(definition)
        return Back(kept.site, kept.by, is_far=True) if kept is not None else None

    def _left(self, module: Module, change: Statement | Call, type_: Type) -> Back | None:
        """The block that commits when it is left, where a session keeps an eye on the object."""
        blocks = self._project.transaction_blocks
        row = blocks.around(module, change.context)
        if row < 0 or not self._is_watched(type_):
            return None
        return Back(blocks.head(module, row), shorten(spell(module.body, module.body.contexts[row].subject), 50))

    def _is_watched(self, type_: Type) -> bool:
        ancestors = self._project.types.inference.members.ancestors(type_)
        return not any(info.autocommit for each in ancestors for _, info in self._project.knowledge.infos(each.name))


def _leaves_out(call: Call, field: str) -> bool:
    """`order.save(update_fields=["note"])`"""
    named = next((a.value for a in call.arguments if a.name == _FIELDS), None)
    if not isinstance(named, Collection) or not all(isinstance(each, String) for each in named.items):
        return False
    return all(isinstance(each, String) and each.value != field for each in named.items)


def _gives(module: Module, given: Expr, row: str, *, is_whole: bool) -> bool:
    """The object itself; `is_whole`: also what it is turned into, `{"$set": item.model_dump()}`, `asdict(item)`."""
    body = module.body
    if spell(body, given) == row:
        return True
    calls = (body.calls[part.index] for part in parts_of(body, given) if isinstance(part, CallRef)) if is_whole else ()
    for call in calls:
        callee, told = call.callee, [spell(body, a.value) for a in call.arguments[:1]]
        is_method = isinstance(callee, Attribute) and spell(body, callee.base) == row
        if (is_method or row in told) and _TURNED.search(last_name(body, callee)):
            return True
    return False
