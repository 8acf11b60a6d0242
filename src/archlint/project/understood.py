"""What was understood of one module's functions: on what types they call, what they hand over, which effects they have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute
from archlint.project.describe import type_name
from archlint.project.effects.points import Point
from archlint.project.model import CallSite, Def, Witness
from archlint.project.spelling import spell

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_KINDS = {"deferred": "later", "threaded": "in a thread", "per item": "for each item", "once": "now"}


class Receiver(Struct, frozen=True):
    """What methods are called on, as it is written, and its type; `lines` of the calls."""

    text: str
    type: str
    confidence: str
    lines: tuple[int, ...]


class HandedOver(Struct, frozen=True):
    """A callable that is given away to be run: `when` is later, in a thread, for each item or now."""

    line: int
    name: str
    when: str


class Station(Struct, frozen=True):
    """One step of the way to an effect."""

    path: str
    line: int
    message: str


class FoundEffect(Struct, frozen=True):
    """An effect with the way down to the library callable that has it."""

    effect: str
    confidence: str
    way: tuple[Station, ...]


class Unresolved(Struct, frozen=True):
    """A call of which nothing is known."""

    line: int
    text: str


class UnderstoodFunction(Struct, frozen=True):
    """`name` is the function's own within its module, empty for what stands at module level."""

    name: str
    line: int
    is_async: bool
    receivers: tuple[Receiver, ...]
    handed_over: tuple[HandedOver, ...]
    effects: tuple[FoundEffect, ...]
    unresolved: tuple[Unresolved, ...]


def understood(project: Project, module: Module) -> tuple[UnderstoodFunction, ...]:
    """Module level first, where anything is called there, then every function in the order of the file."""
    handed = [p for p in project.effects.edges(module) if p.call is not None and p.expr is not None and p.kind in _KINDS]
    level = project.calls.at_module_level(module)
    found = []
    if level:
        found.append(UnderstoodFunction("", 1, False, _receivers(level), _handed(handed, None), (), _unresolved(level)))
    for row, function in enumerate(module.outline.functions):
        definition = Def(module, module.name, row)
        sites = project.calls.of(definition)
        effects = tuple(_effect(project, witness) for witness in project.effects.of(definition).values())
        line = module.lines.line(function.at)
        given = _handed(handed, definition)
        found.append(
            UnderstoodFunction(
                function.qualname, line, function.is_async, _receivers(sites), given, effects, _unresolved(sites)
            )
        )
    return tuple(found)


def _receivers(sites: tuple[CallSite, ...]) -> tuple[Receiver, ...]:
    lines: dict[tuple[str, str, str], list[int]] = {}
    for site in sites:
        if site.receiver is not None and isinstance(site.call.callee, Attribute):
            text = spell(site.module.body, site.call.callee.base)
            key = (text, type_name(site.receiver), site.receiver.confidence.name.lower())
            lines.setdefault(key, []).append(_line(site))
    return tuple(Receiver(*key, tuple(dict.fromkeys(found))) for key, found in lines.items())


def _handed(points: list[Point], definition: Def | None) -> tuple[HandedOver, ...]:
    return tuple(
        HandedOver(point.module.lines.line(point.at), target.name, _KINDS[point.kind])
        for point in points
        if point.caller == definition
        for target in point.targets
    )


def _unresolved(sites: tuple[CallSite, ...]) -> tuple[Unresolved, ...]:
    return tuple(Unresolved(_line(s), spell(s.module.body, s.call.callee)) for s in sites if not s.targets)


def _line(site: CallSite) -> int:
    """Of the name that is called: a chain of calls goes over many lines."""
    return site.module.lines.line(max(site.call.callee.end - 1, site.call.at))


def _effect(project: Project, witness: Witness) -> FoundEffect:
    return FoundEffect(witness.effect, witness.confidence.name.lower(), tuple(_stations(project, witness)))


def _stations(project: Project, witness: Witness) -> Iterator[Station]:
    for step in witness.steps:
        module = project.modules.by_path[step.site.path]
        yield Station(step.site.path, module.lines.line(step.site.at), step.message)
