"""Values that whoever runs the program decides: its settings, its environment, its command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.secrets.flows import Place
from archlint.project.secrets.taint_locals import SETTINGS
from archlint.project.spelling import last_name
from archlint.project.values.outside_values import chain_of

if TYPE_CHECKING:
    from archlint.project.program import Project

_EFFECT = "env.read"
_ROLE = "settings"
_COMMAND_LINE = frozenset({"parse_args", "parse_known_args"})
_OWN = frozenset({"self", "cls"})


class OperatorsValues:
    def __init__(self, project: Project) -> None:
        self._project = project

    def gives(self, expr: Expr, place: Place) -> bool:
        """The expression, or what it is a part of, is such a value: `settings.SCHEMA`, `app.config["NAME"]`, `args.table`."""
        return any(self._is_one(part, place) for part in chain_of(place, expr))

    def come_to(self, expr: Expr, place: Place) -> bool:
        """All that the expression may hold is such, as far as names tell it."""
        if self.gives(expr, place):
            return True
        sources = self._project.values.sources.of(place.module, expr, place.context)
        return bool(sources) and all(
            s.expr is not None and not s.is_parameter and self.gives(s.expr, Place(s.module, s.context)) for s in sources
        )

    def _is_one(self, part: Expr, place: Place) -> bool:
        types = self._project.types.all(place.module, part, place.context)
        if any(self._project.types.role(each) == _ROLE for each in types):
            return True
        match part:
            case Name():
                return part.id in SETTINGS or self._is_parsed(part, place)
            case Attribute(base=Name(id=name)):
                return name not in _OWN and part.attr in SETTINGS
            case CallRef():
                targets = self._project.calls.in_module(place.module)[part.index].targets
                return any(t.operation is not None and _EFFECT in t.operation.effect for t in targets)
            case _:
                return False

    def _is_parsed(self, name: Name, place: Place) -> bool:
        """`args = parser.parse_args()`"""
        sources = self._project.values.sources.of(place.module, name, place.context)
        made = [s for s in sources if isinstance(s.expr, CallRef)]
        return bool(made) and all(last_name(s.module.body, s.expr) in _COMMAND_LINE for s in made if s.expr is not None)
