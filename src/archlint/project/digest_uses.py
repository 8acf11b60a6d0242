"""What becomes of a digest: kept or compared here, or only handed on to something that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from archlint.facts.syntax import Attribute, CallRef, Comparison, Expr, Mapping, Name, Statement, Subscript
from archlint.project.carrying import is_carrying
from archlint.project.credentials import words_of
from archlint.project.parts import children, parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.modules import Module
    from archlint.project.program import Project

Use = Literal["kept", "handed"]

_MOST_CALLERS = 8
_CLIMBS = 3
_KEEPING = frozenset({"hash", "hashed", "password", "passwd", "pwd", "digest", "passhash", "secret", "pass"})
"""Words of attributes that a digest of a password is kept under."""
_STORING = frozenset(
    {"execute", "executemany", "insert", "insert_one", "update_one", "find_one", "create", "filter", "filter_by", "values"}
    | {"where", "compare_digest", "constant_time_compare", "setattr", "save", "store", "query", "fetchone", "scalar"}
)
_COMPARING = frozenset({"==", "!=", "in", "not in"})


class DigestUses:
    def __init__(self, project: Project) -> None:
        self._project = project

    def only_handed_on(self, site: CallSite) -> bool:
        """Its result goes to other calls or mappings, and is compared and kept nowhere as far as that can be seen."""
        uses = self._uses(site, _CLIMBS)
        return "handed" in uses and "kept" not in uses

    def _uses(self, site: CallSite, climbs: int) -> set[Use]:
        module, body = site.module, site.module.body
        function = body.contexts[site.call.context].function
        callee = site.call.callee
        names = {callee.base.id} if isinstance(callee, Attribute) and isinstance(callee.base, Name) else set[str]()
        found: set[Use] = set()
        for statement in body.statements:
            if body.contexts[statement.context].function != function:
                continue
            found |= self._taken(module, statement, site.index, names)
            if not _holds(module, statement.value, site.index, names):
                continue
            if statement.kind == "return" and climbs > 0 and site.caller is not None:
                for caller in self._project.calls.callers(site.caller)[:_MOST_CALLERS]:
                    found |= self._uses(caller, climbs - 1)
            if statement.kind == "assign" and isinstance(statement.target, Name):
                names.add(statement.target.id)
        return found

    def _taken(self, module: Module, statement: Statement, call: int, names: set[str]) -> set[Use]:
        """What one statement does with the digest."""
        body, target = module.body, statement.target
        found: set[Use] = set()
        holds = statement.kind == "assign" and _holds(module, statement.value, call, names)
        if holds and isinstance(target, Attribute) and not _KEEPING.isdisjoint(words_of(target.attr)):
            found.add("kept")
        if holds and isinstance(target, Subscript):
            found.add("kept" if self._project.symbols.outlives_call(module, target.base, statement.context) else "handed")
        for part in parts_of(body, statement.value):
            if isinstance(part, Comparison) and not _COMPARING.isdisjoint(part.ops):
                if any(_holds(module, operand, call, names) for operand in part.operands):
                    found.add("kept")
            elif isinstance(part, Mapping) and any(_holds(module, value, call, names) for value in part.values):
                found.add("handed")
            elif isinstance(part, CallRef) and part.index != call:
                found |= self._given(module, part, call, names)
        return found

    def _given(self, module: Module, part: CallRef, call: int, names: set[str]) -> set[Use]:
        """What a call does that is given the digest."""
        site = self._project.calls.in_module(module)[part.index]
        if not any(_holds(module, argument.value, call, names) for argument in site.call.arguments):
            return set()
        operation = site.operation
        if operation is not None and operation.hash is not None:
            return set()
        writes = operation is not None and any(effect.startswith("db.") for effect in operation.effect)
        stored = any(t.name in self._project.symbols.classes for t in site.targets)
        if writes or stored or last_name(module.body, site.call.callee) in _STORING:
            return {"kept"}
        if any(argument.name is not None and _holds(module, argument.value, call, names) for argument in site.call.arguments):
            return {"handed"}
        return set()


def _holds(module: Module, expr: Expr | None, call: int, names: set[str]) -> bool:
    """The expression gives the digest, or is made of it; what another call makes of it is something else."""
    waiting = [expr] if expr is not None else []
    while waiting:
        part = waiting.pop()
        if (isinstance(part, CallRef) and part.index == call) or (isinstance(part, Name) and part.id in names):
            return True
        if isinstance(part, CallRef) and not is_carrying(last_name(module.body, part)):
            callee = module.body.calls[part.index].callee
            waiting += [callee.base] if isinstance(callee, Attribute) else []
        else:
            waiting += children(module.body, part)
    return False
