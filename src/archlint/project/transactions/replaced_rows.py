"""Rows of one table of which the first write takes away what the second puts there; and values made of what the first made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Collection, Constant, Expr, Mapping, Name, Statement, String, Subscript
from archlint.project.model import Def
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.transactions.commits import Commit
from archlint.project.transactions.write_places import root_names
from archlint.project.transactions.written_names import Written

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DELETES = frozenset({"delete", "adelete", "delete_many", "delete_one", "deletemany"})
_MAKES = frozenset(
    {"insert", "insert_many", "insert_one", "create", "acreate", "bulk_create", "abulk_create", "add", "add_all"}
    | {"bulk_save_objects", "bulk_insert_mappings"}
)
_SAVES = frozenset({"save", "asave"})
_KEEPS = _MAKES | _SAVES | {"update", "aupdate", "update_one"}
_CHANGES = frozenset({"update", "aupdate", "update_many"})
_FILLS = frozenset({"append", "extend", "update", "add", "insert", "setdefault"})
_CLEARED = re.compile(r"\bSET\s+[\"`]?(\w+)[\"`]?\s*=\s*(?:FALSE|0)\b", re.IGNORECASE)
_STEPS = 3


def is_replaced(  # noqa: PLR0917 - two writes, each with what it keeps
    project: Project, definition: Def, first: Commit, second: Commit, one: Written, two: Written
) -> bool:
    """`Line.objects.filter(order=order).delete()`, and then `Line.objects.create(order=order, …)`; or a mark that is taken from
    all, and given to one."""
    if one.tables.isdisjoint(two.tables):
        return False
    if one.does and one.does <= _DELETES:
        makes = two.does & _MAKES or (two.does & _SAVES and _is_new(definition, first, second, two.tables))
        return bool(makes) and not two.does & _DELETES and _shares(project, definition, first, second, one, two)
    cleared = _cleared(project, first) if one.does and one.does <= _CHANGES and first.kind == "at once" else frozenset[str]()
    return bool(cleared) and bool(two.does & _KEEPS) and not cleared.isdisjoint(_set_in(project, definition, second))


def _is_new(definition: Def, first: Commit, second: Commit, tables: frozenset[str]) -> bool:
    """`line = Line(order=order)` between the two, and `line.save()`; `Line(order=order).save()`"""
    module, call = second.point.module, second.point.call
    row = call.call.callee.base if call is not None and isinstance(call.call.callee, Attribute) else None
    if isinstance(row, Name):
        since, until = first.point.site.end, second.point.site.at
        own = (s for s in module.own_statements(definition.index) if since <= s.at < until)
        row = next((s.value for s in own if isinstance(s.target, Name) and s.target.id == row.id), None)
    made = last_name(module.body, row) if isinstance(row, CallRef) else ""
    return any(table.rpartition(".")[2] == made for table in tables)


def is_made_of(  # noqa: PLR0917 - as above
    definition: Def, first: Commit, second: Commit, one: Written, two: Written, actors: tuple[str, ...]
) -> bool:
    """`key = result.inserted_id; invoice.update({"order": key})`, and then `insert_one(invoice)`: behind the first write, what
    the second is given is made of what that wrote, unless that only says who asks (`actors`)."""
    site, until = first.point.site, second.point.site.at
    own = definition.module.own_statements(definition.index)
    gives = {name for s in own if s.at <= site.at < s.end and s.kind == "assign" for name in _filled(definition.module, s)}
    given = {*_given(second, two)}
    made = (one.made_names | gives) - {*actors} - given
    return not made.isdisjoint(_behind(definition, given, site.end, until))


def is_found_through(  # noqa: PLR0917 - as above
    definition: Def, first: Commit, second: Commit, one: Written, two: Written, actors: tuple[str, ...]
) -> bool:
    """`driver = trip.driver`, or `find_driver(trip.driver_id)`, where the one writes the trip and the other the driver, unless
    that only says who asks (`actors`)."""
    rows = [(written.made_names - {*actors}, commit.point.site.at) for written, commit in ((one, first), (two, second))]
    if not rows[0][0].isdisjoint(rows[1][0]):
        return False
    begin = definition.function.at
    return any(
        not (_behind(definition, {*own}, begin, at, searched=False) - own).isdisjoint(other)
        for (own, at), (other, _) in (rows, rows[::-1])
    )


def _shares(  # noqa: PLR0917 - as above
    project: Project, definition: Def, first: Commit, second: Commit, one: Written, two: Written
) -> bool:
    """Both are about one value of the function's own, or all rows are deleted."""
    ways = ((first, one), (second, two))
    names = [_behind(definition, {*_given(each, said)}, definition.function.at, each.point.site.at) for each, said in ways]
    return _is_of_all(project, first) if not names[0] else not names[0].isdisjoint(names[1])


def _is_of_all(project: Project, commit: Commit) -> bool:
    """`DELETE FROM lines`, `Line.objects.all().delete()`, `delete_many({})`"""
    module, call = commit.point.module, commit.point.call
    if call is None or commit.path.through:
        return False
    texts = project.statements.by_sink.get((module.path, call.index), ())
    if texts:
        return not any(re.search(r"\bWHERE\b", sql.text, re.IGNORECASE) for sql in texts)
    base = call.call.callee.base if isinstance(call.call.callee, Attribute) else None
    asked = [module.body.calls[part.index] for part in parts_of(module.body, base) if isinstance(part, CallRef)]
    given = [a.value for each in (call.call, *asked) for a in each.arguments]
    return all(isinstance(value, Mapping) and not value.keys for value in given)


def _given(commit: Commit, written: Written) -> Iterator[str]:
    """The names in what a call is given, and in what its receiver was asked for; of a session, in what it keeps."""
    module, call = commit.point.module, commit.point.call.call if commit.point.call is not None else None
    if commit.kind == "commit" and commit.point.is_direct:
        yield from (name for name, _ in written.used)
    if call is None:
        return
    for argument in call.arguments:
        yield from names_in(module.body, argument.value)
    base = call.callee.base if isinstance(call.callee, Attribute) else None
    is_row = isinstance(base, Name) and written.made_names == {base.id}
    yield from {*names_in(module.body, base)} - (set() if is_row else root_names(module, base))


def _behind(definition: Def, names: set[str], since: int, until: int, *, searched: bool = True) -> set[str]:
    """The names, and those in what gives or adds to them between two offsets; unless `searched`, not those by which rows are
    looked for in a loop."""
    module = definition.module
    own = [s for s in module.own_statements(definition.index) if since <= s.at < until]
    own = own if searched else [s for s in own if not _searches(module, s)]
    found = set(names)
    for _ in range(_STEPS):
        more = {name for s in own if not _filled(module, s).isdisjoint(found) for name in names_in(module.body, s.value)}
        if more <= found:
            break
        found |= more
    return found


def _searches(module: Module, statement: Statement) -> bool:
    """`for order in Order.objects.filter(name=name):`"""
    value = statement.value if statement.kind == "for" else None
    return isinstance(value, CallRef) and bool(module.body.calls[value.index].arguments)


def _filled(module: Module, statement: Statement) -> set[str]:
    """The names to which a statement gives a value, or adds one."""
    target = statement.target
    if statement.kind == "expression" and isinstance(statement.value, CallRef):
        callee = module.body.calls[statement.value.index].callee
        if isinstance(callee, Attribute) and callee.attr in _FILLS and isinstance(callee.base, Name):
            return {callee.base.id}
        return set()
    if isinstance(target, Subscript) and isinstance(target.base, Name):
        return {target.base.id}
    items = target.items if isinstance(target, Collection) else (target,)
    return {each.id for each in items if isinstance(each, Name)}


def _cleared(project: Project, commit: Commit) -> frozenset[str]:
    """`update(is_default=False)`, `{"$set": {"default": False}}`, `SET is_default = FALSE`"""
    module, call = commit.point.module, commit.point.call
    if call is None or commit.path.through:
        return frozenset()
    said = [(a.name, a.value) for a in call.call.arguments if a.name]
    for argument in call.call.arguments:
        said += _entries(module, argument.value)
    texts = project.statements.by_sink.get((module.path, call.index), ())
    found = {name for name, value in said if isinstance(value, Constant) and value.value is False}
    return frozenset(found | {each for sql in texts for each in _CLEARED.findall(sql.text)})


def _set_in(project: Project, definition: Def, commit: Commit) -> frozenset[str]:
    """The fields that a call gives, or that are set in the function."""
    module, call = commit.point.module, commit.point.call
    if call is None:
        return frozenset()
    names = {a.name for a in call.call.arguments if a.name}
    for argument in call.call.arguments:
        names |= {name for name, _ in _entries(module, argument.value)}
    given = {a.value.id for a in call.call.arguments if isinstance(a.value, Name)}
    for statement in module.own_statements(definition.index):
        if statement.at < call.call.at and not _filled(module, statement).isdisjoint(given):
            names |= {name for name, _ in _entries(module, statement.value)} | _key_set(statement)
    row = spell(module.body, call.call.callee.base) if isinstance(call.call.callee, Attribute) else ""
    own = module.own_statements(definition.index)
    names |= {s.target.attr for s in own if isinstance(s.target, Attribute) and spell(module.body, s.target.base) == row}
    texts = project.statements.by_sink.get((module.path, call.index), ())
    return frozenset(names | {word for sql in texts for word in re.findall(r"\w+", sql.text)})


def _key_set(statement: Statement) -> set[str]:
    """`address["default"] = True`"""
    index = statement.target.index if isinstance(statement.target, Subscript) else ()
    return {each.value for each in index if isinstance(each, String)}


def _entries(module: Module, expr: Expr | None) -> list[tuple[str, Expr]]:
    return [
        (key.value, value)
        for part in parts_of(module.body, expr)
        if type(part) is Mapping
        for key, value in zip(part.keys, part.values, strict=True)
        if isinstance(key, String)
    ]
