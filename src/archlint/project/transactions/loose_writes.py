"""What tells of two writes, one behind the other, that they can stand without each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import Argument, Attribute, CallRef, Collection, Comparison, Constant, Name, Statement, String
from archlint.project.control.made_if_missing import is_behind_what_was_found, is_made_if_missing
from archlint.project.control.sequence import chain, context_at, handlers_of
from archlint.project.model import Def
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.transactions.commits import Commit
from archlint.project.transactions.repeatable_writes import IF_MISSING
from archlint.project.transactions.write_places import related_rows, written_row
from archlint.project.transactions.written_names import ROW_KEYS, Written
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project

_UPSERTS = frozenset({"update_or_create", "aupdate_or_create", "get_or_create", "aget_or_create"})
_GETS = frozenset({"get_or_create", "aget_or_create"})
_MAKES_OR_CHANGES = re.compile(r"(create|make|add)_or_(update|change)|(update|get|find)_or_(create|make)|upsert")
_NESTED, _UPSERT = "begin_nested", "upsert"
_SESSIONS = frozenset({"session", "db", "db_session", "conn", "connection", "cursor", "self.session", "self.db"})
_ROW, _SESSION = "db-model", "db-session"
_SAVES = frozenset({"save", "asave"})
_KEEPS = frozenset({"save", "asave", "delete", "adelete"})
_REST = "save_m2m"
_DELETES = frozenset({"delete", "adelete"})
_SETS = frozenset({"set", "aset"})
_ADDS = frozenset({"add", "add_all", "create", "acreate", "bulk_create", "insert", "insert_one", "insert_many"})


def decides_to_leave(commit: Commit) -> bool:
    """`if refused(order): return`: what it writes may belong to the answer that leaves."""
    body = commit.point.module.body
    for row, place in enumerate(body.contexts):
        test = place.subject
        if place.kind == "if" and isinstance(test, CallRef) and test.at <= commit.point.site.at < test.end:
            return any(s.kind == "return" and s.context == row for s in body.statements)
    return False


def is_stamped(definition: Def, second: Commit) -> bool:
    """`self.save()` in a method that sets nothing of it: only the time of the last change moves."""
    body, function = definition.module.body, definition.function
    call = second.point.call.call if second.point.call is not None else None
    if call is None or spell(body, call.callee) != "self.save":
        return False
    return not any(
        isinstance(s.target, Attribute) and spell(body, s.target.base) == "self"
        for s in body.statements
        if function.at <= s.at < call.at
    )


def is_unchanged(first: Commit, second: Commit) -> bool:
    """`page.tags.add(tag)`, and then `page.save()`, with nothing of the page set before, or since it was saved: nothing is to
    be saved."""
    module, at = second.point.module, second.point.site.at
    body = module.body
    calls = [each.point.call.call.callee if each.point.call is not None else None for each in (first, second)]
    adding, saving = calls
    if not (isinstance(saving, Attribute) and saving.attr in _SAVES and isinstance(saving.base, Name)):
        return False
    name = saving.base.id
    if not (isinstance(adding, Attribute) and isinstance(adding.base, Attribute) and spell(body, adding.base.base) == name):
        return False
    function = second.point.caller.function.at if second.point.caller is not None else 0
    changes = [
        (s.context, s.at)
        for s in body.statements
        if function <= s.at < at and isinstance(s.target, Attribute) and spell(body, s.target.base) == name
    ]
    changes += [
        (call.context, call.at)
        for call in body.calls
        if function <= call.at < at
        and any(isinstance(a.value, Name) and a.value.id == name and a.name is None for a in call.arguments)
    ]
    kept = [
        (call.context, call.at)
        for call in body.calls
        if function <= call.at < at and spell(body, call.callee) == f"{name}.{saving.attr}"
    ]
    return all(any(since < when and row in chain(module, context) for row, when in kept) for context, since in changes)


def is_saved_again(first: Commit, second: Commit, one: Written) -> bool:
    """`order = form.save()`, and then `order.save()` with one field more, or `super().update(order, data)`: one row; and
    `form.save_m2m()`, as forms are saved."""
    body = second.point.module.body
    if second.point.is_direct and second.end.witness.target.rpartition(".")[2] == _REST:
        return True
    rows = [_row_kept(each) for each in (first, second)]
    if rows[0] and rows[0] == rows[1]:
        return True
    is_own = all(each.function.name in _SAVES for each in second.path.through)
    saving = second.point.call.call.callee if second.point.call is not None and is_own else None
    if not (isinstance(saving, Attribute) and saving.attr in _SAVES and isinstance(saving.base, Name)):
        return False
    name, site = saving.base.id, first.point.site
    made = (s.target for s in body.statements if s.kind in ("assign", "annotate") and s.at <= site.at < s.end)
    return name in one.made_names and any(isinstance(target, Name) and target.id == name for target in made)


def _row_kept(commit: Commit) -> str:
    """`order`, of `order.save()` and of `super().update(order, data)`."""
    body, call = commit.point.module.body, commit.point.call.call if commit.point.call is not None else None
    callee = call.callee if call is not None and not commit.path.through else None
    if call is None or not isinstance(callee, Attribute):
        return ""
    if callee.attr in _SAVES and isinstance(callee.base, Name):
        return callee.base.id
    is_above = callee.attr == "update" and isinstance(callee.base, CallRef) and last_name(body, callee.base) == "super"
    given = call.arguments[0].value if is_above and call.arguments else None
    return given.id if isinstance(given, Name) else ""


def is_cleared_first(first: Commit, second: Commit) -> bool:
    """`order.lines.all().delete()`, and then `order.delete()`: done again, it finds the rest."""
    ends = [each.end.witness.target.rpartition(".")[2] for each in (first, second)]
    _, owner = related_rows(first.point)
    return bool(owner) and all(name in _DELETES for name in ends) and written_row(second.point) == owner


def is_copied(first: Commit, second: Commit) -> bool:
    """`Version.objects.update_or_create(…)`, and then `package.save()`, or another one, right here, or in a function that says
    so: what another keeps, copied again."""
    names = [each.end.witness.target.rpartition(".")[2] for each in (first, second)]
    said = (each.function.name for each in first.path.through)
    is_here = all(any(name in each for name in _UPSERTS) for each in said) and not second.path.through
    return is_here and names[0] in _UPSERTS and names[1] in (_SAVES | _UPSERTS | _SETS)


def answers_another(first: Commit, second: Commit) -> bool:
    """`if "save" in request.POST:` and `if "delete" in request.POST:`, one for each button that a form has."""
    asked = [_asked_in(each) for each in (first, second)]
    return any(where in asked[1] and asked[1][where] != what for where, what in asked[0].items())


def _asked_in(commit: Commit) -> dict[str, str]:
    """What the conditions around a place look for, by where they look."""
    module, found = commit.point.module, {}
    for row in chain(module, commit.point.context):
        place = module.body.contexts[row]
        for part in parts_of(module.body, place.subject) if place.kind == "if" else ():
            if isinstance(part, Comparison) and part.ops == ("in",) and isinstance(part.operands[0], String):
                found[spell(module.body, part.operands[1])] = part.operands[0].value
    return found


def is_handed_on(first: Commit, second: Commit) -> bool:
    """`later = sync_to_async(order.save)`, and then `await later()`: one write."""
    body, call = second.point.module.body, second.point.call
    if call is None or not isinstance(call.call.callee, Name):
        return False
    name, at = call.call.callee.id, first.point.site.at
    return any(type(s.target) is Name and s.target.id == name and s.at <= at < s.end for s in body.statements)


def adds(commit: Commit) -> bool:
    """It makes a row, by the name of what it calls at last."""
    return commit.end.witness.target.rpartition(".")[2] in _ADDS


def finds_or_makes(commit: Commit) -> bool:
    """`update_or_create`, by the name of what it calls at last; `update_one(…, upsert=True)`."""
    given = commit.end.call.call.arguments if commit.end.call is not None else ()
    is_told = any(a.name == _UPSERT and isinstance(a.value, Constant) and a.value.value is True for a in given)
    return is_told or commit.end.witness.target.rpartition(".")[2] in _UPSERTS


def handed_to(first: Commit, second: Commit, two: Written) -> list[tuple[str, ...]]:
    """The words in the names of the functions that are given, between two writes, what the second writes; none where more
    than that is done to it."""
    body, between = second.point.module.body, range(first.point.site.end, second.point.site.at)
    names = two.made_names
    if any(
        s.at in between and isinstance(s.target, Attribute) and spell(body, s.target.base) in names for s in body.statements
    ):
        return []
    calls = [call for call in body.calls if call.at in between and _is_given(call.arguments, names)]
    return [words for call in calls if (words := words_of(last_name(body, call.callee)))]


def _is_given(arguments: tuple[Argument, ...], names: frozenset[str]) -> bool:
    return any(isinstance(a.value, Name) and a.value.id in names for a in arguments)


def stands_alone(first: Commit, second: Commit, one: Written) -> bool:
    """`if order.is_expired: order.state = "expired"; session.commit()`, and then what is done with any order, unless that sets
    the same field."""
    module, rest = first.point.module, chain(second.point.module, second.point.context)
    around = (row for row in chain(module, first.point.context) if module.body.contexts[row].kind == "if")
    between = range(first.point.site.end, second.point.site.at)
    sets = {s.target.attr for s in module.body.statements if s.at in between and isinstance(s.target, Attribute)}
    return bool(one.fields) and one.fields.isdisjoint(sets) and any(row not in rest for row in around)


def is_marked_on_failure(project: Project, second: Commit, one: Written, undoing: tuple[str, ...]) -> bool:
    """Where the second fails, what the first has made is marked, and kept so, or taken away: `except …: row.state = "failed";
    row.save()`, `except …: rollback_checkout(row_id)`, `row.delete_from_db()` (`undoing`: words in the names of such), or by
    what writes and is given what the row was made of."""
    module, caller = second.point.module, second.point.caller
    body, made, used = module.body, one.made_names, frozenset(name for name, _ in one.used)
    writes = {p.site.at for p in project.effects.points_of(caller, "db.write")} if caller is not None else set[int]()
    ways = chain(module, second.point.context)
    for row in (row for row in ways if body.contexts[row].kind == "try"):
        nearest = next(iter(handlers_of(body.contexts, row)), -1)
        for call in body.calls if nearest >= 0 else ():
            callee = call.callee
            is_undone = not {*words_of(last_name(body, callee))}.isdisjoint(undoing)
            given = made | used if call.at in writes else made
            if is_undone and _is_given(call.arguments, given) and nearest in chain(module, call.context):
                return True
            if (
                isinstance(callee, Attribute)
                and (callee.attr in _KEEPS or is_undone)
                and isinstance(callee.base, Name)
                and callee.base.id in made
                and nearest in chain(module, call.context)
            ):
                return True
    return False


def is_kept_for_later(first: Commit, one: Written, later: tuple[str, ...]) -> bool:
    """`Packet(body=body, is_processed=False)`: it is kept before anything is done with it, and found again if that fails."""
    body, caller = first.point.module.body, first.point.caller
    since = caller.function.at if caller is not None else 0
    for statement in body.statements:
        target, value = statement.target, statement.value
        is_own = since <= statement.at < first.point.site.at and isinstance(target, Name) and target.id in one.made_names
        for given in body.calls[value.index].arguments if is_own and isinstance(value, CallRef) else ():
            is_open = isinstance(given.value, Constant) and given.value.value is False
            if is_open and not {*words_of(given.name or "")}.isdisjoint(later):
                return True
    return False


def makes_what_is_missing(project: Project, commit: Commit) -> bool:
    """Here, or in a function on the way down that does not run whatever SQL it is given: asked again, it finds what it
    made, and goes on."""
    below = () if _is_given_sql(project, commit) else commit.path.steps[1:]
    for number, site in enumerate((commit.point.site, *(step.site for step in below))):
        module = project.modules.by_path[site.path]
        context = context_at(module, site.at)
        if is_made_if_missing(module, context, site.at) or (number and is_behind_what_was_found(module, context, site.at)):
            return True
    return False


def _is_given_sql(project: Project, commit: Commit) -> bool:
    caller = commit.point.caller
    points = project.effects.points_of(caller, "db.write") if caller is not None else ()
    return any(point.is_handed and point.site == commit.point.site for point in points)


def has_begun(definition: Def, first: Commit, states: tuple[str, ...], begun: str) -> bool:
    """`self.state = State.SYNCING; self.save()`: all that is set says that the work has begun; `set_state(job, "running")`."""
    body, at = definition.module.body, first.point.site.at
    call = first.point.call.call if first.point.call is not None and not first.point.is_direct else None
    given = [a.value.value for a in call.arguments if isinstance(a.value, String)] if call is not None else []
    if not {*words_of(first.point.shown)}.isdisjoint(states) and any(re.search(begun, each) for each in given):
        return True
    own = [s for s in body.statements if definition.function.at <= s.at < at and isinstance(s.target, Attribute)]
    last = next((s for s in reversed(own) if isinstance(s.target, Attribute) and words_of(s.target.attr)[-1:] != ("at",)), None)
    if last is None or not isinstance(last.target, Attribute):
        return False
    is_state = not {*words_of(last.target.attr)}.isdisjoint(states)
    return is_state and last.value is not None and bool(re.search(begun, spell(body, last.value)))


def is_same_call(definition: Def, first: Commit, second: Commit) -> bool:
    """The same function, or the same method of the same object, with the same first argument."""
    calls = (first.point.call, second.point.call)
    told = [
        (
            spell(definition.module.body, each.call.callee),
            [said for a in each.call.arguments if (said := spell(definition.module.body, a.value)) not in _SESSIONS][:1],
        )
        for each in calls
        if each is not None and (each.operation is None or first.kind == "at once")
    ]
    return len(told) == len(calls) and told[0] == told[1]


def makes_or_finds(definition: Def, first: Commit, second: Commit) -> bool:
    """The first finds what it made when it is asked again: `get_or_create`, or what fills its row, or `update_or_create`
    before anything that makes no row of its own; or the function says that it makes or changes, as the second does; or a
    function on the way down says that it makes what is not there."""
    if any(IF_MISSING.search(each.function.name) for each in first.path.through):
        return True
    name = first.end.witness.target.rpartition(".")[2]
    if finds_or_makes(first) and (name in _GETS or not adds(second)):
        return True
    module, row = first.point.module, first.point.call.call.callee if first.point.call is not None else None
    if name in _SAVES and isinstance(row, Attribute) and isinstance(row.base, Name):
        maker = _maker(definition, row.base.id, first.point.site.at)
        called = maker.value if maker is not None else None
        if isinstance(called, CallRef) and last_name(module.body, called) in _UPSERTS:
            return True
    is_upsert = second.end.witness.target.rpartition(".")[2] in _UPSERTS
    return is_upsert and _MAKES_OR_CHANGES.search(definition.function.name) is not None


def is_found_again(definition: Def, first: Commit, second: Commit, one: Written) -> bool:
    """`tool = Tool.objects.get(pk=made.pk)`, and `tool.save()`: the row that the first has made."""
    body, row = second.point.module.body, second.point.call.call.callee if second.point.call is not None else None
    if second.path.through or not (isinstance(row, Attribute) and row.attr in _SAVES and isinstance(row.base, Name)):
        return False
    maker = _maker(definition, row.base.id, second.point.site.at)
    if maker is None or not isinstance(maker.value, CallRef) or maker.at < first.point.site.at:
        return False
    given = [argument.value for argument in body.calls[maker.value.index].arguments]
    return any(isinstance(a, Attribute) and a.attr in ROW_KEYS and spell(body, a.base) in one.made_names for a in given)


def is_nested(first: Commit) -> bool:
    """`session.begin_nested()` stands before the commit, which ends no more than that."""
    body, at = first.point.module.body, first.point.site.at
    begin = first.point.caller.function.at if first.point.caller is not None else at
    return not first.path.through and any(begin <= c.at < at and last_name(body, c.callee) == _NESTED for c in body.calls)


def _maker(definition: Def, name: str, at: int) -> Statement | None:
    """The last statement before a place that gives a name its value."""
    body = definition.module.body
    found = None
    for s in body.statements:
        if s.kind not in ("assign", "annotate") or not definition.function.at <= s.at < at:
            continue
        target = s.target.items[0] if isinstance(s.target, Collection) and s.target.items else s.target
        if isinstance(target, Name) and target.id == name:
            found = s
    return found


def is_read_back(project: Project, first: Commit, second: Commit, two: Written) -> bool:
    """`serializer.save()`, and then `order = Order.objects.get(id=serializer.data["id"])`, which the second uses: the row that
    what was saved holds."""
    body, site = second.point.module.body, first.point.site
    call = first.point.call.call if first.point.call is not None and first.point.is_direct else None
    if call is None or not isinstance(call.callee, Attribute) or call.callee.attr not in _SAVES:
        return False
    if project.knowledge.role(first.end.witness.target.rpartition(".")[0]) == _ROW or not isinstance(call.callee.base, Name):
        return False
    used, holder = {name for name, _ in two.used}, call.callee.base.id
    between = (s for s in body.statements if s.kind == "assign" and site.end <= s.at < second.point.site.at)
    return any(
        isinstance(s.target, Name) and s.target.id in used and holder in names_in(body, s.value)
        for s in between
        if isinstance(s.value, CallRef)
    )


def are_of_two_sessions(project: Project, first: Commit, second: Commit) -> bool:
    """The one is given, or commits, another session than the other: they cannot be one transaction."""
    given = [_sessions(project, each) for each in (first, second)]
    return bool(given[0]) and bool(given[1]) and given[0].isdisjoint(given[1])


def _sessions(project: Project, commit: Commit) -> frozenset[str]:
    """As they are written."""
    point = commit.point
    call = point.call.call if point.call is not None else None
    if call is None or commit.kind != "commit":
        return frozenset()
    held = [argument.value for argument in call.arguments]
    if point.is_direct and isinstance(call.callee, Attribute):
        held = [call.callee.base]
    types = ((expr, project.types.all(point.module, expr, point.context)) for expr in held if isinstance(expr, Name))
    return frozenset(
        spell(point.module.body, expr) for expr, each in types if any(project.types.role(t) == _SESSION for t in each)
    )
