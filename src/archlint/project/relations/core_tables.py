"""Tables that are objects of their own, without a class: `orders = Table("orders", metadata, …)`, and the collections of a
database of documents: `db.orders`, `db["orders"]`; also a table that a client is asked for by its name:
`client.table("orders")`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name, String, Subscript
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import parts_of
from archlint.project.schema.names import last_part
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_TABLE = "db-table"
_DATABASE = "db-session"
_GETTING = frozenset({"get_collection"})
_UNSAID = frozenset({"collection", "collections", "coll", "name", "table", "tables", "db", "mongo", "mongodb", "key", "index"})
_DEPTH = 3


class CoreTables:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._origins = Origins(project)

    def name_of(self, module: Module, expr: Expr | None, context: int) -> str:
        """The name, in lower case, of the first such table or collection in an expression; empty where there is none."""
        named = (
            self._named(module, part, context, _DEPTH)
            for part in parts_of(module.body, expr)
            if isinstance(part, Name | Attribute | Subscript | CallRef)
        )
        return next((name for name in named if name), "")

    def _named(self, module: Module, part: Expr, context: int, depth: int) -> str:
        roles = self._roles(module, part, context)
        if _TABLE in roles:
            return self._made_as(module, part, context)
        if _DATABASE not in roles or depth <= 0:
            return ""
        name = self._part_of_database(module, part, context)
        return name or next(
            (
                found
                for origin in self._origins.of(module, part, context)
                if isinstance(origin, Origin) and (found := self._named(origin.module, origin.expr, origin.context, depth - 1))
            ),
            "",
        )

    def _part_of_database(self, module: Module, part: Expr, context: int) -> str:
        """`orders` of `db.orders`, `db["orders"]`, `db.get_collection("orders")`, where `db` is a database itself."""
        base: Expr | None = None
        given: Expr | None = None
        if isinstance(part, Attribute):
            base = part.base
        elif isinstance(part, Subscript) and part.index:
            base, given = part.base, part.index[0]
        elif isinstance(part, CallRef) and last_name(module.body, part) in _GETTING:
            call = module.body.calls[part.index]
            given = call.arguments[0].value if call.arguments else None
            base = call.callee.base if isinstance(call.callee, Attribute) and given is not None else None
        if base is None or _DATABASE not in self._roles(module, base, context):
            return ""
        return part.attr.lower() if isinstance(part, Attribute) else self._key(module, given, context)

    def _key(self, module: Module, given: Expr | None, context: int) -> str:
        """What is written, or what a setting or a constant says by its own name: `settings.orders_collection_name`."""
        if isinstance(given, String):
            return given.value.lower()
        if not isinstance(given, Name | Attribute):
            return ""
        text = self._project.values.text(module, given, context)
        if text is not None and text.rendered and "{" not in text.rendered:
            return text.rendered.lower()
        return "_".join(word for word in words_of(last_name(module.body, given)) if word not in _UNSAID)

    def _roles(self, module: Module, expr: Expr, context: int) -> set[str]:
        types = self._project.types
        return {types.role(found) for found in types.all(module, expr, context) if not found.is_class}

    def _made_as(self, module: Module, part: Expr, context: int) -> str:
        if isinstance(part, CallRef):
            asked = module.body.calls[part.index].arguments
            return self._key(module, asked[0].value, context) if asked else ""
        for origin in self._origins.of(module, part, context):
            if isinstance(origin, Origin) and isinstance(origin.expr, CallRef):
                given = origin.module.body.calls[origin.expr.index].arguments
                if given and isinstance(given[0].value, String):
                    return last_part(given[0].value.value).lower()
        return ""
