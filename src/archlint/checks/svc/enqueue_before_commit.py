"""SVC013: a task or message that is sent while what it is about is not committed yet."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import Lambda
from archlint.project.control.sequence import chain, may_follow
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import Def
from archlint.project.spelling import shorten, spell
from archlint.project.transactions.open_transactions import Inside, OpenTransactions
from archlint.project.transactions.sent_early import SentEarly, sent_early
from archlint.project.transactions.told_early import RowsToldEarly, ToldEarly
from archlint.project.words import words_of

_SAVING = "save"
_EFFECTS = ("enqueue", "publish")
_KEPT = "cache.write"
_GATHERING = "pipeline"
_FAR = 3
"""Functions between the transaction and the queue: on a longer way there are many conditions that nobody can weigh."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`delays`: arguments by which a task is run later; `passing_kinds`: kinds of libraries whose messages may be lost;
    `pushing`: calls of these that put something into a list, `queues`: words in the names of lists from which workers take."""

    delays: tuple[str, ...]
    passing_kinds: tuple[str, ...]
    pushing: tuple[str, ...]
    queues: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each task or message in a transaction that has written something, a proof for each in none."""

    def counts(end: EffectPoint) -> bool:
        if end.effect == _KEPT:
            return _is_pushed(project, end, params)
        if _waits_elsewhere(project, end):
            return False
        return set(params.passing_kinds).isdisjoint(project.knowledge.package_kinds(end.witness.target))

    pushes = any(project.calls.written(name) for name in params.pushing)
    effects = (*_EFFECTS, _KEPT) if pushes else _EFFECTS
    open_transactions = OpenTransactions(project)
    inside = open_transactions.inside(effects, counts)
    ends = {found.path.end.site for found in inside}
    for found in inside:
        if found.open.write is not None:
            yield _hit(found, params)
    told = {found.definition for found in inside if found.open.write is not None}
    for early in sent_early(project, effects, counts):
        if early.definition not in told:
            told.add(early.definition)
            ends.add(early.path.end.site)
            yield _early(early, params)
    for changed in RowsToldEarly(project, open_transactions.transactions).all(effects, counts):
        if changed.definition not in told:
            ends.add(changed.path.end.site)
            yield _changed(changed)
    for effect in _EFFECTS:
        for point in project.effects.points(effect):
            if point.is_direct and point.module.is_production and point.site not in ends:
                yield Proof(point.site, "stands in no transaction")


def _waits_elsewhere(project: Project, end: EffectPoint) -> bool:
    """Another branch puts off the very same call (`else: transaction.on_commit(lambda: task.delay(key))`): this one is where
    no commit is waited for, as in tests."""
    module, call = end.module, end.call
    if call is None or call.caller is None:
        return False
    said = spell(module.body, call.call.callee)
    for site in project.calls.of(call.caller):
        if site.operation is None or not site.operation.deferred:
            continue
        if may_follow(module, (call.call.context, call.call.at), (site.call.context, site.call.at)):
            continue
        handed = (argument.value for argument in site.call.arguments if type(argument.value) is Lambda)
        later = (inner for each in handed for inner in project.calls.of(Def(module, module.name, each.function)))
        if any(spell(module.body, inner.call.callee) == said for inner in later):
            return True
    return False


def _is_pushed(project: Project, end: EffectPoint, params: Params) -> bool:
    """`redis.lpush(ORDER_QUEUE, order.id)`: a list that is a queue by its name."""
    call = end.call
    target = end.witness.target
    if call is None or target.rpartition(".")[2] not in params.pushing or not call.call.arguments:
        return False
    if _GATHERING in words_of(target):
        return False  # it is sent when all of them are, which may be behind the commit
    key = call.call.arguments[0].value
    built = project.values.text(call.module, key, call.call.context)
    said = f"{spell(call.module.body, key)} {built.rendered if built is not None else ''}"
    return not set(params.queues).isdisjoint(words_of(said))


def _confidence(found: Inside, params: Params) -> Confidence:
    if _is_delayed(found.path.end, params):
        return Confidence.LOW
    if len(found.path.through) > _FAR or _is_for_new(found):
        return Confidence.LOW
    write = found.open.write
    most = Confidence.HIGH if write is not None and write.site != found.point.site else Confidence.MEDIUM
    return min(found.path.confidence, most)


def _is_delayed(end: EffectPoint, params: Params) -> bool:
    call = end.call
    return call is not None and any(argument.name in params.delays for argument in call.call.arguments)


def _is_for_new(found: Inside) -> bool:
    """The way goes through what saves an object, which sends something only under a condition."""
    end = found.path.end
    if not any(definition.function.name == _SAVING for definition in found.path.through):
        return False
    return any(end.module.body.contexts[row].kind in ("if", "else") for row in chain(end.module, end.context))


def _hit(found: Inside, params: Params) -> Hit:
    write, path = found.open.write, found.path
    assert write is not None  # noqa: S101 - none is reported otherwise
    words = {"function": found.definition.function.name, "call": shorten(path.end.shown, 50), "write": shorten(write.shown, 50)}
    opened = Step(found.open.opened, "the transaction begins here")
    steps = (opened, Step(write.site, "this is not committed yet"), *path.steps)
    return Hit(found.point.site, words, found.open.opening, _confidence(found, params), path=steps)


def _early(found: SentEarly, params: Params) -> Hit:
    words = {
        "function": found.definition.function.name,
        "call": shorten(found.path.end.shown, 50),
        "write": shorten(found.write.shown, 50),
    }
    is_far = len(found.path.through) > _FAR or _is_delayed(found.path.end, params)
    confidence = Confidence.LOW if is_far else min(found.path.confidence, Confidence.MEDIUM)
    behind = (Step(found.write.site, "only now it is written"), Step(found.commit.site, "and kept here"))
    return Hit(found.point.site, words, "early", confidence, path=(*found.path.steps, *behind))


def _changed(found: ToldEarly) -> Hit:
    words = {
        "function": found.definition.function.name,
        "call": shorten(found.path.end.shown, 50),
        "column": shorten(found.column, 50),
    }
    # whether the task reads that column at all is seldom to be seen: of the first places read in real code none was right
    steps = (Step(found.changed, "the row is changed here"), *found.path.steps, Step(found.kept, "and kept by this alone"))
    return Hit(found.point.site, words, "changed", Confidence.LOW, path=steps)
