"""ARC014: a repository that hands out a query, a cursor or its session to those it should keep the database from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.model import CallSite, Def, Type
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef
from archlint.project.types.overriding import is_run_by_framework, overrides_library

_PERSISTENCE = "infrastructure"
_OWN = frozenset({"self", "cls"})


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`repositories`: what the names of classes hold that are repositories, an expression; `packages`: names of packages and
    modules of the persistence layer in which every class and function is of a repository; `leaks`: role of a library's type →
    what it is called in the message; `streaming`: last names of calls that ask for rows one after the other on purpose."""

    repositories: str
    packages: tuple[str, ...]
    leaks: dict[str, str]
    streaming: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each function that gives such a thing and is called from beyond persistence; a proof for each repository
    that asks the database and gives none."""
    leaks = _Leaks(project, params)
    for owner, functions in leaks.repositories():
        found = [hit for function in functions if (hit := leaks.judged(function)) is not None]
        yield from found
        if not found and any(project.effects.has(function, "db.read") for function in functions):
            yield Proof(functions[0].site, f"`{owner}` keeps its queries to itself")


class _Leaks:
    def __init__(self, project: Project, params: Params) -> None:
        self._project = project
        self._params = params
        self._named = re.compile(params.repositories)

    def repositories(self) -> Iterator[tuple[str, tuple[Def, ...]]]:
        """The repositories of production code with their public functions; a module of functions is one too."""
        for module in self._project.modules.production:
            owners = {klass.qualname for klass in module.outline.classes if self._named.search(klass.qualname)}
            is_persistence = self._is_persistence(module)
            found: dict[str, list[Def]] = defaultdict(list)
            for row, function in enumerate(module.outline.functions if owners or is_persistence else ()):
                owner = function.qualname.rpartition(".")[0]
                if (owner in owners or is_persistence) and not function.name.startswith("_") and "<" not in owner:
                    found[owner or module.name].append(Def(module, module.name, row))
            yield from ((owner, tuple(functions)) for owner, functions in found.items())

    def _is_persistence(self, module: Module) -> bool:
        is_inside = self._project.layers.layer_of(module) == _PERSISTENCE
        return is_inside and not set(self._params.packages).isdisjoint(module.name.split("."))

    def judged(self, function: Def) -> Hit | None:
        given = self._given(function)
        if given is None or self._only_changes(function) or self._extends_what_it_takes(function, given[0]):
            return None
        if overrides_library(self._project, function) or is_run_by_framework(self._project, function):
            return None
        outside = next((site for site in self._project.calls.callers(function) if self._is_beyond(site, function)), None)
        type_, what = given
        words = {"method": function.function.qualname, "what": what, "type": type_.name.rpartition(".")[2]}
        if outside is None:
            return Hit(function.site, words, "unasked", type_.confidence) if self._is_offered(function) else None
        step = Step(outside.site, "asked here, beyond persistence")
        if self._is_streaming(function):
            return Hit(function.site, words, "streamed", Confidence.LOW, related=(step,))
        return Hit(function.site, words, "default", min(type_.confidence, outside.confidence), related=(step,))

    def _is_offered(self, function: Def) -> bool:
        """Nothing here calls it, so that whom it is for can only be somebody else: a method, of a repository by its name, that
        no class below has from it, beside others that are called from beyond persistence."""
        found, klass = function.function, function.function.klass
        if klass < 0 or found.decorators or self._project.calls.written(found.name):
            return False
        name = function.module.outline.classes[klass].qualname
        own = f"{function.module.name}.{name}"
        if not self._named.search(name) or self._project.types.inference.members.subclasses.get(own):
            return False
        rows = (row for row, each in enumerate(function.module.outline.functions) if each.klass == klass)
        others = (Def(function.module, function.module_name, row) for row in rows)
        return any(self._is_beyond(site, other) for other in others for site in self._project.calls.callers(other))

    def _given(self, function: Def) -> tuple[Type, str] | None:
        """What of the database the function gives, and what that is called."""
        returns = self._project.types.inference.returns
        if "abstract" in returns.marks(function):
            return None
        for entity in returns.of(FunctionRef(function)):
            if isinstance(entity, Type) and not entity.is_class and entity.name not in self._project.symbols.classes:
                what = self._params.leaks.get(self._project.types.role(entity))
                if what is not None:
                    return entity, what
        return None

    def _only_changes(self, function: Def) -> bool:
        """The result of an UPDATE has no rows that are still to be read."""
        return self._project.effects.has(function, "db.write") and not self._project.effects.has(function, "db.read")

    def _extends_what_it_takes(self, function: Def, made: Type) -> bool:
        """`return statement.where(…)`, of a parameter that is such a thing itself: its callers write the statement and run it,
        wherever they are."""
        types, module = self._project.types, function.module
        taken = {p.name for p in function.function.parameters if p.name not in _OWN}
        returned = [
            (s.value, s.context) for s in module.own_statements(function.index) if s.kind == "return" and s.value is not None
        ]
        roots = [(_root(function, value), context) for value, context in returned]
        return bool(roots) and all(
            root is not None
            and root.id in taken
            and any(types.role(each) == types.role(made) for each in types.all(module, root, context))
            for root, context in roots
        )

    def _is_streaming(self, function: Def) -> bool:
        body = function.module.body
        return any(last_name(body, site.call.callee) in self._params.streaming for site in self._project.calls.of(function))

    def _is_beyond(self, site: CallSite, function: Def) -> bool:
        """The caller is production code that is no part of persistence."""
        module = site.module
        if not module.is_production or module.path == function.module.path:
            return False
        owner = site.caller.function.qualname.rpartition(".")[0] if site.caller is not None else ""
        return self._project.layers.layer_of(module) != _PERSISTENCE and not self._named.search(owner)


def _root(function: Def, expr: Expr) -> Name | None:
    """The name at the beginning of a chain of calls."""
    calls = function.module.body.calls
    while isinstance(expr, CallRef | Attribute):
        expr = calls[expr.index].callee if isinstance(expr, CallRef) else expr.base
    return expr if isinstance(expr, Name) else None
