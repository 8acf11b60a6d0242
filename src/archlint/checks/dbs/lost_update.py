"""DBS017: a stored number is read, changed in memory and written back, so that of two changes at once one is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, Call, CallRef, Constant, Expr, Mapping, Name, Operation, Statement
from archlint.project.control.conditions import is_failure_path
from archlint.project.control.sequence import chain
from archlint.project.effects.run_by_requests import RunByRequests
from archlint.project.model import Def, Type
from archlint.project.parts import parts_of
from archlint.project.relations.row_sources import is_found_by_asker, row_sources
from archlint.project.source.modules import Module
from archlint.project.source.one_off import PLAIN
from archlint.project.source.unimported import Unimported
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.transactions.computed_updates import ComputedUpdate, ComputedUpdates, made_before
from archlint.project.transactions.document_columns import DocumentColumns
from archlint.project.transactions.handed_sums import HandedSums
from archlint.project.transactions.memory_changes import changes_of, is_of_copy, root_of
from archlint.project.transactions.method_changes import MethodChange, MethodChanges
from archlint.project.transactions.read_rows import ReadRows
from archlint.project.transactions.row_locks import RowLocks
from archlint.project.transactions.row_versions import RowVersions
from archlint.project.transactions.second_effects import Named, SecondEffect, SecondEffects
from archlint.project.transactions.state_writes import StateWrite
from archlint.project.transactions.tested_states import TestedChange, TestedStates
from archlint.project.transactions.written_back import Back, WrittenBack
from archlint.project.words import words_of

_STORED = "db-model"
_JOINED = frozenset({"builtins.str", "builtins.bytes", "builtins.list", "builtins.tuple"})
_MOMENTS = frozenset({"datetime.datetime", "datetime.date", "datetime.timedelta"})
_NUMBERS = frozenset({"builtins.int", "builtins.float", "decimal.Decimal"})
_TURNED = re.compile(r"dump|dict|json|document|record|row", re.IGNORECASE)
"""In the names of calls that turn an object into what is kept."""
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
    `reading`: first words of what asks another service and changes nothing, `ending` of what ends something; `traces`: words
    for records of what has happened; `checking`: first words of functions that refuse what is not allowed; `finding`: methods
    in which a class says how its rows are found."""

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
    ending: tuple[str, ...]
    traces: tuple[str, ...]
    checking: tuple[str, ...]
    finding: tuple[str, ...]


class _Known:
    """What is asked about each change of one project.  `shown`: functions with the rows that were told of in them."""

    def __init__(self, project: Project, params: Params) -> None:
        self.project, self.params = project, params
        self.shown: set[tuple[Def, str]] = set()
        self.locks = RowLocks(project, params.locks, params.unlike)
        self.is_isolated = not self.locks.are_needed(params.isolated, params.engines, params.losing)
        self.versions = RowVersions(project, params.versions)
        self.rows = ReadRows(project, params.making)
        self.back = WrittenBack(project)
        self.requests = RunByRequests(project)
        points_to = project.effects.points_to
        self.waited_for = RunByRequests(project, lambda caller, run: any(p.kind != "deferred" for p in points_to(caller, run)))
        self._unimported = Unimported(project)

    def is_by_hand(self, module: Module) -> bool:
        """A script, of which there is one run at a time."""
        return module.outline.main_guard and self._unimported.is_idle(module)


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each number of a stored object that is changed by what it was and written back, a proof for each such
    change under a lock."""
    known = _Known(project, params)
    for update in _updates(project, params):
        if known.locks.keep_out(update.definition, update.site.call.context):
            yield Proof(update.site.site, "others are kept out while it is changed")
        else:
            yield _sent(known, update)
    changes = [each for module in project.modules.production for each in changes_of(module)]
    for definition, statement, target in changes:
        is_no_sum = _joins(project, definition.module, statement, target) or _begins_here(definition, statement, target)
        if not is_no_sum and not is_of_copy(definition, target):
            yield from _number(known, definition, statement, target)
    yield from _tested(known, changes)
    for change in MethodChanges(project).of(changes):
        hit = _by_method(known, change)
        if hit is not None and known.locks.keep_out(change.caller, change.site.call.context):
            yield Proof(change.site.site, "others are kept out while it is changed")
        elif hit is not None and (change.caller, change.receiver.id) not in known.shown:
            known.shown.add((change.caller, change.receiver.id))
            yield hit
    columns = DocumentColumns(project)
    for definition, put, target in (each for module in project.modules.production for each in columns.changes(module)):
        yield from _document(known, definition, put, target)


def _number(known: _Known, definition: Def, statement: Statement, target: Attribute) -> Iterator[Hit | Proof]:
    """`item.stock -= 1`, of a row, or of what was made of one and is stored again."""
    project, params, shown = known.project, known.params, known.shown
    module = definition.module
    stored, kept = _stored(project, module, target.base, statement.context), target
    if stored is None and isinstance(target.base, Attribute):
        stored, kept = _holding(project, module, target.base, statement.context), target.base
    type_ = stored or _copied(project, module, statement, target)
    if type_ is None or is_failure_path(module, statement.context):
        return
    back = (
        known.back.of(definition, statement, kept, type_)
        if stored is not None
        else known.back.here(definition, statement, target.base, target.attr, only_itself=True)
    )
    if back is None:
        return
    if known.locks.keep_out(definition, statement.context) or (
        known.versions.has(type_) and not known.versions.is_counted_by_hand(definition, target, type_)
    ):
        yield Proof(_site(definition, statement), "others are kept out while it is changed")
        return
    confidence = _confidence(known, definition, statement, target)
    if stored is None and confidence is not Confidence.HIGH:
        return  # nothing but the reading tells that it is kept somewhere
    if back.is_far and confidence is not Confidence.HIGH and not known.rows.is_read_above(definition, target.base):
        return
    if confidence is not None and known.is_isolated:
        confidence = Confidence.LOW
    key = (definition, spell(module.body, target.base))
    if confidence is None or key in shown:
        return
    shown.add(key)  # one number of an object is enough
    is_moment = any(each.name in _MOMENTS for each in project.types.all(module, target, statement.context))
    if known.is_by_hand(module) or is_moment or _is_no_count(module, statement, target, params) or _is_single(type_, params):
        confidence = Confidence.LOW
    if confidence is not Confidence.HIGH and _is_uncalled(project, definition):
        confidence = Confidence.LOW
    if project.uncalled.holds(definition) and not known.rows.is_asked_for_here(definition, statement, target):
        confidence = Confidence.LOW
    if _turns(statement):
        confidence = Confidence.LOW  # who turns a flag twice may have meant either state
    most = Confidence.MEDIUM if back.is_far or stored is None else Confidence.HIGH
    yield _hit(definition, statement, target, back, min(confidence, type_.confidence, most))


def _document(known: _Known, definition: Def, change: Statement | Call, target: Attribute) -> Iterator[Hit | Proof]:
    """`order.meta["paid"] = True`: two requests that put something into one document."""
    project, params, shown = known.project, known.params, known.shown
    module = definition.module
    type_ = _stored(project, module, target.base, change.context)
    key = (definition, spell(module.body, target.base))
    if type_ is None or key in shown or is_failure_path(module, change.context):
        return
    back = known.back.of(definition, change, target, type_)
    if back is None:
        return
    if known.locks.keep_out(definition, change.context) or known.versions.has(type_):
        yield Proof(_site(definition, change), "others are kept out while it is changed")
        return
    confidence = _confidence(known, definition, change, target)
    if confidence is None or (back.is_far and confidence is not Confidence.HIGH):
        return
    shown.add(key)
    puts_keys = isinstance(change, Statement) and isinstance(change.value, Mapping)
    is_waited_for = (known.waited_for if puts_keys else known.requests).of(definition) is not None
    if known.is_isolated or not is_waited_for or confidence is not Confidence.HIGH or _is_single(type_, params):
        confidence = Confidence.LOW  # the keys that a worker notes down, only that worker notes down
    if not {*words_of(target.attr)}.isdisjoint(params.single):
        confidence = Confidence.LOW
    yield _hit(definition, change, target, back, min(confidence, type_.confidence, Confidence.MEDIUM))


def _turns(statement: Statement) -> bool:
    """`user.active = not user.active`"""
    return isinstance(statement.value, Operation) and statement.value.op == "not"


def _tested(known: _Known, changes: list[tuple[Def, Statement, Attribute]]) -> Iterator[Hit | Proof]:
    """States that are tested, and set where the test lets on, with what is done beside: two requests that ask at once do it
    twice."""
    project, params = known.project, known.params
    states = TestedStates(project, frozenset(params.checking))
    named = (frozenset(words) for words in (params.inserting, params.adding, params.reading, params.ending, params.traces))
    effects = SecondEffects(project, changes, Named(*named))
    shown = set[tuple[Def, str]]()
    for change in (each for module in project.modules.production for each in states.of(module)):
        definition, module, write = change.definition, change.definition.module, change.write
        type_ = _stored(project, module, write.row, write.context) or (_PLAIN if write.is_plain else None)
        key = (definition, write.row.id)
        if type_ is None or key in shown or is_failure_path(module, write.context):
            continue
        back = _set_back(known, definition, write, type_)
        is_read = write.is_plain  # else there would be none
        confidence = Confidence.MEDIUM if is_read else known.rows.confidence(definition, write.row, write.context)
        if back is None or confidence is None or known.requests.of(definition) is None:
            continue
        shown.add(key)
        if (
            known.locks.keep_out(definition, write.context, change.test.end)
            or _is_locked_by_view(definition, known.locks, params)
            or known.versions.has(type_)
            or states.is_taken(change)
        ):
            yield Proof(Site(module.path, write.at, write.end), "others are kept out while it is tested and set")
            continue
        effect = effects.of(change, type_, back.site)
        if effect is None and change.leaves not in _REFUSES:
            continue
        if effect is None or not effect.weighs or known.is_isolated or known.waited_for.of(definition) is None:
            confidence = Confidence.LOW  # of a task there is mostly one for a row
        yield _tested_hit(change, back, effect, min(confidence, type_.confidence, Confidence.MEDIUM))


def _set_back(known: _Known, definition: Def, write: StateWrite, type_: Type) -> Back | None:
    """Where the state comes to the database."""
    if write.site is not None:
        return Back(write.site.site, shorten(spell(write.site.module.body, write.site.call.callee), 50))
    assigned = definition.module.statements["assign"]
    statement = next(s for s in assigned if s.at == write.at and s.context == write.context)
    assert isinstance(statement.target, Attribute)  # noqa: S101 - it was found by that
    return known.back.of(definition, statement, statement.target, type_)


def _is_locked_by_view(definition: Def, locks: RowLocks, params: Params) -> bool:
    """The class says how its rows are found, and locks them: `get_queryset` that gives `Order.objects.select_for_update()`."""
    module, klass = definition.module, definition.function.klass
    finding = (
        row for row, each in enumerate(module.outline.functions) if each.klass == klass >= 0 and each.name in params.finding
    )
    return any(locks.locks(Def(module, module.name, row)) for row in finding)


def _tested_hit(change: TestedChange, back: Back, effect: SecondEffect | None, confidence: Confidence) -> Hit:
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


def _by_method(known: _Known, change: MethodChange) -> Hit | None:
    """Of an object that the caller has read, changes by a method of it, and stores again, or commits."""
    project, params = known.project, known.params
    caller, site, target = change.caller, change.site, change.site.call.callee
    assert isinstance(target, Attribute)  # noqa: S101 - others are not given
    owner = Type(change.method.owner)
    is_row = project.types.role(owner) == _STORED
    if is_failure_path(site.module, site.call.context) or _is_no_count(
        change.method.module, change.statement, change.target, params
    ):
        return None
    back = known.back.here(caller, site.call, change.receiver, change.target.attr, only_itself=not is_row)
    if back is None and is_row:
        back = known.back.above(caller, owner)
    if back is None or _joins(project, change.method.module, change.statement, change.target):
        return None
    if known.versions.has(owner) or _is_single(owner, params) or change.target.attr in params.versions:
        return None
    confidence = _confidence(known, caller, site.call, target)
    if confidence is not Confidence.HIGH:
        return None
    words = {"field": f"{change.receiver.id}.{change.target.attr}", "write": back.shown}
    steps = (
        Step(site.site, "changed by what was read before"),
        Step(_site(change.method, change.statement), "here"),
        Step(back.site, "written back"),
    )
    most = Confidence.LOW if known.is_isolated else Confidence.MEDIUM
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


def _copied(project: Project, module: Module, statement: Statement, target: Attribute) -> Type | None:
    """The class of an object that is no row, but holds what was read of one: its number is one by its type."""
    if not isinstance(target.base, Name):
        return None
    types = project.types.all(module, target.base, statement.context)
    owner = next((t for t in types if not t.is_class and t.name in project.symbols.classes), None)
    numbers = project.types.all(module, target, statement.context)
    return owner if numbers and all(each.name in _NUMBERS for each in numbers) else None


def _stored(project: Project, module: Module, expr: Expr, context: int) -> Type | None:
    types = project.types.all(module, expr, context)
    return next((t for t in types if not t.is_class and project.types.role(t) == _STORED), None)


def _holding(project: Project, module: Module, part: Expr, context: int) -> Type | None:
    """The class of a row of which `part` is a column that is an object of its own, as documents hold them: `player.totals`."""
    if not isinstance(part, Attribute):
        return None
    parts = project.types.all(module, part, context)
    if not parts or any(t.is_class or t.name not in project.symbols.classes or project.types.role(t) for t in parts):
        return None
    row = _stored(project, module, part.base, context)
    table = project.schemas.models.of_class(row.name) if row is not None else None
    return row if table is not None and any(each.name == part.attr for each in table.parts.columns) else None


def _confidence(known: _Known, definition: Def, change: Statement | Call, target: Attribute) -> Confidence | None:
    """None for what the function has made itself; high where it is read here."""
    project, params = known.project, known.params
    module, root = definition.module, root_of(target.base)
    assert root is not None  # noqa: S101 - others are not given
    if root != target.base and _stored(project, module, root, change.context) is None:
        return Confidence.LOW  # `self.order.total`: kept somewhere
    made = row_sources(project, module, root, change.context, change.at)
    is_single = root == target.base and {*words_of(target.attr)}.isdisjoint(params.shared)
    if is_single and any(map(is_found_by_asker, made)) and not all(source.is_parameter for source in made):
        return Confidence.LOW
    return known.rows.confidence(definition, root, change.context)


def _site(definition: Def, statement: Statement | Call) -> Site:
    return Site(definition.module.path, statement.at, statement.end)


def _hit(definition: Def, statement: Statement | Call, target: Attribute, back: Back, confidence: Confidence) -> Hit:
    words = {"field": spell(definition.module.body, target), "write": back.shown}
    site = _site(definition, statement)
    steps = (Step(site, "changed by what was read before"), Step(back.site, "written back"))
    return Hit(site, words, "default", confidence, path=steps)


def _sent(known: _Known, update: ComputedUpdate) -> Hit:
    """Of SQL that is given the sum."""
    module, path, params = update.site.module, update.site.path, known.params
    body = module.body
    name = spell(body, update.read)
    words = {"field": shorten(name, 50), "write": shorten(spell(body, update.site.call.callee), 50)}
    steps = (Step(Site(path, update.at, update.end), "worked out from what was read"), Step(update.site.site, "written back"))
    is_single = not {*words_of(update.column)}.isdisjoint(params.single)
    is_noted = is_single or known.is_isolated or known.is_by_hand(module)
    confidence = Confidence.LOW if is_noted else min(update.confidence, Confidence.MEDIUM)
    return Hit(update.site.site, words, "default", confidence, path=steps)
