"""Returns of a view's method that has a branch for each action: which of them a list comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Collection, Comparison, Expr, Operation, String

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archlint.facts.syntax import Body, Statement

_LIST = "list"


def returned_by_lists(body: Body, returns: Sequence[Statement]) -> list[Statement]:
    """All but those that stand under `if self.action == "retrieve":`, in the `else` of one for lists, or behind one for lists
    that returns."""
    kept = [statement for statement in returns if _may_list(body, statement)]
    ends = [end for statement in kept if (end := _end_of_list(body, statement)) is not None]
    return [statement for statement in kept if not any(end <= statement.at for end in ends)]


def _may_list(body: Body, statement: Statement) -> bool:
    row = statement.context
    while row >= 0 and body.contexts[row].kind not in ("function", "class", "module"):
        place = body.contexts[row]
        if place.kind in ("if", "else") and place.subject is not None and _lists(place.subject) is (place.kind == "else"):
            return False
        row = place.parent
    return True


def _end_of_list(body: Body, statement: Statement) -> int | None:
    """Where the branch ends that is only for lists, and ends with this return."""
    place = body.contexts[statement.context]
    is_for_list = place.kind == "if" and place.subject is not None and _lists(place.subject) is True
    return place.end if is_for_list else None


def _lists(test: Expr) -> bool | None:
    """What the test gives for a list; None if it asks for something else as well."""
    match test:
        case Comparison(ops=("==" | "!=" as op,), operands=(Attribute(attr="action"), String(value=action))):
            return (action == _LIST) is (op == "==")
        case Comparison(ops=("in" | "not in" as op,), operands=(Attribute(attr="action"), Collection(items=items))):
            names = [item.value for item in items if isinstance(item, String)]
            return (_LIST in names) is (op == "in") if len(names) == len(items) else None
        case Operation(op="and"):
            return False if any(_lists(each) is False for each in test.operands) else None
        case Operation(op="or"):
            return True if any(_lists(each) is True for each in test.operands) else None
        case _:
            return None
