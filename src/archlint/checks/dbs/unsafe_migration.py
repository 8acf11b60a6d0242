"""DBS016: a migration that locks or breaks what is running."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof
from archlint.facts.schema import Change
from archlint.facts.syntax import Constant, Name
from archlint.project.schema.history import Draft, History
from archlint.project.schema.names import last_part

_YOUNG = timedelta(days=1)
_SIZE = re.compile(r"VARCHAR\((\d+)\)")


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`all`: every migration, also those behind which others stand; `locking`: dialects in which making an index stops
    those who write; `first`: name that a migration gives True where it is a part of the first of its folder."""

    all: bool
    locking: tuple[str, ...]
    first: str


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each kind of unsafe step of the newest migrations, a proof for each migration without one."""
    locks = project.schemas.dialect in params.locking
    views = {(last_part(view).lower(), "") for view in _views(project)}
    for steps in project.schemas.histories:
        history = History()
        begun: dict[str, set[tuple[str, str]]] = defaultdict(set)
        born: dict[str, date] = {}
        for path, changes in steps:
            with_it = begun[path.rpartition("/")[0]] if _is_first(project, path, params.first) else set()
            day = _day(project, path)
            young = {table for table, since in born.items() if day is not None and abs(day - since) <= _YOUNG}
            if params.all or path in project.schemas.newest:
                yield from _of_step(changes, history, with_it | views, young, locks=locks)
            made = {made for change in changes if change.kind == "create-table" for made in _made(change, set())}
            born |= {table: day for table, _ in made if day is not None}
            with_it |= made
            history.apply(changes)


def _day(project: Project, path: str) -> date | None:
    """On which the migration was written, as its head says."""
    module = project.modules.by_path.get(path)
    try:
        return date.fromisoformat(module.facts.outline.dated) if module is not None else None
    except ValueError:
        return None


def _views(project: Project) -> Iterator[str]:
    """Nobody writes to what a view holds, so that nobody waits while it gets an index."""
    for sql in project.statements.all:
        for statement in sql.facts.statements:
            if statement.verb == "create" and statement.creates == "view":
                yield from statement.writes


def _is_first(project: Project, path: str, name: str) -> bool:
    """A first migration may be written in two parts, where tables of two folders lead to each other."""
    module = project.modules.by_path.get(path)
    statements = module.body.statements if module is not None else ()
    return any(
        isinstance(s.target, Name) and s.target.id == name and isinstance(s.value, Constant) and s.value.value is True
        for s in statements
    )


def _of_step(
    changes: tuple[Change, ...], history: History, with_it: set[tuple[str, str]], young: set[str], *, locks: bool
) -> Iterator[Hit | Proof]:
    """`with_it`: the tables that were made a moment before, and hold nothing; `young`: those made the day before, which may
    never have been in use."""
    made = set(with_it)
    shown: set[tuple[str, bool]] = set()
    for change in changes:
        table = change.table.lower()
        if table and made.isdisjoint({(table, ""), (last_part(table), ""), (table, change.name.lower())}):
            new = {name for at, name in made if at == table}
            found = _unsafe(change, history.find(change.table), new, locks=locks)
            is_young = table in young
            if found is not None and (found[0], is_young) not in shown:
                shown.add((found[0], is_young))
                words = {
                    "table": change.table,
                    "name": found[2],
                    "to": change.to or change.type or "another",
                    "doubt": "; the table was made no more than a day before, and may hold nothing yet" if is_young else "",
                }
                sure = Confidence.LOW if is_young else found[1]
                yield Hit(change.site, words, found[0], sure, anchor=f"{found[0]} {change.table} {found[2]}")
        made |= set(_made(change, made))
    if changes and not shown:
        yield Proof(changes[0].site, "changes nothing that is in use")


def _made(change: Change, made: set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The table, as (name, ""), or the columns, as (table, name), that a step makes, or gives another name after the
    migration itself has made them: no code that runs knows them."""
    table = change.table.lower()
    match change.kind:
        case "create-table":
            yield table, ""
        case "add":
            yield from ((table, column.name.lower()) for column in change.parts.columns)
        case "rename-table" if (table, "") in made:
            yield change.to.lower(), ""
        case "rename-column" if (table, change.name.lower()) in made:
            yield table, change.to.lower()


def _unsafe(change: Change, draft: Draft | None, new: set[str], *, locks: bool) -> tuple[str, Confidence, str] | None:
    """(message, confidence, what it is about) for a step on a table that was there before."""
    match change.kind:
        case "add" if "there" not in change.sets:
            return _unsafe_part(change, draft, new, locks=locks)
        case "rename-table":
            return "rename", Confidence.HIGH, change.table
        case "rename-column":
            return "rename", Confidence.HIGH, change.name
        case "drop-table":
            return "drop", Confidence.LOW, change.table
        case "drop-column":
            return "drop", Confidence.LOW, change.name
        case "alter-column":
            return _unsafe_alter(change, draft)
        case _:
            return None


def _unsafe_part(change: Change, draft: Draft | None, new: set[str], *, locks: bool) -> tuple[str, Confidence, str] | None:
    for column in change.parts.columns:
        if not column.nullable and not column.default and "filled" not in change.sets:
            return "required", Confidence.HIGH, column.name
    unique, any_index = _held(draft)
    held = [index.columns for index in change.parts.indexes if index.columns not in (unique if index.unique else any_index)]
    held += [key.columns for key in change.parts.uniques if key.columns not in unique]
    held = [columns for columns in held if not all(column.lower() in new for column in columns)]
    if locks and held and not change.concurrently and not change.parts.columns:
        return "index", Confidence.MEDIUM, ", ".join(column or "an expression" for column in held[0])
    return None


def _held(draft: Draft | None) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    """The columns of the unique indexes, and of all, that the table has: a field that is altered keeps them."""
    if draft is None:
        return set(), set()
    unique = {key.columns for key in draft.uniques} | {index.columns for index in draft.indexes if index.unique}
    if draft.primary_key is not None:
        unique.add(draft.primary_key.columns)
    return unique, unique | {index.columns for index in draft.indexes}


def _unsafe_alter(change: Change, draft: Draft | None) -> tuple[str, Confidence, str] | None:
    column = next((c for c in draft.columns if c.name.lower() == change.name.lower()), None) if draft is not None else None
    if "type" not in change.sets or column is None or not column.type or not change.type:
        return None
    old, new = column.type.upper(), change.type.upper()
    if old == new or _is_wider(old, new):
        return None
    return "type", Confidence.MEDIUM, change.name


def _is_wider(old: str, new: str) -> bool:
    """A longer text, which takes no rewriting."""
    was = _SIZE.fullmatch(old)
    if old.startswith("VARCHAR") and new in ("TEXT", "VARCHAR"):
        return True
    will = _SIZE.fullmatch(new)
    return was is not None and will is not None and int(was[1]) <= int(will[1])
