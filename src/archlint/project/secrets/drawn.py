"""What is drawn at random here: a password, a code or a key that nobody knows before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Constant, Expr, Name, Operation, String, Subscript, Template
from archlint.project.names.carrying import is_carrying
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DRAWING = frozenset({"token_urlsafe", "token_hex", "token_bytes", "get_random_string", "randint", "randrange", "randbelow"})
_DRAWING |= {"getrandbits", "randbits"}
_JOINED = frozenset({"choice", "choices", "sample"})
"""What these give is drawn from a list; only joined it is a text that nobody knows."""
_DEPTH = 4


class Drawn:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._origins = Origins(project)
        self._known: dict[Def, bool] = {}

    def is_drawn(self, module: Module, expr: Expr | None, context: int, depth: int = _DEPTH) -> bool:
        """`randint(1000, 9999)`, `"".join(choices(digits, k=6))`, text made of nothing else, or what a function gives that
        gives such."""
        if depth == 0:
            return False
        if isinstance(expr, Await):
            return self.is_drawn(module, expr.value, context, depth)
        if isinstance(expr, Name):
            found = self._origins.of(module, expr, context)
            return bool(found) and all(
                isinstance(o, Origin) and not o.each and not o.path and self.is_drawn(o.module, o.expr, o.context, depth - 1)
                for o in found
            )
        if isinstance(expr, Subscript):
            return self.is_drawn(module, expr.base, context, depth - 1)
        if isinstance(expr, Template | Operation):
            parts = expr.parts if isinstance(expr, Template) else expr.operands
            held = [part for part in parts if not isinstance(part, String | Constant)]
            return bool(held) and all(self.is_drawn(module, part, context, depth - 1) for part in held)
        return isinstance(expr, CallRef) and self._is_drawing(module, expr, depth)

    def _is_drawing(self, module: Module, made: CallRef, depth: int) -> bool:
        body, name = module.body, last_name(module.body, made)
        if name in _DRAWING:
            return True
        call = body.calls[made.index]
        given = [argument.value for argument in call.arguments]
        if name == "join" and len(given) == 1:
            parts = (part for part in parts_of(body, given[0]) if isinstance(part, CallRef))
            return any(last_name(body, part) in (_JOINED | _DRAWING) for part in parts)
        definitions = [t.definition for t in self._project.calls.in_module(module)[made.index].targets if t.definition]
        if definitions:
            return all(self._gives(definition, depth - 1) for definition in definitions)
        if not is_carrying(name):
            return False
        if isinstance(call.callee, Attribute) and not isinstance(call.callee.base, String):
            given = [call.callee.base]
        return bool(given) and any(self.is_drawn(module, part, call.context, depth - 1) for part in given)

    def _gives(self, definition: Def, depth: int) -> bool:
        """Whatever it returns is drawn."""
        known = self._known.get(definition)
        if known is None:
            self._known[definition] = False  # a circle ends here
            home = definition.module
            values = self._project.symbols.scopes(home).returns.get(definition.index, [])
            known = bool(values) and all(self.is_drawn(home, s.value, s.context, depth) for s in values)
            self._known[definition] = known
        return known
