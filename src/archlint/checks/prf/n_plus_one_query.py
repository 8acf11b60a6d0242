"""PRF001: a query for each item of a loop, in the loop or in anything that it calls; and of a list that is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Severity, Step
from archlint.facts.syntax import CallRef
from archlint.project.control.asked_first import asked_first, asks_of_item
from archlint.project.control.awaiting import is_never_awaited
from archlint.project.control.conditions import is_failure_path
from archlint.project.control.group_breaks import begins_group
from archlint.project.control.reported import is_given_up, is_reported
from archlint.project.control.searches import asks_any_of_own, has_own_range, is_for_one, is_search
from archlint.project.control.tolerated import is_behind_conflict
from archlint.project.effects.effects import EffectPoint
from archlint.project.effects.given_answers import is_asked_for, is_set_without, is_without, tries_attribute
from archlint.project.effects.kept_answers import (
    asks_for_what_is_missing,
    turn_asks_for_what_is_missing,
    turn_has_answers_ahead,
)
from archlint.project.effects.memoised import asks_a_keeper, fills_cache, is_kept_by_another, is_memoised
from archlint.project.effects.own_class import is_of_another_class
from archlint.project.effects.spared import Spared
from archlint.project.loops.added_rows import ELSEWHERE, AddedRows
from archlint.project.loops.batches import expression_of
from archlint.project.loops.free_names import looks_for_free
from archlint.project.loops.handfuls import Handfuls
from archlint.project.loops.held_rows import session_holds_all
from archlint.project.loops.item_keys import asks_for_group
from archlint.project.loops.later_writes import may_wait
from archlint.project.loops.lone_writes import only_writes, writes_each
from archlint.project.loops.loop_items import is_put_in_brackets, listed_by
from archlint.project.loops.loops import Loop
from archlint.project.loops.made_by_steps import asks_between_turns
from archlint.project.loops.own_turns import (
    asks_whether_to_stop,
    has_own_database,
    has_own_form,
    is_at_the_end,
    is_for_new,
    is_tried_again,
    is_under_own_lock,
    was_got_before,
)
from archlint.project.loops.plain_inserts import BETWEEN, is_plain_insert, stands_alone
from archlint.project.loops.proved import Proved
from archlint.project.loops.repeated import LoopWords, Repeated, RepeatedEffects
from archlint.project.loops.same_writes import writes_the_same
from archlint.project.loops.stations import hands_read, hands_write, is_straight, stations
from archlint.project.loops.turns import goes_on_from_before
from archlint.project.names.switched_off import is_switched_off
from archlint.project.parts import names_in, parts_of
from archlint.project.relations.heard_saves import HeardSaves
from archlint.project.relations.serialized_queries import SerializedQueries, SerializedQuery
from archlint.project.relations.unloaded import is_seen_unloaded
from archlint.project.routes.at_login import is_at_login
from archlint.project.source.filling_empty import fills_what_is_empty
from archlint.project.source.uncalled import is_own_class
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.words import words_of

_CHUNKED = re.compile(r"(^|_)(chunk(s|ed)?|batched)(_|$)")
_COMMIT = "db.commit"
_WRITES = ("db.write", _COMMIT)
_KEEPING = frozenset({"cache.read"})
_UNKNOWN = "nothing here says that there are many"
_EACH = "one statement for all may not do what it does for each"
_ASKING = frozenset({"default", "through"})
_ANSWER, _LINES = "answer", "lines"
_REQUEST, _KEYED = "request", "keyed"
"""`keyed` is evidence that there may be many items, not that there are.  What a loop takes of either as it comes
(`async for text in socket.iter_text()`, messages of a queue) is no list."""
_ROWS = "rows"
_MANY = frozenset({_ROWS, _ANSWER, _LINES})
"""Of parts of a request, which are as often a handful, not."""
_FAR = 3
"""Functions between the loop and the query: on a way as long with branches there are many conditions that nobody can weigh."""
_NOTHING = frozenset({"", "listed", "shipped", "read"})
"""Lists that callers hand over are as often short: rules, files, parts of one row.  So is what some function of a store
gave, by its name alone: of ten such places of six blind readings five were right."""


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`ignore_functions`: dotted or last names of functions that may query per item; `inserting`: calls that add one
    document; `adding`: that add one row; `memo`: words in the names of decorators that keep results; `looking`: calls that
    look a row up before they write it; `single`: calls that give one row; `locking`: calls by which a query locks its rows;
    `stepping`: first words of names of functions that take an object to its next state.
    The rest: `LoopWords`."""

    ignore_functions: tuple[str, ...]
    inserting: tuple[str, ...]
    adding: tuple[str, ...]
    memo: tuple[str, ...]
    looking: tuple[str, ...]
    single: tuple[str, ...]
    locking: tuple[str, ...]
    stepping: tuple[str, ...]


class _Known(NamedTuple):
    """What is asked of every query."""

    proved: Proved
    spared: Spared
    handfuls: Handfuls
    heard: HeardSaves


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each place that queries once per item of an open loop, a proof for each query that stands in none."""
    repeated = RepeatedEffects(project, params)
    found, outside = repeated.find((*_WRITES, "db.read"), around=True)
    known = _Known(
        Proved(project, params),
        Spared(project, project.switches),
        Handfuls(project, params),
        HeardSaves(project, frozenset(params.adding)),
    )
    open_below: set[tuple[str, int]] = set()
    asking, locking = set[Loop](), frozenset(params.locking)
    writing: list[tuple[Repeated, Hit]] = []
    for query in sorted(found, key=lambda query: (query.inner is not None, len(query.path.steps))):
        if any(d.name in params.ignore_functions or d.function.name in params.ignore_functions for d in query.path.through):
            continue
        if query.inner is not None and query.inner not in open_below:
            continue
        hit = _judged(project, query, known, params)
        if hit.confidence > Confidence.LOW and is_switched_off(project, query.point, partial(repeated.leads_on, query.point)):
            hit = _hit(query, Confidence.LOW, "no call comes to it")
        if hit.confidence > Confidence.LOW and project.unrun.holds_at(query.point.module, hit.site.at):
            hit = _hit(query, Confidence.LOW, "nothing that is run calls or names what it stands in")
        if hit.confidence > Confidence.LOW and hit.message in _ASKING:
            asking.add(query.loop)
        if hit.words["doubt"].endswith(_EACH) and may_wait(project, query, locking) and known.proved.by(query) != _REQUEST:
            writing.append((query, hit))  # what a request sends, and is written besides, is as often a handful (2 of 8)
        elif query.inner is None or hit.confidence != Confidence.LOW:
            yield hit
        if hit.words["doubt"].endswith(_UNKNOWN):
            open_below.add((query.made.path, query.made.at))
    yield from (_hit(q, Confidence.MEDIUM, "") if q.loop in asking else hit for q, hit in writing)
    said = {query.made for query in found}
    for shown in SerializedQueries(project, params.loading, params.whole).all():
        if shown.point.site not in said:
            said.add(shown.point.site)
            yield _shown(project, shown, params)
    for site in outside:
        if site not in said:
            yield Proof(site, "stands in no loop over data")


def _shown(project: Project, query: SerializedQuery, params: Params) -> Hit:
    body, doubt = query.point.module.body, ""
    if any(is_memoised(project, d, params.memo) or fills_cache(project, d, params.memo) for d in query.through):
        doubt = "a cache may answer"
    elif query.may_be_given or _may_be_put_there(query):
        doubt = "the answer may be handed in"
    elif query.run.field is not None and query.run.field.is_optional:
        doubt = "the field may be left out"
    elif query.may_be_loaded:
        doubt = "it may be loaded where the list comes from"
    elif len(query.path.through) > _FAR:
        doubt = "the query is so far down that it may not be reached"
    elif not query.listed.is_sure:
        doubt = "nothing here says that these are rows"
    elif query.path.through and query.item not in names_in(body, expression_of(query.point)):
        doubt = "what answers is told nothing of the item, and may know already"
    words = {
        "call": shorten(spell(body, expression_of(query.point)), 70),
        "loop": query.listed.label,
        "callee": query.run.definition.function.qualname,
        "doubt": f"; {doubt}" if doubt else "",
    }
    confidence = Confidence.LOW if doubt else min(query.path.confidence, Confidence.MEDIUM)
    related = (Step(query.listed.site, "lists them"),)
    return Hit(query.point.site, words, "shown", confidence, related=related, path=query.steps)


def _may_be_put_there(query: SerializedQuery) -> bool:
    """Another query may have put the answer into the object."""
    end, body = query.path.end, query.path.end.module.body
    if _stands_without(query.point) or _stands_without(end):
        return True
    for definition in query.through:
        function, path = definition.function, definition.module.path
        places = (step.site for step in query.path.steps if step.site.path == path)
        inside = [site.at for site in places if function.at <= site.at < function.end]
        if is_asked_for(definition, min(inside, default=function.end), body, expression_of(end)):
            return True
    return False


def _stands_without(place: EffectPoint) -> bool:
    """What is asked there is asked only of objects that another query gave nothing."""
    module, context = place.module, place.context
    return is_without(module, context) or is_set_without(module, place.point.expr, context)


def _judged(project: Project, query: Repeated, known: _Known, params: Params) -> Hit:
    """Of a place that asks and writes what it asks decides, where that is surely more than a note, or where the statement
    that it hands on only asks."""
    if query.asks is not None and query.path.through and hands_read(project, query.point):
        query = replace(query.asks, inner=query.inner)
    confidence, doubt = _weighed(project, query, known, params)
    if confidence == Confidence.LOW and not query.isolated:
        asked = asked_first(project, query, params.looking, params.single)
        if asked is not None and not asked.isolated and known.proved.by(asked) not in {*_NOTHING, _KEYED}:
            sure, doubt_of_it = _weighed(project, asked, known, params)
            if sure > Confidence.LOW:
                return _hit(asked, min(sure, Confidence.MEDIUM), doubt_of_it)
    if doubt == _EACH and _is_step_of_each(project, query, known):
        return _hit(query, min(query.path.confidence, Confidence.MEDIUM), "")
    return _hit(query, confidence, doubt)


def _weighed(project: Project, query: Repeated, known: _Known, params: Params) -> tuple[Confidence, str]:
    """How sure it is that the loop costs a query per item of data; and what is doubted, if it is only a note."""
    loop, path = query.loop, query.path
    if query.isolated:
        return Confidence.LOW, "each may have to be done by itself"
    is_write = query.point.effect in _WRITES or hands_write(project, stations(project, query.point, query.path))
    if any(
        is_memoised(project, d, params.memo) or (not is_write and fills_cache(project, d, params.memo)) for d in path.through
    ):
        return Confidence.LOW, "a cache may answer"
    if asks_for_what_is_missing(project, path.through, path.steps, params.memo, _KEEPING) or turn_asks_for_what_is_missing(
        project, query.point, loop, params.memo, _KEEPING
    ):
        return Confidence.LOW, "what is kept may answer first"
    if not is_write and turn_has_answers_ahead(loop, query.point):
        return Confidence.LOW, "what was read ahead may answer first"
    if not is_write and asks_a_keeper(stations(project, query.point, query.path), params.memo):
        return Confidence.LOW, "a cache may answer"
    evidence = known.proved.by(query)
    if evidence in _NOTHING:
        return Confidence.LOW, _UNKNOWN
    if evidence in (_REQUEST, _KEYED) and loop.mapping is None and loop.place.is_async:
        return Confidence.LOW, "each comes by itself"
    if is_for_one(query) or is_search(query):
        return Confidence.LOW, "the loop looks for one of them"
    if is_at_login(query.point.caller):
        return Confidence.LOW, "what one login brings may be a handful"
    if asks_any_of_own(loop):
        return Confidence.LOW, "the first that is so answers"
    if loop.mapping is None and loop.place.subject is not None and is_put_in_brackets(loop.module, loop.place.subject):
        return Confidence.LOW, "it may be a single one"
    doubt = _doubt_on_the_way(project, query, known.spared, params) or (
        _meant_for_each(project, query, known, params) if is_write else ""
    )
    if doubt:
        return Confidence.LOW, doubt
    if is_write and (evidence == _KEYED or not _one_could_do(project, query, params, evidence)):
        return Confidence.LOW, _EACH
    is_same = loop.mapping is None and loop.derived.isdisjoint(names_in(query.point.module.body, query.expression))
    # the same query over and over is bad too, but the session may answer it
    most = Confidence.MEDIUM if is_same or (is_write and not _commits(query)) or evidence == _KEYED else Confidence.HIGH
    is_near = not path.through and path.confidence == Confidence.LOW
    if is_near and is_seen_unloaded(project, query.point, loop, params.loading):
        return Confidence.MEDIUM, ""
    sure, is_way_straight = min(path.confidence, most), is_straight(project, query.point, path)
    is_by_hand = bool(path.through) or "admin" in words_of(query.point.module.name.rpartition(".")[2])
    is_open = evidence in (_ANSWER, _LINES, _KEYED) or is_by_hand or not is_way_straight
    if not _is_run_again(project, query) and (is_open or (evidence != _REQUEST and not _is_run_by_library(project, query))):
        return Confidence.LOW, "nothing here says that it runs again and again"
    is_further = len(path.through) > _FAR
    if (is_further and evidence == _KEYED) or (len(path.through) >= _FAR and not is_way_straight):
        return Confidence.LOW, "the query is so far down that it may not be reached"
    handful = known.handfuls.doubt(query, evidence)
    if handful:
        return Confidence.LOW, handful
    return min(sure, Confidence.MEDIUM) if is_further else sure, ""


def _meant_for_each(project: Project, query: Repeated, known: _Known, params: Params) -> str:
    """Why one statement would not do for all what the loop writes for each."""
    if any(known.heard.is_heard(place) for place in stations(project, query.point, query.path)):
        return "somebody hears of each that is saved"
    body = query.loop.module.body
    if any(isinstance(part, CallRef) and last_name(body, part) in params.locking for part in listed_by(query.loop)):
        return "the rows are locked while each is written"
    return ""


def _is_run_again(project: Project, query: Repeated) -> bool:
    """A request or a task comes to the loop, where the project has such.  Of the others 21 of 37 were right at the last three
    blind readings: setups, scrapers, what is run by hand or by nothing, administrators who tick a few rows.  Of those to
    which one leads, 102 of 109 were."""
    caller = query.point.caller
    if caller is None or project.led_to.is_empty or project.run_again.holds(caller):
        return True
    return project.run_again.turns(query.loop.module, query.loop.context)


def _is_run_by_library(project: Project, query: Repeated) -> bool:
    """It is a method of a class of which a library may run any: a view, a serializer, a model."""
    caller = query.point.caller
    return caller is not None and caller.function.klass >= 0 and not is_own_class(project, caller.owner)


def _locks(place: EffectPoint, params: Params) -> bool:
    body = place.module.body
    return any(
        isinstance(part, CallRef) and last_name(body, part) in params.locking for part in parts_of(body, expression_of(place))
    )


def _locks_below(project: Project, query: Repeated, params: Params) -> bool:
    """A function below the loop locks rows: it was made for one at a time (nine of ten such places of seven projects were no
    fault at blind readings)."""
    below = {(definition.module.path, definition.index) for definition in query.path.through}
    return bool(below) and any(
        (module.path, module.body.contexts[call.context].function) in below
        for name in params.locking
        for module, call in project.calls.written(name)
    )


def _steps_on(project: Project, query: Repeated, params: Params) -> bool:
    """`order.confirm()`, `job.start()`: what it asks belongs to what it does for one (of 23 places at blind readings 5 were
    right; of helpers that add or change rows by their names most were).  What is handed a statement only executes that."""
    words = words_of(query.path.through[0].function.name) if query.path.through else ()
    if not words or words[0] not in params.stepping:
        return False
    return not (hands_read(project, query.point) or hands_write(project, stations(project, query.point, query.path)))


def _writes_beside(project: Project, place: EffectPoint) -> list[EffectPoint]:
    return list(project.effects.points_in(place.module, place.caller, set(_WRITES)))


def _keeps_each(project: Project, query: Repeated) -> bool:
    """Each turn ends a transaction."""
    return any(query.loop.holds(point.site) for point in _commits_of(project, query))


def _commits_of(project: Project, query: Repeated) -> list[EffectPoint]:
    return list(project.effects.points_in(query.point.module, query.point.caller, {_COMMIT}))


def _doubt_on_the_way(project: Project, query: Repeated, spared: Spared, params: Params) -> str:
    """Why a place between the loop and the query may ask for few of the items, or one query may not do for all."""
    places = stations(project, query.point, query.path)
    if is_failure_path(query.loop.module, query.loop.context) or is_behind_conflict(query.point, query.loop):
        return "it runs only where something has failed"
    if (any(_locks(place, params) for place in places) and _keeps_each(project, query)) or _locks_below(project, query, params):
        return "each is locked by itself"
    if query.loop.mapping is None and begins_group(query.loop, query.point.context):
        return "it runs only as a group of them begins"
    if is_under_own_lock(places, query.loop):
        return "each is asked for under a lock of its own"
    if has_own_database(project, places[0], query.loop):
        return "each has a database of its own"
    if is_tried_again(places[0], query.loop, _writes_beside(project, places[0])):
        return "each is tried until it comes through"
    caller = query.point.caller
    if caller is not None and fills_what_is_empty(project, caller):
        return "it fills what is empty"
    if looks_for_free(project, places, query.loop):
        return "each looks for what is free when the one before is stored"
    if any(_CHUNKED.search(definition.function.name) for definition in query.path.through):
        return "each goes in chunks of its own"
    if is_at_the_end(project, places[0]):
        return "it runs only as the program ends"
    if is_for_new(query, params.adding, params.looking):
        return "each is asked for what the turn has made itself"
    if query.point.call is not None and query.point.kind == "call" and is_never_awaited(query.point.call):
        return "nobody awaits what is made there"
    if was_got_before(query):
        return "a loop above has got them by their keys"
    if session_holds_all(project, query):
        return "the session has them all"
    if has_own_form(query):
        return "each asks under conditions of its own"
    if _steps_on(project, query, params):
        return "each is taken to its next state by itself"
    if asks_whether_to_stop(places, query.loop):
        return "whether to stop has to be asked each time"
    if has_own_range(places, query.loop):
        return "each has a range of its own"
    if asks_for_group(query):
        return "each turn asks for all of a group"
    if any(is_reported(place, query.loop) for place in places) or (_commits(query) and is_given_up(places[0], query.loop)):
        return "it is asked only where something is amiss"
    if (
        spared.is_brought(places)
        or spared.is_loaded(places)
        or any(tries_attribute(definition) for definition in query.path.through)
        or any(_stands_without(place) for place in places)
    ):
        return "the answer may be handed in"
    if _commits(query) and any(s.kind == "yield" for s in query.loop.statements):
        return "each turn keeps what was made of the item that it hands out"
    if _commits(query) and len({p.site for p in _commits_of(project, query) if query.loop.holds(p.site)}) > 1:
        return "each turn keeps how far it has come"
    if _commits(query) and asks_between_turns(project, query.loop, ELSEWHERE):
        return "each turn keeps what was done for it outside"
    if is_kept_by_another(query.path, places):
        return "the object that is asked may have it"
    if spared.is_renewed(places):
        return "it is asked only where what is known is out of date"
    if spared.is_for_another_kind(places) or is_of_another_class(project, places):
        return "it may not be reached for items of this kind"
    return "each turn asks with what the one before found" if goes_on_from_before(query.loop, query.point) else ""


def _one_could_do(project: Project, query: Repeated, params: Params, evidence: str) -> bool:
    """One statement, or one commit, does for all items what the loop does for each."""
    if _commits(query) or is_plain_insert(project, query, frozenset(params.inserting)) or writes_the_same(project, query):
        return True
    adding = frozenset(params.adding)
    if only_writes(project, query) or (evidence in _MANY and writes_each(project, query, adding)):
        return True
    added = AddedRows(project, adding, frozenset(params.locking))
    return added.adds_one(query) or (evidence == _ROWS and (added.changes_one(query) or added.saves_own(query)))


def _is_step_of_each(project: Project, query: Repeated, known: _Known) -> bool:
    """A request or a task comes straight to what is written for each, with nothing slower beside or below it: a flush, what
    the items are the keys of and nobody asks back, or a function that asks for something of the item as well.  Of the notes
    with this doubt that readers of rounds 43 and 44 judged all 16 such were right, of the others 38 of 43: scripts, turns
    that may fail."""
    loop, point, through = query.loop, query.point, query.path.through
    if point.caller is None or project.led_to.is_empty or not project.run_again.holds(point.caller):
        return False
    if loop.mapping is not None or not BETWEEN.isdisjoint(loop.kinds_around(point.context)):
        return False
    if any(statement.kind == "break" for statement in loop.statements) or len(through) >= _FAR:
        return False
    evidence = known.proved.by(query)
    if not is_straight(project, point, query.path) or known.handfuls.doubt(query, evidence):
        return False
    effects = project.effects
    if through:
        is_quick = not any(effects.has(definition, effect) for definition in through for effect in ELSEWHERE)
        return is_quick and asks_of_item(project, query)
    operation = point.call.operation if point.call is not None else None
    if operation is not None and operation.flushes:
        return True
    return evidence in (_KEYED, _ANSWER, _LINES) and point.call is not None and stands_alone(loop, point.call)


def _commits(query: Repeated) -> bool:
    """The loop itself commits.  Other writes are seldom so plain: they take keys and order from each other, run what hooks
    and signals want, record what was done.  At first readings of fresh projects one of three was no fault, and nothing in the
    code told which."""
    operation = query.point.call.operation if query.point.call is not None else None
    return not query.path.through and operation is not None and _COMMIT in operation.effect


def _hit(query: Repeated, confidence: Confidence, doubt: str) -> Hit:
    body, loop, path = query.point.module.body, query.loop, query.path
    words = {
        "call": shorten(spell(body, query.expression), 70),
        "loop": loop.text,
        "callee": path.through[0].name if path.through else "",
        "doubt": f"; {doubt}" if doubt else "",
    }
    kind = ("write" if query.point.effect in _WRITES else "", "through" if path.through else "")
    return Hit(
        query.made,
        words,
        "_".join(word for word in kind if word) or "default",
        confidence,
        related=(Step(loop.site, "runs it for each item"),),
        path=(Step(loop.site, f"the loop `{loop.text}`"), *path.steps),
        severity=Severity.ERROR if confidence == Confidence.HIGH else None,
    )
