"""Loops that count: attempts at one thing until it comes through, turns that each go on from the one before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Name
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.project.loops.loops import Loop

RETRY = re.compile(r"attempt|retr(y|ies)|(?<![a-z])tr(y|ies)(?![a-z])|backoff", re.IGNORECASE)
_OF_TURN = re.compile(r"retr(y|ies)|attempt|wait|num|state")
"""What a turn of a loop that tries again tells of itself."""


def counts(loop: Loop, what: re.Pattern[str]) -> bool:
    """`for i in range(max_turns)`: the number has such a name."""
    body, subject = loop.module.body, loop.place.subject
    if not isinstance(subject, CallRef) or last_name(body, subject) != "range":
        return False
    return any(what.search(spell(body, argument.value)) for argument in body.calls[subject.index].arguments)


def is_retry(loop: Loop) -> bool:
    body, subject = loop.module.body, loop.place.subject
    if (any(RETRY.search(name) for name in loop.targets) and not _reads_parts(loop)) or counts(loop, RETRY):
        return True
    if not isinstance(subject, CallRef) or last_name(body, subject) != "range":
        return False
    used = any(
        not loop.targets.isdisjoint(names_in(body, argument.value))
        for call in body.calls
        if loop.place.at <= call.at < loop.place.end
        for argument in call.arguments
    ) or any(not loop.targets.isdisjoint(names_in(body, s.value)) for s in loop.statements if s.kind != "for")
    return not used and any(statement.kind in ("break", "return") for statement in loop.statements)


def _reads_parts(loop: Loop) -> bool:
    """`attempt.user_id`: the item is an attempt that somebody made, and no turn of the loop."""
    body, place = loop.module.body, loop.place
    values = [s.value for s in loop.statements]
    values += [a.value for call in body.calls if place.at <= call.at < place.end for a in call.arguments]
    return any(
        isinstance(part, Attribute)
        and isinstance(part.base, Name)
        and part.base.id in loop.targets
        and not _OF_TURN.search(part.attr)
        for value in values
        for part in parts_of(body, value)
    )
