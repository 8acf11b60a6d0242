"""Messages that tell of a change before it is made: sent first, while what they are about is written and committed behind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, CallRef, Name
from archlint.project.control.conditions import Conditions, Path, is_failure_path
from archlint.project.control.sequence import may_follow
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import Def
from archlint.project.parts import names_in

if TYPE_CHECKING:
    from archlint.project.program import Project

_ADDS = frozenset({"add", "add_all"})
_DELETES = frozenset({"delete"})
_TOOLS = frozenset({"session", "db", "db_session", "request", "self", "cls", "models", "current_user"})


class SentEarly(Struct, frozen=True):
    """`point`: the place in `definition` that sends, with the way down; `write`: what is only noted down behind it, of what the
    message names; `commit`: where that is kept."""

    definition: Def
    point: EffectPoint
    path: Path
    write: EffectPoint
    commit: EffectPoint


def sent_early(project: Project, effects: Iterable[str], counts: Callable[[EffectPoint], bool]) -> Iterator[SentEarly]:
    """The first of each function. `counts`: whether a library call is asked about."""
    ways = Conditions(project)
    shown: set[Def] = set()
    for effect in effects:
        for point in project.effects.points(effect):
            definition = point.caller
            if definition is None or definition in shown or not point.module.is_production:
                continue
            kept = _kept_behind(project, definition, point)
            path = ways.path(point) if kept is not None else None
            if kept is not None and path is not None and counts(path.end):
                shown.add(definition)
                yield SentEarly(definition, point, path, *kept)


def _kept_behind(project: Project, definition: Def, point: EffectPoint) -> tuple[EffectPoint, EffectPoint] | None:
    """A row of which the call is told, that is deleted, or put in, behind it, and where that is committed."""
    module, call = point.module, point.call
    if call is None or is_failure_path(module, point.context):
        return None
    commits = [p for p in project.effects.points_of(definition, "db.commit") if p.site.at >= point.site.end]
    if not commits:
        return None
    given = {name for argument in call.call.arguments for name in names_in(module.body, argument.value)}
    for write in sorted(project.effects.points_of(definition, "db.write"), key=lambda p: p.site.at):
        if write.site.at < point.site.end or not write.is_direct or not _follows(point, write):
            continue
        row = _row(write)
        name = write.witness.target.rpartition(".")[2]
        is_told = row in given or not _found_by(definition, row, write.site.at).isdisjoint(given)
        is_new = name in _ADDS and row in given and _is_made(definition, row, point.site.at)
        if not (is_told and name in _DELETES) and not is_new:
            continue
        commit = next((c for c in sorted(commits, key=lambda p: p.site.at) if _follows(write, c)), None)
        if commit is not None and commit.site != write.site:
            return write, commit
    return None


def _follows(first: EffectPoint, second: EffectPoint) -> bool:
    return second.site.at >= first.site.end and may_follow(
        first.module, (first.context, first.site.at), (second.context, second.site.at)
    )


def _row(write: EffectPoint) -> str:
    """`order`, of `session.delete(order)`."""
    given = write.call.call.arguments[:1] if write.call is not None else ()
    callee = write.call.call.callee if write.call is not None else None
    is_session = isinstance(callee, Attribute) and bool(given)
    value = given[0].value if is_session else None
    return value.id if isinstance(value, Name) else ""


def _found_by(definition: Def, name: str, before: int) -> set[str]:
    """`order` and `number`, of `line = find(session, order, number)`."""
    module = definition.module
    own = (s for s in module.body.statements if definition.function.at <= s.at < before and isinstance(s.target, Name))
    makers = [s for s in own if isinstance(s.target, Name) and s.target.id == name and s.kind == "assign"]
    return {*names_in(module.body, makers[-1].value)} - _TOOLS if makers else set()


def _is_made(definition: Def, name: str, before: int) -> bool:
    """`order = Order(…)`, here."""
    return any(
        isinstance(s.target, Name)
        and s.target.id == name
        and isinstance(s.value, CallRef)
        and isinstance(callee := definition.module.body.calls[s.value.index].callee, Name | Attribute)
        and (callee.id if isinstance(callee, Name) else callee.attr)[:1].isupper()
        for s in definition.module.body.statements
        if definition.function.at <= s.at < before
    )
