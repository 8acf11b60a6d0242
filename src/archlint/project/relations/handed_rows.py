"""Functions that read a relation of a stored object that they are handed, and the places that hand them one.

`card(post)` that reads `post.author`, `post.to_dict()` and the property `post.byline` that read `self.author`: what loads
the relation does not show where they are used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site, Step
from archlint.facts.syntax import Attribute, Name
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter, receiver_of, receives_itself
from archlint.project.relations.lazy_relations import LazyRelations
from archlint.project.relations.shown_as_text import TEXTS, ShownAsText
from archlint.project.spelling import shorten, spell
from archlint.project.walk import attributes_named

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_FAR = 2
"""Functions between the one that is handed the object and the one that reads the relation."""
_MOST = 12
"""Relations of one function that are followed."""
_FILLING = frozenset({"append", "extend", "add", "remove", "discard", "insert", "clear", "set", "create"})
_BRANCHES = frozenset({"if", "else", "case", "except", "while"})


class HandedRead(Struct, frozen=True):
    """What the parameter at `position` of a function is read for. `always`: in no branch; `site`: where it is read."""

    position: int
    relation: str
    site: Site
    always: bool
    steps: tuple[Step, ...] = ()


class HandedRow(Struct, frozen=True):
    """`name` is handed to `definition` by what stands at `site`, written `shown`; `read` is what this does with it."""

    module: Module
    name: Name
    context: int
    site: Site
    shown: str
    definition: Def
    read: HandedRead


class HandedRows:
    def __init__(self, project: Project, relations: LazyRelations) -> None:
        self._project = project
        self._relations = relations
        self._known_filled: dict[str, frozenset[tuple[int, int]]] = {}

    def all(self) -> Iterator[HandedRow]:
        """The places of production code that hand a name to a function that reads a relation of it, by place."""
        found = [
            HandedRow(module, name, context, site, shown, definition, read)
            for definition, reads in self._reads.items()
            for position in {read.position for read in reads}
            for module, name, context, site, shown in self._handing(definition, position)
            for read in reads
            if read.position == position
        ]
        yield from sorted(found, key=lambda row: (row.site, row.read.relation))

    @cached_property
    def _reads(self) -> dict[Def, tuple[HandedRead, ...]]:
        """Function → what it reads of its parameters, itself or by functions that it hands them on to."""
        found: dict[Def, dict[tuple[int, str], HandedRead]] = defaultdict(dict)
        for definition, read in self._direct():
            _note(found[definition], read)
        latest = dict(found)
        for _ in range(_FAR):
            further: dict[Def, dict[tuple[int, str], HandedRead]] = defaultdict(dict)
            for definition, reads in latest.items():
                for read in reads.values():
                    for caller, handed in self._handed_on(definition, read):
                        if (handed.position, handed.relation) not in found.get(caller, {}):
                            _note(further[caller], handed)
            for caller, reads in further.items():
                for read in reads.values():
                    _note(found[caller], read)
            latest = further
        return {definition: tuple(reads.values()) for definition, reads in found.items()}

    def _direct(self) -> Iterator[tuple[Def, HandedRead]]:
        for module in self._project.modules.production:
            for expr, context in self._relations.named_in(module):
                held = self._own_parameter(module, expr.base, context)
                if held is None or (expr.at, expr.end) in self._filled(module):
                    continue
                types = self._project.types.all(module, expr.base, context)
                if types and self._relations.read_by(module, expr, context) is None:
                    continue
                definition, position = held
                site = Site(module.path, expr.at, expr.end)
                step = Step(site, f"`{definition.function.name}` reads `{shorten(spell(module.body, expr), 40)}`")
                yield definition, HandedRead(position, expr.attr, site, _is_always(module, context), (step,))

    def _filled(self, module: Module) -> frozenset[tuple[int, int]]:
        """What is only added to, or taken from: `self.lines.append(line)`."""
        if module.path not in self._known_filled:
            callees = (call.callee for call in module.body.calls)
            self._known_filled[module.path] = frozenset(
                (callee.base.at, callee.base.end) for callee in callees if type(callee) is Attribute and callee.attr in _FILLING
            )
        return self._known_filled[module.path]

    def _handed_on(self, definition: Def, read: HandedRead) -> Iterator[tuple[Def, HandedRead]]:
        for module, name, context, site, shown in self._handing(definition, read.position):
            held = self._own_parameter(module, name, context)
            if held is not None and held[0] != definition:
                step = Step(site, f"`{held[0].function.name}` hands it to `{shown}`")
                always = read.always and _is_always(module, context)
                yield held[0], HandedRead(held[1], read.relation, read.site, always, (step, *read.steps))

    def _handing(self, definition: Def, position: int) -> Iterator[tuple[Module, Name, int, Site, str]]:
        """What production code writes for the parameter, where that is a name."""
        for call in self._project.calls.callers(definition):
            given = _given(call, definition, position) if call.module.is_production else None
            if isinstance(given, Name):
                shown = shorten(spell(call.module.body, call.call.callee), 60)
                yield call.module, given, call.call.context, call.site, f"{shown}(…)" if call.call.arguments else f"{shown}()"
        if position == 0 and definition.function.decorators and receives_itself(definition):
            for module, expr, context in self._read_as_property(definition):
                if isinstance(expr.base, Name):
                    yield module, expr.base, context, Site(module.path, expr.at, expr.end), spell(module.body, expr)

        if position == 0 and definition.function.klass >= 0 and definition.function.name in TEXTS:
            yield from self._shown_as_text.of(definition)

    @cached_property
    def _shown_as_text(self) -> ShownAsText:
        return ShownAsText(self._project)

    def _read_as_property(self, definition: Def) -> Iterator[tuple[Module, Attribute, int]]:
        members = self._project.types.inference.members
        for module, expr, context in self._attributes.get(definition.function.name, ()):
            types = self._project.types.all(module, expr.base, context)
            if any(not t.is_class and members.property_of(t, expr.attr) == definition for t in types):
                yield module, expr, context

    @cached_property
    def _attributes(self) -> dict[str, list[tuple[Module, Attribute, int]]]:
        """The attributes that have the name of a decorated method which reads a relation of its own object."""
        names = frozenset(
            definition.function.name
            for definition, read in self._direct()
            if read.position == 0 and definition.function.decorators and receives_itself(definition)
        )
        found: dict[str, list[tuple[Module, Attribute, int]]] = defaultdict(list)
        for module in self._project.modules.production if names else ():
            for expr, context in attributes_named(module, names):
                found[expr.attr].append((module, expr, context))
        return found

    def _own_parameter(self, module: Module, expr: object, context: int) -> tuple[Def, int] | None:
        """The function in which a name stands and the place of the parameter that it is, if nothing else is bound to it."""
        row = module.body.contexts[context].function
        if not isinstance(expr, Name) or row < 0:
            return None
        bindings = self._project.symbols.scopes(module).lookup(context, expr.id, expr.at)[1]
        if len(bindings) != 1 or bindings[0].kind != "parameter" or bindings[0].function != row:
            return None
        return Def(module, module.name, row), bindings[0].index


def _note(reads: dict[tuple[int, str], HandedRead], read: HandedRead) -> None:
    """One that always takes place decides over one in a branch."""
    key = read.position, read.relation
    if key in reads:
        if read.always and not reads[key].always:
            reads[key] = read
    elif len(reads) < _MOST:
        reads[key] = read


def _given(call: CallSite, definition: Def, position: int) -> object:
    if receives_itself(definition) and position == 0:
        return receiver_of(call)
    parameters = definition.function.parameters
    name = parameters[position].name if position < len(parameters) else ""
    return arguments_by_parameter(call.call, definition).get(name)


def _is_always(module: Module, context: int) -> bool:
    contexts = module.body.contexts
    while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
        if contexts[context].kind in _BRANCHES:
            return False
        context = contexts[context].parent
    return True
