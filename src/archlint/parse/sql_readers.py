"""What those who read a subquery or a common table take of it. Reads sqlglot's trees."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from sqlglot.expressions import Expr as Tree

_WHOLE = ("distinct", "group", "having", "order", "limit", "offset", "windows", "qualify")
"""Clauses for which the database has every row in its hands, as wide as it is."""


def is_only_counted(tree: Tree, query: Tree | None) -> bool:
    """Do those who read the CTE or subquery ask only whether it has rows, or how many?"""
    while query is not None and isinstance(query.parent, exp.SetOperation):
        query = query.parent
    readers = _readers(tree, query)
    return bool(readers) and all(_takes_no_column(reader) for reader in readers)


def is_narrowed(tree: Tree, query: Tree | None, holes: Collection[str]) -> bool:
    """Does each who reads the CTE or subquery name the columns that it takes?"""
    readers = _readers(tree, query)
    return bool(readers) and all(_names_columns(reader, holes) for reader in readers)


def only_filters(select: exp.Select) -> bool:
    return not any(select.args.get(clause) for clause in _WHOLE)


def _readers(tree: Tree, query: Tree | None) -> list[Tree]:
    holder = query.parent if query is not None else None
    if isinstance(holder, exp.Subquery):
        return [holder]
    if not isinstance(holder, exp.CTE):
        return []
    name = holder.alias.lower()
    return [t for t in tree.find_all(exp.Table) if t.name.lower() == name and t.args.get("db") is None]


def _names_columns(source: Tree, holes: Collection[str]) -> bool:
    select = source.find_ancestor(exp.Select)
    if select is None or source.find_ancestor(exp.From, exp.Join) is None:
        return False
    return not any(item.is_star or (isinstance(item, exp.Column) and item.name in holes) for item in select.expressions)


def _takes_no_column(source: Tree) -> bool:
    """Does the query that reads it deliver nothing of it: inside EXISTS, or only counts and literals?"""
    select = source.find_ancestor(exp.Select)
    if select is None or source.find_ancestor(exp.From, exp.Join) is None:
        return False
    if select.find_ancestor(exp.Exists) is not None:
        return True
    bare = any(isinstance(item, exp.Star) for item in select.expressions)
    return not bare and not any(item.find(exp.Column) for item in select.expressions)
