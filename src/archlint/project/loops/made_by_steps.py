"""Loops over what a generator of the project makes step by step: its body runs between two turns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef
from archlint.project.parts import parts_of

if TYPE_CHECKING:
    from archlint.project.loops.loops import Loop
    from archlint.project.program import Project


def asks_between_turns(project: Project, loop: Loop, effects: Iterable[str]) -> bool:
    """`async for reply in post_all(comments):` where `post_all` yields what it has posted: each turn stands behind an effect
    of this kind, though the loop's own body has none."""
    if loop.mapping is not None or loop.place.subject is None:
        return False
    sites = project.calls.in_module(loop.module)
    return any(
        target.definition is not None
        and target.definition.function.is_generator
        and any(project.effects.has(target.definition, effect) for effect in effects)
        for part in parts_of(loop.module.body, loop.place.subject)
        if isinstance(part, CallRef)
        for target in sites[part.index].targets
    )
