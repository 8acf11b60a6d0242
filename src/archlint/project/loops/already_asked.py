"""Queries of a loop that were asked before: loaded with their owners, kept by an object, by a lazy value made outside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Body, CallRef, Expr, Name, String, Subscript
from archlint.project.loops.batches import expression_of
from archlint.project.loops.stations import stations
from archlint.project.names.arguments import arguments_by_parameter, parameter
from archlint.project.parts import names_in, parts_of
from archlint.project.relations.ordered import is_ordered
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.control.conditions import Path
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop
    from archlint.project.loops.repeated import LoopWords
    from archlint.project.model import Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


_FIRST = "first"
_BY_CLASS = "prefetch"
_IF_DUE = re.compile(r"_if_(necessary|needed|required|expired|stale|outdated|due|old)$")


class AlreadyAsked:
    """Tells the turns of a loop that come to an answer which is there."""

    def __init__(self, project: Project, words: LoopWords) -> None:
        self._project = project
        self._words = words

    def is_loaded_ahead(self, point: EffectPoint) -> bool:
        """`item.related.all()` where the same module loads `related` together with its owners."""
        expr = expression_of(point)
        if isinstance(expr, Name):
            sources = self._project.values.sources.of(point.module, expr, point.context)
            expr = sources[0].expr if len(sources) == 1 and sources[0].module is point.module else None
        return self._is_loaded(point.module, expr, point.context)

    def is_handed_loaded(self, point: EffectPoint, path: Path) -> bool:
        """`summary(item)` where that goes through `item.related.all()`, or hands it on to who does, of such a relation."""
        if not path.through or path.end.kind != "evaluation":
            return False
        places = stations(self._project, point, path)
        here, asked = path.end, path.end.point.expr
        for before in reversed(places[:-1]):
            if not isinstance(asked, Name) or here.caller is None or before.call is None or before.kind != "call":
                break
            if parameter(here.caller.function, asked.id) is None:
                break
            asked = arguments_by_parameter(before.call.call, here.caller).get(asked.id)
            here = before
        return self._is_loaded(here.module, asked, here.context, point.module)

    def _is_loaded(self, module: Module, expr: Expr | None, context: int, loading: Module | None = None) -> bool:
        """`loading`: where the relation is loaded, if that is another file.  A part of what is loaded is there as well."""
        body, relation = module.body, expr.base if isinstance(expr, Subscript) else expr
        if isinstance(relation, CallRef):
            asked, relation = relation, None
            call = body.calls[asked.index]
            if (
                isinstance(call.callee, Attribute)
                and not call.arguments
                and self._is_whole(module, call.callee, asked, context)
            ):
                relation = call.callee.base
        if not isinstance(relation, Attribute):
            return False
        ahead = (loading or module).body
        if self._is_loaded_by_class(module, relation, context, ahead):
            return True
        return any(
            relation.attr in relations_in(part)
            for call in ahead.calls
            if last_name(ahead, call.callee) in self._words.loading
            for argument in call.arguments
            for part in parts_of(ahead, argument.value)
        )

    def _is_loaded_by_class(self, module: Module, relation: Attribute, context: int, ahead: Body) -> bool:
        """`Server.select().prefetch(Peer)`, of a relation whose rows are of that class."""
        given = {
            last_name(ahead, argument.value)
            for call in ahead.calls
            if last_name(ahead, call.callee) == _BY_CLASS
            for argument in call.arguments
        }
        types = self._project.types.all(module, relation, context) if given else ()
        return any(a.name.rpartition(".")[2] in given for t in types for a in t.arguments)

    def _is_whole(self, module: Module, callee: Attribute, asked: CallRef, context: int) -> bool:
        """It takes the rows as they were loaded; the first of them, too, where the class says their order."""
        if callee.attr in self._words.whole:
            return True
        found = self._project.types.all(module, asked, context) if callee.attr == _FIRST else ()
        return any(is_ordered(self._project, each) for each in found)

    def is_asked_once(self, point: EffectPoint, loop: Loop, path: Path) -> bool:
        """The answer is held by an object that is the same for each item, or by the lazy value itself."""
        if path.kept == "program" or any(_asks_if_due(d) or _is_made_once(d) for d in path.through):
            return True
        if loop.mapping is not None:
            return False
        if self._is_evaluated_again(point, loop, path):
            return True
        if path.kept != "object":
            return False
        expr, body = expression_of(point), point.module.body
        if isinstance(expr, CallRef):
            callee = body.calls[expr.index].callee
            expr = callee.base if isinstance(callee, Attribute) else expr
        return loop.derived.isdisjoint(names_in(body, expr))

    def _is_evaluated_again(self, point: EffectPoint, loop: Loop, path: Path) -> bool:
        """A lazy value of a type that keeps its items, made outside of the loop, is gone through in each turn; in the
        loop or in a function that gets it."""
        end = path.end
        asked = end.point.expr
        if not path.through and self._is_part_of_evaluated(end, loop):
            return True
        if end.kind != "evaluation" or not isinstance(asked, Name) or not self.keeps(end):
            return False
        if end.witness.target.endswith(".__getitem__"):  # picking one item keeps nothing
            return False
        if not path.through:
            return self._is_from_outside(point.module, asked, point.context, loop)
        if self._is_from_around(end, asked, loop, path):
            return True
        if len(path.through) != 1 or point.call is None or point.kind != "call" or end.caller != path.through[0]:
            return False
        definition = path.through[0]
        sources = self._project.values.sources.of(end.module, asked, end.context)
        if parameter(definition.function, asked.id) is None or not all(source.is_parameter for source in sources):
            return False
        given = arguments_by_parameter(point.call.call, definition).get(asked.id)
        return isinstance(given, Name) and self._is_from_outside(point.module, given, point.context, loop)

    def _is_from_around(self, end: EffectPoint, asked: Name, loop: Loop, path: Path) -> bool:
        """The function that goes through it, and those on the way, stand in the one in which it was made, as does the loop."""
        caller = end.caller
        sources = self._project.values.sources.of(end.module, asked, end.context)
        if caller is None or end.module is not loop.module or not sources:
            return False
        for source in sources:
            expr = source.expr
            if expr is None or source.is_parameter or source.module is not end.module:
                return False
            inner = next((f for _, f in end.module.functions_around(expr.at)), None)
            if inner is None or loop.holds(Site(end.module.path, expr.at, expr.end)):
                return False
            steps = (d.function for d in (*path.through, caller))
            if not all(d.module is end.module for d in path.through):
                return False
            if not inner.at <= loop.place.at < inner.end or not all(inner.at < f.at < inner.end for f in steps):
                return False
        return True

    def _is_part_of_evaluated(self, end: EffectPoint, loop: Loop) -> bool:
        """`rows[:n]` and `rows[0]` of a value that keeps its items and has been gone through above the loop."""
        asked = end.point.expr
        base = asked.base if isinstance(asked, Subscript) else None
        if not isinstance(base, Name) or end.caller is None or not self._is_from_outside(end.module, base, end.context, loop):
            return False
        before = (p for p in self._project.effects.points_in(end.module, end.caller) if p.site.end <= loop.place.at)
        return any(
            p.kind == "evaluation"
            and isinstance(p.point.expr, Name)
            and p.point.expr.id == base.id
            and not p.witness.target.endswith(".__getitem__")
            and self.keeps(p)
            for p in before
        )

    def keeps(self, end: EffectPoint) -> bool:
        """What is evaluated is of a type that keeps its items."""
        infos = self._project.knowledge.infos(end.witness.target.rpartition(".")[0])
        return any(info.lazy is not None and info.lazy.keeps for _, info in infos)

    def _is_from_outside(self, module: Module, name: Name, context: int, loop: Loop) -> bool:
        if name.id in loop.derived:
            return False
        sources = self._project.values.sources.of(module, name, context)
        return bool(sources) and not any(
            source.expr is not None
            and not source.is_parameter
            and loop.holds(Site(source.module.path, source.expr.at, source.expr.end))
            for source in sources
        )


def _asks_if_due(definition: Def) -> bool:
    """`self.refresh_if_necessary()`: by its name, and since it is told nothing of the item."""
    given = [p for p in definition.function.parameters if p.name not in ("self", "cls") and p.default is None]
    return not given and bool(_IF_DUE.search(definition.function.name))


def _is_made_once(definition: Def) -> bool:
    """`__init__` of a class that says to have one instance: by a base, a metaclass or a decorator named so."""
    function, module = definition.function, definition.module
    if function.name != "__init__" or function.klass < 0:
        return False
    klass = module.outline.classes[function.klass]
    told = (*klass.bases, *(keyword.value for keyword in klass.keywords), *klass.decorators)
    return any("singleton" in last_name(module.body, expr).lower() for expr in told)


def relations_in(part: Expr) -> list[str]:
    """The relations that `"lines__product"` or `Order.lines` goes along."""
    if isinstance(part, String):
        return part.value.replace(".", "__").split("__")
    return [part.attr] if isinstance(part, Attribute) else []
