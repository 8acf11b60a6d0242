"""PRF001: a query for each item of a loop, in the loop or in anything that it calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import Struct

from archlint.checks.api import Confidence, Hit, Project, Proof, Severity, Site, Step
from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.conditions import Conditions, Path, is_failure_path
from archlint.project.effects import EffectPoint
from archlint.project.loops import Loop, Loops
from archlint.project.model import Def
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, shorten, spell

_READ = "db.read"
_WRITES = ("db.write", "db.commit")


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`ignore_functions`: dotted names or last names of functions that may run per item.

    `one_off`: first words of names of functions that run once in a deployment's life; `one_off_packages` and
    `one_off_modules`: packages anywhere on the way, and modules, that hold only such functions; `one_off_decorators`:
    decorators that make a function a command or a start-up hook.  `membership`: ends of the names of arguments and
    methods that take many keys at once.  `listings`: names of what lists a program's own tables, models or fields.
    `abstract_bases`: classes whose subclasses are kinds of behaviour, not rows.  `schema_verbs`: first words of SQL that
    changes tables, not rows.
    """

    ignore_functions: tuple[str, ...]
    one_off: tuple[str, ...]
    one_off_packages: tuple[str, ...]
    one_off_modules: tuple[str, ...]
    one_off_decorators: tuple[str, ...]
    membership: tuple[str, ...]
    listings: tuple[str, ...]
    abstract_bases: tuple[str, ...]
    schema_verbs: tuple[str, ...]


@dataclass(frozen=True)
class _Query:
    """One way in which a place comes to a query. `made`: the place that is shown."""

    point: EffectPoint
    made: Site
    loop: Loop
    path: Path


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each place that queries once per item of an open loop, a proof for each query that stands in none."""
    loops, conditions = Loops(project, frozenset(params.listings)), Conditions(project)
    found: dict[Site, list[_Query]] = defaultdict(list)
    outside: set[Site] = set()
    for effect in (*_WRITES, _READ):
        for point in project.effects.points(effect):
            if not _is_steady(point, params):
                continue
            made = _made_at(project, point)
            loop = _loop_of(loops, point)
            if loop is None:
                if len(point.witness.steps) == 1:
                    outside.add(made)
            elif loop.holds(made) and not _is_expected(project, point, loop, params):
                path = conditions.path(point)
                if path is not None and not _is_ignored(path, params) and not _is_schema_change(project, path, params):
                    found[made].append(_Query(point, made, loop, path))
    for _, queries in sorted(found.items()):
        yield _hit(project, min(queries, key=lambda q: (-q.path.confidence, len(q.path.steps))))
    for site in sorted(outside - found.keys()):
        yield Proof(site, "stands in no loop over data")


def _loop_of(loops: Loops, point: EffectPoint) -> Loop | None:
    if point.kind == "per item" and point.call is not None:
        mapping = loops.open_mapping(point.module, point.context, point.call.call)
        if mapping is not None:
            return mapping
    return loops.open_loop(point.module, point.context, point.site.at)


def _made_at(project: Project, point: EffectPoint) -> Site:
    """The place of the query: for a lazy value that is evaluated by name, where that name was set."""
    expr = point.point.expr
    if point.kind == "evaluation" and isinstance(expr, Name):
        sources = project.values.sources.of(point.module, expr, point.context)
        if len(sources) == 1 and sources[0].expr is not None and not sources[0].is_parameter:
            made = sources[0].expr
            return Site(sources[0].module.path, made.at, made.end)
    return point.site


def _hit(project: Project, query: _Query) -> Hit:
    point, loop, path = query.point, query.loop, query.path
    confidence = path.confidence
    if any(_is_cached(project, definition) for definition in path.through):
        confidence = Confidence.LOW
    elif confidence == Confidence.HIGH and loop.mapping is None and loop.derived.isdisjoint(_names(point)):
        confidence = Confidence.MEDIUM  # the same query over and over: bad too, but maybe answered by the session
    words = {"call": _text(point), "loop": loop.text, "callee": path.through[0].name if path.through else ""}
    kind = ("write" if point.effect in _WRITES else "", "through" if path.through else "")
    return Hit(
        query.made,
        words,
        "_".join(word for word in kind if word) or "default",
        confidence,
        related=(Step(loop.site, "runs it for each item"),),
        path=(Step(loop.site, f"the loop `{loop.text}`"), *path.steps),
        severity=Severity.ERROR if confidence == Confidence.HIGH else None,
    )


def _expression(point: EffectPoint) -> Expr | None:
    if point.kind == "call" and point.call is not None:
        return CallRef(point.site.at, point.site.end, point.call.index)
    return point.point.expr


def _names(point: EffectPoint) -> set[str]:
    return set(names_in(point.module.body, _expression(point)))


def _text(point: EffectPoint) -> str:
    return shorten(spell(point.module.body, _expression(point)), 70)


def _is_expected(project: Project, point: EffectPoint, loop: Loop, params: Params) -> bool:
    """Something other than one query per item of data: a batch, the way out of a failure, a list of strategies."""
    return (
        _is_batch(point, loop, params)
        or (loop.mapping is None and is_failure_path(point.module, point.context, loop.context))
        or _is_strategy(project, point, loop, params)
    )


def _is_strategy(project: Project, point: EffectPoint, loop: Loop, params: Params) -> bool:
    """The loop goes over objects with one abstract method each: as many as the program has classes of that kind."""
    callee = point.call.call.callee if point.call is not None else None
    receiver = point.call.receiver if point.call is not None else None
    if not (isinstance(callee, Attribute) and isinstance(callee.base, Name) and callee.base.id in loop.targets):
        return False
    return receiver is not None and project.types.is_a(receiver, *params.abstract_bases)


def _is_batch(point: EffectPoint, loop: Loop, params: Params) -> bool:
    """The call takes many rows, or the loop's variable is itself a list of keys."""
    if point.call is not None and point.call.operation is not None:
        many = point.call.operation.many
        if many is not None and point.call.argument(many) is not None:
            return True
    body = point.module.body
    for part in parts_of(body, _expression(point)):
        if isinstance(part, CallRef):
            call = body.calls[part.index]
            takes_many = last_name(body, call.callee).endswith(params.membership)
            for given in call.arguments:
                is_listed = takes_many or (given.name or "").endswith(params.membership)
                if is_listed and isinstance(given.value, Name) and given.value.id in loop.targets:
                    return True
    return False


def _is_steady(point: EffectPoint, params: Params) -> bool:
    """Production code that runs again and again: no script, command, start-up hook or module body."""
    module, caller = point.module, point.caller
    if caller is None or not module.is_production:
        return False
    packages = module.name.split(".")
    if packages[-1] in params.one_off_modules or not set(params.one_off_packages).isdisjoint(packages):
        return False
    decorators = [last_name(module.body, decorator) for decorator in caller.function.decorators]
    if decorators:
        return set(params.one_off_decorators).isdisjoint(decorators)
    words = [name.strip("_").lower() for name in caller.function.qualname.split(".")]
    return not any(word in params.one_off or word.partition("_")[0] in params.one_off for word in words)


def _is_ignored(path: Path, params: Params) -> bool:
    return any(d.name in params.ignore_functions or d.function.name in params.ignore_functions for d in path.through)


def _is_schema_change(project: Project, path: Path, params: Params) -> bool:
    """`ALTER TABLE` and the like: one statement per table or column, never one for all."""
    call = path.end.call
    operation = call.operation if call is not None else None
    if call is None or operation is None:
        return False
    statement = call.argument(operation.sql or operation.by_statement)
    text = project.values.text(call.module, statement, call.call.context) if statement is not None else None
    words = text.rendered.split(None, 1) if text is not None else []
    return bool(words) and words[0].lower() in params.schema_verbs


def _is_cached(project: Project, definition: Def) -> bool:
    return any(operation.cached for operation in project.types.inference.returns.decorations(definition))
