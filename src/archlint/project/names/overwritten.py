"""Bindings of a name that a later one has replaced, whichever way the code took in between."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from archlint.project.control.sequence import are_branches

if TYPE_CHECKING:
    from archlint.facts.syntax import Body
    from archlint.project.names.scopes import Binding

_JUMPS = frozenset({"break", "continue"})


def left(body: Body, bindings: tuple[Binding, ...]) -> tuple[Binding, ...]:
    """The bindings without those that stand in a place within which a later binding follows on the same level:
    `for part in parts: …` before `part = sorted(kept)`.  A jump in between may come by the later one."""
    if len(bindings) < 2:
        return bindings
    return tuple(
        binding
        for position, binding in enumerate(bindings)
        if not any(_replaces(body, later, binding) for later in bindings[position + 1 :])
        and not any(_replace(body, pair, binding) for pair in combinations(bindings[position + 1 :], 2))
    )


def _replace(body: Body, later: tuple[Binding, Binding], earlier: Binding) -> bool:
    """Both branches of an `if` on that level give another value."""
    one, other = (body.contexts[binding.context] for binding in later)
    if not are_branches(one, other) or one.parent not in _around(body, earlier.context):
        return False
    return all(_gives(body, each, earlier) and each.context not in _around(body, earlier.context) for each in later)


def _replaces(body: Body, later: Binding, earlier: Binding) -> bool:
    return later.context in _around(body, earlier.context) and _gives(body, later, earlier)


def _gives(body: Body, later: Binding, earlier: Binding) -> bool:
    """It is given behind the earlier one, whichever way the code took to its place."""
    if later.kind != "statement" or later.at <= earlier.at:
        return False
    if body.statements[later.index].kind not in ("assign", "annotate") or body.statements[later.index].value is None:
        return False
    return not any(s.kind in _JUMPS and earlier.at < s.at < later.at for s in body.statements)


def _around(body: Body, context: int) -> Iterator[int]:
    while context >= 0:
        yield context
        context = body.contexts[context].parent
