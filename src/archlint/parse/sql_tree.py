"""What a parsed statement says: its verb, its tables, and what each `*` in it takes. Reads sqlglot's trees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp

from archlint.facts.sql import Star, StarPlace, Statement
from archlint.parse.sql_columns import asked, given, is_locked, selected
from archlint.parse.sql_readers import is_narrowed, is_only_counted, only_filters
from archlint.parse.sql_rows import ctes_of, is_filtered, is_limited, is_of_few, is_worked_out
from archlint.parse.sql_schema import changes

if TYPE_CHECKING:
    from sqlglot.expressions import Expr as Tree

_VERBS: tuple[tuple[type[Tree], str], ...] = (
    (exp.Query, "select"),
    (exp.Values, "select"),
    (exp.Insert, "insert"),
    (exp.Update, "update"),
    (exp.Delete, "delete"),
    (exp.Merge, "merge"),
    (exp.Create, "create"),
    (exp.Alter, "alter"),
    (exp.Drop, "drop"),
    (exp.TruncateTable, "other"),
)


def is_statement(tree: Tree) -> bool:
    """False for what parses only as a bare expression (`foo bar`)."""
    return not isinstance(tree, exp.Condition | exp.Alias | exp.Tuple | exp.Paren | exp.Aliases)


class Names(NamedTuple):
    """The names that stand in the parsed text for holes, and those that stand for placeholders."""

    holes: frozenset[str]
    placeholders: frozenset[str]


def read_tree(tree: Tree, text: str, start: int, end: int, names: Names) -> Statement:
    """The facts of the statement that `text[start:end]` was parsed into."""
    return _Reader(tree, text, start, names).read(end)


@dataclass
class _Sources:
    """What a projection's star expands: tables, whether something of it is unknown, or a function's result."""

    tables: list[str] = field(default_factory=list)
    opaque: bool = False
    function: bool = False


class _Reader:
    def __init__(self, tree: Tree, text: str, start: int, names: Names) -> None:
        self.tree = tree
        self.text = text
        self.start = start
        self.holes = names.holes
        self.values = names.holes | names.placeholders

    def read(self, end: int) -> Statement:
        verb = next((word for kind, word in _VERBS if isinstance(self.tree, kind)), "other")
        creates = str(self.tree.args.get("kind") or "").lower() if verb in ("create", "alter", "drop") else ""
        stars = sorted((star for node in self.tree.find_all(exp.Star) if (star := self.star(node))), key=lambda s: s.at)
        return Statement(
            at=self.start,
            end=end,
            verb=verb,
            tables=tuple(dict.fromkeys(name for _, name in sorted(self.tables()))),
            writes=tuple(dict.fromkeys(self.written())),
            stars=tuple(stars),
            creates=creates,
            temporary=verb == "create" and self.tree.find(exp.TemporaryProperty) is not None,
            changes=changes(self.tree, self.start, end, self.holes),
            filtered=is_filtered(self.tree),
            limited=is_limited(self.tree),
            offset=self.offset_value(),
            selects=selected(self.tree),
            gives=given(self.tree, self.values),
            asks=asked(self.tree, self.start, self.values),
            locks=is_locked(self.tree),
            of_few=is_of_few(self.tree) or is_worked_out(self.tree),
        )

    def offset_value(self) -> int:
        """Where the value of an OFFSET stands: of `(:page - 1) * 50` what is given, and not how much it is worth."""
        clause = self.tree.args.get("offset")
        if not isinstance(clause, exp.Offset):
            return -1
        value = clause.expression
        if isinstance(value, exp.Subquery) or (isinstance(value, exp.Literal) and value.name == "0"):
            return -1
        starts = [(isinstance(n, exp.Literal), int(n.meta["start"])) for n in value.walk() if "start" in n.meta]
        return self.start + min(starts)[1] if starts else -1

    # Tables

    def tables(self) -> Iterator[tuple[int, str]]:
        for table in self.tree.find_all(exp.Table):
            if isinstance(table.this, exp.Identifier) and not self.is_cte(table):
                yield self.offset(table.this), self.name(table)

    def written(self, tree: Tree | None = None) -> Iterator[str]:
        """The tables that the whole statement writes, or the one inside a CTE."""
        tree = tree or self.tree
        if isinstance(tree, exp.TruncateTable):
            targets = tree.expressions
        elif isinstance(tree, exp.Drop):
            targets = [tree.this, *(tree.args.get("tables") or ())]
        elif isinstance(tree, exp.DML | exp.Merge | exp.Create | exp.Alter):
            targets = [tree.this]
        else:
            return
        for target in targets:
            table = target.this if isinstance(target, exp.Schema) else target
            if isinstance(table, exp.Table) and isinstance(table.this, exp.Identifier):
                yield self.name(table)

    def name(self, table: exp.Table) -> str:
        """The table as written, holes included."""
        parts = [part for part in table.parts if isinstance(part, exp.Identifier)]
        if parts and "start" in parts[0].meta and "end" in parts[-1].meta:
            written = self.text[self.start + parts[0].meta["start"] : self.start + parts[-1].meta["end"] + 1]
            return written.replace('"', "").replace("`", "").replace("[", "").replace("]", "")
        return ".".join(part.name for part in parts)

    def offset(self, node: Tree) -> int:
        return self.start + int(node.meta.get("start", 0))

    # Stars

    def star(self, node: exp.Star) -> Star | None:
        column = node.parent if isinstance(node.parent, exp.Column) else None
        item: Tree = column or node
        qualifier = column.table if column is not None else ""
        holder = item.parent
        while isinstance(holder, exp.Alias):
            holder = holder.parent
        place: StarPlace
        sources = _Sources()
        if isinstance(holder, exp.Select) and item.arg_key == "expressions":
            self.expand(holder, qualifier.lower(), sources)
            place = self.place(holder, sources)
        elif isinstance(holder, exp.Returning):
            place = "exists" if is_only_counted(self.tree, holder.parent) else "returning"
            # A hole for the columns of the query that reads the rows stands for a list of them.
            place = "narrowed" if place == "returning" and is_narrowed(self.tree, holder.parent, ()) else place
            sources.tables.extend(self.written(holder.parent))
        elif isinstance(holder, exp.Func | exp.Distinct):
            place = "count"
        else:
            place = "function"
        at = self.offset(node)
        return Star(at, at + 1, qualifier, place, tuple(dict.fromkeys(sources.tables)))

    def place(self, select: exp.Select, sources: _Sources) -> StarPlace:
        if select.find_ancestor(exp.Exists) is not None or _fetches_nothing(select) or is_only_counted(self.tree, select):
            return "exists"
        if not sources.tables:
            if sources.opaque:
                return "opaque"
            return "function" if sources.function else "over-named"
        node: Tree = select
        while isinstance(node.parent, exp.SetOperation) or (
            isinstance(node.parent, exp.Subquery | exp.Paren)
            and isinstance(node.parent.parent, exp.SetOperation | exp.Insert | exp.Create)
        ):
            node = node.parent
        match node.parent:
            case None:
                return "select"
            case exp.Insert() as insert if node.arg_key == "expression":
                return "copy" if insert.args.get("by_name") else "insert-select"
            case exp.Create() as create:
                return "view" if "VIEW" in str(create.args.get("kind", "")).upper() else "copy"
            case _:
                narrowed = only_filters(select) and is_narrowed(self.tree, select, self.holes)
                return "narrowed" if narrowed else "nested"

    def expand(self, select: exp.Select, qualifier: str, into: _Sources) -> None:
        """Adds what the star of `select` takes: of the source called `qualifier`, or of all."""
        found = False
        for source in _sources(select):
            if not qualifier or source.alias_or_name.lower() == qualifier or _table_name(source) == qualifier:
                found = True
                self.add(source, into)
        if not found:  # an outer query's source, or a row variable (`NEW.*`)
            outer = select.find_ancestor(exp.Select)
            if outer is not None and qualifier:
                self.expand(outer, qualifier, into)
            else:
                into.function = True

    def add(self, source: Tree, into: _Sources) -> None:
        if isinstance(source, exp.Lateral):
            source = source.this
        if isinstance(source, exp.Subquery):
            inner = source.this
            if isinstance(inner, exp.Table):  # `(name)` or `({a whole query})`
                if inner.name in self.holes:
                    into.opaque = True
                else:
                    self.add(inner, into)
                    for join in inner.args.get("joins") or ():
                        self.add(join.this, into)
            elif isinstance(inner, exp.Query) and self.is_unknown(inner):
                into.opaque = True
        elif isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            if self.is_cte(source):
                return
            into.tables.append(self.name(source))
        else:
            into.function = True

    def is_unknown(self, query: exp.Query) -> bool:
        """Does it deliver what a hole says? Its own star, if it has one, is judged where it stands."""
        return any(
            isinstance(item, exp.Column) and item.name in self.holes
            for select in query.find_all(exp.Select)
            if select is query
            for item in select.expressions
        )

    def is_cte(self, table: exp.Table) -> bool:
        """Is the name that of a CTE in whose statement it stands?"""
        if table.args.get("db") is not None:
            return False
        wanted = table.name.lower()
        node: Tree | None = table
        while node is not None:
            if any(cte.alias.lower() == wanted for cte in ctes_of(node)):
                return True
            node = node.parent
        return False


def _sources(select: exp.Select) -> Iterator[Tree]:
    """What stands in FROM, in order, joined ones included."""
    clause = select.args.get("from_") or select.args.get("from")
    heads = [clause.this] if isinstance(clause, exp.From) else []
    heads += [join.this for join in select.args.get("joins") or ()]
    heads += list(select.args.get("laterals") or ())
    for head in heads:
        yield head
        for join in head.args.get("joins") or ():
            yield join.this


def _table_name(source: Tree) -> str:
    return source.name.lower() if isinstance(source, exp.Table) and not source.alias else ""


def _fetches_nothing(select: exp.Select) -> bool:
    """`LIMIT 0` or `WHERE FALSE`, `WHERE 1 = 0`: asked for the sake of asking."""
    limit = select.args.get("limit")
    if isinstance(limit, exp.Limit) and isinstance(limit.expression, exp.Literal) and limit.expression.name == "0":
        return True
    where = select.args.get("where")
    condition = where.this if isinstance(where, exp.Where) else None
    if isinstance(condition, exp.Boolean):
        return not condition.this
    if isinstance(condition, exp.EQ):
        left, right = condition.left, condition.right
        return isinstance(left, exp.Literal) and isinstance(right, exp.Literal) and left.name != right.name
    return False
