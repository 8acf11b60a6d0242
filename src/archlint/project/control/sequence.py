"""Whether control can go from one place of a function to another: no branch excludes it, nothing leaves in between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Comparison, Constant, Context, Expr, Name, String

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

_ENDS = frozenset({"function", "class", "module"})
_BRANCHES = frozenset({"if", "else", "case"})
_LEAVING = frozenset({"return", "raise", "continue", "break"})


def context_at(module: Module, at: int) -> int:
    """The innermost place that holds an offset."""
    contexts = module.body.contexts
    return max(
        (row for row, place in enumerate(contexts) if place.at <= at < place.end), key=lambda row: (contexts[row].at, row)
    )


def chain(module: Module, context: int) -> tuple[int, ...]:
    """The places around one, itself first, up to that of the function (or class, or module) it stands in."""
    contexts, found = module.body.contexts, [context]
    while contexts[found[-1]].kind not in _ENDS and contexts[found[-1]].parent >= 0:
        found.append(contexts[found[-1]].parent)
    return tuple(found)


def may_follow(module: Module, first: tuple[int, int], second: tuple[int, int]) -> bool:
    """What stands at `second` (context, offset) can run after what stands at `first`, both of one function and in this
    order in the file."""
    contexts = module.body.contexts
    ways = chain(module, first[0]), chain(module, second[0])
    if ways[0][-1] != ways[1][-1]:
        return False
    inner, other = _apart(*ways)
    if inner and other and _exclude(contexts[inner[-1]], contexts[other[-1]]):
        return False
    if any(_ask_for_different(contexts[one], contexts[two]) for one in inner for two in other):
        return False
    return not any(_leaves(module, row, first[1]) for row in inner)


def ask_for_others(module: Module, first: int, second: int) -> bool:
    """Two places of a function of which a test lets control come to only one: branches of one `if`, or of two that ask
    for different values of the same (`if method == "GET"`, `if method == "PUT"`)."""
    apart = _apart(chain(module, first), chain(module, second))
    inner, other = ([module.body.contexts[row] for row in way] for way in apart)
    if any(_ask_for_different(one, two) for one in inner for two in other):
        return True
    return bool(inner and other) and inner[-1].kind in _BRANCHES and _exclude(inner[-1], other[-1])


def _apart(one: tuple[int, ...], two: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """Of each of two chains what is not in the other."""
    return [row for row in one if row not in two], [row for row in two if row not in one]


def are_branches(one: Context, two: Context) -> bool:
    """Both branches of one `if`, or cases of one `match`."""
    is_told = one.subject is not None and one.subject == two.subject
    return is_told and {one.kind, two.kind} in ({"if", "else"}, {"case"})


def handlers_of(contexts: Sequence[Context], tried: int) -> Iterable[int]:
    """The `except` places of a `try`."""
    own = contexts[tried]
    beside = [(place.at, row) for row, place in enumerate(contexts) if place.parent == own.parent and place.at >= own.end]
    for _, row in sorted(beside):
        if contexts[row].kind != "except":
            return
        yield row


def _exclude(one: Context, two: Context) -> bool:
    """Branches of one `if`, cases of one `match`, a `try` and its handler."""
    return are_branches(one, two) or {one.kind, two.kind} in ({"try", "except"}, {"except", "else"}, {"except"})


def _ask_for_different(one: Context, two: Context) -> bool:
    """`if kind == A:` and, behind it, `if kind == B:`."""
    tests = (one.subject, two.subject)
    if one.kind != "if" or two.kind != "if" or not all(isinstance(t, Comparison) and t.ops == ("==",) for t in tests):
        return False
    (left, value), (other, wanted) = (_said(t) for t in tests)
    return left == other and value != wanted and "" not in (left, value, wanted)


def _said(test: Expr | None) -> tuple[str, str]:
    """Both sides of a comparison, as far as they are names and constants."""
    left, right = (_spelt(side) for side in test.operands) if isinstance(test, Comparison) else ("", "")
    return left, right


def _spelt(expr: Expr) -> str:
    if isinstance(expr, Name):
        return expr.id
    if isinstance(expr, Attribute):
        base = _spelt(expr.base)
        return f"{base}.{expr.attr}" if base else ""
    if isinstance(expr, Constant | String):
        return repr(expr.value)
    return ""


def _leaves(module: Module, row: int, at: int) -> bool:
    """The branch ends, behind the offset or with its very statement, by leaving the function or the turn of a loop."""
    own = module.own_statements(module.body.contexts[row].function)
    return any(s.context == row and s.kind in _LEAVING and s.end > at for s in own)
