"""SVC008: a background task asks another machine, and nothing tries it again when that fails."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import Constant
from archlint.project.control.conditions import Conditions, Path, is_failure_path
from archlint.project.control.swallowed import catches
from archlint.project.effects.task_retries import Task, TaskRetries
from archlint.project.loops.loops import tries_again
from archlint.project.source.modules import Module

_REMOTE = ("http", "rpc", "email")


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`retry_words`: names of class attributes, and keys of settings, that make tasks try again; `retrying_kinds`: kinds
    of libraries whose clients try again themselves."""

    retry_words: tuple[str, ...]
    retrying_kinds: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each task that does remote input or output and is not tried again, a proof for each that is."""
    retries, conditions = TaskRetries(project, frozenset(params.retry_words)), Conditions(project)
    for task in retries.tasks:
        path = _way_out(project, conditions, task)
        if path is None:
            continue
        reason = retries.reason(task)
        kinds = project.knowledge.package_kinds(path.end.witness.target)
        is_told = retries.on_the_way(path) or any(tries_again(*place) for place in _places(project, path))
        if reason or is_told or not set(params.retrying_kinds).isdisjoint(kinds):
            yield Proof(task.definition.site, f"the task is tried again: {reason or 'the client does'}")
            continue
        if retries.is_left(task):
            yield _hit(task, path, "left", is_note=True)
        else:
            yield _hit(task, path, "default", is_note=_is_handled(project, path) or retries.is_scheduled(task))


def _way_out(project: Project, conditions: Conditions, task: Task) -> Path | None:
    """The surest, shortest way to another machine."""
    found = []
    for effect in _REMOTE:
        for point in project.effects.points_of(task.definition, effect):
            path = conditions.path(point)
            left = catches(point.module, point.context) or is_failure_path(point.module, point.context)
            if path is not None and not left and not _is_silent(path):
                found.append(path)
    return min(found, key=lambda path: (-path.confidence, len(path.steps), path.steps[0].site), default=None)


def _is_silent(path: Path) -> bool:
    """`send_mail(…, fail_silently=True)`: the failure is dropped where the call is made."""
    call = path.end.call
    given = call.argument(":fail_silently") if call is not None else None
    return isinstance(given, Constant) and given.value is True


def _hit(task: Task, path: Path, message: str, *, is_note: bool) -> Hit:
    name = task.definition.function.name
    steps = (Step(task.definition.site, f"a worker runs `{name}`"), *path.steps)
    confidence = Confidence.LOW if is_note or path.confidence < Confidence.HIGH else Confidence.HIGH
    return Hit(task.definition.site, {"task": name, "target": path.end.witness.target}, message, confidence, path=steps)


def _is_handled(project: Project, path: Path) -> bool:
    """A failure is caught somewhere on the way."""
    return any(catches(*place) for place in _places(project, path))


def _places(project: Project, path: Path) -> Iterator[tuple[Module, int]]:
    """The innermost context of each call on the way."""
    for step in path.steps:
        module = project.modules.by_path[step.site.path]
        around = [row for row, place in enumerate(module.body.contexts) if place.at <= step.site.at < place.end]
        if around:
            yield module, around[-1]
