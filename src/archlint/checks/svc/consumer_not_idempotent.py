"""SVC007: a message that comes twice makes two rows."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import CallRef, Constant, Expr, Name
from archlint.project.control.already_there import AlreadyThere
from archlint.project.control.asking import Asking, Phrases
from archlint.project.control.conditions import Conditions, Path
from archlint.project.control.sequence import chain
from archlint.project.effects.consumers import Consumer, consumers
from archlint.project.model import Def
from archlint.project.names.symbols import ClassDef
from archlint.project.parts import parts_of
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name
from archlint.project.transactions.changed_rows import ways_to_change
from archlint.project.transactions.new_rows import makes_row
from archlint.project.words import words_of


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`making`: last names of library callables that make a row; `keys`: words for what tells a message that came before
    from a new one; `own_keys`: names under which a row is given the key that the message brought, and `generating` words
    in the names of what makes a new one; `unique`: what makes a column or table refuse a second value; `states`: last
    words of attributes that say how far something has come."""

    making: tuple[str, ...]
    keys: tuple[str, ...]
    own_keys: tuple[str, ...]
    generating: tuple[str, ...]
    unique: tuple[str, ...]
    states: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each consumer that makes a row for every message, a proof for each other that changes something."""
    conditions = ways_to_change(project)
    before = AlreadyThere(project, frozenset(params.states))
    knowing = Asking(project, Phrases(params.keys), refusals=frozenset())
    making = frozenset(params.making)
    for consumer in consumers(project):
        ways = [path for _, path in _ways(conditions, consumer) if makes_row(project, path, making)]
        if not ways:
            continue
        path = min(ways, key=lambda each: (-each.confidence, len(each.steps), each.steps[0].site))
        definition = consumer.definition
        if (
            knowing.function_asks(definition)
            or before.is_asked(definition, path)
            or _has_key(project, definition, path, params)
        ):
            yield Proof(consumer.site, "a message that comes again is known")
        else:
            yield _hit(consumer, path, is_unique=_is_unique(project, definition, path, params))


def _ways(conditions: Conditions, consumer: Consumer) -> Iterator[tuple[object, Path]]:
    for point, path in conditions.ways(consumer.definition, "db.write"):
        if consumer.within < 0 or consumer.within in chain(point.module, point.context):
            yield point, path


def _has_key(project: Project, definition: Def, path: Path, params: Params) -> bool:
    """The functions on the way give the row its key, or all that came with the message, and none of them makes a key, which
    is a new one each time."""
    made = [
        _is_made(project, each.module, argument.value, call.context, params)
        for each in (definition, *path.through)
        for call in each.module.body.calls
        if each.module.body.contexts[call.context].function == each.index
        for argument in call.arguments
        if argument.name in params.own_keys
    ]
    return bool(made) and not any(made)


def _is_made(project: Project, module: Module, expr: Expr, context: int, params: Params) -> bool:
    """`uuid4()`, `self._make_id()`, or a name for that."""
    sources = project.values.sources.of(module, expr, context) if isinstance(expr, Name) else ()
    told = [(module, expr), *((source.module, source.expr) for source in sources if source.expr is not None)]
    return any(
        isinstance(part, CallRef) and not {*params.generating}.isdisjoint(words_of(last_name(where.body, part)))
        for where, each in told
        for part in parts_of(where.body, each)
    )


def _is_unique(project: Project, definition: Def, path: Path, params: Params) -> bool:
    """A table of which some function on the way makes a row refuses a second one for a column of its own."""
    sites = [site for each in (definition, *path.through) for site in project.calls.of(each)]
    names = {target.name for site in sites for target in site.targets}
    names |= {each.name for site in sites if site.receiver is not None for each in (site.receiver, *site.receiver.arguments)}
    known = (project.symbols.classes.get(name) for name in sorted(names))
    return any(_has_unique(klass, params) for klass in known if klass is not None)


def _has_unique(klass: ClassDef, params: Params) -> bool:
    body, at, end = klass.module.body, klass.klass.at, klass.klass.end
    words = frozenset(params.unique)
    for call in (call for call in body.calls if at <= call.at < end):
        given = (argument for argument in call.arguments if argument.name in words)
        if last_name(body, call.callee) in words or any(_is_true(argument.value) for argument in given):
            return True
    own = (statement for statement in body.statements if at <= statement.at < end)
    return any(isinstance(each.target, Name) and each.target.id in words for each in own)


def _is_true(expr: Expr) -> bool:
    return isinstance(expr, Constant) and expr.value is True


def _hit(consumer: Consumer, path: Path, *, is_unique: bool) -> Hit:
    words = {"function": consumer.definition.function.name, "call": path.end.shown}
    steps = (Step(consumer.site, "runs for each message"), *path.steps)
    confidence = Confidence.LOW if is_unique else min(path.confidence, Confidence.MEDIUM)
    return Hit(path.steps[0].site, words, "default", confidence, path=steps)
