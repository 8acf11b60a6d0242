"""What callers pass for a parameter that says nothing of itself: no annotation, no telling default."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Attribute, Call, Expr, Name
from archlint.project.model import Def, Type
from archlint.project.relations.shown_objects import ShownObjects
from archlint.project.types.entities import Entity, FunctionRef, distinct, weakened

if TYPE_CHECKING:
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference

_MOST_SITES = 10
"""Calls looked at for one parameter; the first in the order of modules speak for the rest."""
_MOST_TYPES = 3
_MOST_BELOW = 4
_NAMED = frozenset({Name, Attribute})


class Passed:
    """Reads arguments at the calls that run a function; at medium confidence, since other callers may differ."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._shown = ShownObjects(inference)
        self._known: dict[tuple[str, str], list[tuple[Module, Call]]] = {}

    def types(self, module: Module, row: int, position: int) -> tuple[Entity, ...]:
        """The types that production code passes for a function's parameter; empty where no call tells."""
        shown = self._shown.types(module, row, position) or self._handed(module, row, position)
        if shown:
            return shown
        function = module.outline.functions[row]
        definition = Def(module, module.name, row)
        is_method = self._inference.project.symbols.scopes(module).method_of(row) == (function.klass, row)
        makes = function.name == "__init__" and is_method
        names = self._made_by(module, function.klass) if makes else (function.name,)
        found: list[Entity] = []
        for caller, call in (site for name in names for site in self._candidates(module, name)):
            skipped = self._runs(caller, call, definition)
            if skipped is None:
                continue
            value = _argument(call, position - skipped, function.parameters[position].name)
            if value is None:
                continue
            for entity in self._inference.entities(caller, value, call.context):
                if isinstance(entity, Type) and not entity.name.startswith("~"):
                    found.append(weakened(entity, Confidence.MEDIUM))
            if len(found) >= _MOST_TYPES:
                break
        return distinct(found, _MOST_TYPES)

    def _handed(self, module: Module, row: int, position: int) -> tuple[Entity, ...]:
        """What the library that calls this method of a class of the project gives it."""
        function = module.outline.functions[row]
        if function.klass < 0 or position == 0 or function.name not in self._inference.project.knowledge.handing:
            return ()
        owner = Type(f"{module.name}.{module.outline.classes[function.klass].qualname}")
        for ancestor in self._inference.members.ancestors(owner):
            given = self._inference.library.handed(owner, ancestor, function.name, position)
            if given:
                return given
        return ()

    def _made_by(self, module: Module, klass: int) -> tuple[str, ...]:
        """The names under which an `__init__` is called: the class, those that derive from it, `super().__init__`."""
        outline = module.outline.classes[klass]
        below = self._inference.members.subclasses.get(f"{module.name}.{outline.qualname}", ())
        return (outline.name, *(name.rpartition(".")[2] for name in below[:_MOST_BELOW]), *(("__init__",) if below else ()))

    def _candidates(self, module: Module, name: str) -> list[tuple[Module, Call]]:
        """Calls by that name, or by what an import makes of it: first of the modules that import the function's own, a
        bounded number. Asked for each parameter, and of the name `get` there are thousands."""
        key = (module.path, name)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._find(module, name)
        return known

    def _find(self, module: Module, name: str) -> list[tuple[Module, Call]]:
        calls, usage = self._inference.project.calls, self._inference.usage
        written = [calls.rows_written(each) for each in (name, *usage.aliases(name))]
        sites = (site for rows in written for site in zip(*rows, strict=True) if type(site[1].callee) in _NAMED)
        first = list(islice(sites, _MOST_SITES + 1))
        if len(first) <= _MOST_SITES:
            return first
        near = usage.importers(module) | {module.path}
        found = (
            (caller, call)
            for rows in written
            for caller, call in zip(*rows, strict=True)
            if caller.path in near and type(call.callee) in _NAMED
        )
        return list(islice(found, _MOST_SITES)) or first[:_MOST_SITES]

    def _runs(self, caller: Module, call: Call, definition: Def) -> int | None:
        """How many parameters the call fills by its receiver, if it runs the function; None if it does not."""
        for entity in self._inference.entities(caller, call.callee, call.context):
            if type(entity) is FunctionRef and entity.definition == definition:
                is_static = "static-method" in self._inference.returns.marks(definition)
                return 1 if entity.receiver is not None and not is_static else 0
            if type(entity) is Type and entity.is_class and definition.function.name == "__init__":
                made = self._inference.members.find(entity, "__init__") or ()
                if any(isinstance(e, FunctionRef) and e.definition == definition for e in made):
                    return 1
        return None


def _argument(call: Call, position: int, name: str) -> Expr | None:
    for given in call.arguments:
        if given.name == name:
            return given.value
    for row, given in enumerate(call.arguments):
        if given.name is not None:
            return None  # a keyword, or unpacking: no position is known from here on
        if row == position:
            return given.value
    return None
