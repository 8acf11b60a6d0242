"""Which columns a parsed statement delivers, sets and asks for. Reads sqlglot's trees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from archlint.facts.sql import Asked, Given

if TYPE_CHECKING:
    from sqlglot.expressions import Expr as Tree

Asking = Literal["is", "range", "like", "null"]
_ASKS: tuple[tuple[tuple[type[Tree], ...], Asking], ...] = (
    ((exp.EQ, exp.In, exp.NullSafeEQ), "is"),
    ((exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between), "range"),
    ((exp.Like, exp.ILike), "like"),
    ((exp.Is,), "null"),
)


def selected(tree: Tree) -> tuple[str, ...]:
    """The columns of its one table that a SELECT delivers as they are."""
    if not isinstance(tree, exp.Select) or _one_table(tree) is None:
        return ()
    items = (item.unalias() for item in tree.expressions)
    return tuple(item.name.lower() for item in items if isinstance(item, exp.Column) and not isinstance(item.this, exp.Star))


def given(tree: Tree, values: frozenset[str]) -> tuple[Given, ...]:
    """The columns that an UPDATE sets, or that an INSERT names."""
    if isinstance(tree, exp.Insert) and isinstance(tree.this, exp.Schema):
        return tuple(Given(column.name.lower()) for column in tree.this.expressions)
    if not isinstance(tree, exp.Update):
        return ()
    found = []
    for item in tree.expressions:
        if isinstance(item, exp.EQ) and isinstance(item.left, exp.Column):
            read = any(_is_column(node, values) for node in item.right.find_all(exp.Column))
            found.append(Given(item.left.name.lower(), read))
    return tuple(found)


def asked(tree: Tree, start: int, values: frozenset[str]) -> tuple[Asked, ...]:
    """What every row has to fulfil: the conditions of a WHERE that are joined by AND, of each query in the statement."""
    found: list[Asked] = []
    for node in tree.find_all(exp.Select, exp.Update, exp.Delete):
        where = node.args.get("where")
        if isinstance(where, exp.Where):
            for condition in _joined(where.this):
                found += _asked(node, condition, start, values)
    return tuple(sorted(set(found), key=lambda each: (each.at, each.column)))


def is_locked(tree: Tree) -> bool:
    """`SELECT … FOR UPDATE`."""
    return bool(tree.args.get("locks"))


def _joined(condition: Tree) -> Iterator[Tree]:
    if isinstance(condition, exp.And):
        yield from _joined(condition.left)
        yield from _joined(condition.right)
    elif isinstance(condition, exp.Paren):
        yield from _joined(condition.this)
    else:
        yield condition


def _asked(query: Tree, condition: Tree, start: int, values: frozenset[str]) -> Iterator[Asked]:
    kind = next((kind for types, kind in _ASKS if isinstance(condition, types)), None)
    if kind is None:
        return
    sides = (condition.this,) if isinstance(condition, exp.In | exp.Between) else (condition.this, condition.expression)
    columns = [side for side in sides if isinstance(side, exp.Column) and _is_column(side, values)]
    if len(columns) != 1:
        return  # a join, or a function of a column
    column = columns[0]
    yield Asked(column.name.lower(), _table_of(query, column), kind, start + int(column.this.meta.get("start", 0)))


def _is_column(node: Tree, values: frozenset[str]) -> bool:
    """No hole or placeholder, which is read as a name."""
    return isinstance(node, exp.Column) and isinstance(node.this, exp.Identifier) and node.name not in values


def _table_of(query: Tree, column: exp.Column) -> str:
    """The table that the column is of; empty where it may be one of several, or of a query."""
    sources = list(_sources(query))
    for source in sources:
        if column.table and column.table.lower() in (source.alias_or_name.lower(), source.name.lower()):
            return _name(source)
    only = sources[0] if len(sources) == 1 else None
    return _name(only) if only is not None and not column.table else ""


def _one_table(query: Tree) -> exp.Table | None:
    sources = list(_sources(query))
    return sources[0] if len(sources) == 1 and isinstance(sources[0], exp.Table) else None


def _sources(query: Tree) -> Iterator[Tree]:
    clause = query.args.get("from_") or query.args.get("from")
    heads = [query.this] if isinstance(query, exp.Update | exp.Delete) else []
    heads += [clause.this] if isinstance(clause, exp.From) else []
    for head in heads:
        if isinstance(head, exp.Expression):  # `DELETE orders WHERE …` has a flag there
            yield head
            yield from (join.this for join in head.args.get("joins") or ())
    yield from (join.this for join in query.args.get("joins") or ())


def _name(source: Tree) -> str:
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
        return ""
    return ".".join(part.name for part in source.parts if isinstance(part, exp.Identifier))
