"""SVC004: a call to another service for each item of a loop, in the loop or in anything that it calls."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.project.addressed import Addressed
from archlint.project.credentials import words_of
from archlint.project.effects import EffectPoint
from archlint.project.kept_answers import asks_for_what_is_missing
from archlint.project.memoised import fills_cache, is_memoised
from archlint.project.parts import names_in
from archlint.project.proved import Proved
from archlint.project.repeated import LoopWords, Repeated, RepeatedEffects
from archlint.project.searches import ends_at_first, goes_down_a_path, is_for_one, is_search
from archlint.project.spelling import last_name, shorten, spell

_EFFECTS = ("http", "rpc")
_KEEPING = frozenset({"db.read", "cache.read"})
_FAR = 4
"""Functions between the loop and the call: on a longer way there are many conditions that nobody can weigh."""
_WEAK = frozenset({"read", "listed", "keyed"})
"""Evidence that there may be many items, not that there are."""


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`memo`: words in the names of decorators that keep results; `others`: effects of a library call by which its
    repetition is not this rule's matter; `not_services`: kinds of libraries that talk to no other service;
    `transfers`: names, or words in names, of functions that send or fetch one file; `messages` and `sending`: words in the
    names of functions that tell somebody something.  The rest: see `LoopWords`."""

    memo: tuple[str, ...]
    others: tuple[str, ...]
    not_services: tuple[str, ...]
    transfers: tuple[str, ...]
    messages: tuple[str, ...]
    sending: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each place that calls a service once per item of an open loop, a proof for each call in none."""
    found, outside = RepeatedEffects(project, params).find(_EFFECTS)
    proved, addressed = Proved(project, params), Addressed(project)
    for call in found:
        if _is_to_service(project, call.path.end, params):
            own = addressed.by_item(call)
            weighed = (Confidence.LOW, "each has a host of its own") if own else _weighed(project, call, proved, params)
            yield _hit(call, *weighed)
    asked = {
        point.site for effect in _EFFECTS for point in project.effects.points(effect) if _is_to_service(project, point, params)
    }
    for site in outside:
        if site in asked:
            yield Proof(site, "stands in no loop over data")


def _is_to_service(project: Project, end: EffectPoint, params: Params) -> bool:
    """The library call goes to another service: to no broker or database, and it is no message or mail."""
    targets = [target for target in end.point.targets if target.operation is not None]
    return any(
        not {*params.others}.intersection(target.operation.effect if target.operation is not None else ())
        and not {*params.not_services}.intersection(project.knowledge.package_kinds(target.name))
        for target in targets
    )


def _weighed(project: Project, call: Repeated, proved: Proved, params: Params) -> tuple[Confidence, str]:
    """How sure it is that the loop costs a call per item of data; and what is doubted, if it is only a note."""
    loop, path = call.loop, call.path
    if call.isolated:
        return Confidence.LOW, "it waits between them"
    if any(is_memoised(project, d, params.memo) or fills_cache(project, d, params.memo) for d in path.through):
        return Confidence.LOW, "a cache may answer"
    if asks_for_what_is_missing(project, path.through, path.steps, params.memo, _KEEPING):
        return Confidence.LOW, "what is kept may answer first"
    if goes_down_a_path(loop):
        return Confidence.LOW, "it goes as deep as one path"
    words = [frozenset({name, *words_of(name)}) for name in (*_names(call), _path(project, call))]
    if any(not own.isdisjoint(params.messages) and not own.isdisjoint(params.sending) for own in words):
        return Confidence.LOW, "each is a message of its own"
    if any(not own.isdisjoint(params.transfers) for own in words):
        return Confidence.LOW, "each carries a file of its own"
    if not _all_call(project, call):
        return Confidence.LOW, "not each kind of item does"
    evidence = proved.by(call)
    if not evidence:
        return Confidence.LOW, "nothing here says that there are many"
    if len(path.through) >= _FAR:
        return Confidence.LOW, "the call is so far down that it may not be reached"
    if is_for_one(call):
        return Confidence.LOW, "only the one that is looked for is asked about"
    if is_search(call) or ends_at_first(call):
        return Confidence.LOW, "it ends at the first that fits"
    is_same = loop.mapping is None and loop.derived.isdisjoint(names_in(call.point.module.body, call.expression))
    most = Confidence.MEDIUM if is_same or evidence in _WEAK else Confidence.HIGH
    return min(path.confidence, most), ""


def _names(call: Repeated) -> list[str]:
    """The names of the functions on the way, the nearest to the call: no call takes several files, or messages."""
    path = call.path
    names = [definition.function.name for definition in path.through[-2:]]
    names.append(path.end.witness.target.rpartition(".")[2])
    if path.end.call is not None:
        names.append(last_name(path.end.module.body, path.end.call.call.callee))
    return names


def _path(project: Project, call: Repeated) -> str:
    """The last part of the address that is called, where it is written out: `chat.postMessage`."""
    end = call.path.end.call
    given = [a.value for a in end.call.arguments if a.name in (None, "url")][:1] if end is not None else []
    texts = [project.values.text(end.module, expr, end.call.context) for expr in given] if end is not None else []
    return next((text.rendered.rstrip("/").rpartition("/")[2] for text in texts if text is not None), "")


def _all_call(project: Project, call: Repeated) -> bool:
    """Of the functions that the loop's call may run, each comes to the effect."""
    definitions = [target.definition for target in call.point.point.targets]
    return all(d is None or project.effects.has(d, call.point.effect) for d in definitions)


def _hit(call: Repeated, confidence: Confidence, doubt: str) -> Hit:
    loop, path = call.loop, call.path
    words = {
        "call": shorten(spell(call.point.module.body, call.expression), 70),
        "loop": loop.text,
        "callee": path.through[0].name if path.through else "",
        "doubt": f"; {doubt}" if doubt else "",
    }
    return Hit(
        call.made,
        words,
        "through" if path.through else "default",
        confidence,
        related=(Step(loop.site, "runs it for each item"),),
        path=(Step(loop.site, f"the loop `{loop.text}`"), *path.steps),
    )
