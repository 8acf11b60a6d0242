"""What a function reads from a database or writes to it: stored classes, tables of SQL, collections of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name, String, Subscript
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import CallSite, Def, Type
from archlint.project.names.origins import Origin, Origins
from archlint.project.schema.names import last_part

if TYPE_CHECKING:
    from archlint.project.program import Project

_STORED, _DOCUMENTS = "db-model", "document-store"
_TELLS_NOTHING = re.compile(r"^_|coll")
"""Names of variables for any collection."""
_INSERTING = frozenset(
    {"add", "add_all", "create", "bulk_create", "insert", "insert_one", "insert_many", "acreate", "get_or_create"}
)


class StoredNames:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._origins = Origins(project)
        self._known: dict[tuple[Def, str, bool], frozenset[str]] = {}

    def of(self, definition: Def, effect: str, *, changes_only: bool = False) -> frozenset[str]:
        """Of the function and what it calls. `changes_only`: new rows do not count, nor what its callees write."""
        key = (definition, effect, changes_only)
        if key not in self._known:
            self._known[key] = frozenset(self._of(definition, effect, changes_only))
        return self._known[key]

    def _of(self, definition: Def, effect: str, changes_only: bool) -> Iterator[str]:
        for point in self._project.effects.points_of(definition, effect):
            call = self._end(point)
            if call is None or (changes_only and not point.is_direct):
                continue
            callee = call.call.callee
            if not (changes_only and isinstance(callee, Attribute) and callee.attr in _INSERTING):
                yield from self.at(call, changes_only=changes_only)
        if effect == "db.write" and self._project.effects.points_of(definition, "db.commit"):
            yield from self._set(definition)

    def at(self, call: CallSite, *, changes_only: bool = False) -> Iterator[str]:
        """Of one library call."""
        found = [call.receiver] if call.receiver is not None else []
        found += self._of_chain(call)
        for argument in call.call.arguments[:1]:
            found += self._project.types.all(call.module, argument.value, call.call.context)
        for type_ in found:
            yield from (each.name for each in (type_, *type_.arguments) if self._project.types.role(each) == _STORED)
        for sql in self._project.statements.by_sink.get((call.path, call.index), ()):
            for statement in sql.facts.statements:
                if not (changes_only and statement.verb == "insert"):
                    yield from (last_part(table).lower() for table in statement.tables)
        yield from self.collections(call)

    def _of_chain(self, call: CallSite) -> Iterator[Type]:
        """Of what its query begins with, where its rows have become mappings on the way: `objects.values("id").get(…)`."""
        expr: Expr = call.call.callee
        while isinstance(expr, Attribute) and isinstance(expr.base, CallRef):
            expr = call.module.body.calls[expr.base.index].callee
        if expr is not call.call.callee and isinstance(expr, Attribute):
            yield from self._project.types.all(call.module, expr.base, call.call.context)

    def collections(self, call: CallSite) -> Iterator[str]:
        """Of a call on a collection of documents."""
        library = self._project.knowledge.library(call.targets[0].name) if call.targets else None
        if library is not None and _DOCUMENTS in library.kinds and isinstance(call.call.callee, Attribute):
            yield from (name for name in _collection(call.call.callee.base) if not _TELLS_NOTHING.search(name))

    def every_collection(self, call: CallSite) -> Iterator[str]:
        """As `collections`, but also what a name or an attribute was given elsewhere (`users = db.users`), and none where what
        gives it says no name: `self.collection`, which a base class makes of what others hand it."""
        callee = call.call.callee
        base = callee.base if isinstance(callee, Attribute) else None
        library = self._project.knowledge.library(call.targets[0].name) if call.targets else None
        if library is None or _DOCUMENTS not in library.kinds or base is None:
            return
        given = [o.expr for o in self._origins.of(call.module, base, call.call.context) if isinstance(o, Origin)]
        given += list(self._made_by_property(call, base))
        if given:
            yield from (name for expr in given for name in _collection(expr) if not _TELLS_NOTHING.search(name))
        else:
            yield from self.collections(call)

    def _made_by_property(self, call: CallSite, base: Expr) -> Iterator[Expr]:
        """What a method of the class around returns, which the code reads like an attribute."""
        klass = call.caller.function.klass if call.caller is not None else -1
        if klass < 0 or not isinstance(base, Attribute):
            return
        for row, function in enumerate(call.module.outline.functions):
            if function.klass == klass and function.name == base.attr:
                returned = (s.value for s in call.module.own_statements(row) if s.kind == "return")
                yield from (value for value in returned if value is not None)

    def _end(self, point: EffectPoint) -> CallSite | None:
        """The library call in which a place's effect takes place."""
        return list(self._project.effects.ways_down(point.effect, point.way))[-1].point.call

    def _set(self, definition: Def) -> Iterator[str]:
        """The classes of rows whose attributes the function sets, where it commits."""
        module = definition.module
        for statement in module.own_statements(definition.index):
            target = statement.target
            if isinstance(target, Attribute) and isinstance(target.base, Name) and statement.kind in ("assign", "augment"):
                for type_ in self._project.types.all(module, target.base, statement.context):
                    if self._is_row(type_):
                        yield type_.name

    def _is_row(self, type_: Type) -> bool:
        return not type_.is_class and self._project.types.role(type_) == _STORED


def _collection(base: Expr) -> Iterator[str]:
    """`db.stores`, `db["stores"]`, `self.stores`."""
    if isinstance(base, Attribute):
        yield base.attr.lower()
    elif isinstance(base, Subscript) and len(base.index) == 1 and isinstance(base.index[0], String):
        yield base.index[0].value.lower()
