"""Bindings of a name that a later one has replaced, whichever way the code took in between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

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
    )


def _replaces(body: Body, later: Binding, earlier: Binding) -> bool:
    if later.kind != "statement" or later.at <= earlier.at:
        return False
    if body.statements[later.index].kind not in ("assign", "annotate") or body.statements[later.index].value is None:
        return False
    if later.context not in _around(body, earlier.context):
        return False
    return not any(s.kind in _JUMPS and earlier.at < s.at < later.at for s in body.statements)


def _around(body: Body, context: int) -> Iterator[int]:
    while context >= 0:
        yield context
        context = body.contexts[context].parent
