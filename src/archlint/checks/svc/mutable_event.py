"""SVC010: an event whose objects can be changed after it has happened."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site
from archlint.project.names.symbols import ClassDef
from archlint.project.types.frozen import Frozen
from archlint.project.words import words_of

_EVENT = frozenset({"event", "events"})


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`event_bases`: expression for names of classes that events inherit from; `plain_events`: such names
    that say so of dataclasses and their like only; `plain_bases`: dotted names of bases that
    say nothing of what a class is for; `event_modules`: last names of modules and packages that hold events, `happened`:
    expression for names of classes in them that tell what has happened; `visited`: tables to which others lead where an event
    is something that people go to, `visit`: expression for names that mean it then; `stream_parts`: last words of
    names of parts of a stream.  The rest: see `Frozen`."""

    event_bases: str
    event_modules: tuple[str, ...]
    happened: str
    visited: tuple[str, ...]
    visit: str
    stream_parts: tuple[str, ...]
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
    if events and _are_visited(project, params):
        visit = re.compile(params.visit)
        events = [k for k in events if not all(visit.fullmatch(name) for name in _event_names(k, frozen, params))]
    events = _without_streams(events, frozen, frozenset(params.stream_parts))
    names = {klass.name for klass in events}
    for klass in sorted(events, key=lambda klass: klass.name):
        record = frozen.record(klass)
        if frozen.is_frozen(klass):
            yield Proof(_site(klass), f"`{klass.klass.name}` cannot be changed")
        elif record == "decorator" or names.isdisjoint(frozen.ancestors(klass)[1:]):
            yield Hit(_site(klass), {"event": klass.klass.name}, record, Confidence.HIGH)
    for klass in sorted(_happened(project, frozen, params), key=lambda klass: klass.name):
        if klass.name not in names and names.isdisjoint(frozen.ancestors(klass)):
            if frozen.is_frozen(klass):
                yield Proof(_site(klass), f"`{klass.klass.name}` cannot be changed")
            else:
                yield Hit(_site(klass), {"event": klass.klass.name}, "happened", Confidence.MEDIUM)


def _without_streams(events: list[ClassDef], frozen: Frozen, parts: frozenset[str]) -> list[ClassDef]:
    """Without those that are of one family with a part of a message, `TextDelta(BaseEvent)`: these are what is written to a
    stream, each once, and nothing that has happened."""
    names = {klass.name for klass in events}
    families = {
        ancestor
        for klass in events
        if not parts.isdisjoint([word for word in words_of(klass.klass.name) if word not in _EVENT][-1:])
        for ancestor in frozen.ancestors(klass)
        if ancestor in names
    }
    return [klass for klass in events if families.isdisjoint(frozen.ancestors(klass))]


def _site(klass: ClassDef) -> Site:
    return Site(klass.module.path, klass.klass.name_at, klass.klass.name_at + len(klass.klass.name))


def _happened(project: Project, frozen: Frozen, params: Params) -> Iterator[ClassDef]:
    """Records in modules of events whose names tell what has happened: `OrderPlaced`."""
    pattern = re.compile(params.happened)
    for klass in project.symbols.classes.values():
        if not pattern.fullmatch(klass.klass.name) or not klass.module.is_production or "." in klass.klass.qualname:
            continue
        if not set(params.event_modules).isdisjoint(klass.module.local_name.split(".")[-2:]) and _is_plain(
            project, klass, frozen, params
        ):
            yield klass


def _are_visited(project: Project, params: Params) -> bool:
    """Rows of other tables belong to one of events: to a store of events nothing leads."""
    return any(
        key.table.rpartition(".")[2].lower() in params.visited and key.table != table.name
        for _, table in project.schemas.tables
        for key in table.foreign_keys
    )


def _event_names(klass: ClassDef, frozen: Frozen, params: Params) -> list[str]:
    """The names, its own and of those above it, that are ones of events."""
    pattern = re.compile(params.event_bases)
    names = [name.rpartition(".")[2] for name in frozen.ancestors(klass)]
    return [name for name in names if pattern.fullmatch(name) or name in params.plain_events]


def _is_event(project: Project, klass: ClassDef, frozen: Frozen, params: Params) -> bool:
    """A record of production code of which its own name, or one of those above it, is a base of events, with nothing else
    above it that is known."""
    if not klass.module.is_production or not _is_plain(project, klass, frozen, params):
        return False
    pattern = re.compile(params.event_bases)
    names = [name.rpartition(".")[2] for name in frozen.ancestors(klass)]
    if frozen.record(klass) == "decorator" and not set(params.plain_events).isdisjoint(names[1:]):
        return True
    return any(pattern.fullmatch(name) for name in names)


def _is_plain(project: Project, klass: ClassDef, frozen: Frozen, params: Params) -> bool:
    """A record with nothing above it that may make something else of it."""
    if not frozen.record(klass):
        return False
    foreign = [name for name in frozen.ancestors(klass) if name not in project.symbols.classes]
    return all(name in params.plain_bases or name in params.record_bases for name in foreign)
