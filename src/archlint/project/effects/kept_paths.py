"""What becomes of a path at which a function wrote a file: somebody keeps it, or the file is only passing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archlint.facts.syntax import Attribute, Await, Call, CallRef, Expr, Mapping, Name, Statement, Subscript
from archlint.project.effects.local_file_words import LocalFileWords
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import children, names_in, parts_of
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

Fate = Literal["removed", "sent", "kept", "returned", "used", "unused"]

_DEPTH = 3
_INTO = 2
"""Functions that are looked into, one in another, that are given a path."""
_SETS = frozenset({"assign", "annotate", "augment"})
_AWAY = ("http", "rpc", "publish")
_KEEPING = ("db.write", "enqueue", "cache.write")


class Carried(Struct, frozen=True):
    """What leads to the file in one function: `names`, and the `calls` that give its path; `paths`: the names of the path
    itself."""

    names: frozenset[str]
    calls: frozenset[int] = frozenset()
    paths: frozenset[str] = frozenset()


class KeptPaths:
    def __init__(self, project: Project, words: LocalFileWords) -> None:
        self._project = project
        self._words = words
        self._origins = Origins(project)

    def words(self, module: Module, path: Expr, context: int) -> set[str]:
        """The words of all names and texts that a path is put together of."""
        return {word for text in self._texts(module, path, context, _DEPTH) for word in words_of(text)}

    def is_in_memory(self, module: Module, path: Expr, context: int) -> bool:
        """It is no path: what stands there is known to be neither text nor an object for paths."""
        found = self._project.types.all(module, path, context)
        own, names = self._project.symbols.classes, self._words.path_types
        return bool(found) and not any(each.name in own or self._project.types.is_a(each, *names) for each in found)

    def _texts(self, module: Module, path: Expr, context: int, depth: int) -> Iterator[str]:
        for part in parts_of(module.body, path):
            if isinstance(part, Name | Attribute):
                yield part.id if isinstance(part, Name) else part.attr
                for origin in self._origins.of(module, part, context) if depth > 0 else ():
                    given = [origin] if isinstance(origin, Origin) else self._origins.given_anywhere(origin)
                    for each in given:
                        yield from self._texts(each.module, each.expr, each.context, depth - 1)
            elif hasattr(part, "value") and isinstance(part.value, str):
                yield part.value

    def carried(self, definition: Def, path: Expr) -> Carried:
        """The local names by which the function knows the file: those in its path, and those that these are made of."""
        own = {s.target.id: s for s in self._statements(definition) if isinstance(s.target, Name) and s.kind != "for"}
        found: set[str] = set()
        waiting = [(name, _DEPTH) for name in names_in(definition.module.body, path)]
        while waiting:
            name, depth = waiting.pop()
            if name in own and name not in found:
                found.add(name)
                if depth > 1:
                    waiting += [(n, depth - 1) for n in names_in(definition.module.body, own[name].value)]
        return Carried(frozenset(found), frozenset(), frozenset({path.id} if isinstance(path, Name) else ()))

    def handed_up(self, caller: Def, callee: Def, path: Expr) -> tuple[Carried, int]:
        """What leads to the file in a function that ran the one that wrote it or gives its path, and behind which place."""
        sites = [s for s in self._project.calls.of(caller) if any(t.definition == callee for t in s.targets)]
        given = [arguments_by_parameter(s.call, callee).get(path.id) for s in sites if isinstance(path, Name)]
        names = frozenset(expr.id for expr in given if isinstance(expr, Name))
        end = min((site.call.end for site in sites), default=0)
        return Carried(names, frozenset(site.index for site in sites), names), end

    def fate(self, definition: Def, carried: Carried, after: int, depth: int = _INTO) -> Fate:
        """What the function does with the file behind a place, by itself or by what it hands the path to."""
        module, carried = definition.module, self._spread(definition, carried)
        sites = [s for s in self._project.calls.of(definition) if s.call.at >= after]
        if any(self._removes(module, site.call, carried) for site in sites):
            return "removed"
        if any(self._has(site, _AWAY) and self._is_given(module, site.call, carried) for site in sites):
            return "sent"
        if any(self._keeps(site, carried) for site in sites):
            return "kept"
        statements = [s for s in self._statements(definition) if s.at >= after or s.kind == "return"]
        if any(self._records(module, s, carried) for s in statements):
            return "kept"
        returned = any(s.kind == "return" and self.leads(module, s.value, carried) for s in statements)
        if returned:
            return "returned"
        whole = Carried(carried.paths, carried.calls)
        below = [self._below(site, whole, depth) for site in sites if self._is_given(module, site.call, whole)]
        return next((fate for fate in ("removed", "kept") if fate in below), "used" if below else "unused")

    def _below(self, site: CallSite, carried: Carried, depth: int) -> Fate:
        """What the function of the project does with a path that it is given."""
        for definition in (t.definition for t in site.targets if t.definition is not None and depth > 0):
            given = arguments_by_parameter(site.call, definition).items()
            names = frozenset(name for name, expr in given if self.leads(site.module, expr, carried))
            return self.fate(definition, Carried(names, frozenset(), names), definition.function.at, depth - 1)
        return "used"

    def leads(self, module: Module, expr: Expr | None, carried: Carried) -> bool:
        """The value names the file: its path, a part of it, or an address or record that is made of it."""
        if expr is None:
            return False
        if isinstance(expr, Name):
            return expr.id in carried.names
        if isinstance(expr, CallRef):
            if expr.index in carried.calls:
                return True
            call, name = module.body.calls[expr.index], last_name(module.body, expr)
            if not (name in self._words.names_path or self._makes(module, expr)):
                return False
            receiver = (call.callee.base,) if isinstance(call.callee, Attribute) else ()
            return any(self.leads(module, e, carried) for e in (*receiver, *(a.value for a in call.arguments)))
        return any(self.leads(module, part, carried) for part in children(module.body, expr))

    def _makes(self, module: Module, expr: CallRef) -> bool:
        """A class is called that is none of a response: what it makes is a record."""
        site = self._project.calls.in_module(module)[expr.index]
        if site.receiver is not None or not any(t.name.rpartition(".")[2][:1].isupper() for t in site.targets):
            return last_name(module.body, expr)[:1].isupper() and not site.targets
        roles = {self._project.knowledge.role(t.name) for t in site.targets}
        return "response" not in roles or last_name(module.body, expr).startswith("JSON")

    def _spread(self, definition: Def, carried: Carried) -> Carried:
        """With the names that are made of those: `url = f"/files/{name}"`."""
        names = set(carried.names)
        for statement in self._statements(definition):
            target = statement.target
            known = Carried(frozenset(names), carried.calls)
            if isinstance(target, Name) and statement.kind in _SETS and self.leads(definition.module, statement.value, known):
                names.add(target.id)
        paths = carried.paths | (names - carried.names if carried.calls else frozenset())
        return Carried(frozenset(names), carried.calls, paths)

    def _removes(self, module: Module, call: Call, carried: Carried) -> bool:
        words, body = self._words.removes, module.body
        name = last_name(body, call.callee)
        handed = any(isinstance(a.value, Name | Attribute) and last_name(body, a.value) in words for a in call.arguments)
        if not (name in words or handed) or _is_failing(module, call.context):
            return False
        base = (call.callee.base,) if isinstance(call.callee, Attribute) else ()
        used = {n for e in (*base, *(a.value for a in call.arguments)) for n in names_in(body, e)}
        return not used.isdisjoint(carried.names)

    def _has(self, site: CallSite, effects: tuple[str, ...]) -> bool:
        return self._project.effects.does(site, *effects)

    def _is_given(self, module: Module, call: Call, carried: Carried) -> bool:
        return any(self.leads(module, argument.value, carried) for argument in call.arguments)

    def _keeps(self, site: CallSite, carried: Carried) -> bool:
        """A record is made with it, or it is handed to what stores it or works on it later."""
        if not self._is_given(site.module, site.call, carried):
            return False
        module, call = site.module, site.call
        recorded = any(isinstance(a.value, Mapping) and self.leads(module, a.value, carried) for a in call.arguments)
        stored = last_name(module.body, call.callee) in self._words.stores
        made = self._makes(module, site.expr) and (
            any(t.name in self._project.symbols.classes for t in site.targets)
            or any(a.name is not None and self.leads(module, a.value, carried) for a in call.arguments)
        )
        return recorded or stored or made or (site.operation is not None and self._has(site, _KEEPING))

    def _records(self, module: Module, statement: Statement, carried: Carried) -> bool:
        """It becomes a value of an object or a mapping."""
        if statement.kind == "return" or not self.leads(module, statement.value, carried):
            return False
        if isinstance(statement.target, Attribute | Subscript):
            return True
        value = statement.value.value if isinstance(statement.value, Await) else statement.value
        return isinstance(value, Mapping)

    def _statements(self, definition: Def) -> Sequence[Statement]:
        return definition.module.statements_between(definition.function.at, definition.function.end)


def _is_failing(module: Module, context: int) -> bool:
    """Where something went wrong: what stands there is not the usual end."""
    while context >= 0:
        place = module.body.contexts[context]
        if place.kind == "except":
            return True
        if place.kind == "function":
            return False
        context = place.parent
    return False
