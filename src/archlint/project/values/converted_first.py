"""Whether a value has been converted, or looked up, before, so that whatever cannot be did not come this far."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, Call, Comparison, Constant, Expr, Name, Statement, Subscript
from archlint.project.control.sequence import handlers_of
from archlint.project.control.swallowed import suppresses
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

CONVERTING = frozenset(
    {"int", "float", "UUID", "Decimal", "ip_address", "ip_network", "IPv4Address", "IPv6Address", "fromisoformat"}
)
_BY_FORM, _OF_NAME, _WITH_FORM = "strptime", "getattr", 2
LEAVES = frozenset({"raise", "return", "continue", "break"})


def is_converted(  # noqa: PLR0917 - the value, where it stands, and what is asked of the words
    module: Module, at: int, text: str, around: Set[int], leaving: Set[str], picks: Callable[[Call], bool]
) -> bool:
    """`int(number)` before an offset, or `Kind(name)`, which raises for anything else, and no handler lets through.

    `around`: the places around the value, out to its function; `leaving`: names of calls that end a function; `picks`: whether
    a call gives one of a few for what it is given.
    """
    body = module.body
    functions = {body.contexts[context].function for context in around}
    for call in (call for function in functions for call in module.own_calls(function) if call.at < at):
        given, name = call.arguments, last_name(body, call.callee)
        takes_two = len(given) == _WITH_FORM and name in (_BY_FORM, _OF_NAME)
        if not takes_two and len(given) != 1:
            continue
        asked = given[1 if takes_two and name == _OF_NAME else 0].value
        if spell(body, asked) != text or not (takes_two or name in CONVERTING or picks(call)):
            continue
        if is_passed(body, call.context, text, around, leaving):
            return True
    return False


def is_passed(body: Body, context: int, text: str, around: Set[int], leaving: Set[str]) -> bool:
    """Whoever comes to a place, which is in those `around`, has come by the one given, without an error, or the value is
    nothing."""
    while context >= 0 and context not in around:
        place = body.contexts[context]
        is_run = place.kind == "try" and not _lets_through(body, context, text, around, leaving)
        is_run = is_run or (place.kind == "with" and not suppresses(body, place))
        if not is_run and not (place.kind == "if" and place.subject is not None and _is_there(body, place.subject, text)):
            return False
        context = place.parent
    return context >= 0


def _is_there(body: Body, test: Expr, text: str) -> bool:
    """`if limit:`, `if limit is not None:`"""
    if isinstance(test, Comparison) and test.ops in (("is not",), ("!=",)):
        asked, none = test.operands
        return isinstance(none, Constant) and none.value is None and spell(body, asked) == text
    return isinstance(test, Name | Attribute | Subscript) and spell(body, test) == text


def _lets_through(body: Body, tried: int, text: str, around: Set[int], leaving: Set[str]) -> bool:
    """A handler of the `try` around the conversion holds the place of the value, or goes on to it."""
    for row in handlers_of(body.contexts, tried):
        if row in around:
            return True
        inside = [s for s in body.statements if s.context == row]
        if not any(_ends(body, statement, text, leaving) for statement in inside):
            return True
    return False


def _ends(body: Body, statement: Statement, text: str, leaving: Set[str]) -> bool:
    if statement.kind in LEAVES:
        return True
    if statement.kind == "assign" and statement.target is not None:
        return spell(body, statement.target) == text
    return statement.kind == "expression" and last_name(body, statement.value) in leaving
