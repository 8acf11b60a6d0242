"""DBS017: a stored number is read, changed in memory and written back, so that of two changes at once one is lost."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import (
    Attribute,
    Body,
    CallRef,
    Collection,
    Expr,
    Name,
    Operation,
    Statement,
    String,
    Template,
)
from archlint.project.conditions import is_failure_path
from archlint.project.credentials import words_of
from archlint.project.effects import EffectPoint
from archlint.project.model import Def, Type
from archlint.project.modules import Module
from archlint.project.parts import parts_of
from archlint.project.sequence import chain, may_follow
from archlint.project.spelling import last_name, spell

_STORED = "db-model"
_JOINED = frozenset({"builtins.str", "builtins.bytes", "builtins.list", "builtins.tuple"})
_ADDING = frozenset({"+", "-", "*"})


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`locks`: words in names of calls and blocks that keep others out; `versions`: names of columns, and of class attributes,
    by which a change that came in between is seen; `single`: words in names of numbers that one worker counts for itself;
    `spans`: calls that make a span of time."""

    locks: tuple[str, ...]
    single: tuple[str, ...]
    spans: tuple[str, ...]
    versions: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each number of a stored object that is changed by what it was and written back, a proof for each such
    change under a lock."""
    shown: set[tuple[Def, str]] = set()
    for module in project.modules.production:
        for definition, statement, target in _changes(module):
            back = _written_back(project, definition, statement, target)
            type_ = _stored(project, module, target.base, statement.context) if back is not None else None
            if back is None or type_ is None or is_failure_path(module, statement.context):
                continue
            if _joins(project, module, statement, target):
                continue
            if _is_locked(project, definition, statement, params) or _has_version(project, type_, params):
                yield Proof(_site(definition, statement), "others are kept out while it is changed")
                continue
            confidence = _confidence(project, definition, statement, target)
            key = (definition, spell(definition.module.body, target.base))
            if confidence is not None and key not in shown:
                shown.add(key)  # one number of an object is enough
                if _is_no_count(definition.module.body, statement, target, params):
                    confidence = Confidence.LOW
                yield _hit(definition, statement, target, back, min(confidence, type_.confidence))


def _changes(module: Module) -> Iterator[tuple[Def, Statement, Attribute]]:
    """`x.n += 1` and `x.n = x.n + 1`, with the function in which they stand, by place."""
    body = module.body
    for statement in sorted((*module.statements["augment"], *module.statements["assign"]), key=lambda s: s.at):
        target, function = statement.target, body.contexts[statement.context].function
        if function < 0 or statement.value is None or not (isinstance(target, Attribute) and isinstance(target.base, Name)):
            continue
        if _adds(body, statement, target):
            yield Def(module, module.name, function), statement, target


def _adds(body: Body, statement: Statement, target: Attribute) -> bool:
    if statement.kind == "augment":
        return statement.operator.rstrip("=") in _ADDING and not _is_no_number(body, statement.value)
    return statement.kind == "assign" and _is_of_itself(body, statement.value, target)


def _joins(project: Project, module: Module, statement: Statement, target: Attribute) -> bool:
    """Texts or lists, by the types of what is changed and what is added."""
    given = [expr for expr in (target, statement.value) if expr is not None]
    return any(type_.name in _JOINED for expr in given for type_ in project.types.all(module, expr, statement.context))


def _is_no_count(body: Body, statement: Statement, target: Attribute, params: Params) -> bool:
    """Attempts of a worker, or a point in time that is moved."""
    if not {*words_of(target.attr)}.isdisjoint(params.single):
        return True
    return any(isinstance(part, CallRef) and last_name(body, part) in params.spans for part in parts_of(body, statement.value))


def _is_of_itself(body: Body, value: Expr | None, target: Attribute) -> bool:
    if not isinstance(value, Operation) or value.op not in _ADDING or len(value.operands) < 2:
        return False
    own = spell(body, target)
    return any(spell(body, side) == own for side in value.operands) and not any(_is_no_number(body, s) for s in value.operands)


def _is_no_number(body: Body, value: Expr | None) -> bool:
    return any(isinstance(part, String | Template | Collection) for part in parts_of(body, value))


def _written_back(project: Project, definition: Def, statement: Statement, target: Attribute) -> EffectPoint | None:
    """The first place behind it that saves the object, or commits."""
    assert isinstance(target.base, Name)  # noqa: S101 - others are not given
    module, points = definition.module, project.effects.points_of
    for point in sorted((*points(definition, "db.write"), *points(definition, "db.commit")), key=lambda p: p.site.at):
        if point.site.at < statement.end or not may_follow(
            module, (statement.context, statement.at), (point.context, point.site.at)
        ):
            continue
        call = point.call.call if point.call is not None else None
        if call is None:
            continue
        base = call.callee.base if isinstance(call.callee, Attribute) else None
        is_saved = isinstance(base, Name) and base.id == target.base.id
        is_handed = any(isinstance(a.value, Name) and a.value.id == target.base.id for a in call.arguments)
        if is_saved or is_handed or point.effect == "db.commit":
            return point
    return None


def _stored(project: Project, module: Module, expr: Expr, context: int) -> Type | None:
    types = project.types.all(module, expr, context)
    return next((t for t in types if not t.is_class and project.types.role(t) == _STORED), None)


def _is_locked(project: Project, definition: Def, statement: Statement, params: Params) -> bool:
    """The function, or one that calls it, locks rows; or a block around the change is a lock."""
    module = definition.module
    for row in chain(module, statement.context):
        place = module.body.contexts[row]
        if place.kind == "with" and _names_lock(spell(module.body, place.subject), params):
            return True
    if any(_names_lock(spell(module.body, decorator), params) for decorator in definition.function.decorators):
        return True
    if _locks(project, definition, params):
        return True
    callers = {site.caller for site in project.calls.callers(definition) if site.caller is not None}
    return any(_locks(project, caller, params) for caller in callers)


def _locks(project: Project, definition: Def, params: Params) -> bool:
    for site in project.calls.of(definition):
        if _names_lock(last_name(site.module.body, site.call.callee), params) or any(
            argument.name is not None and _names_lock(argument.name, params) for argument in site.call.arguments
        ):
            return True
        for target in site.targets:  # `Order.locked(pk)`, `get_for_update(pk)`
            if target.definition is not None and _names_lock(target.definition.function.name, params):
                return True
    return False


def _names_lock(name: str, params: Params) -> bool:
    return any(word in name.lower() for word in params.locks)


def _has_version(project: Project, type_: Type, params: Params) -> bool:
    for ancestor in project.types.inference.members.ancestors(type_):
        klass = project.symbols.classes.get(ancestor.name)
        if klass is None:
            continue
        body = klass.module.body
        for statement in body.statements:
            if statement.context == klass.klass.context and last_name(body, statement.target) in params.versions:
                return True
            if statement.context == klass.klass.context and any(
                isinstance(part, String) and part.value in params.versions for part in parts_of(body, statement.value)
            ):
                return True
    return False


def _confidence(project: Project, definition: Def, statement: Statement, target: Attribute) -> Confidence | None:
    """None for what the function has made itself; high where it is read here."""
    module = definition.module
    made = project.values.sources.of(module, target.base, statement.context, statement.at)
    if not made or all(source.is_parameter for source in made):
        return Confidence.MEDIUM
    reads = {p.site for p in project.effects.points_of(definition, "db.read")}
    found: set[bool] = set()
    for source in made:
        calls = [part for part in parts_of(source.module.body, source.expr) if isinstance(part, CallRef)] if source.expr else []
        sites = {_call_site(source.module, part) for part in calls}
        found.add(not sites.isdisjoint(reads))
        if any(project.calls.in_module(source.module)[part.index].receiver is None and not sites & reads for part in calls):
            callee = project.types.name_of(source.module, source.module.body.calls[calls[0].index].callee, source.context)
            if callee in project.symbols.classes:
                return None
    if found == {True}:
        return Confidence.HIGH
    return Confidence.MEDIUM if True in found else Confidence.LOW


def _call_site(module: Module, part: CallRef) -> Site:
    call = module.body.calls[part.index]
    return Site(module.path, call.at, call.end)


def _site(definition: Def, statement: Statement) -> Site:
    return Site(definition.module.path, statement.at, statement.end)


def _hit(definition: Def, statement: Statement, target: Attribute, back: EffectPoint, confidence: Confidence) -> Hit:
    words = {"field": spell(definition.module.body, target), "write": back.shown}
    site = _site(definition, statement)
    steps = (Step(site, "changed by what was read before"), Step(back.site, "written back"))
    return Hit(site, words, "default", confidence, path=steps)
