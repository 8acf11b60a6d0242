"""SVC004: a call to another service for each item of a loop, in the loop or in anything that it calls."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import Attribute, Body, CallRef, Collection, Comparison, Expr, Name, Statement
from archlint.project.control.rare_ways import (
    are_kinds,
    follows_one_for_all,
    is_asked_by_what_comes,
    is_for_one_kind,
    is_in_handler,
    runs_items,
    stands_in_handler,
    takes_one_of_kinds,
)
from archlint.project.control.searches import ends_at_first, goes_down_a_path, is_for_one, is_search
from archlint.project.effects.effects import EffectPoint
from archlint.project.effects.kept_answers import asks_for_what_is_missing, turn_keeps_by_key, turn_takes_what_is_left
from archlint.project.effects.memoised import fills_cache, is_memoised
from archlint.project.effects.spared import Spared
from archlint.project.listings.limited import Limited
from archlint.project.listings.rows_of_one import are_of_one, are_said_of_one
from archlint.project.loops.addressed import Addressed
from archlint.project.loops.calls_alone import COMING, HOST, MODEL, PAGES, SETTINGS, AloneWords, CallsAlone, keeps_on_self
from archlint.project.loops.loops import CHUNKS, Loop, Loops
from archlint.project.loops.proved import Proved
from archlint.project.loops.repeated import Repeated, RepeatedEffects
from archlint.project.loops.stations import stations
from archlint.project.loops.written_besides import are_written_besides
from archlint.project.model import Def
from archlint.project.names.unset_flags import is_behind_unset_flag
from archlint.project.parts import names_in, parts_of
from archlint.project.services.own_services import OwnServices
from archlint.project.source.operated import is_left, is_run_by_operator
from archlint.project.source.run_by_hand import RunByHand
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.words import words_of

_RPC = "rpc"
_EFFECTS = ("http", _RPC)
_KEEPING = frozenset({"db.read", "cache.read"})
_FILES = frozenset({"files", "file"})
_URL = "url"
_NAMED = frozenset({"name", "names"})
_FAR = 4
"""Functions between the loop and the call: on a longer way there are many conditions that nobody can weigh."""
_MANY = 100
"""Items of one batch, which a job takes turn by turn."""
_IDENTITY = frozenset({"is", "is not"})
_KEYED = "keyed"
_WEAK = frozenset({"read", "listed", _KEYED})
"""Evidence that there may be many items, not that there are; what a request waits for is sure where each is asked about by
its key."""

_MESSAGE = "each is a message of its own"
_FAILED = "it is asked only where something else has failed"
_PROGRESS = "it asks how far each is"
_NO_FAULT = frozenset({HOST, MODEL, PAGES, COMING, SETTINGS, _MESSAGE, _FAILED, _PROGRESS})
"""What one request could not do for all: of 26 notes for these reasons that were read one was right, so they are not said."""


class Params(AloneWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`memo`: words in the names of decorators that keep results; `others`: effects of a library call by which its
    repetition is not this rule's matter; `not_services`: kinds of libraries that talk to no other service;
    `transfers`: names, or words in names, of functions that send or fetch one file;
    `carried`: what stands before `url` in the name of a file's address; `messages` and `sending`: words in the
    names of functions that tell somebody something; `few`: last words in names of what there is a handful of; `unfinished`:
    words for what is asked about until it is done; `picked`: parameters that are handed the rows that somebody has picked;
    `asking` and `changing`: words in names of what only asks, and of what does something; `batched`: library calls beside which
    the service has one for many.  The rest: see `LoopWords`."""

    memo: tuple[str, ...]
    others: tuple[str, ...]
    not_services: tuple[str, ...]
    transfers: tuple[str, ...]
    carried: tuple[str, ...]
    clouds: tuple[str, ...]
    of_clouds: tuple[str, ...]
    messages: tuple[str, ...]
    posting: tuple[str, ...]
    batched: tuple[str, ...]
    sending: tuple[str, ...]
    few: tuple[str, ...]
    unfinished: tuple[str, ...]
    picked: tuple[str, ...]
    asking: tuple[str, ...]
    changing: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each place that calls a service once per item of an open loop, a proof for each call in none."""
    found, outside = RepeatedEffects(project, params).find(_EFFECTS)
    weighing = _Weighing(project, params)
    for call in found:
        if _is_to_service(project, call.path.end, params) and not weighing.goes_in_chunks(call):
            doubt = weighing.doubt(call)
            if doubt in _NO_FAULT:
                continue
            yield _hit(call, Confidence.LOW if doubt else call.path.confidence, doubt)
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


class _Weighing:
    """How sure it is that a loop costs a call per item of data where one call could do."""

    def __init__(self, project: Project, params: Params) -> None:
        self._project = project
        self._params = params
        self._proved, self._addressed = Proved(project, params), Addressed(project)
        self._led_to, self._spared = project.led_to, Spared(project, project.switches)
        self._limited, self._by_hand = Limited(project, _MANY), RunByHand(project, params)
        self._own = OwnServices(project)
        self._alone, self._loops = CallsAlone(project, params), Loops(project, frozenset(params.listings))

    def doubt(self, call: Repeated) -> str:
        """Why the finding is only a note; empty if it is none."""
        if self._addressed.by_item(call):
            return HOST
        doubt = self._of_answers(call) or self._of_what_is_sent(call) or self._of_items(call) or self._of_evidence(call)
        return doubt or ("each is an act of its own" if self._is_act(call) else "")

    def _of_evidence(self, call: Repeated) -> str:
        """Of what is only likely, half was wrong where it was read."""
        if call.path.confidence is Confidence.LOW:
            return "it is only likely that this is what it calls"
        if _is_same(call):
            return "it is asked the same each time"
        if _is_asked_by_item(call) or is_asked_by_what_comes(stations(self._project, call.point, call.path)):
            return "the item itself says whether it is asked"
        is_waited_for = self._is_waited_for(call)
        if self._is_weak(call) and not (is_waited_for and self._proved.by(call) == _KEYED):
            return "only where they come from says that there may be many"
        return "" if is_waited_for or self._could_be_batched(call) else "no request waits for it"

    def _is_waited_for(self, call: Repeated) -> bool:
        """At two blind readings 25 of 28 were right of those that a request waits for, and 18 of 31 of the others: a job has
        time, and what it is told for each is often one thing."""
        caller = call.point.caller
        if caller is not None and self._led_to.is_empty:  # what is seen to be run by itself keeps nobody waiting
            return not call.point.module.outline.main_guard
        return caller is None or self._led_to.is_waited_for(caller)

    def goes_in_chunks(self, call: Repeated) -> bool:
        """A loop inside of the one that was found goes over chunks: each call takes many."""
        if call.loop.mapping is not None:
            return False
        inner = self._loops.around(call.point.module, call.point.context)
        inside = [loop for loop in inner if loop.place.at > call.loop.place.at]
        return any(self._loops.excuse(loop, call.point.context, call.point.site.at) == CHUNKS for loop in inside)

    def _of_answers(self, call: Repeated) -> str:
        project, path, memo = self._project, call.path, self._params.memo
        if call.isolated:
            return "it waits between them"
        if any(is_memoised(project, d, memo) or fills_cache(project, d, memo) for d in path.through) or _keeps(call):
            return "a cache may answer"
        if asks_for_what_is_missing(project, path.through, path.steps, memo, _KEEPING):
            return "what is kept may answer first"
        if turn_keeps_by_key(call.loop, call.point):
            return "what is kept may answer first"
        if turn_takes_what_is_left(call.loop, call.point):
            return "it is asked only for what is left"
        places = stations(project, call.point, path)
        if self._spared.is_filled_once(places):
            return "it is asked only for what is empty"
        if any(is_behind_unset_flag(project, place) for place in places[:1]):
            return "nothing here sets the flag for it"
        if is_in_handler(places[1:]) or stands_in_handler(call.loop) or follows_one_for_all(project, call.loop, _EFFECTS):
            return _FAILED
        if _go_out_at_once(call):
            return "they go out at once"
        if self._spared.is_brought(places, is_set=True):
            return "the answer may be handed in"
        if self._spared.is_given(places, call.loop.derived):
            return "it is asked only where nothing is given"
        if any(self._is_batch(place) for place in places[1:]):
            return "each goes in batches of its own"
        return ""

    def _is_batch(self, place: EffectPoint) -> bool:
        """A function on the way goes over chunks, of which each call takes many."""
        around = self._loops.around(place.module, place.context)
        return any(self._loops.excuse(loop, place.context, place.site.at) == CHUNKS for loop in around)

    def _of_what_is_sent(self, call: Repeated) -> str:
        params = self._params
        words = [frozenset({name, *words_of(name)}) for name in (*_names(call), *_address(self._project, call))]
        if not self._could_be_one(call) and any(
            not own.isdisjoint(params.sending) or (not own.isdisjoint(params.messages) and not own.isdisjoint(params.posting))
            for own in words
        ):
            return _MESSAGE
        kinds = self._project.knowledge.package_kinds(call.path.end.witness.target)
        end = last_name(call.path.end.module.body, call.path.end.call.call.callee) if call.path.end.call is not None else ""
        is_cloud = not {*params.clouds}.isdisjoint(kinds)
        files = {(kind, _URL) for kind in params.carried}
        if (
            _hands_files(call)
            or any(words_of(name) in files for name in _address(self._project, call))
            or any(not own.isdisjoint(params.transfers) or (is_cloud and end in params.of_clouds) for own in words)
        ):
            return "each carries a file of its own"
        return self._alone.why(call, words)

    def _is_act(self, call: Repeated) -> bool:
        """It changes something over there, by the last part of its address, the library's call, or the name of the function
        that is nearest to it.  Such calls were right at 0.58 in rounds 19 to 29 (34 of 59) and at 0.65 in 30 to 32 (11 of 17),
        what only asks at 0.82 (130 of 159) and 0.89 (32 of 36): one thing that is done is seldom done for many at once.
        Services of one project could do that for each other."""
        params, end = self._params, call.path.end
        is_for_many = self._project.knowledge.has_one_for_many(end.witness.target) or _gives_list_of_one(call)
        if is_for_many or self._could_be_batched(call):
            return False
        last = last_name(end.module.body, end.call.call.callee) if end.call is not None else ""
        if any(word in params.changing for word in words_of(next(iter(_address(self._project, call)), ""))):
            return True  # `get("https://slack.com/api/files.remote.add")`
        for name in (last, *(definition.function.name for definition in reversed(call.path.through))):
            for word in words_of(name):
                if word in params.asking or word in params.changing:
                    return word in params.changing
        return last in params.posting

    def _could_be_batched(self, call: Repeated) -> bool:
        """The other service belongs to the project, or is known to take many."""
        end = call.path.end
        if end.call is None:
            return False
        return last_name(end.module.body, end.call.call.callee) in self._params.batched or self._own.are_asked_by(end.call)

    def _could_be_one(self, call: Repeated) -> bool:
        """The library sends many messages at once as well, and these are not those to one person's devices."""
        end = call.path.end.witness.target
        return self._project.knowledge.has_one_for_many(end) and not are_said_of_one(self._project, call.loop)

    def _of_items(self, call: Repeated) -> str:
        if goes_down_a_path(call.loop):
            return "it goes as deep as one path"
        if self._is_one_batch(call) or _ends_at_count(call.loop):
            return "a limit bounds its items"
        if self._are_picked(call.loop):
            return "somebody picks them by hand"
        places = stations(self._project, call.point, call.path)
        if runs_items(call.loop, places):
            return "each does something of its own"
        if not _all_call(self._project, call) or is_for_one_kind(call) or takes_one_of_kinds(self._project, places[1:]):
            return "not each kind of item does"
        if not self._proved.by(call):
            return "nothing here says that there are many"
        if len(call.path.through) >= _FAR:
            return "the call is so far down that it may not be reached"
        if are_of_one(self._project, call.loop):
            return "its items belong to one thing"
        if is_for_one(call):
            return "only the one that is looked for is asked about"
        if is_search(call) or ends_at_first(call):
            return "it ends at the first that fits"
        items = _items(call)
        if (
            are_kinds(call.loop)
            or are_written_besides(self._project, call.loop)
            or any(_kind(words) in self._params.few for words in items)
        ):
            return "there is a handful of its items"
        if any(not {*words}.isdisjoint(self._params.unfinished) for words in items):
            return _PROGRESS
        if _is_same(call) and _is_under_condition(call):
            return "it is asked the same, and not for each"
        return self._of_caller(call) if self._is_run_again(call) else "nothing here says that it runs again and again"

    def _of_caller(self, call: Repeated) -> str:
        caller = call.point.caller
        if caller is not None and is_run_by_operator(self._project, caller):
            return "a command of its operator runs it"
        if self._by_hand.holds(call.point.module, call.point.context):
            return "a person runs it, and it ends"
        is_left_over = caller is not None and self._is_of_program(caller) and is_left(self._project, caller)
        return "nothing here calls it" if is_left_over and not self._is_weak(call) else ""

    def _is_of_program(self, definition: Def) -> bool:
        """Routes or tasks are seen, or other modules of the project take from this one, so that no others are meant to."""
        project, module = self._project, definition.module
        if not self._led_to.is_empty:
            return True
        takers = map(project.modules.by_path.__getitem__, project.types.inference.usage.importers(module))
        return any(taker.is_production and taker is not module and not taker.is_package for taker in takers)

    def _is_one_batch(self, call: Repeated) -> bool:
        loop, place = call.loop, call.loop.place
        subject = place.subject if loop.mapping is None else None
        return subject is not None and self._limited.is_limited(loop.module, subject, place.parent)

    def _are_picked(self, loop: Loop) -> bool:
        """`def withdraw(self, request, queryset)`: the rows that an administrator has ticked on a page."""
        row = loop.module.body.contexts[loop.context].function
        subject = loop.place.subject if loop.mapping is None else None
        if row < 0 or subject is None:
            return False
        given = {each.name for each in loop.module.outline.functions[row].parameters} & {*self._params.picked}
        return not given.isdisjoint(names_in(loop.module.body, subject))

    def _is_run_again(self, call: Repeated) -> bool:
        """Where rows or answers are its items, nothing of the program need be seen to call it, but it must be of the program;
        else a request comes to the loop, or, where it asks the same for each, a task."""
        caller = call.point.caller
        if self._is_weak(call):
            if caller is None or self._led_to.is_empty:
                return True
            return self._led_to.runs(caller) if _is_same(call) else self._led_to.answers(caller)
        return self._led_to.holds(call.point.module)

    def _is_weak(self, call: Repeated) -> bool:
        return self._proved.by(call) in _WEAK


def _is_same(call: Repeated) -> bool:
    """The call is written with nothing of the loop's."""
    loop = call.loop
    return loop.mapping is None and loop.derived.isdisjoint(names_in(call.point.module.body, call.expression))


def _go_out_at_once(call: Repeated) -> bool:
    """`gather(*(ask(item) for item in items))`: none is waited for in its turn."""
    site = call.point.call
    definitions = [t.definition for t in site.targets if t.definition is not None] if site is not None else []
    return site is not None and not site.call.awaited and bool(definitions) and all(d.function.is_async for d in definitions)


def _ends_at_count(loop: Loop) -> bool:
    """`if done >= most: break` in each turn, where `done` is counted up."""
    if loop.mapping is not None:
        return False
    body = loop.module.body
    counted = {s.target.id for s in loop.statements if s.kind == "augment" and isinstance(s.target, Name)}
    tests = [
        body.contexts[s.context].subject
        for s in loop.statements
        if s.kind == "break" and body.contexts[s.context].kind == "if" and body.contexts[s.context].parent == loop.context
    ]
    return any(
        isinstance(test, Comparison) and test.ops[0] in (">=", ">", "==") and not counted.isdisjoint(names_in(body, test))
        for test in tests
    )


def _is_under_condition(call: Repeated) -> bool:
    contexts = call.point.module.body.contexts
    return any(contexts[row].kind in ("if", "else", "except") for row in call.loop.chain(call.point.context)[:-1])


def _is_asked_by_item(call: Repeated) -> bool:
    """`if item.kind == REMOTE: fetch(item)`, or `if item.kind != REMOTE: continue` before: of how many items that holds, nobody
    knows; that there is something to ask with (`if item.url:`) holds for most."""
    loop, body = call.loop, call.point.module.body
    if loop.mapping is not None:
        return False
    if any(
        statement.kind == "continue" and statement.end <= call.point.site.at and _wants_one_kind(loop, statement)
        for statement in loop.statements
    ):
        return True
    around = (body.contexts[row] for row in loop.chain(call.point.context)[:-1])
    return any(
        each.kind in ("if", "else") and each.subject is not None and _compares(body, each.subject, loop.derived)
        for each in around
    )


def _wants_one_kind(loop: Loop, statement: Statement) -> bool:
    """`if item.kind != REMOTE: continue`, in the loop's own body."""
    place = loop.module.body.contexts[statement.context]
    match place.subject:
        case Comparison(ops=("!=",), operands=(left, Attribute() as right)) if place.kind == "if":
            is_member = any(isinstance(part, Attribute) and part.attr.isupper() for part in (right, right.base))
            is_asked = not loop.derived.isdisjoint(names_in(loop.module.body, left))
            return place.parent == loop.context and is_member and is_asked
        case _:
            return False


def _compares(body: Body, test: Expr, names: frozenset[str]) -> bool:
    return any(
        isinstance(part, Comparison) and not _IDENTITY.issuperset(part.ops) and not names.isdisjoint(names_in(body, part))
        for part in parts_of(body, test)
    )


def _items(call: Repeated) -> list[tuple[str, ...]]:
    """The words in the names of what the loop goes over, and of its items."""
    loop = call.loop
    subject = loop.place.subject if loop.mapping is None else None
    names = [*loop.targets, last_name(loop.module.body, subject) if subject is not None else ""]
    return [words for name in names if (words := words_of(name))]


def _kind(words: tuple[str, ...]) -> str:
    """`env` of `env_names`."""
    return words[-2] if len(words) > 1 and words[-1] in _NAMED else words[-1]


def _keeps(call: Repeated) -> bool:
    """The object that answers keeps what it was told, and is the same for each item."""
    body, expr = call.point.module.body, call.expression
    callee = body.calls[expr.index].callee if isinstance(expr, CallRef) else None
    is_same = isinstance(callee, Attribute) and call.loop.derived.isdisjoint(names_in(body, callee.base))
    return is_same and any(keeps_on_self(definition) for definition in call.path.through)


def _gives_list_of_one(call: Repeated) -> bool:
    """`delete_resources([name])`: it takes many, and is given one."""
    given = [argument.value for site in (call.point.call, call.path.end.call) if site for argument in site.call.arguments]
    return any(isinstance(each, Collection) and each.kind == "list" and len(each.items) == 1 for each in given)


def _hands_files(call: Repeated) -> bool:
    """`post(url, files={"file": picture})`."""
    sites = [site for site in (call.point.call, call.path.end.call) if site is not None]
    return any(argument.name in _FILES for site in sites for argument in site.call.arguments)


def _names(call: Repeated) -> list[str]:
    """The names of the functions on the way, the nearest to the call, and of what the loop gives them."""
    path = call.path
    names = [definition.function.name for definition in path.through[-2:]]
    names.append(path.end.witness.target.rpartition(".")[2])
    if path.end.call is not None:
        names.append(last_name(path.end.module.body, path.end.call.call.callee))
    given = call.point.call.call.arguments if call.point.call is not None else ()
    return [*names, *(last_name(call.point.module.body, argument.value) for argument in given)]


def _address(project: Project, call: Repeated) -> tuple[str, ...]:
    """What the address is called, and its last part where it is written out: `chat.postMessage`."""
    end = call.path.end.call
    given = [a.value for a in end.call.arguments if a.name in (None, "url")][:1] if end is not None else []
    texts = [project.values.text(end.module, expr, end.call.context) for expr in given] if end is not None else []
    last = next((text.rendered.rstrip("/").rpartition("/")[2] for text in texts if text is not None), "")
    return (last, *(last_name(end.module.body, expr) for expr in given)) if end is not None else ()


def _all_call(project: Project, call: Repeated) -> bool:
    """Of the functions that the loop's call and those on the way may run, each comes to the effect: beside a store of files
    far away there may be one of files that lie here."""
    places = stations(project, call.point, call.path)
    definitions = [target.definition for place in places for target in place.point.targets]
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
