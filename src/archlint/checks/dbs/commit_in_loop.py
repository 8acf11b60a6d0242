"""DBS009: a commit for each item of a loop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, CallRef, Constant, Expr, Name, String
from archlint.project.control.made_if_missing import is_behind_what_was_found, is_made_if_missing
from archlint.project.control.sequence import chain, context_at, handlers_of
from archlint.project.effects.effects import EffectPoint
from archlint.project.effects.kept_answers import empty_names
from archlint.project.effects.statement_kind import StatementKind
from archlint.project.loops.loops import Loop
from archlint.project.loops.made_by_steps import asks_between_turns
from archlint.project.loops.proved import Proved
from archlint.project.loops.repeated import LoopWords, Repeated, RepeatedEffects
from archlint.project.loops.stations import stations
from archlint.project.model import Def
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.names.switches import NOTHING, Known, Standing
from archlint.project.parts import parts_of
from archlint.project.source.run_by_hand import RunByHand
from archlint.project.spelling import last_name, shorten
from archlint.project.transactions.commits import Commit, Commits
from archlint.project.transactions.computed_updates import made_before
from archlint.project.transactions.transactions import Transactions
from archlint.project.words import words_of

_EFFECT = "db.commit"
_SESSIONS = frozenset({"db-session", "db-connection"})
_DATABASE = ("db.read", "db.write", _EFFECT)
_SPLITS, _BOUNDS = frozenset({"split", "rsplit"}), frozenset({"/", "\\", ".", "::"})
_FAR = 2
"""Functions between the loop and the commit: longer ways decide for each item what is to be done."""


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """See `LoopWords`. `waiting`: effects of a loop whose turns are long, so that each keeps what it has come to; `kept`: an
    expression for loops over what must be kept one by one; `wide`: names of calls that write many rows at once; `sending`:
    first words of those that hand work to others."""

    waiting: tuple[str, ...]
    kept: str
    wide: tuple[str, ...]
    sending: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each open loop that commits once per item, at the surest place, a proof for each commit in none."""
    found, outside = RepeatedEffects(project, params).find((_EFFECT,))
    proved, commits = Proved(project, params), Commits(project, Transactions(project))
    by_hand = RunByHand(project, params)
    by_loop: dict[Loop, list[tuple[Confidence, str, Repeated]]] = {}
    for commit in found:
        if not _is_one(project, commit.loop) and _writes(project, commits, commit) and not _joins(project, commit):
            weighed = _weighed(project, commit, proved, params)
            if _goes_on_by_hand(commit, by_hand):
                weighed = Confidence.LOW, "a person runs it, and again it only makes what is missing"
            by_loop.setdefault(commit.loop, []).append((*weighed, commit))
    for same in by_loop.values():
        confidence, doubt, commit = max(same, key=lambda each: each[0])  # one is enough of a loop
        yield _hit(commit, confidence, doubt)
    for site in outside:
        yield Proof(site, "stands in no loop over data")


def _weighed(project: Project, commit: Repeated, proved: Proved, params: Params) -> tuple[Confidence, str]:
    """How sure it is that one commit would do; and what is doubted, if it is only a note."""
    if commit.isolated or _survives(commit) or _is_tried_again(project, commit) or re.search(params.kept, commit.loop.text):
        return Confidence.LOW, "each may have to be kept by itself"
    if _answers_for_each(project, commit):
        return Confidence.LOW, "whoever asks is told of each whether it is kept"
    if (
        _sends(commit, params)
        or any(commit.loop.holds(p.site) for effect in params.waiting for p in _points(project, commit, effect))
        or asks_between_turns(project, commit.loop, params.waiting)
    ):
        return Confidence.LOW, "each turn does more than the database's work"
    if _is_told(project, commit):
        return Confidence.LOW, "each is kept as it comes"
    if _writes_files(project, commit):
        return Confidence.LOW, "a file may belong to each row"
    if _keeps_many(project, commit, params):
        return Confidence.LOW, "each turn writes many rows"
    if _goes_over_path(commit.loop):
        return Confidence.LOW, "a path has few parts"
    if _is_search(commit):
        return Confidence.LOW, "the loop ends with the first that does"
    if not proved.by(commit):
        return Confidence.LOW, "nothing here says that there are many"
    if len(commit.path.through) > _FAR:
        return Confidence.LOW, "the commit is so far down that it may not be reached"
    if _is_conditional(project, commit):
        return Confidence.LOW, "not each item comes to it"
    if _is_made_if_missing(project, commit):
        return Confidence.LOW, "it only makes what is missing"
    return min(commit.path.confidence, Confidence.HIGH if not commit.path.through else Confidence.MEDIUM), ""


def _writes_files(project: Project, commit: Repeated) -> bool:
    """A place in the loop that does not ask the database, which may be a file itself, writes one."""
    asks = {p.site for effect in _DATABASE for p in _points(project, commit, effect)}
    return any(commit.loop.holds(p.site) and p.site not in asks for p in _points(project, commit, "file.write"))


def _is_told(project: Project, commit: Repeated) -> bool:
    """`async for event in bus.subscribe():` waits for what comes, and is no loop over rows that were asked for: nothing there
    asks the database, or what does goes on for ever."""
    place = commit.loop.place
    asked = place.subject if commit.loop.mapping is None and place.is_async else None
    if not isinstance(asked, CallRef):
        return False
    targets = project.calls.in_module(commit.loop.module)[asked.index].targets
    if any(target.definition is not None and _yields_for_ever(target.definition) for target in targets):
        return True
    return not any(asked.at <= p.site.at and p.site.end <= asked.end for p in _points(project, commit, "db.read"))


def _yields_for_ever(definition: Def) -> bool:
    """In a `while True:` that is not left."""
    module, function = definition.module, definition.function
    body, own = module.body, module.statements_between(function.at, function.end)
    endless = {
        row
        for row, place in enumerate(body.contexts)
        if place.kind == "while" and place.function == definition.index and isinstance(place.subject, Constant)
    }
    inside = [(s.kind, endless & {*chain(module, s.context)}) for s in own]
    left = {row for kind, rows in inside if kind in ("break", "return") for row in rows}
    return any(kind == "yield" and rows - left for kind, rows in inside)


def _is_one(project: Project, loop: Loop) -> bool:
    """`async for session in get_session():`, where the generator hands out one: that is how it is opened."""
    subject = loop.place.subject if loop.mapping is None else None
    if not isinstance(subject, CallRef):
        return False
    targets = project.calls.in_module(loop.module)[subject.index].targets
    made = [t.definition for t in targets if t.definition is not None and t.definition.function.is_generator]
    return bool(made) and all(_yields_once(each) for each in made)


def _yields_once(definition: Def) -> bool:
    module = definition.module
    body, function = module.body, definition.function
    own = [s for s in module.statements_between(function.at, function.end) if s.kind == "yield"]
    rows = [row for s in own for row in chain(module, s.context)]
    return len(own) == 1 and not any(body.contexts[row].kind in ("for", "while", "comprehension") for row in rows)


def _writes(project: Project, commits: Commits, commit: Repeated) -> bool:
    """Something is written that is committed: in the loop, on the way down, or by a statement that is handed over."""
    caller, point, loop = commit.point.caller, commit.point, commit.loop
    if _is_given_a_question(project, commit):
        return False
    if caller is None or loop.mapping is not None:
        return True
    if commits.wrote(Commit(point, commit.path, "commit"), caller, loop.place.at):
        return True
    if commits.writes_between(caller, loop.place.at, loop.place.end):
        return True
    statements = StatementKind(project.types.inference)
    given = point.call.call.arguments if point.call is not None else ()
    told = [statements.effects(point.module, a.value, point.context) for a in given]
    return any("db.write" in each for each in told if each is not None)


def _joins(project: Project, commit: Repeated) -> bool:
    """What is handed on, such as the session that a block around the loop has opened, rules the commit out on the way down:
    `if session is not None: yield session; return`."""
    known = NOTHING
    for before, here in pairwise(stations(project, commit.point, commit.path)):
        if here.caller is None:
            return False
        known = project.switches.handed(before, here.caller, known) | frozenset(_sessions(project, before, here.caller, known))
        if project.switches.rule_out(here, known) or _is_left_before(project, here, here.caller, known):
            return True
    return False


def _is_left_before(project: Project, here: EffectPoint, caller: Def, known: Known) -> bool:
    """The function returns before it gives a parameter another value, as `session = make_session()` does."""
    given = {name for name, _ in known}
    return any(
        isinstance(s.target, Name)
        and s.target.id in given
        and s.context == caller.function.context
        and s.at < here.site.at
        and project.switches.rule_out(Standing(here.module, Site(here.site.path, s.at, s.end), s.context, caller), known)
        for s in here.module.own_statements(caller.index)
    )


def _sessions(project: Project, before: EffectPoint, callee: Def, known: Known) -> Iterator[tuple[str, bool]]:
    """The parameters that are given a session, which is there: what a `with` opened, or what the caller was given as one."""
    caller, call = before.caller, before.call
    if caller is None or call is None:
        return
    contexts = before.module.body.contexts
    around = (contexts[row].target for row in chain(before.module, before.context) if contexts[row].kind == "with")
    opened = {target.id for target in around if isinstance(target, Name)}
    optional = {p.name for p in caller.function.parameters if isinstance(p.default, Constant)}
    for name, value in arguments_by_parameter(call.call, callee).items():
        if not isinstance(value, Name):
            continue
        types = project.types.all(before.module, value, before.context) if value.id not in opened | optional else ()
        if value.id in opened or (value.id, True) in known or any(project.types.role(each) in _SESSIONS for each in types):
            yield name, True


def _is_given_a_question(project: Project, commit: Repeated) -> bool:
    """`run("SELECT …")`, here or on the way down: a helper that commits whatever it was given to execute."""
    statements = StatementKind(project.types.inference)
    for step in commit.path.steps[:-1]:
        module = project.modules.by_path[step.site.path]
        for call in (c for c in module.body.calls if (c.at, c.end) == (step.site.at, step.site.end)):
            told = [statements.effects(module, a.value, call.context) for a in call.arguments]
            if ("db.read",) in told:
                return True
    return False


def _is_conditional(project: Project, commit: Repeated) -> bool:
    """A function on the way commits in a branch only, into which not every item comes: neither do the calls on the way decide
    the test (`row.save(commit=True)`), nor does it only ask whether the row that was looked up is there."""
    places = stations(project, commit.point, commit.path)
    if len(places) <= len(commit.path.through):
        return True
    known = NOTHING
    for before, here in pairwise(places):
        known = project.switches.handed(before, here.caller, known) if here.caller is not None else NOTHING
        rows = chain(here.module, here.context)
        if any(here.module.body.contexts[row].kind == "case" for row in rows):
            return True
        if not all(_finds_row(project, here, *test) for test in project.switches.left_open(here, known)):
            return True
    return False


def _finds_row(project: Project, here: EffectPoint, test: Expr, is_true: bool) -> bool:
    """The branch is taken where a row is there that the function has asked for before, and calls nothing of the project's or
    of an unknown library before it commits: `if row is not None: session.delete(row)`."""
    found = set(empty_names(test, holds=not is_true))
    caller = here.caller
    called = [site for site in project.calls.in_module(here.module) if test.end <= site.site.at < here.site.at]
    is_plain = all(site.targets and all(t.definition is None for t in site.targets) for site in called)
    if len(found) != 1 or caller is None or not is_plain:
        return False
    reads = [point.site for point in project.effects.points_of(caller, "db.read")]
    return any(
        isinstance(s.target, Name) and s.target.id in found and any(s.at <= read.at < s.end for read in reads)
        for s in here.module.statements_between(caller.function.at, here.site.at)
    )


def _is_made_if_missing(project: Project, commit: Repeated) -> bool:
    """A function on the way commits only where it has not found what it would make."""
    for step in commit.path.steps[1:]:
        module = project.modules.by_path[step.site.path]
        if is_behind_what_was_found(module, context_at(module, step.site.at), step.site.at):
            return True
    return False


def _keeps_many(project: Project, commit: Repeated, params: Params) -> bool:
    """What one turn commits is written in a loop of its own, or by a statement about many rows: that is a batch."""
    caller, site = commit.point.caller, commit.point.site
    if caller is None or commit.loop.mapping is not None:
        return False
    places = [(caller, commit.loop.place.at, commit.loop.place.end)]
    if commit.path.through:
        contexts = caller.module.body.contexts  # `with session_guard():` holds what is committed
        blocks = [c for c in contexts if c.kind == "with" and c.subject is not None and c.subject.at <= site.at < c.subject.end]
        places = [(each, each.function.at, each.function.end) for each in commit.path.through]
        places += [(caller, block.at, block.end) for block in blocks]
    for definition, since, until in places:
        module = definition.module
        inner = range(since + 1, until)
        if any(call.at in inner and last_name(module.body, call.callee) in params.wide for call in module.body.calls):
            return True
        for write in project.effects.points_of(definition, "db.write"):
            rows = chain(module, write.context) if write.site.at in inner and write.site != site else ()
            around = (module.body.contexts[row] for row in rows if module.body.contexts[row].kind in ("for", "while"))
            ends = {p.site for p in project.effects.points_of(definition, _EFFECT)}
            if any(place.at > since and not any(place.at <= e.at < place.end for e in ends) for place in around):
                return True
    return False


def _goes_over_path(loop: Loop) -> bool:
    """`for part in path.split("/")`, also through a name."""
    body, subject = loop.module.body, loop.place.subject if loop.mapping is None else None
    for part in parts_of(body, subject):
        made = made_before(loop.module, part, loop.place.at) if isinstance(part, Name) else None
        given = [made.value if made is not None else part]
        if made is not None:  # `[part for part in path.split("/") if part]`
            given += [c.subject for c in body.contexts if c.kind == "comprehension" and made.at <= c.at < made.end]
        for inner in (inner for each in given for inner in parts_of(body, each)):
            call = body.calls[inner.index] if isinstance(inner, CallRef) else None
            if call is None or not isinstance(call.callee, Attribute) or call.callee.attr not in _SPLITS:
                continue
            if any(isinstance(a.value, String) and a.value.value in _BOUNDS for a in call.arguments):
                return True
    return False


def _is_search(commit: Repeated) -> bool:
    """`if place.takes(order): break`: it stands in the condition on which the loop is left."""
    body, site = commit.point.module.body, commit.point.site
    for row, place in enumerate(body.contexts):
        test = place.subject if place.kind == "if" else None
        if test is not None and test.at <= site.at < test.end:
            return any(s.kind in ("break", "return") and s.context == row for s in body.statements)
    return False


def _sends(commit: Repeated, params: Params) -> bool:
    """`producer.send_task(task)` behind it, by its name: what takes it looks for what was committed; or before it, awaited
    (`await websocket.send_text(…)`): what is kept is that it was sent."""
    loop, module, site = commit.loop, commit.point.module, commit.point.site
    return loop.mapping is None and any(
        (site.end <= call.at < loop.place.end or (call.awaited and loop.place.at < call.at and call.end <= site.at))
        and not {*words_of(last_name(module.body, call.callee))[:1]}.isdisjoint(params.sending)
        for call in module.body.calls
    )


def _points(project: Project, commit: Repeated, effect: str) -> tuple[EffectPoint, ...]:
    caller = commit.point.caller
    return project.effects.points_of(caller, effect) if caller is not None else ()


def _is_tried_again(project: Project, commit: Repeated) -> bool:
    """A function on the way stands in a loop of its own that tries until it is kept: `while True: try: … except Taken: …`"""
    for step in commit.path.steps[1:]:
        module = project.modules.by_path[step.site.path]
        contexts = module.body.contexts
        rows = chain(module, context_at(module, step.site.at))
        tries = [row for row in rows if contexts[row].kind == "try"]
        loops = [row for row in rows if contexts[row].kind in ("for", "while")]
        if any(contexts[row].at > contexts[loop].at for row in tries for loop in loops):
            return True
    return False


def _goes_on_by_hand(commit: Repeated, by_hand: RunByHand) -> bool:
    """A person runs it, and where it was broken off it goes on: it makes only the rows that it does not find."""
    point = commit.point
    return by_hand.holds(point.module, point.context) and is_made_if_missing(point.module, point.context, point.site.at)


def _answers_for_each(project: Project, commit: Repeated) -> bool:
    """A function on the way catches what fails and returns something that says so, which the loop looks at."""
    point = commit.point
    is_dropped = any(
        s.kind == "expression" and s.at <= point.site.at and point.site.end <= s.end
        for s in point.module.statements_between(commit.loop.place.at, commit.loop.place.end)
    )
    return not is_dropped and any(_fails_with_answer(project, step) for step in commit.path.steps[1:])


def _fails_with_answer(project: Project, step: Step) -> bool:
    module = project.modules.by_path[step.site.path]
    contexts = module.body.contexts
    for row in chain(module, context_at(module, step.site.at)):
        for handler in handlers_of(contexts, row) if contexts[row].kind == "try" else ():
            own = [s for s in module.body.statements if handler in chain(module, s.context)]
            if any(s.kind == "return" and not isinstance(s.value, Constant | None) for s in own) and not any(
                s.kind == "raise" for s in own
            ):
                return True
    return False


def _survives(commit: Repeated) -> bool:
    """A handler in the loop goes on with the next item where one fails."""
    loop = commit.loop
    if loop.mapping is not None:
        return False
    body = loop.module.body
    rows = chain(loop.module, loop.place.parent)
    outer = [body.contexts[row] for row in rows if body.contexts[row].kind == "for"]  # it goes on with the next there
    since, until = min((loop.place.at, *(each.at for each in outer))), max((loop.place.end, *(each.end for each in outer)))
    for row, place in enumerate(body.contexts):
        if place.kind == "except" and since <= place.at < until:
            own = {s.kind for s in body.statements if row in chain(loop.module, s.context)}
            if "raise" not in own or "continue" in own:
                return True
    return False


def _hit(commit: Repeated, confidence: Confidence, doubt: str) -> Hit:
    loop, path = commit.loop, commit.path
    words = {
        "call": shorten(commit.point.shown, 60),
        "loop": loop.text,
        "callee": path.through[0].name if path.through else "",
        "doubt": f"; {doubt}" if doubt else "",
    }
    steps = (Step(loop.site, f"the loop `{loop.text}`"), *path.steps)
    related = (Step(loop.site, "commits for each item"),)
    return Hit(commit.made, words, "through" if path.through else "default", confidence, related=related, path=steps)
