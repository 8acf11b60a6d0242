"""SVC014: another service is asked, or time passes, while a transaction is open."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import Constant
from archlint.project.control.sequence import chain
from archlint.project.effects.effects import EffectPoint
from archlint.project.effects.memoised import fills_cache, is_memoised
from archlint.project.effects.queued_mail import mail_is_queued
from archlint.project.source.one_off import OneOffWords
from archlint.project.source.run_by_hand import RunByHand
from archlint.project.spelling import shorten
from archlint.project.transactions.open_transactions import Inside, OpenTransactions
from archlint.project.words import words_of

_EFFECTS = ("http", "rpc", "email", "index", "sleep")
_OF_STORES = frozenset({"email", "index"})
"""What also counts of a library of tables: a framework may send mail, and a search engine stands beside the database."""
_SERVICES = ("http", "rpc")
_NEAR = 2
_FAR = 3
"""Functions between the transaction and the call: on a longer way there are many conditions that nobody can weigh."""


class Params(OneOffWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`memo`: words in the names of decorators that keep results; `not_services`: kinds of libraries that ask no service;
    `queues`: parts of a mail back end's name that say that it hands mail to a queue; `mail_calls`: callables whose mail goes
    to the back end of the settings; `lookups`: first words in names of functions that ask for something; `no_wait`: seconds
    up to which a sleep is no wait; `locking`: calls and arguments of queries that lock what they read.
    The rest: see `OneOffWords`."""

    memo: tuple[str, ...]
    not_services: tuple[str, ...]
    lookups: tuple[str, ...]
    queues: tuple[str, ...]
    mail_calls: tuple[str, ...]
    no_wait: float
    locking: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each call that waits in an open transaction, a proof for each in none."""

    is_queued = mail_is_queued(project, params.queues)

    def counts(end: EffectPoint) -> bool:
        if is_queued and end.effect == "email" and end.witness.target.startswith(params.mail_calls):
            return False
        kinds = project.knowledge.package_kinds(end.witness.target)
        is_service = end.effect in _OF_STORES or set(params.not_services).isdisjoint(kinds)
        return is_service and not _is_no_wait(end, params)

    opened, by_hand = OpenTransactions(project, params.locking, by_reading=True), RunByHand(project, params)
    inside = opened.inside(_EFFECTS, counts)
    ends = {found.path.end.site for found in inside}
    for found in inside:
        if found.by_reading:
            if _is_waited_for(by_hand, found):
                yield _hit(found, min(found.path.confidence, Confidence.MEDIUM))
        elif found.open.opening != "session" or (found.open.sent and not _is_lookup(found.open.write, params)):
            sure = Confidence.LOW if _is_of_script(by_hand, found) else _confidence(project, found, params)
            yield _hit(found, min(sure, _in_request(opened, found)))
    for effect in _EFFECTS:
        for point in project.effects.points(effect):
            if point.is_direct and point.module.is_production and point.site not in ends and counts(point):
                yield Proof(point.site, "stands in no transaction")


def _is_waited_for(by_hand: RunByHand, found: Inside) -> bool:
    """Another service is asked within a few calls, while a session that has only read keeps its connection."""
    if found.point.effect not in _SERVICES or len(found.path.through) > _NEAR or found.path.kept:
        return False
    return not by_hand.holds(found.point.module, found.point.context)


def _is_no_wait(end: EffectPoint, params: Params) -> bool:
    """`sleep(0)` only gives others a turn."""
    given = end.call.call.arguments[:1] if end.call is not None and end.effect == "sleep" else ()
    values = [a.value.value for a in given if isinstance(a.value, Constant)]
    return any(isinstance(value, int | float) and value <= params.no_wait for value in values)


def _confidence(project: Project, found: Inside, params: Params) -> Confidence:
    path = found.path
    if len(path.through) > _FAR or _waits_on_condition(path.end):
        return Confidence.LOW
    if path.kept or any(is_memoised(project, d, params.memo) or fills_cache(project, d, params.memo) for d in path.through):
        return Confidence.LOW  # it is asked once
    held = found.open.write or found.open.read
    if held is None or (found.open.write is None and _is_read_through(found)):
        return Confidence.LOW  # nothing is locked yet
    return min(path.confidence, Confidence.HIGH if found.open.sent and held.site != found.point.site else Confidence.MEDIUM)


def _waits_on_condition(end: EffectPoint) -> bool:
    """`if self.pause is not None: sleep(self.pause)`, and no failure before which it would try again: who is there to set
    it, nobody sees here."""
    kinds = {end.module.body.contexts[row].kind for row in chain(end.module, end.context)}
    return end.effect == "sleep" and "if" in kinds and "except" not in kinds


def _is_of_script(by_hand: RunByHand, found: Inside) -> bool:
    """What a person runs once in a while asks once in the transaction: nobody else is there whom that could hold up."""
    module, opened = found.point.module, found.open.opened
    contexts = (module.body.contexts[row] for row in chain(module, found.point.context))
    begin = opened.at if opened.path == module.path else 0
    loops = any(c.kind in ("for", "while") and c.at > begin for c in contexts)
    return not loops and by_hand.holds(module, found.point.context)


def _in_request(opened: OpenTransactions, found: Inside) -> Confidence:
    """What a whole request stands in is sure only where something was written before, also on the way, on a connection that
    is handed to it."""
    if found.open.opening != "request":
        return Confidence.HIGH
    is_handed = opened.transactions.holder(found.definition) == "injected"
    return Confidence.MEDIUM if is_handed and found.open.sent else Confidence.LOW


def _is_read_through(found: Inside) -> bool:
    """A loop in the block goes through what has been read: a batch, which nobody waits for."""
    module = found.point.module
    places = [module.body.contexts[row] for row in chain(module, found.point.context)]
    return found.open.opening == "block" and any(c.kind in ("for", "while") and c.at > found.open.opened.at for c in places)


def _is_lookup(held: EffectPoint | None, params: Params) -> bool:
    """By its name it asks for something, and writes only to keep the answer."""
    if held is None or held.is_direct:
        return False
    return any(word in params.lookups for word in words_of(held.shown.rpartition(".")[2])[:1])


def _hit(found: Inside, confidence: Confidence) -> Hit:
    path = found.path
    held = found.open.write or found.open.read
    words = {
        "function": found.definition.function.name,
        "call": shorten(path.end.shown, 50),
        "held": f", which holds `{shorten(held.shown, 50)}`" if held is not None and found.open.write is not None else "",
    }
    steps = [Step(found.open.opened, "the transaction begins here")]
    if held is not None:
        steps.append(Step(held.site, "asks the database first"))
    message = "sleep" if found.point.effect == "sleep" else "reading" if found.by_reading else "default"
    besides = tuple(Step(site, "waits in the same transaction") for site in found.besides)
    return Hit(found.point.site, words, message, confidence, related=besides, path=(*steps, *path.steps))
