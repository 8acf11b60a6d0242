"""Values that nobody is seen to send and that come from outside all the same: out of a row, a message, or what another
service has answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Expr, Subscript
from archlint.project.model import CallSite, Def, Type
from archlint.project.schema.made import Written
from archlint.project.secrets.flows import Place

if TYPE_CHECKING:
    from archlint.project.program import Project

_MODEL = "db-model"
_CHATS = frozenset({"chat-message"})
_MESSAGES = _CHATS | {"broker-message"}
_READ_OUT = frozenset({"db-cursor", "db-result", "http-response"}) | _MESSAGES
_NO_TEXT = frozenset(
    {"INTEGER", "BIGINT", "SMALLINT", "FLOAT", "REAL", "DOUBLE PRECISION", "NUMERIC", "BOOLEAN", "TIMESTAMP", "DATE", "TIME",
     "INTERVAL", "UUID"}
)  # fmt: skip
"""Types of columns that hold no text."""
_READ, _ASKED = "db.read", "http"


class OutsideValues:
    def __init__(self, project: Project) -> None:
        self._project = project

    def takes_message(self, definition: Def) -> bool:
        """It is handed what somebody writes: it runs whenever somebody does."""
        return self._takes(definition, _MESSAGES)

    def takes_chat(self, definition: Def) -> bool:
        """As above, by a person who waits for the answer."""
        return self._takes(definition, _CHATS)

    def _takes(self, definition: Def, roles: frozenset[str]) -> bool:
        types = self._project.types.inference.annotations
        given = [
            found
            for parameter in definition.function.parameters
            if parameter.annotation is not None
            for found in types.types(definition.module, parameter.annotation, definition.function.outer)
        ]
        return any(isinstance(each, Type) and self._project.types.role(each) in roles for each in given)

    def holds(self, expr: Expr, place: Place) -> bool:
        """The expression gives what the database or another service holds."""
        return self._is_column(expr, place) or any(self._is_read(part, place) for part in chain_of(place, expr))

    def _is_read(self, part: Expr, place: Place) -> bool:
        if isinstance(part, CallRef) and self._asks(self._project.calls.in_module(place.module)[part.index]):
            return True
        return any(self._project.types.role(t) in _READ_OUT for t in self._types(part, place))

    def _asks(self, site: CallSite) -> bool:
        effects = {effect for target in site.targets if target.operation is not None for effect in target.operation.effect}
        return not effects.isdisjoint((_READ, _ASKED))

    def _is_column(self, expr: Expr, place: Place) -> bool:
        """What describes a column, in the class of a table; or the attribute of one of its rows."""
        if isinstance(expr, Attribute):
            return any(self._project.types.role(t) == _MODEL and not t.is_class for t in self._types(expr.base, place))
        klass = place.module.body.contexts[place.context].klass
        if not isinstance(expr, CallRef) or klass < 0 or place.module.body.contexts[place.context].function >= 0:
            return False
        owner = Type(f"{place.module.name}.{place.module.outline.classes[klass].qualname}")
        return self._project.types.role(owner) == _MODEL

    def is_no_text(self, expr: Expr, place: Place) -> bool:
        """What describes a column of numbers, dates, truths or keys, so that it holds no character that could do harm."""
        if not isinstance(expr, CallRef) or place.module.body.contexts[place.context].klass < 0:
            return False
        type_ = self._project.schemas.models.type_of(Written(place.module, expr, place.context))
        return type_.partition("(")[0].strip() in _NO_TEXT

    def _types(self, expr: Expr, place: Place) -> list[Type]:
        return list(self._project.types.all(place.module, expr, place.context))


def chain_of(place: Place, expr: Expr) -> Iterator[Expr]:
    """The expression, and what it is asked of: `cursor.fetchall` and `cursor` of `cursor.fetchall()`."""
    current: Expr | None = expr
    while current is not None:
        yield current
        match current:
            case CallRef():
                callee = place.module.body.calls[current.index].callee
                current = callee.base if isinstance(callee, Attribute) else None
            case Attribute() | Subscript():
                current = current.base
            case Await():
                current = current.value
            case _:
                current = None
