"""Another service's answers that hold a secret: where one is shown, code goes on to read the secret out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archlint.facts.syntax import Attribute, Await, Body, CallRef, Expr, Name, String, Subscript
from archlint.project.names.origins import Origin, Origins
from archlint.project.spelling import spell
from archlint.project.walk import walk_module

if TYPE_CHECKING:
    from archlint.project.secrets.credentials import Vocabulary
    from archlint.project.secrets.flows import Place
    from archlint.project.source.modules import Module

_WHOLE = frozenset({"json", "text", "content"})
"""What holds all that was answered."""
_HASHED = "a password"
"""Another service may well give it hashed."""


class _Read(NamedTuple):
    """`by_name`: out of a name that the whole answer was given."""

    answer: str
    context: int
    key: str
    by_name: bool


_Reads = dict[int, list[_Read]]


class Answers:
    def __init__(self, origins: Origins, vocabulary: Vocabulary) -> None:
        self._origins = origins
        self._vocabulary = vocabulary
        self._known: dict[str, _Reads] = {}

    def fields(self, expr: Expr, at: Place) -> tuple[str, ...]:
        """The keys of secrets that the same function reads out of the answer, wherever it goes on from here: what is shown
        in a branch for failures is another answer."""
        body = at.module.body
        answer = self._answer(at.module, expr, at.context)
        if answer is None:
            return ()
        reads = self._reads(at.module).get(body.contexts[at.context].function, [])
        by_name = isinstance(expr, Name)  # what a name is given may be shown in another branch
        return tuple(
            dict.fromkeys(
                read.key
                for read in reads
                if read.answer == answer and (by_name or not read.by_name) and _is_within(body, read.context, at)
            )
        )

    def _answer(self, module: Module, expr: Expr, context: int) -> str | None:
        """How the answer is written whose whole content the expression is: `answer` of `answer.json()["key"]`."""
        body = module.body
        if isinstance(expr, Await):
            return self._answer(module, expr.value, context)
        if isinstance(expr, Name):
            found = self._origins.of(module, expr, context)
            given = found[0] if len(found) == 1 else None
            if not isinstance(given, Origin) or given.each or given.path or given.module is not module:
                return None
            return None if isinstance(given.expr, Name) else self._answer(module, given.expr, given.context)
        callee = body.calls[expr.index].callee if isinstance(expr, CallRef) else expr
        if not isinstance(callee, Attribute) or callee.attr not in _WHOLE:
            return None
        if isinstance(expr, CallRef) != (callee.attr == "json"):
            return None
        return spell(body, callee.base)

    def _reads(self, module: Module) -> _Reads:
        """Function → the secrets that it reads out of answers."""
        known = self._known.get(module.path)
        if known is None:
            known = self._known[module.path] = {}
            body = module.body
            found: list[tuple[Expr, Expr | None, int]] = [
                (e.base, e.index[0], context)
                for e, context in walk_module(module, frozenset({Subscript}))
                if isinstance(e, Subscript) and len(e.index) == 1
            ]
            for call in body.calls:
                if isinstance(call.callee, Attribute) and call.callee.attr == "get" and call.arguments:
                    found.append((call.callee.base, call.arguments[0].value, call.context))
            for base, key, context in found:
                naming = self._vocabulary.names(key.value) if isinstance(key, String) else None
                if naming is None or not naming.certain or naming.kind == _HASHED or not isinstance(key, String):
                    continue
                answer = self._answer(module, base, context)
                if answer is not None:
                    read = _Read(answer, context, key.value, isinstance(base, Name))
                    known.setdefault(body.contexts[context].function, []).append(read)
        return known


def _is_within(body: Body, context: int, at: Place) -> bool:
    while context >= 0:
        if context == at.context:
            return True
        context = body.contexts[context].parent
    return False
