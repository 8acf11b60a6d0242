"""Turns of a loop that may fail by themselves: what the database refuses of one is dropped, and the loop goes on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.project.parts import parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.facts.syntax import Body, Context
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop

_REFUSED = re.compile(r"Integrity|Unique|Duplicate|AlreadyExist|Conflict")


def is_behind_conflict(point: EffectPoint, loop: Loop) -> bool:
    """It stands in a handler in the loop for what is there already: reached where somebody else was faster."""
    body = loop.module.body
    if loop.mapping is not None or point.module is not loop.module:
        return False
    around = [body.contexts[row] for row in loop.chain(point.context) if row >= 0]
    return any(place.kind == "except" and _catches_refusal(body, place) for place in around)


def is_tolerated(point: EffectPoint, loop: Loop) -> bool:
    """`try: commit()` of one item, with a handler in the loop for what is there already."""
    body = loop.module.body
    if loop.mapping is not None or point.module is not loop.module:
        return False
    tries = [body.contexts[row] for row in loop.chain(point.context) if row >= 0 and body.contexts[row].kind == "try"]
    return any(
        place.kind == "except"
        and any(place.parent == tried.parent and place.at >= tried.end and place.end <= loop.place.end for tried in tries)
        and _catches_refusal(body, place)
        for place in body.contexts
    )


def _catches_refusal(body: Body, place: Context) -> bool:
    return any(_REFUSED.search(last_name(body, part)) for part in parts_of(body, place.subject))
