"""DBS017: a stored number is read, changed in memory and written back, so that of two changes at once one is lost."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, Call, CallRef, Comparison, Constant, Expr, Name, Statement, String
from archlint.project.control.conditions import is_failure_path
from archlint.project.control.sequence import chain, may_follow
from archlint.project.effects.run_by_requests import RunByRequests
from archlint.project.model import Def, Type
from archlint.project.names.arguments import arguments_by_parameter, parameter
from archlint.project.names.sources import Source
from archlint.project.parts import parts_of
from archlint.project.relations.row_sources import is_found_by_asker, row_sources
from archlint.project.source.modules import Module
from archlint.project.source.one_off import PLAIN
from archlint.project.source.unimported import Unimported
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.transactions.commits import commit_above
from archlint.project.transactions.computed_updates import ComputedUpdate, ComputedUpdates, made_before
from archlint.project.transactions.handed_sums import HandedSums
from archlint.project.transactions.memory_changes import changes_of, root_of
from archlint.project.transactions.method_changes import MethodChange, MethodChanges
from archlint.project.transactions.row_locks import RowLocks
from archlint.project.transactions.second_effects import Named, SecondEffect, SecondEffects
from archlint.project.transactions.state_writes import StateWrite
from archlint.project.transactions.tested_states import TestedChange, TestedStates
from archlint.project.transactions.transaction_blocks import TransactionBlocks
from archlint.project.words import words_of

_STORED = "db-model"
_JOINED = frozenset({"builtins.str", "builtins.bytes", "builtins.list", "builtins.tuple"})
_MOST_CALLERS = 5
_PLAIN = Type("")
"""Of a row that is no object of a class."""
_REFUSES = frozenset({"raise", "return"})
_REMOVES = frozenset({"delete", "adelete"})
"""Calls behind which no number of the row is left, whatever it was."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`locks`: words in names of calls and blocks that keep others out; `versions`: names of columns, and of class attributes,
    by which a change that came in between is seen; `single`: words in names of numbers that one worker counts for itself,
    `shared`: of those that others change, too, though the row belongs to who asks;
    `spans`: calls that make a span of time; `making`: first words of those that make a row;
    `isolated`: levels of isolation at which the database refuses the second of two changes,
    `engines`: callables that are given one, `losing`: dialects of databases that do not refuse it; `unlike`: beginnings of
    words that hold one of `locks` and mean something else; `changing`: first words of functions that change rows which are
    there; `inserting`: last names of library callables that make a row, `adding`: of those that take one which was made;
    `reading`: first words of what asks another service and changes nothing; `traces`: words for records of what has happened;
    `checking`: first words of functions that refuse what is not allowed; `finding`: methods in which a class says how its rows
    are found."""

    locks: tuple[str, ...]
    changing: tuple[str, ...]
    making: tuple[str, ...]
    single: tuple[str, ...]
    shared: tuple[str, ...]
    spans: tuple[str, ...]
    versions: tuple[str, ...]
    isolated: tuple[str, ...]
    engines: tuple[str, ...]
    losing: tuple[str, ...]
    unlike: tuple[str, ...]
    inserting: tuple[str, ...]
    adding: tuple[str, ...]
    reading: tuple[str, ...]
    traces: tuple[str, ...]
    checking: tuple[str, ...]
    finding: tuple[str, ...]


class _Back(Struct, frozen=True):
    site: Site
    shown: str


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each number of a stored object that is changed by what it was and written back, a proof for each such
    change under a lock."""
    locks = RowLocks(project, params.locks, params.unlike)
    is_isolated = not locks.are_needed(params.isolated, params.engines, params.losing)
    blocks, unimported = project.transaction_blocks, Unimported(project)
    shown: set[tuple[Def, str]] = set()
    for update in _updates(project, params):
        if locks.keep_out(update.definition, update.site.call.context):
            yield Proof(update.site.site, "others are kept out while it is changed")
        else:
            yield _sent(update, params, isolated=is_isolated)
    changes = [each for module in project.modules.production for each in changes_of(module)]
    for definition, statement, target in changes:
        module = definition.module
        type_ = _stored(project, module, target.base, statement.context)
        if type_ is None or is_failure_path(module, statement.context):
            continue
        back = _written_back(project, definition, statement, target.base) or _left(project, blocks, module, statement, type_)
        is_far = back is None
        back = back or _committed_above(project, definition, type_)
        if back is None:
            continue
        if _joins(project, module, statement, target) or _begins_here(definition, statement, target):
            continue
        if locks.keep_out(definition, statement.context) or (
            _has_version(project, type_, params) and not _is_counted_by_hand(project, definition, target, type_, params)
        ):
            yield Proof(_site(definition, statement), "others are kept out while it is changed")
            continue
        confidence = _confidence(project, definition, statement, target, params)
        if is_far and confidence is not Confidence.HIGH and not _is_read_above(project, definition, target.base):
            continue
        if confidence is not None and is_isolated:
            confidence = Confidence.LOW
        key = (definition, spell(definition.module.body, target.base))
        if confidence is not None and key not in shown:
            shown.add(key)  # one number of an object is enough
            by_hand = module.outline.main_guard and unimported.is_idle(module)
            if by_hand or _is_no_count(definition.module, statement, target, params) or _is_single(type_, params):
                confidence = Confidence.LOW
            if confidence is not Confidence.HIGH and _is_uncalled(project, definition):
                confidence = Confidence.LOW
            if project.uncalled.holds(definition) and not _is_asked_for_here(project, definition, statement, target):
                confidence = Confidence.LOW
            most = Confidence.MEDIUM if is_far else Confidence.HIGH
            yield _hit(definition, statement, target, back, min(confidence, type_.confidence, most))
    yield from _tested(project, params, changes, locks, is_isolated=is_isolated)
    for change in MethodChanges(project).of(changes):
        hit = _by_method(project, change, params, is_isolated=is_isolated)
        if hit is not None and locks.keep_out(change.caller, change.site.call.context):
            yield Proof(change.site.site, "others are kept out while it is changed")
        elif hit is not None and (change.caller, change.receiver.id) not in shown:
            shown.add((change.caller, change.receiver.id))
            yield hit


def _tested(
    project: Project,
    params: Params,
    changes: list[tuple[Def, Statement, Attribute]],
    locks: RowLocks,
    *,
    is_isolated: bool,
) -> Iterator[Hit | Proof]:
    """States that are tested, and set where the test lets on, with what is done beside: two requests that ask at once do it
    twice."""
    states, points_to = TestedStates(project, frozenset(params.checking)), project.effects.points_to
    named = (frozenset(words) for words in (params.inserting, params.adding, params.reading, params.traces))
    effects = SecondEffects(project, changes, Named(*named))
    requests, shown = RunByRequests(project), set[tuple[Def, str]]()
    waited_for = RunByRequests(project, lambda caller, run: any(p.kind != "deferred" for p in points_to(caller, run)))
    for change in (each for module in project.modules.production for each in states.of(module)):
        definition, module, write = change.definition, change.definition.module, change.write
        type_ = _stored(project, module, write.row, write.context) or (_PLAIN if write.is_plain else None)
        key = (definition, write.row.id)
        if type_ is None or key in shown or is_failure_path(module, write.context):
            continue
        back = _set_back(project, definition, write, type_)
        is_read = write.is_plain  # else there would be none
        confidence = Confidence.MEDIUM if is_read else _row_confidence(project, definition, write.row, write.context, params)
        if back is None or confidence is None or requests.of(definition) is None:
            continue
        shown.add(key)
        if (
            locks.keep_out(definition, write.context, change.test.at)
            or _is_locked_by_view(definition, locks, params)
            or _has_version(project, type_, params)
            or states.is_taken(change)
        ):
            yield Proof(Site(module.path, write.at, write.end), "others are kept out while it is tested and set")
            continue
        effect = effects.of(change, type_, back.site)
        if effect is None and change.leaves not in _REFUSES:
            continue
        if effect is None or not effect.weighs or is_isolated or waited_for.of(definition) is None:
            confidence = Confidence.LOW  # of a task there is mostly one for a row
        yield _tested_hit(change, back, effect, min(confidence, type_.confidence, Confidence.MEDIUM))


def _set_back(project: Project, definition: Def, write: StateWrite, type_: Type) -> _Back | None:
    """Where the state comes to the database."""
    if write.site is not None:
        return _Back(write.site.site, shorten(spell(write.site.module.body, write.site.call.callee), 50))
    module = definition.module
    statement = next(s for s in module.statements["assign"] if s.at == write.at and s.context == write.context)
    return (
        _written_back(project, definition, statement, write.row)
        or _left(project, project.transaction_blocks, module, statement, type_)
        or _committed_above(project, definition, type_)
    )


def _is_locked_by_view(definition: Def, locks: RowLocks, params: Params) -> bool:
    """The class says how its rows are found, and locks them: `get_queryset` that gives `Order.objects.select_for_update()`."""
    module, klass = definition.module, definition.function.klass
    finding = (
        row for row, each in enumerate(module.outline.functions) if each.klass == klass >= 0 and each.name in params.finding
    )
    return any(locks.locks(Def(module, module.name, row)) for row in finding)


def _tested_hit(change: TestedChange, back: _Back, effect: SecondEffect | None, confidence: Confidence) -> Hit:
    path, write = change.definition.module.path, change.write
    site, asked = Site(path, write.at, write.end), Step(Site(path, change.test.at, change.test.end), "tested")
    steps = [Step(site, "set where the test lets on"), *([Step(back.site, "written back")] if back.site != site else [])]
    words = {"field": write.shown, "write": back.shown}
    if effect is None:
        return Hit(site, words, "state", confidence, path=(asked, *steps))
    steps = sorted((*steps, Step(effect.site, "done beside it")), key=lambda each: each.site.at)
    return Hit(site, words | {"effect": effect.shown}, "twice", confidence, path=(asked, *steps))


def _updates(project: Project, params: Params) -> Iterator[ComputedUpdate]:
    """Of SQL and of functions that are given the sum, one a place."""
    shown: set[Site] = set()
    for update in (*ComputedUpdates(project).all(), *HandedSums(project, params.changing).all()):
        if update.site.site not in shown:
            shown.add(update.site.site)
            yield update


def _by_method(project: Project, change: MethodChange, params: Params, *, is_isolated: bool) -> Hit | None:
    """Of an object that the caller has read, changes by a method of it, and stores again, or commits."""
    caller, site, target = change.caller, change.site, change.site.call.callee
    assert isinstance(target, Attribute)  # noqa: S101 - others are not given
    owner = Type(change.method.owner)
    is_row = project.types.role(owner) == _STORED
    if is_failure_path(site.module, site.call.context) or _is_no_count(
        change.method.module, change.statement, change.target, params
    ):
        return None
    back = _written_back(project, caller, site.call, change.receiver, only_itself=not is_row)
    if back is None or _joins(project, change.method.module, change.statement, change.target):
        return None
    if _has_version(project, owner, params) or _is_single(owner, params) or change.target.attr in params.versions:
        return None
    confidence = _confidence(project, caller, site.call, target, params)
    if confidence is not Confidence.HIGH:
        return None
    words = {"field": f"{change.receiver.id}.{change.target.attr}", "write": back.shown}
    steps = (
        Step(site.site, "changed by what was read before"),
        Step(_site(change.method, change.statement), "here"),
        Step(back.site, "written back"),
    )
    most = Confidence.LOW if is_isolated else Confidence.MEDIUM
    return Hit(site.site, words, "default", min(most, site.confidence), path=steps)


def _is_uncalled(project: Project, definition: Def) -> bool:
    """A method of a row, or of a class that derives from none, whose name the program never calls: tests do, if anybody."""
    function, module = definition.function, definition.module
    if function.klass < 0 or function.name.startswith("__"):
        return False
    if any(project.modules.by_path[path].is_production for path, _ in project.effects.callers.get(definition, ())):
        return False
    klass = module.outline.classes[function.klass]
    is_own = not klass.bases or project.types.role(Type(definition.owner)) == _STORED
    is_plain = PLAIN.issuperset(last_name(module.body, decorator) for decorator in function.decorators)
    return is_own and is_plain and not project.calls.written(function.name)


def _joins(project: Project, module: Module, statement: Statement, target: Attribute) -> bool:
    """Texts or lists, by the types of what is changed and what is added."""
    given = [expr for expr in (target, statement.value) if expr is not None]
    return any(type_.name in _JOINED for expr in given for type_ in project.types.all(module, expr, statement.context))


def _begins_here(definition: Def, statement: Statement, target: Attribute) -> bool:
    """`report.rows = 0` stands before it in the function: what was stored is not read."""
    body = definition.module.body
    own = spell(body, target)
    return any(
        s.kind == "assign"
        and definition.function.at <= s.at < statement.at
        and isinstance(s.value, Constant)
        and isinstance(s.target, Attribute)
        and spell(body, s.target) == own
        and s.context in chain(definition.module, statement.context)
        for s in body.statements
    )


def _is_no_count(module: Module, statement: Statement, target: Attribute, params: Params) -> bool:
    """Attempts of a worker, or a point in time that is moved."""
    body = module.body
    if not {*words_of(target.attr)}.isdisjoint(params.single):
        return True
    value = statement.value
    made = made_before(module, value, statement.at) if isinstance(value, Name) else None
    given = made.value if made is not None else value
    return any(isinstance(part, CallRef) and last_name(body, part) in params.spans for part in parts_of(body, given))


def _is_single(type_: Type, params: Params) -> bool:
    return not {*words_of(type_.name.rpartition(".")[2])}.isdisjoint(params.single)


def _written_back(
    project: Project, definition: Def, change: Statement | Call, owner: Expr, *, only_itself: bool = False
) -> _Back | None:
    """The first place behind it that saves the object, or commits (`only_itself`: that is given the object)."""
    module, points = definition.module, project.effects.points_of
    row = spell(module.body, owner)
    for point in sorted((*points(definition, "db.write"), *points(definition, "db.commit")), key=lambda p: p.site.at):
        if point.site.at < change.end or not may_follow(module, (change.context, change.at), (point.context, point.site.at)):
            continue
        call = point.call.call if point.call is not None else None
        if call is None or last_name(module.body, call.callee) in _REMOVES:
            continue
        base = call.callee.base if isinstance(call.callee, Attribute) else None
        is_saved = base is not None and spell(module.body, base) == row
        is_handed = any(spell(module.body, a.value) == row for a in call.arguments)
        is_flushed = any(t.operation is not None and t.operation.flushes for t in point.point.targets)
        if is_saved or is_handed or (not only_itself and (is_flushed or point.effect == "db.commit")):
            return _Back(point.site, point.shown)
    return None


def _committed_above(project: Project, definition: Def, type_: Type) -> _Back | None:
    """The first place above at which it is committed, where a session keeps an eye on the object."""
    ancestors = project.types.inference.members.ancestors(type_)
    if any(info.autocommit for ancestor in ancestors for _, info in project.knowledge.infos(ancestor.name)):
        return None
    point = commit_above(project, definition)
    return _Back(point.site, point.shown) if point is not None else None


def _left(project: Project, blocks: TransactionBlocks, module: Module, statement: Statement, type_: Type) -> _Back | None:
    """The block that commits when it is left, where a session keeps an eye on the object."""
    row = blocks.around(module, statement.context)
    ancestors = project.types.inference.members.ancestors(type_)
    if row < 0 or any(info.autocommit for ancestor in ancestors for _, info in project.knowledge.infos(ancestor.name)):
        return None
    return _Back(blocks.head(module, row), shorten(spell(module.body, module.body.contexts[row].subject), 50))


def _stored(project: Project, module: Module, expr: Expr, context: int) -> Type | None:
    types = project.types.all(module, expr, context)
    return next((t for t in types if not t.is_class and project.types.role(t) == _STORED), None)


def _has_version(project: Project, type_: Type, params: Params, *, counted: str = "") -> bool:
    """A column by which a change that came in between is seen (`counted`: one that code counts up, so that only what else the
    class says of versions counts)."""
    for ancestor in project.types.inference.members.ancestors(type_):
        klass = project.symbols.classes.get(ancestor.name)
        if klass is None:
            continue
        body = klass.module.body
        for statement in (s for s in body.statements if s.context == klass.klass.context):
            if not counted and last_name(body, statement.target) in params.versions:
                return True
            told = (part.value for part in parts_of(body, statement.value) if isinstance(part, String))
            if any(value in params.versions and value != counted for value in told):
                return True
    return False


def _is_counted_by_hand(project: Project, definition: Def, target: Attribute, type_: Type, params: Params) -> bool:
    """`document.version += 1`, where the function compares no version, nor the mapper (`version_id_col`): two changes come to
    the same one."""
    if target.attr not in params.versions or _has_version(project, type_, params, counted=target.attr):
        return False
    module, body = definition.module, definition.module.body
    calls = [call for call in body.calls if definition.function.at <= call.at < definition.function.end]
    said = (name for call in calls for name in (last_name(body, call.callee), *(a.name or "" for a in call.arguments)))
    if any(not {*words_of(name)}.isdisjoint(words_of(target.attr)) for name in said):
        return False  # `ensure_version(page, expected)`
    tests = [place.subject for place in body.contexts if place.function == definition.index and place.subject is not None]
    asked = (part for expr in (*tests, *(a.value for c in calls for a in c.arguments)) for part in parts_of(module.body, expr))
    compared = (inner for part in asked if isinstance(part, Comparison) for inner in parts_of(body, part))
    return not any(isinstance(inner, Attribute) and inner.attr == target.attr for inner in compared)


def _confidence(
    project: Project, definition: Def, change: Statement | Call, target: Attribute, params: Params
) -> Confidence | None:
    """None for what the function has made itself; high where it is read here."""
    module, root = definition.module, root_of(target.base)
    assert root is not None  # noqa: S101 - others are not given
    if root != target.base and _stored(project, module, root, change.context) is None:
        return Confidence.LOW  # `self.order.total`: kept somewhere
    made = row_sources(project, module, root, change.context, change.at)
    is_single = root == target.base and {*words_of(target.attr)}.isdisjoint(params.shared)
    if is_single and any(map(is_found_by_asker, made)) and not all(source.is_parameter for source in made):
        return Confidence.LOW
    return _row_confidence(project, definition, root, change.context, params)


def _row_confidence(project: Project, definition: Def, row: Name, context: int, params: Params) -> Confidence | None:
    """None for what the function has made itself; high where it is read here."""
    made = row_sources(project, definition.module, row, context, row.at)
    if not made or all(source.is_parameter for source in made):
        return Confidence.MEDIUM
    reads, found = {p.site for p in project.effects.points_of(definition, "db.read")}, set[bool]()
    for source in made:
        calls = _calls_in(source)
        if _makes(project, source.module, source.context, calls, params) or _is_of_made(project, source, calls, params):
            continue
        asked = [(source.module, part) for part in calls]
        asked += [(each.module, part) for each in _sources_of_answer(project, source) for part in _calls_in(each)]
        found.add(any(_call_site(module, part) in reads for module, part in asked))
    if found == {True}:
        return Confidence.HIGH
    return (Confidence.MEDIUM if True in found else Confidence.LOW) if found else None


def _is_asked_for_here(project: Project, definition: Def, statement: Statement, target: Attribute) -> bool:
    """The row is what a call gives that asks the database itself, with no answer in between."""
    root = root_of(target.base)
    made = row_sources(project, definition.module, root, statement.context, statement.at) if root is not None else ()
    reads = {p.site for p in project.effects.points_of(definition, "db.read")}
    return bool(made) and all(any(_call_site(each.module, part) in reads for part in _calls_in(each)) for each in made)


def _is_read_above(project: Project, definition: Def, row: Expr) -> bool:
    """A parameter, for which each caller gives a row that it has read itself, with no other answer in between."""
    callers = [s for s in project.calls.callers(definition) if s.module.is_production and not s.is_open]
    if not isinstance(row, Name) or parameter(definition.function, row.id) is None or not callers:
        return False
    for site in callers[:_MOST_CALLERS]:
        given = arguments_by_parameter(site.call, definition).get(row.id)
        if site.caller is None or not isinstance(given, Name):
            return False
        made = row_sources(project, site.module, given, site.call.context, site.call.at)
        reads = {p.site for p in project.effects.points_of(site.caller, "db.read")}
        asked = [_call_site(each.module, part) for each in made for part in _calls_in(each)]
        answers = [_call_site(b.module, part) for s in made for b in _sources_of_answer(project, s) for part in _calls_in(b)]
        if reads.isdisjoint((*asked, *answers)):
            return False
    return True


def _calls_in(source: Source) -> list[CallRef]:
    return [part for part in parts_of(source.module.body, source.expr) if isinstance(part, CallRef)] if source.expr else []


def _sources_of_answer(project: Project, source: Source) -> tuple[Source, ...]:
    """Of `answer`, of `answer.scalar_one_or_none()` and `answer.scalars().first()`: what was asked."""
    expr = source.expr
    while isinstance(expr, CallRef | Attribute):
        expr = source.module.body.calls[expr.index].callee if isinstance(expr, CallRef) else expr.base
    if not isinstance(expr, Name) or expr is source.expr:
        return ()
    return tuple(each for each in project.values.sources.of(source.module, expr, source.context) if not each.is_parameter)


def _makes(project: Project, module: Module, context: int, calls: list[CallRef], params: Params) -> bool:
    """A call of a class of the project's, or of what makes a row by its name."""
    if any(word in params.making for part in calls for word in words_of(last_name(module.body, part))[:1]):
        return True
    if not calls or all(project.calls.in_module(module)[part.index].receiver is not None for part in calls):
        return False
    callee = project.types.name_of(module, module.body.calls[calls[0].index].callee, context)
    return callee in project.symbols.classes


def _is_of_made(project: Project, source: Source, calls: list[CallRef], params: Params) -> bool:
    """`get(user=user)`, of a row that was made right before: nobody else knows it."""
    module = source.module
    for given in (a.value for part in calls for a in module.body.calls[part.index].arguments if isinstance(a.value, Name)):
        made = made_before(module, given, given.at) if _stored(project, module, given, source.context) is not None else None
        if made is not None and isinstance(made.value, CallRef) and _makes(project, module, made.context, [made.value], params):
            return True
    return False


def _call_site(module: Module, part: CallRef) -> Site:
    call = module.body.calls[part.index]
    return Site(module.path, call.at, call.end)


def _site(definition: Def, statement: Statement) -> Site:
    return Site(definition.module.path, statement.at, statement.end)


def _hit(definition: Def, statement: Statement, target: Attribute, back: _Back, confidence: Confidence) -> Hit:
    words = {"field": spell(definition.module.body, target), "write": back.shown}
    site = _site(definition, statement)
    steps = (Step(site, "changed by what was read before"), Step(back.site, "written back"))
    return Hit(site, words, "default", confidence, path=steps)


def _sent(update: ComputedUpdate, params: Params, *, isolated: bool) -> Hit:
    """Of SQL that is given the sum."""
    body, path = update.site.module.body, update.site.path
    name = spell(body, update.read)
    words = {"field": shorten(name, 50), "write": shorten(spell(body, update.site.call.callee), 50)}
    steps = (Step(Site(path, update.at, update.end), "worked out from what was read"), Step(update.site.site, "written back"))
    is_single = not {*words_of(update.column)}.isdisjoint(params.single)
    confidence = Confidence.LOW if is_single or isolated else min(update.confidence, Confidence.MEDIUM)
    return Hit(update.site.site, words, "default", confidence, path=steps)
