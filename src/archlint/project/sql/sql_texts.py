"""The texts in code that may be SQL: those that reach a call that takes SQL, and those that lie about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Attribute, Collection, Expr
from archlint.project.effects.handed_statements import own_parameter
from archlint.project.model import CallSite, Def, Type
from archlint.project.values.texts import BuiltText

if TYPE_CHECKING:
    from archlint.facts.knowledge import TypeInfo
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_FEW = 4
_WRAPPERS = 3
"""How many project functions a text may be passed through on its way to the query."""


@dataclass(frozen=True)
class Candidate:
    """A text that code builds. `sink`: the call that it reaches. `is_executed`: that call executes it, and does not
    only wrap it. `is_guess`: the call takes SQL only by its name."""

    built: BuiltText
    module: Module = field(compare=False, repr=False)
    context: int
    sink: CallSite | None = None
    confidence: Confidence = Confidence.LOW
    is_executed: bool = False
    is_guess: bool = False


class Sink(Struct, frozen=True):
    """A call that takes SQL in one of its arguments; `is_executed` and `is_guess` as in `Candidate`. `reaches`: path and
    index of the call that takes it itself, where functions of the project hand it there (`wrappers` of them)."""

    site: CallSite
    argument: Expr
    confidence: Confidence
    is_executed: bool
    is_guess: bool = False
    wrappers: int = 0
    reaches: tuple[str, int] | None = None

    @property
    def taken_by(self) -> tuple[str, int]:
        """Path and index of the call that takes the text itself."""
        return self.reaches or (self.site.path, self.site.index)


class SqlTexts:
    def __init__(self, project: Project) -> None:
        self._project = project

    def executed(self) -> Iterator[Candidate]:
        """What is given to library calls that take SQL, also through parameters of project functions; at low
        confidence what is given to a method whose type is not known and whose name is that of such a call."""
        for sink in self.reached:
            site = sink.site
            for module, part, context in self._parts(site.module, sink.argument, site.call.context):
                for built in self._project.values.texts(module, part, context):
                    yield Candidate(
                        built, site.module, site.call.context, site, sink.confidence, sink.is_executed, sink.is_guess
                    )

    @cached_property
    def reached(self) -> tuple[Sink, ...]:
        """The calls that take SQL themselves, and those that hand it to one through functions of the project."""
        waiting = list(self.sinks)
        passed: set[tuple[Def, str]] = set()
        for sink in waiting:  # which grows on the way
            named = own_parameter(self._project, sink.site.module, sink.argument, sink.site.call.context)
            if named is not None and sink.wrappers < _WRAPPERS and named not in passed:
                passed.add(named)
                waiting += self._passed(named, sink)
        return tuple(waiting)

    @cached_property
    def sinks(self) -> tuple[Sink, ...]:
        """The calls that take SQL themselves; those that do so by their name only come last."""
        found = [sink for site in self._project.calls.all if (sink := self._sink(site)) is not None]
        return tuple(sorted(found, key=lambda sink: sink.is_guess))

    @cached_property
    def clauses(self) -> tuple[Sink, ...]:
        """The calls that take a part of a statement, each with every argument that may be one."""
        libraries = self._project.knowledge.libraries
        names = {name for library in libraries for info in library.types.values() for name in info.clauses}
        found: list[Sink] = []
        for site in self._project.calls.all:
            callee, receiver = site.call.callee, site.receiver
            if receiver is None or type(callee) is not Attribute or callee.attr not in names:
                continue
            taking = self._taking_clauses(receiver, callee.attr)
            bound = {name for info in taking for name in info.bound}
            given = (a.value for a in site.call.arguments if taking and a.name not in bound)
            found += [Sink(site, value, receiver.confidence, is_executed=False) for value in given]
        return tuple(found)

    def _taking_clauses(self, receiver: Type, method: str) -> list[TypeInfo]:
        ancestors = self._project.types.inference.members.ancestors(receiver)
        return [info for a in ancestors for _, info in self._project.knowledge.infos(a.name) if method in info.clauses]

    def lying_about(self) -> Iterator[Candidate]:
        """What is not known to be executed, test code left out."""
        for module in self._project.modules.all:
            if module.is_test:
                continue
            for text in module.body.texts:
                for built in self._project.values.texts(module, text.expr, text.context):
                    yield Candidate(built, module, text.context)

    def _sink(self, site: CallSite) -> Sink | None:
        for target in site.targets:
            operation = target.operation
            argument = site.argument(operation.sql) if operation is not None else None
            if operation is not None and argument is not None:
                is_executed = bool(operation.by_statement or operation.effect)
                return Sink(site, argument, target.confidence, is_executed)
        callee = site.call.callee
        if type(callee) is Attribute and callee.attr in self._methods:
            argument = site.argument(self._methods[callee.attr])
            if argument is not None:
                return Sink(site, argument, Confidence.LOW, is_executed=False, is_guess=True)
        return None

    @cached_property
    def _methods(self) -> dict[str, str]:
        """Method name → the argument that is SQL, of all library types."""
        found: dict[str, str] = {}
        for library in self._project.knowledge.libraries:
            for _, info in sorted(library.types.items()):
                for name, operation in info.methods.items():
                    if operation.sql is not None:
                        found.setdefault(name, operation.sql)
        return found

    def _parts(self, module: Module, argument: Expr, context: int) -> Iterator[tuple[Module, Expr, int]]:
        """The texts in an argument that takes one statement or a list of them, each maybe with its parameters; of a
        loop's variable those that it goes through."""
        sources = self._project.values.sources
        items = sources.items(module, argument, context)
        if not items:
            found = sources.of(module, argument, context)
            items = found if len(found) > _FEW and all(s.expr and not s.added_to and not s.is_parameter for s in found) else ()
        if not items:
            yield module, argument, context
        for item in items:
            if isinstance(item.expr, Collection) and item.expr.items:
                yield item.module, item.expr.items[0], item.context
            elif item.expr is not None:
                yield item.module, item.expr, item.context

    def _passed(self, named: tuple[Def, str], sink: Sink) -> Iterator[Sink]:
        """What the callers of a project function give for one of its parameters, which reaches the sink."""
        definition, name = named
        parameters = [p for p in definition.function.parameters if p.kind in ("positional", "either", "keyword")]
        position = next((i for i, p in enumerate(parameters) if p.name == name), None)
        if position is None:
            return
        is_bound = definition.function.klass >= 0 and parameters[0].name in ("self", "cls")
        notation = f":{name}" if parameters[position].kind == "keyword" else f"{position - is_bound}:{name}"
        for site in self._project.calls.callers(definition):
            argument = site.argument(notation)
            if argument is not None:
                confidence = min(sink.confidence, site.confidence)
                yield Sink(site, argument, confidence, sink.is_executed, sink.is_guess, sink.wrappers + 1, sink.taken_by)
