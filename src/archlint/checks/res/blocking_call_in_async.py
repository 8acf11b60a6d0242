"""RES007: a call that holds the thread, reached from a coroutine function, so that the whole event loop waits."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.api import Confidence, Hit, Project, Proof, Step
from archlint.project.effects import EffectPoint
from archlint.project.model import Def
from archlint.project.one_off import OneOff, OneOffWords
from archlint.project.spelling import last_name, shorten, spell


class Params(OneOffWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`ignore_calls`: callables (dotted names, or the starts of such with a dot at the end) that may hold the loop;
    `brief`: those that hold it so shortly that only a note is due (files, locks); `transparent`: decorators under which a
    function still runs in its caller's thread.  The rest: see `OneOffWords`."""

    ignore_calls: tuple[str, ...]
    brief: tuple[str, ...]
    transparent: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each call of a coroutine function that comes to a blocking one, a proof for each that is awaited."""
    once = OneOff(project, params)
    for point in project.effects.points("blocking"):
        caller = point.caller
        if caller is None or not caller.function.is_async or not point.module.is_production:
            continue
        if not _starts(point.witness.target, params.ignore_calls) and not _is_moved(project, point, params):
            yield _hit(point, caller, params, is_steady=not once.runs_once(point.module, caller))
    for effect in ("http", "db.read"):
        for point in project.effects.points(effect):
            caller, call = point.caller, point.call
            if point.is_direct and call is not None and call.call.awaited and caller is not None and caller.function.is_async:
                yield Proof(point.site, f"`{_shown(point)}` is awaited")


def _hit(point: EffectPoint, caller: Def, params: Params, *, is_steady: bool) -> Hit:
    witness = point.witness
    confidence = point.confidence
    if not is_steady or _starts(witness.target, params.brief):
        confidence = Confidence.LOW
    words = {"call": _shown(point), "function": caller.function.name, "target": witness.target}
    steps = (Step(caller.site, f"`{caller.function.name}` runs on the event loop"), *witness.steps)
    if not point.is_direct:
        words["callee"] = next((t.definition.name for t in point.point.targets if t.definition is not None), witness.target)
    return Hit(
        point.site,
        words,
        "default" if point.is_direct else "through",
        confidence,
        path=steps,
    )


def _shown(point: EffectPoint) -> str:
    body = point.module.body
    if point.call is not None and point.kind != "evaluation":
        return shorten(spell(body, point.call.call.callee), 60)
    return shorten(spell(body, point.point.expr), 60) if point.point.expr is not None else "this"


def _is_moved(project: Project, point: EffectPoint, params: Params) -> bool:
    """A decorator on the way may run its function in another thread."""
    for way in project.effects.ways_down(point.effect, point.way):
        definition = way.target.definition
        if definition is not None:
            body = definition.module.body
            if any(last_name(body, decorator) not in params.transparent for decorator in definition.function.decorators):
                return True
    return False


def _starts(name: str, listed: tuple[str, ...]) -> bool:
    return any(name == entry or (entry.endswith(".") and name.startswith(entry)) for entry in listed)
