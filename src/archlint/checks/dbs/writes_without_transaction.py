"""DBS007: one operation commits twice, or writes twice with nothing that joins the two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, pairwise

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Severity, Step
from archlint.facts.syntax import Attribute, Name
from archlint.project.control.sequence import chain
from archlint.project.model import Def, Type
from archlint.project.source.led_to import LedTo
from archlint.project.source.one_off import OneOff
from archlint.project.source.unimported import Unimported
from archlint.project.spelling import shorten, spell
from archlint.project.transactions.between_commits import comes_between
from archlint.project.transactions.commits import Commit, Commits, deciding, distance, is_called, is_own_save
from archlint.project.transactions.let_pass import fails_alone, is_best_effort
from archlint.project.transactions.loose_writes import (
    adds,
    answers_another,
    are_of_two_sessions,
    decides_to_leave,
    finds_or_makes,
    has_begun,
    is_cleared_first,
    is_copied,
    is_found_again,
    is_handed_on,
    is_kept_for_later,
    is_marked_on_failure,
    is_nested,
    is_read_back,
    is_same_call,
    is_saved_again,
    is_stamped,
    is_unchanged,
    makes_or_finds,
    makes_what_is_missing,
    stands_alone,
)
from archlint.project.transactions.new_rows import rows_made_in
from archlint.project.transactions.nothing_new import keeps_nothing_new
from archlint.project.transactions.repeatable_writes import can_be_run_again
from archlint.project.transactions.replaced_rows import is_found_through, is_made_of, is_replaced
from archlint.project.transactions.transactions import Transactions
from archlint.project.transactions.write_pairs import Pair, words_on_the_way
from archlint.project.transactions.write_traces import are_states, keeps_traces
from archlint.project.transactions.write_visits import VisitWords, is_filled_by, is_ticket, is_visit
from archlint.project.values.insertions import text_of
from archlint.project.words import words_of

_NEAR = 1
"""Functions between the operation and the write: on a longer way there are many conditions that nobody can weigh (of two or
more, 7 of 19 were right at six blind readings)."""
_FAR = 2
"""As above, for rows of two tables that one key joins, which is a note; and for what is given a row that the function made."""
_DRIVERS = frozenset({"db-connection", "db-cursor"})
_DOCUMENTS, _UNJOINED = "document-store", "unjoined-store"
_DATA = "data"
_ROW = "db-model"
_ROWS = frozenset({_ROW, "db-manager"})
_MOST = 12
"""Commits of one function that are compared."""


class Params(VisitWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words in names. Of functions: `making` of those that make what is missing, `repeats` of those, and classes, that do the
    whole again, `trials` of those that make data to try things with, `tested` an expression for packages and modules that
    do, `fills` one for those that only fill what is empty, `undoing` of those that take back what was done, `proving` (first
    words) of those that ask whether somebody is who he says. `begun`: an expression for states that say that work has begun;
    `slow`: effects between two commits for which a transaction should not be held open; `later`: of fields that say that
    something is still to be done with the row; `local`: words for where developers run it; `actors`: names of what only says
    who asks; `fetched`: of what was read from another system. The rest: see `VisitWords`."""

    begun: str
    making: tuple[str, ...]
    repeats: tuple[str, ...]
    trials: tuple[str, ...]
    tested: str
    fills: str
    actors: tuple[str, ...]
    slow: tuple[str, ...]
    undoing: tuple[str, ...]
    later: tuple[str, ...]
    local: tuple[str, ...]
    proving: tuple[str, ...]
    fetched: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each function in which two commits come together, and for each branch of it that is an operation of its own, a
    proof for each with one that holds several writes."""
    transactions = Transactions(project)
    commits = Commits(project, transactions)
    one_off, led_to, unimported = OneOff(project, params), project.led_to, Unimported(project)
    shown: set[Def] = set()
    for definition in _candidates(project):
        if one_off.runs_once(definition.module, definition):
            continue
        if transactions.holds(definition):
            yield Proof(definition.site, "runs in one transaction")
            continue
        found = commits.of(definition)
        pairs = _pairs(project, commits, definition, found, params)
        weighed = ((_weighed(project, commits, definition, pair, params), pair) for pair in pairs)
        judged = [(sure, pair) for sure, pair in weighed if sure > Confidence.LOW or not pair.by_key]
        if not judged:
            yield from _proofs(found)
            continue
        is_noted = (
            is_own_save(project, definition)
            or _is_batch(project, led_to, definition)
            or (not led_to.is_empty and unimported.is_idle(definition.module))
            or project.uncalled.holds(definition)
        )
        for row, (sure, pair) in enumerate(_surest(commits, judged)):
            below = (*pair.first.path.through, *pair.second.path.through)
            if not shown.isdisjoint(below) and not _is_made_here(project, definition, pair):
                continue  # it is told below, where the two come together
            cover = transactions.cover(definition, injected="commit" not in (pair.first.kind, pair.second.kind))
            is_likely = sure == Confidence.HIGH or (sure > Confidence.LOW and _is_plain(project, definition, pair))
            is_doubtful = is_noted or cover == "some" or not is_likely
            if cover == "all" or (row and is_doubtful):
                continue
            if not is_doubtful or not pair.one.is_one_object(pair.two):
                shown.add(definition)  # what one row keeps step by step hides nothing above it
            # of what was only likely, or that no request waits for, every second was right
            yield _hit(project, definition, pair, Confidence.LOW if is_doubtful else sure)


def _surest(commits: Commits, judged: list[tuple[Confidence, Pair]]) -> list[tuple[Confidence, Pair]]:
    """The first of the surest; and of those behind, which are as sure, each that comes in no run with one before it: the
    branch that changes a row and the one that makes one are two operations."""
    first = max(judged, key=lambda each: (each[0], not _is_of_one(each[1])))
    chosen = [first]
    for sure, pair in judged:
        if sure == first[0] > Confidence.LOW and not any(_meet(commits, pair, other) for _, other in chosen):
            chosen.append((sure, pair))
    return chosen


def _meet(commits: Commits, one: Pair, other: Pair) -> bool:
    return any(commits.meet(mine, its) for mine in (one.first, one.second) for its in (other.first, other.second))


def _candidates(project: Project) -> list[Def]:
    """Functions of production code with two places that commit or write, those that others call first."""
    counts: dict[Def, set[int]] = {}
    depth: dict[Def, int] = {}
    for effect in ("db.commit", "db.write"):
        for point in project.effects.points(effect):
            if point.caller is not None and point.module.is_production:
                counts.setdefault(point.caller, set()).add(point.site.at)
                depth[point.caller] = max(depth.get(point.caller, 0), len(point.witness.steps))
    return sorted((d for d, places in counts.items() if len(places) > 1), key=lambda d: (depth[d], d.site))


def _pairs(project: Project, commits: Commits, definition: Def, found: list[Commit], params: Params) -> Iterator[Pair]:
    """Two commits of which one comes after the other and is about what the other keeps."""
    since, held = definition.function.at, []
    for commit in found[:_MOST]:
        if any(other is not commit and _holds(other, commit) for other in found):
            continue  # `tell(order, bot())`: what makes the bot is not about the order
        if commits.wrote(commit, definition, since):
            held.append((commit, commits.written(commit, definition, since), since))
        since = commit.point.site.at
    for (first, one, _), (second, two, begin) in combinations(held, 2):
        if first.point.site.at >= second.point.site.at or first.point.site.end >= second.point.site.end:
            continue  # `await sync_to_async(order.save)()` is one
        if is_handed_on(first, second):
            continue
        is_about = (
            one.is_about(two, params.actors)
            or one.keeps_row_of(two, params.actors)
            or is_read_back(project, first, second, two)
            or is_made_of(definition, first, second, one, two, params.actors)
            or is_found_through(definition, first, second, one, two, params.actors)
        )
        replaces = is_replaced(project, definition, first, second, one, two)
        is_later = (is_about or replaces or one.shares_key(two, params.actors)) and commits.follow(first, second)
        if is_later and commits.wrote(second, definition, begin, behind=first):
            yield Pair(first, second, one, two, by_key=not (is_about or replaces), replaces=replaces)


def _holds(outer: Commit, inner: Commit) -> bool:
    """The one stands among what the other is given."""
    call = outer.point.call.call if outer.point.call is not None else None
    site = inner.point.site
    return call is not None and any(a.value.at <= site.at and site.end <= a.value.end for a in call.arguments)


def _proofs(found: list[Commit]) -> Iterator[Proof]:
    if len(found) == 1 and found[0].kind != "at once" and found[0].point.is_direct:
        yield Proof(found[0].point.site, "one commit keeps all that is written before")


def _weighed(project: Project, commits: Commits, definition: Def, pair: Pair, params: Params) -> Confidence:
    if "property" in (pair.first.point.point.kind, pair.second.point.point.kind) or _is_for_trial(definition, params):
        return Confidence.LOW  # a value that was read keeps what it worked out, or no data of anybody's
    if any({*words_of(each.function.name)[:1]} & {*params.proving} for each in pair.first.path.through[:1]):
        return Confidence.LOW  # a code that was used stays used, whatever its answer leads to
    if _are_of_two_stores(project, pair):
        return Confidence.LOW  # no transaction could hold both
    if are_of_two_sessions(project, pair.first, pair.second) or _sets_up(project, pair, params) or _is_local(pair, params):
        return Confidence.LOW
    if any(_fails_alone(project, commits, each, params) or _fills(each, params) for each in (pair.first, pair.second)):
        return Confidence.LOW
    return _confidence(project, definition, pair, params)


def _confidence(project: Project, definition: Def, pair: Pair, params: Params) -> Confidence:
    first, second = pair.first, pair.second
    if first.row >= 0 or second.row >= 0:
        return Confidence.LOW  # who opens two blocks has thought of it
    if pair.one.is_one_object(pair.two) and not _fills_relation(pair):
        return Confidence.LOW  # steps of one object that are kept one by one
    if is_same_call(definition, first, second) or (pair.one.is_same_row(pair.two) and adds(first) == adds(second)):
        return Confidence.LOW
    kinds = {second.point.module.body.contexts[row].kind for row in chain(second.point.module, second.point.context)}
    if "finally" in kinds:
        return Confidence.LOW  # what the first has set up is taken away again
    is_apart = pair.by_key and (pair.one.is_apart(pair.two) or pair.one.shares_amount(pair.two))
    may_be_far = is_apart or _is_made_here(project, definition, pair)
    if max(distance(project, each) for each in (first, second)) > (_FAR if may_be_far else _NEAR):
        return Confidence.LOW
    if definition in second.path.through:
        return Confidence.LOW  # each works out its own, and then asks the one above to
    are_called = all(is_called(project, each) for each in (first, second))
    if not pair.by_key and are_called and not _is_needed(project, definition, pair, params):
        return Confidence.LOW  # two functions are about what neither makes: 1 of 8 was right
    if any(comes_between(project, definition, first, second, effect) for effect in params.slow):
        return Confidence.LOW
    if are_states(pair, params) or keeps_traces(pair, params):
        return Confidence.LOW
    if pair.one.only_shares(pair.two) and _loops(first).isdisjoint(_loops(second)) and _loops(first) and _loops(second):
        return Confidence.LOW  # each loop keeps its items one by one
    if makes_what_is_missing(project, first) or makes_what_is_missing(project, second):
        return Confidence.LOW  # asked again, it finds what it made
    if makes_or_finds(definition, first, second) or is_found_again(definition, first, second, pair.one) or is_nested(first):
        return Confidence.LOW
    made = words_on_the_way(first, deciding(project, first.point, first.path))
    if not made.isdisjoint(params.making) or not {*words_of(definition.function.qualname)}.isdisjoint(params.repeats):
        return Confidence.LOW
    if (
        decides_to_leave(first)
        or (not pair.replaces and stands_alone(first, second, pair.one))
        or has_begun(definition, first, params.states, params.begun)
    ):
        return Confidence.LOW
    if is_saved_again(first, second, pair.one) or is_best_effort(first, second) or is_cleared_first(first, second):
        return Confidence.LOW
    if answers_another(first, second) or can_be_run_again(project, first, second):
        return Confidence.LOW
    if is_marked_on_failure(project, second, pair.one, params.undoing) or is_kept_for_later(first, pair.one, params.later):
        return Confidence.LOW
    if keeps_nothing_new(project, definition, first, second):
        return Confidence.LOW
    if is_stamped(definition, second) or is_copied(first, second) or is_unchanged(first, second):
        return Confidence.LOW  # it only says when, or all of it is done again, or nothing is
    if any(not set(params.fetched).isdisjoint(words_of(name)) for each in (pair.one, pair.two) for name, _ in each.used):
        return Confidence.LOW  # a copy of what is elsewhere
    if is_ticket(pair, params) or is_visit(definition, pair, params) or is_filled_by(pair, params):
        return Confidence.LOW  # the next one asks for another, or works it out again
    if not pair.by_key:
        return min(first.path.confidence, second.path.confidence)
    counts = any(not {*words_of(field)}.isdisjoint(params.traces) for field in pair.two.fields)
    return Confidence.LOW if counts else min(first.path.confidence, second.path.confidence, Confidence.MEDIUM)


def _is_made_here(project: Project, definition: Def, pair: Pair) -> bool:
    """`order = Order(…)`, that the function commits itself and gives on to what goes on with it: `process(session, order)`."""
    if pair.by_key or pair.first.path.through:
        return False
    return not (pair.one.made & (pair.two.handed | pair.two.used)).isdisjoint(rows_made_in(project, definition))


def _is_of_one(pair: Pair) -> bool:
    """Only a relation of one object joins the two: of several pairs, one of two objects says more."""
    return pair.one.is_one_object(pair.two) and _fills_relation(pair)


def _fills_relation(pair: Pair) -> bool:
    """`order = Order.objects.create(…)`, and then `order.tags.set(tags)`: without which it is half made."""
    call = pair.second.point.call.call if pair.second.point.call is not None else None
    callee = call.callee if call is not None and not pair.second.path.through else None
    related = callee.base if isinstance(callee, Attribute) else None
    owner = related.base if isinstance(related, Attribute) else None
    return adds(pair.first) and isinstance(owner, Name) and owner.id in pair.one.made_names


def _fails_alone(project: Project, commits: Commits, commit: Commit, params: Params) -> bool:
    """Its failure is let pass; that of a history also where its function says so, and nobody looks."""
    is_history = not words_on_the_way(commit).isdisjoint(params.histories)
    return fails_alone(project, commits, commit, gives=is_history)


def _are_of_two_stores(project: Project, pair: Pair) -> bool:
    """Documents in the one, and rows in the other; or a store that knows no transactions."""
    kinds = [project.knowledge.package_kinds(each.end.witness.target) for each in (pair.first, pair.second)]
    return len({_DOCUMENTS in each for each in kinds}) > 1 or any(_UNJOINED in each for each in kinds)


def _sets_up(project: Project, pair: Pair, params: Params) -> bool:
    """`run("CREATE SCHEMA IF NOT EXISTS …")`, `drop_view(name)`: tables are made, which can be done again."""
    if any(each.verbs and each.verbs <= {*params.schema_verbs} for each in (pair.one, pair.two)):
        return True
    calls = (each.point.call.call for each in (pair.first, pair.second) if each.point.call is not None)
    texts = [text_of(argument.value) for call in calls for argument in call.arguments[:1]]
    ends = [each.end for each in (pair.first, pair.second) if each.end.call is not None and each.path.through]
    sinks = [(end.module.path, end.call.index) for end in ends if end.call is not None]
    texts += [sql.text for sink in sinks for sql in project.statements.by_sink.get(sink, ())]
    return any(text.split(maxsplit=1)[0].lower() in params.schema_verbs for text in texts if text.strip())


def _is_local(pair: Pair, params: Params) -> bool:
    """`if settings.DEBUG:` around it: no branch that runs where it counts."""
    module = pair.second.point.module
    tests = (module.body.contexts[row] for row in chain(module, pair.second.point.context))
    words = (words_of(spell(module.body, place.subject)) for place in tests if place.kind == "if")
    return any("not" not in said and not set(params.local).isdisjoint(said) for said in words)


def _fills(commit: Commit, params: Params) -> bool:
    return any(re.search(params.fills, each.function.name) for each in commit.path.through)


def _is_batch(project: Project, led_to: LedTo, definition: Def) -> bool:
    """No request comes to it and waits, but a task, which is run again when it fails; or nothing is known to come there, where
    of other code it is known, and no library that is known to call such methods does: whoever calls it may have begun a
    transaction, or runs it by hand."""
    if led_to.is_empty or led_to.is_awaited(definition):
        return False
    return (
        led_to.runs(definition)
        or not led_to.holds(definition.module)
        or not _is_called_by_library(project, definition)
        or led_to.is_named_for_later(definition)
    )


def _is_called_by_library(project: Project, definition: Def) -> bool:
    """A method of a class that is built upon one of a library's, and is no row: `form_valid`, `create` of a serializer."""
    if definition.function.klass < 0 or project.types.role(Type(definition.owner)) in _ROWS:
        return False
    ancestors = project.types.inference.members.ancestors(Type(definition.owner))
    return any(each.name not in project.symbols.classes and "." in each.name for each in ancestors)


def _is_plain(project: Project, definition: Def, pair: Pair) -> bool:
    """Both stand in the function itself, and the second, which finds nothing that is there already, uses what the first writes:
    a session or a row that is only likely to be one is used as one twice."""
    if pair.by_key or is_called(project, pair.first) or is_called(project, pair.second):
        return False
    if pair.one.made.isdisjoint(pair.two.used):
        return False
    is_of_row = definition.function.klass >= 0 and project.types.role(Type(definition.owner)) in _ROWS
    return not is_of_row and not finds_or_makes(pair.second)


def _is_needed(project: Project, definition: Def, pair: Pair, params: Params) -> bool:
    """One makes, or gives, what the other uses, or the key of its row, or both name one amount; or is given a row that the
    function itself has made."""
    one, two = pair.one, pair.two
    if not one.only_shares(two) or one.moves_with(two) or one.shares_amount(two) or not one.gives.isdisjoint(two.named):
        return True
    if one.keeps_row_of(two, params.actors):
        return True
    shared = (one.handed & two.used) | (two.handed & one.used)
    return not shared.isdisjoint(rows_made_in(project, definition))


def _is_for_trial(definition: Def, params: Params) -> bool:
    parts = definition.module.local_name.split(".")
    words = words_of(parts[-1])
    is_file = any(word in params.trials and behind == _DATA for word, behind in pairwise(words))  # `setup_test_data.py`
    is_aside = any(re.fullmatch(params.tested, part) for part in parts)
    return is_file or is_aside or not {*words_of(definition.function.name)}.isdisjoint(params.trials)


def _loops(commit: Commit) -> set[int]:
    module = commit.point.module
    return {row for row in chain(module, commit.point.context) if module.body.contexts[row].kind in ("for", "while")}


def _is_driver(project: Project, pair: Pair) -> bool:
    """Both are SQL that is sent by itself, past any object mapper."""
    owners = (each.end.witness.target.rpartition(".")[0] for each in (pair.first, pair.second))
    return all(project.knowledge.role(owner) in _DRIVERS for owner in owners)


def _hit(project: Project, definition: Def, pair: Pair, confidence: Confidence) -> Hit:
    first, second = pair.first, pair.second
    words = {
        "function": definition.function.name,
        "first": shorten(first.point.shown, 50),
        "second": shorten(second.point.shown, 50),
    }
    at_once = "at once" in (first.kind, second.kind)
    return Hit(
        second.point.site,
        words,
        "writes" if at_once else "default",
        confidence,
        related=(Step(first.point.site, "what this writes is committed here"),),
        path=(Step(first.point.site, "the first is committed"), *first.path.steps[1:], *second.path.steps),
        severity=Severity.ERROR if at_once and _is_driver(project, pair) else None,
    )
