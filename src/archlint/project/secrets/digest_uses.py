"""What becomes of a digest: kept or compared here, or only handed on to something that nobody knows."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from archlint.facts.syntax import Attribute, CallRef, Comparison, Expr, Mapping, Name, Statement, String, Subscript
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.names.carrying import is_carrying
from archlint.project.parts import children, parts_of
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.facts.findings import Site
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

Use = Literal["compared", "kept", "handed"]

_MOST_CALLERS = 8
_CLIMBS = 3
_DESCENTS = 3
"""Functions of the project through which a digest is followed that is handed on."""
_KEEPING = frozenset({"hash", "hashed", "password", "passwd", "pwd", "digest", "passhash", "secret", "pass"})
"""Words of attributes that a digest of a password is kept under."""
_STORING = frozenset(
    {"execute", "executemany", "insert", "insert_one", "update_one", "find_one", "create", "filter", "filter_by", "values"}
    | {"where", "setattr", "save", "store", "query", "fetchone", "scalar"}
)
_MATCHING = frozenset({"compare", "cmp", "equal", "equals"})
"""Words of functions that say whether two values are the same."""
_TRUSTED = frozenset({"set_cookie", "set_signed_cookie", "set_secure_cookie"})
_SESSIONS = frozenset({"session", "sessions", "cookies"})
_COMPARING = frozenset({"==", "!="})


class DigestUses:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[Site, frozenset[Use]] = {}
        self._giving: dict[Def, bool] = {}
        self._open: list[tuple[Def, str]] = []

    def only_handed_on(self, site: CallSite) -> bool:
        """Its result goes to other calls or mappings, and is compared and kept nowhere as far as that can be seen."""
        uses = self._of(site)
        return "handed" in uses and uses.isdisjoint({"kept", "compared"})

    def is_stored(self, site: CallSite) -> bool:
        """Its result is kept in an attribute, a table or a mapping that outlives the call, or is compared here."""
        return not self._of(site).isdisjoint({"kept", "compared"})

    def is_verified(self, site: CallSite) -> bool:
        """Its result is compared with something here, or put into a session or cookie of this service."""
        return "compared" in self._of(site)

    def beside(self, site: CallSite) -> tuple[str, ...]:
        """The last names of what its result is compared with in the same function, and of the attributes that keep it."""
        module, body = site.module, site.module.body
        function = body.contexts[site.call.context].function
        callee = site.call.callee
        names: set[str] = set()
        if isinstance(callee, Attribute) and callee.attr == "update" and isinstance(callee.base, Name):
            names.add(callee.base.id)
        found: dict[str, None] = {}
        for statement in module.own_statements(function):
            held = self._holds(module, statement.value, site.index, names)
            if held and statement.kind == "assign" and isinstance(statement.target, Name):
                names.add(statement.target.id)
            if held and statement.kind == "assign" and isinstance(statement.target, Attribute):
                found[statement.target.attr] = None
            for part in parts_of(body, statement.value):
                sides = part.operands if isinstance(part, Comparison) and not _COMPARING.isdisjoint(part.ops) else ()
                if any(self._holds(module, side, site.index, names) for side in sides):
                    found.update(dict.fromkeys(name for side in sides if (name := _field(side))))
        return tuple(found)

    def _of(self, site: CallSite) -> frozenset[Use]:
        known = self._known.get(site.site)
        if known is None:
            self._known[site.site] = frozenset()  # a circle of digests ends here
            known = self._known[site.site] = frozenset(self._uses(site, _CLIMBS))
        return known

    def _uses(self, site: CallSite, climbs: int) -> set[Use]:
        module, body = site.module, site.module.body
        function = body.contexts[site.call.context].function
        callee = site.call.callee
        names: set[str] = set()
        if isinstance(callee, Attribute) and callee.attr == "update" and isinstance(callee.base, Name):
            names.add(callee.base.id)  # the digest is asked of the object later
        found: set[Use] = set()
        for statement in module.own_statements(function):
            found |= self._taken(module, statement, site.index, names)
            if not self._holds(module, statement.value, site.index, names):
                continue
            if statement.kind == "return" and climbs > 0 and site.caller is not None:
                for caller in self._callers(site.caller):
                    found |= self._uses(caller, climbs - 1)
            if statement.kind == "assign" and isinstance(statement.target, Name):
                names.add(statement.target.id)
        return found

    def _callers(self, function: Def) -> list[CallSite]:
        callers = (*self._project.calls.callers(function), *self._project.handed.to(function))
        return [caller for caller in callers if not caller.module.is_test][:_MOST_CALLERS]

    def _taken(self, module: Module, statement: Statement, call: int, names: set[str]) -> set[Use]:
        """What one statement does with the digest."""
        body, target = module.body, statement.target
        found: set[Use] = set()
        holds = statement.kind == "assign" and self._holds(module, statement.value, call, names)
        if holds and isinstance(target, Attribute) and not _KEEPING.isdisjoint(words_of(target.attr)):
            found.add("kept")
        if holds and isinstance(target, Subscript):
            found.add("kept" if self._project.symbols.outlives_call(module, target.base, statement.context) else "handed")
            if last_name(body, target.base) in _SESSIONS:
                found.add("compared")
        for part in parts_of(body, statement.value):
            if type(part) is Comparison and not _COMPARING.isdisjoint(part.ops):
                if any(self._holds(module, operand, call, names) for operand in part.operands):
                    found.add("compared")
            elif type(part) is Mapping and any(self._holds(module, value, call, names) for value in part.values):
                found.add("handed")
            elif type(part) is CallRef and part.index != call:
                found |= self._given(module, part, call, names)
        return found

    def _given(self, module: Module, part: CallRef, call: int, names: set[str]) -> set[Use]:
        """What a call does that is given the digest."""
        site = self._project.calls.in_module(module)[part.index]
        callee = site.call.callee
        if isinstance(callee, Attribute) and callee.attr == "verify" and self._holds(module, callee.base, call, names):
            return {"compared"}
        holding = [argument for argument in site.call.arguments if self._holds(module, argument.value, call, names)]
        operation, name = site.operation, last_name(module.body, site.call.callee)
        if not holding:
            return set()
        if operation is not None and operation.hash is not None:  # what becomes of `md5(md5(x))` becomes of both
            return set(self._of(site)) if operation.hash.strength != "password" else set()
        compares = operation is not None and operation.register == "constant-time-compare"
        if compares or name in _TRUSTED or not _MATCHING.isdisjoint(words_of(name)):
            return {"compared"}
        below = self._below(site, [argument.value for argument in holding])
        if below:
            return below
        writes = operation is not None and any(effect.startswith("db.") for effect in operation.effect)
        stored = any(t.name in self._project.symbols.classes for t in site.targets)
        if writes or stored or name in _STORING or (site.path, site.index) in self._executing:
            return {"kept"}
        return {"handed"} if any(argument.name is not None for argument in holding) else set()

    @cached_property
    def _executing(self) -> frozenset[tuple[str, int]]:
        """The calls that execute a statement, also through functions of the project."""
        reached = self._project.statements.texts.reached
        return frozenset((s.site.path, s.site.index) for s in reached if s.is_executed and not s.is_guess)

    def _below(self, site: CallSite, holding: list[Expr]) -> set[Use]:
        """What the functions of the project do with it that are given it; empty where they only hand it on."""
        found: set[Use] = set()
        for target in site.targets:
            definition = target.definition
            if definition is None or len(self._open) >= _DESCENTS:
                continue
            for name, value in arguments_by_parameter(site.call, definition).items():
                if value in holding and (definition, name) not in self._open:
                    self._open.append((definition, name))
                    found |= self._kept_as(definition, name)
                    self._open.pop()
        return found - {"handed"}

    def _kept_as(self, definition: Def, parameter: str) -> set[Use]:
        module = definition.module
        found: set[Use] = set()
        for statement in module.own_statements(definition.index):
            found |= self._taken(module, statement, -1, {parameter})
        return found

    def _holds(self, module: Module, expr: Expr | None, call: int, names: set[str]) -> bool:
        """The expression gives the digest, or is made of it; what another call makes of it is something else."""
        waiting = [expr] if expr is not None else []
        while waiting:
            part = waiting.pop()
            if (type(part) is CallRef and part.index == call) or (type(part) is Name and part.id in names):
                return True
            if type(part) is not CallRef or is_carrying(last_name(module.body, part)):
                waiting += children(module.body, part)
                continue
            callee = module.body.calls[part.index].callee
            waiting += [callee.base] if isinstance(callee, Attribute) else []
            if self._gives_back(self._project.calls.in_module(module)[part.index]):
                waiting.append(module.body.calls[part.index].arguments[0].value)
        return False

    def _gives_back(self, site: CallSite) -> bool:
        """A function of one argument that returns it, at most as another kind of text."""
        given = next((t.definition for t in site.targets if t.definition is not None), None)
        if given is None or len(site.call.arguments) != 1 or site.call.arguments[0].name is not None:
            return False
        known = self._giving.get(given)
        if known is None:
            self._giving[given] = False  # a circle of functions ends here
            known = self._giving[given] = self._returns_its_own(given)
        return known

    def _returns_its_own(self, given: Def) -> bool:
        names = {p.name for p in given.function.parameters if p.kind in ("positional", "either")}
        if len(names) != 1:
            return False
        returns = self._project.symbols.scopes(given.module).returns.get(given.index, [])
        return bool(returns) and all(self._holds(given.module, s.value, -1, names) for s in returns)


def _field(side: Expr) -> str:
    """`user.password`, `row["password"]`."""
    if isinstance(side, Subscript) and len(side.index) == 1 and isinstance(side.index[0], String):
        return side.index[0].value
    return side.attr if isinstance(side, Attribute) else ""
