"""SVC010: an event whose objects can be changed after it has happened."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site
from archlint.project.frozen import Frozen
from archlint.project.symbols import ClassDef


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`event_bases`: expression for names of classes that events inherit from; `plain_events`: such names
    that say so of dataclasses and their like only; `plain_bases`: dotted names of bases that
    say nothing of what a class is for.  The rest: see `Frozen`."""

    event_bases: str
    plain_events: tuple[str, ...]
    plain_bases: tuple[str, ...]
    record_decorators: tuple[str, ...]
    frozen_decorators: tuple[str, ...]
    record_bases: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each event that is a record and can be changed (of those that are records by one base, the nearest to
    it), a proof for each that cannot."""
    frozen = Frozen(
        project, frozenset(params.record_decorators), frozenset(params.frozen_decorators), frozenset(params.record_bases)
    )
    events = [klass for klass in project.symbols.classes.values() if _is_event(project, klass, frozen, params)]
    names = {klass.name for klass in events}
    for klass in sorted(events, key=lambda klass: klass.name):
        site = Site(klass.module.path, klass.klass.name_at, klass.klass.name_at + len(klass.klass.name))
        record = frozen.record(klass)
        if frozen.is_frozen(klass):
            yield Proof(site, f"`{klass.klass.name}` cannot be changed")
        elif record == "decorator" or names.isdisjoint(frozen.ancestors(klass)[1:]):
            yield Hit(site, {"event": klass.klass.name}, record, Confidence.HIGH)


def _is_event(project: Project, klass: ClassDef, frozen: Frozen, params: Params) -> bool:
    """A record of production code of which its own name, or one of those above it, is a base of events, with nothing else
    above it that is known."""
    if not klass.module.is_production or not frozen.record(klass):
        return False
    above = frozen.ancestors(klass)
    foreign = [name for name in above if name not in project.symbols.classes]
    if any(name not in params.plain_bases and name not in params.record_bases for name in foreign):
        return False
    pattern, names = re.compile(params.event_bases), [name.rpartition(".")[2] for name in above]
    if frozen.record(klass) == "decorator" and not set(params.plain_events).isdisjoint(names[1:]):
        return True
    return any(pattern.fullmatch(name) for name in names)
