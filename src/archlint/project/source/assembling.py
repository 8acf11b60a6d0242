"""Modules of functions that do nothing but make objects and hand them out: the wiring of a program, whatever it is called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Call, CallRef, Expr, Name, Statement
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

_KINDS = frozenset({"return", "assign", "annotate", "expression"})
_KEEPING = frozenset({"cache", "lru_cache"})
_OBJECT = "self"
_SEVERAL = 4
"""Things of other modules that are handed to one, so that it is put together there; or modules that are given theirs."""


def only_assembles(module: Module) -> bool:
    """No class, no branch and no loop; each function ends by giving out a new object, of a class that is imported or by
    another function of the module, and one new object is given to another."""
    outline, body = module.outline, module.body
    if outline.classes or not outline.functions:
        return False
    if any(place.kind not in ("module", "function") for place in body.contexts):
        return False
    own = {function.name for function in outline.functions}
    made = {given.alias or given.name for given in outline.imports if given.name and given.name[:1].isupper()}
    returned: dict[int, list[Statement]] = defaultdict(list)
    for statement in body.statements:
        row = body.contexts[statement.context].function
        if row >= 0 and statement.kind not in _KINDS:
            return False
        if statement.kind == "return":
            returned[row].append(statement)
    makers = own | made
    if not any(_puts_together(module, statement, makers) for given in returned.values() for statement in given):
        return False
    return all(
        "." not in function.qualname
        and _KEEPING.issuperset(last_name(body, decorator) for decorator in function.decorators)
        and len(returned[row]) == 1
        and isinstance(value := returned[row][0].value, CallRef)
        and last_name(body, value) in makers
        for row, function in enumerate(outline.functions)
    )


def _puts_together(module: Module, returned: Statement, makers: set[str]) -> bool:
    """`return Close(mailer)`, of a `mailer` that was made a line above; `Order(number, sum(prices))` holds nothing new."""
    if not isinstance(returned.value, CallRef):
        return False
    body = module.body
    fresh = {
        statement.target.id
        for statement in body.statements
        if statement.context == returned.context
        and isinstance(statement.target, Name)
        and isinstance(statement.value, CallRef)
        and last_name(body, statement.value) in makers
    }
    return any(
        (isinstance(given := argument.value, Name) and given.id in fresh)
        or (isinstance(given, CallRef) and last_name(body, given) in makers)
        for argument in body.calls[returned.value.index].arguments
    )


def puts_together(module: Module) -> bool:
    """It hands what it imports from other modules to one thing, each by a call of its own: `app.include(orders)`,
    `app.include(carts)`, and so on."""
    return any(sum(name.islower() for name in names) >= _SEVERAL for names in _handed(module, module.body.calls).values())


def registers(module: Module) -> bool:
    """So it does with what it imports, classes too, and asks for no answer: `self.register(Card)`, `self.register(Transfer)`;
    where `session.query(Order)` is asked for one."""
    body = module.body
    calls = (body.calls[s.value.index] for s in body.statements if s.kind == "expression" and isinstance(s.value, CallRef))
    return any(len(names) >= _SEVERAL for names in _handed(module, calls).values())


def fills_in(module: Module) -> bool:
    """A method gives what its object holds to functions of several other modules, each by a call of its own, and asks for no
    answer: `set_orders(self.orders)`, `set_carts(self.carts)`, and so on."""
    body = module.body
    origins = {given.alias or given.name: given.module for given in module.outline.imports if given.name is not None}
    filled: dict[int, set[str]] = defaultdict(set)
    for statement in body.statements:
        call = body.calls[statement.value.index] if isinstance(statement.value, CallRef) else None
        if statement.kind != "expression" or call is None or not isinstance(call.callee, Name) or not call.arguments:
            continue
        if call.callee.id in origins and all(_is_own(argument.value) for argument in call.arguments):
            filled[statement.context].add(origins[call.callee.id])
    return any(len(modules) >= _SEVERAL for modules in filled.values())


def _is_own(expr: Expr) -> bool:
    return isinstance(expr, Attribute) and isinstance(expr.base, Name) and expr.base.id == _OBJECT


def _handed(module: Module, calls: Iterable[Call]) -> dict[str, set[str]]:
    """Spelling of a method → the imported names that the calls of it are handed first."""
    imported = {given.alias or given.name for given in module.outline.imports if given.name is not None}
    taken: dict[str, set[str]] = defaultdict(set)
    for call in calls:
        first = call.arguments[0].value if call.arguments else None
        if isinstance(call.callee, Attribute) and isinstance(first, Name) and first.id in imported:
            taken[spell(module.body, call.callee)].add(first.id)
    return taken
