"""Why each turn of a loop has to ask for itself: under a lock of its item, or whether it has to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef
from archlint.project.batches import expression_of
from archlint.project.credentials import words_of
from archlint.project.parts import names_in
from archlint.project.spelling import last_name
from archlint.project.stations import carried

if TYPE_CHECKING:
    from archlint.project.effects import EffectPoint
    from archlint.project.loops import Loop

_LOCKS = frozenset({"lock", "locked", "rlock", "mutex", "semaphore"})
_STOPS = frozenset({"stop", "stopped", "stopping", "abort", "aborted", "cancel", "cancelled", "canceled", "shutdown"})


def is_under_own_lock(places: list[EffectPoint], loop: Loop) -> bool:
    """`with lock(f"order:{order_id}"):` around the place in the loop: what was known before it may have changed."""
    body = loop.module.body
    around = [body.contexts[row] for row in loop.chain(places[0].context)[:-1] if row >= 0] if loop.mapping is None else []
    return any(
        place.kind == "with"
        and isinstance(place.subject, CallRef)
        and not _LOCKS.isdisjoint(words_of(last_name(body, place.subject)))
        and not loop.derived.isdisjoint(names_in(body, place.subject))
        for place in around
    )


def asks_whether_to_stop(places: list[EffectPoint], loop: Loop) -> bool:
    """`if self.must_stop(): return`, told nothing of the item: the answer of the turn before is of no use."""
    for place, own in zip(places, carried(places, loop), strict=True):
        body, asked = place.module.body, expression_of(place)
        if asked is None or _STOPS.isdisjoint(words_of(last_name(body, asked))) or not own.isdisjoint(names_in(body, asked)):
            continue
        if any(c.kind == "if" and c.subject is not None and c.subject.at <= asked.at < c.subject.end for c in body.contexts):
            return True
    return False
