"""What is written only where no row was found for it: a token that nobody holds any more opens nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Comparison, Constant, Expr, Name, Operation, Subscript
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import parts_of
from archlint.project.spelling import spell

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.secrets.flows import Source
    from archlint.project.secrets.logged import LoggedValue

_OF_NO_USE = frozenset({"a token", "a one-time code", "an API key", "a session cookie"})
"""Kinds that open nothing unless they are known; a wrong password may be another door's, or nearly right."""
_PLACES = (Name, Attribute, Subscript, CallRef)


class UnknownValues:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._origins = Origins(project)

    def holds(self, value: LoggedValue, source: Source) -> bool:
        """A branch around the place is taken where a row that was looked up by the value is missing."""
        if source.kind not in _OF_NO_USE or source.read is None or source.read[1].module is not value.module:
            return False
        module, body = value.module, value.module.body
        texts = frozenset(spell(body, e) for e in (source.read[0], value.expr) if isinstance(e, _PLACES))
        contexts, context = module.body.contexts, value.context
        while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
            place = contexts[context]
            missing = _missing(place.subject) if place.kind == "if" and place.subject is not None else None
            if missing is not None and self._was_looked_up(value, missing, place.parent, texts):
                return True
            context = place.parent
        return False

    def _was_looked_up(self, value: LoggedValue, row: Name, context: int, texts: frozenset[str]) -> bool:
        """All that the name may hold is read from the database by the value."""
        found = self._origins.of(value.module, row, context)
        return bool(found) and all(isinstance(o, Origin) and self._reads(o, value, texts) for o in found)

    def _reads(self, origin: Origin, value: LoggedValue, texts: frozenset[str]) -> bool:
        made = origin.expr.value if isinstance(origin.expr, Await) else origin.expr
        if not isinstance(made, CallRef) or origin.module is not value.module or origin.each or origin.path:
            return False
        body, calls = origin.module.body, self._project.calls.in_module(origin.module)
        parts = [part for part in parts_of(body, made) if isinstance(part, CallRef)]
        if not any(self._project.effects.does(calls[part.index], "db.read") for part in (made, *parts)):
            return False
        given = (a.value for part in (made, *parts) for a in body.calls[part.index].arguments)
        return any(spell(body, p) in texts for e in given for p in parts_of(body, e) if isinstance(p, _PLACES))


def _missing(test: Expr) -> Name | None:
    """The name that a test finds to be nothing: `not row`, `row is None`."""
    if isinstance(test, Operation) and test.op == "not" and isinstance(test.operands[0], Name):
        return test.operands[0]
    if isinstance(test, Comparison) and test.ops in (("is",), ("==",)):
        left, right = test.operands
        if isinstance(left, Name) and isinstance(right, Constant) and right.value is None:
            return left
    return None
