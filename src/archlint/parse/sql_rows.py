"""How many rows a parsed statement is about: some, at most so many, or all. Reads sqlglot's trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from sqlglot.expressions import Expr as Tree

_PICKING = ("where", "having", "qualify", "using", "joins", "laterals")


def is_filtered(tree: Tree) -> bool:
    """Something picks rows: a condition, a join, a second table."""
    if isinstance(tree, exp.SetOperation):
        return is_filtered(tree.left) and is_filtered(tree.right)
    if isinstance(tree, exp.Subquery):
        return is_filtered(tree.this)
    if any(tree.args.get(name) for name in _PICKING):
        return True
    source = tree.this if isinstance(tree, exp.Update | exp.Delete) else _from(tree)
    if isinstance(tree, exp.Select) and _is_of_some(tree, source):
        return True
    if isinstance(tree, exp.Update | exp.Delete) and (_from(tree) is not None or tree.args.get("tables")):
        return True
    return isinstance(source, exp.Table) and bool(source.args.get("joins"))


def _is_of_some(select: exp.Select, source: Tree | None) -> bool:
    """What it reads is a query that picks rows: in its place, or by the name of a CTE of the statement."""
    if isinstance(source, exp.Subquery):
        return is_filtered(source.this)
    if not isinstance(source, exp.Table) or source.args.get("db") is not None:
        return False
    return any(is_filtered(cte.this) for cte in ctes_of(select) if cte.alias.lower() == source.name.lower())


def is_limited(tree: Tree) -> bool:
    """At most so many rows, or one."""
    if any(tree.args.get(name) for name in ("limit", "fetch", "top")):
        return True
    if isinstance(tree, exp.Subquery):
        return is_limited(tree.this)
    if not isinstance(tree, exp.Select):
        return False
    if _from(tree) is None:
        return True
    items = [item.unalias() for item in tree.expressions]
    aggregated = all(item.find(exp.AggFunc) is not None and item.find(exp.Window) is None for item in items)
    return bool(items) and aggregated and not tree.args.get("group")


def is_of_few(tree: Tree) -> bool:
    """The rows begin with a subquery or CTE that is bounded, by itself or by each that it reads."""
    named = {cte.alias.lower(): cte.this for cte in ctes_of(tree)}
    return isinstance(tree, exp.Select) and _is_bounded_source(_from(tree), named, len(named) + 1)


def is_worked_out(tree: Tree) -> bool:
    """Each row hangs on all others, wherever a page begins: groups put together, or running sums of a query that it reads."""
    if isinstance(tree, exp.SetOperation):
        return all(is_worked_out(side) or bool(side.unnest().args.get("group")) for side in (tree.left, tree.right))
    if isinstance(tree, exp.Subquery):
        return is_worked_out(tree.this)
    if not isinstance(tree, exp.Select):
        return False
    read = [cte.this for cte in ctes_of(tree)]
    source = _from(tree)
    read += [source.this] if isinstance(source, exp.Subquery) else []
    return any(_runs_up(query) for query in read)


def _runs_up(query: Tree) -> bool:
    """`SUM(amount) OVER (ORDER BY at)`"""
    return any(isinstance(w.this, exp.Sum) and w.args.get("order") is not None for w in query.find_all(exp.Window))


def _is_bounded_source(source: Tree | None, named: dict[str, Tree], steps: int) -> bool:
    if isinstance(source, exp.Subquery):
        return _is_bounded(source.this, named, steps)
    if not isinstance(source, exp.Table) or source.args.get("db") is not None or source.name.lower() not in named:
        return False
    return _is_bounded(named[source.name.lower()], named, steps)


def _is_bounded(tree: Tree, named: dict[str, Tree], steps: int) -> bool:
    """It says how many rows it gives at most, or all that it reads are such."""
    if tree.args.get("limit") or tree.args.get("fetch"):
        return True
    if steps == 0:
        return False  # a query that reads itself
    if isinstance(tree, exp.SetOperation):
        return _is_bounded(tree.left, named, steps - 1) and _is_bounded(tree.right, named, steps - 1)
    if isinstance(tree, exp.Subquery):
        return _is_bounded(tree.this, named, steps - 1)
    if not isinstance(tree, exp.Select):
        return False
    sources = (_from(tree), *(join.this for join in tree.args.get("joins") or ()))
    return all(_is_bounded_source(source, named, steps - 1) for source in sources)


def ctes_of(tree: Tree) -> list[exp.CTE]:
    """What stands in the `WITH` in front of a query."""
    clause = tree.args.get("with_") or tree.args.get("with")
    return clause.expressions if isinstance(clause, exp.With) else []


def _from(tree: Tree) -> Tree | None:
    clause = tree.args.get("from_") or tree.args.get("from")
    return clause.this if isinstance(clause, exp.From) else None
