"""What a statement changes in the schema: CREATE, ALTER, DROP of tables and indexes. Reads sqlglot's trees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlglot import exp

from archlint.facts.findings import Site
from archlint.facts.schema import Change, Column, ForeignKey, Index, Key, Parts

if TYPE_CHECKING:
    from sqlglot.expressions import Expr as Tree

_SERIAL = {"SERIAL": "INT", "BIGSERIAL": "BIGINT", "SMALLSERIAL": "SMALLINT"}
_OF_FILES = re.compile(r"^connector$|^format-version$|\bformat\b")
"""Properties of tables that an engine of queries reads elsewhere."""
_SORTED = "mergetree"
_PASSING = frozenset(
    {"kafka", "rabbitmq", "nats", "s3queue", "null", "buffer", "distributed", "url", "file", "log", "tinylog", "stripelog"}
)
"""Engines of tables that hold no rows, or none by a key: they hand on what comes, or read it elsewhere (ClickHouse)."""
_CONSTRAINTS = {"FOREIGN KEY": "foreign key", "PRIMARY KEY": "primary", "CHECK": "check", "CONSTRAINT": ""}


def changes(tree: Tree, start: int, end: int, holes: frozenset[str]) -> tuple[Change, ...]:
    """What the statement, parsed from `text[start:end]`, does to the schema; sites count in that text. `holes`: the names
    that stand for what is not known."""
    reader = _Reader(start, end)
    found: Iterable[Change] = ()
    if isinstance(tree, exp.Create):
        found = reader.created(tree)
    elif isinstance(tree, exp.Alter):
        found = reader.altered(tree)
    elif isinstance(tree, exp.Drop):
        found = reader.dropped(tree)
    return tuple(_without_holes(change, holes) for change in found)


def _without_holes(change: Change, holes: frozenset[str]) -> Change:
    """Of a table or column with a name that is not known, nothing is said but that it is there."""
    if change.kind == "unknown" or not holes:
        return change
    parts = change.parts
    names = [*change.table.split("."), change.name, *change.to.split("."), *(column.name for column in parts.columns)]
    names += [name for listed in (parts.indexes, parts.uniques, parts.foreign_keys) for part in listed for name in part.columns]
    if holes.isdisjoint(names):
        return change
    table = change.table if holes.isdisjoint(change.table.split(".")) else ""
    return Change("unknown", table, change.site, "a name in it is not known")


class _Reader:
    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.whole = Site("", start, end)

    def site(self, node: Tree) -> Site:
        """Of the node's own name, or of the first one in it."""
        for inner in node.walk():
            if isinstance(inner, exp.Identifier) and "start" in inner.meta:
                return Site("", self.start + inner.meta["start"], self.start + inner.meta["end"] + 1)
        return self.whole

    # Statements

    def created(self, tree: exp.Create) -> Iterator[Change]:
        kind = str(tree.args.get("kind") or "").upper()
        if kind == "INDEX" and isinstance(tree.this, exp.Index):
            yield self.index_created(tree, tree.this)
        if kind != "TABLE" or tree.find(exp.TemporaryProperty) is not None:
            return
        table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        if not isinstance(table, exp.Table):
            return
        items = tree.this.expressions if isinstance(tree.this, exp.Schema) and not _holds_no_rows(tree) else ()
        copied = next(iter(tree.find_all(exp.LikeProperty, exp.InheritsProperty, exp.PartitionedOfProperty)), None)
        source = copied.find(exp.Table) if copied is not None else None
        yield Change(
            "create-table",
            _name(table),
            self.site(table),
            parts=self.sorted_by(tree, self.parts(items)),
            guarded=bool(tree.args.get("exists")),
            copies=_name(source) if source is not None else "",
        )
        if isinstance(tree.expression, exp.Query):
            yield Change("unknown", _name(table), self.whole, "its columns are those of a query")

    def sorted_by(self, tree: exp.Create, made: Parts) -> Parts:
        """What a table that is kept in order is sorted by is its key, where it names no other (ClickHouse's MergeTree)."""
        said = tree.args.get("properties")
        engine, order = (said.find(exp.EngineProperty), said.find(exp.Order)) if said is not None else (None, None)
        if made.primary_key is not None or engine is None or order is None or not engine.this.name.lower().endswith(_SORTED):
            return made
        columns = _columns(order.find_all(exp.Column))
        return replace(made, primary_key=Key(columns, self.site(order))) if columns else made

    def index_created(self, tree: exp.Create, index: exp.Index) -> Change:
        table = index.args.get("table")
        parameters = index.args.get("params")
        columns = parameters.args.get("columns") if parameters is not None else None
        using = parameters.args.get("using") if parameters is not None else None
        made = Index(
            columns=tuple(_column(item) for item in columns or ()),
            site=self.site(index),
            name=index.name,
            unique=bool(tree.args.get("unique")),
            partial=parameters is not None and parameters.args.get("where") is not None,
            method=using.name.lower() if using is not None else "",
        )
        return Change(
            "add",
            _name(table) if isinstance(table, exp.Table) else "",
            self.whole,
            parts=Parts(indexes=(made,)),
            guarded=bool(tree.args.get("exists")),
            concurrently=bool(tree.args.get("concurrently")),
        )

    def dropped(self, tree: exp.Drop) -> Iterator[Change]:
        kind = str(tree.args.get("kind") or "").upper()
        targets = [tree.this, *(tree.args.get("tables") or ())]
        named = [target for target in targets if isinstance(target, exp.Table)]
        cluster = tree.args.get("cluster")
        owner = cluster.this if cluster is not None and isinstance(cluster.this, exp.Table) else None
        for target in named:
            guarded = bool(tree.args.get("exists"))
            if kind == "TABLE":
                yield Change("drop-table", _name(target), self.whole, guarded=guarded)
            elif kind == "INDEX":
                table = _name(owner) if owner is not None else ""
                concurrently = bool(tree.args.get("concurrently"))
                yield Change("drop-index", table, self.whole, target.name, guarded=guarded, concurrently=concurrently)

    def altered(self, tree: exp.Alter) -> Iterator[Change]:
        kind = str(tree.args.get("kind") or "").upper()
        if not isinstance(tree.this, exp.Table):
            return
        table = _name(tree.this)
        for action in tree.args.get("actions") or ():
            if kind == "INDEX":
                if isinstance(action, exp.AlterRename):
                    yield Change("rename-index", "", self.whole, table.rpartition(".")[2], action.name)
            elif kind == "TABLE":
                not_valid = bool(tree.args.get("not_valid"))
                for change in self.action(table, action):
                    yield replace(change, concurrently=change.concurrently or not_valid)

    def action(self, table: str, action: Tree) -> Iterator[Change]:
        match action:
            case exp.ColumnDef():
                guarded = bool(action.args.get("exists"))
                yield Change("add", table, self.site(action), parts=self.parts([action]), guarded=guarded)
            case exp.AddConstraint():
                yield Change("add", table, self.site(action), parts=self.parts(action.expressions))
            case exp.Drop():
                yield from self.action_drop(table, action)
            case exp.AlterColumn():
                yield self.column_altered(table, action)
            case exp.ModifyColumn():
                yield from self.column_modified(table, action)
            case exp.RenameColumn():
                yield Change("rename-column", table, self.site(action), action.this.name, action.args["to"].name)
            case exp.AlterRename():
                yield Change("rename-table", table, self.whole, to=_name(action.this))
            case _:
                return

    def action_drop(self, table: str, action: exp.Drop) -> Iterator[Change]:
        kind = str(action.args.get("kind") or "").upper()
        named = [action.this, *(action.args.get("tables") or ())]
        for target in (node for node in named if node is not None):
            guarded = bool(action.args.get("exists"))
            if kind == "COLUMN":
                yield Change("drop-column", table, self.site(action), target.name, guarded=guarded)
            elif kind == "INDEX":
                yield Change("drop-index", table, self.site(action), target.name, guarded=guarded)
            elif kind in _CONSTRAINTS:
                name = "" if kind == "PRIMARY KEY" else target.name
                yield Change("drop-constraint", table, self.site(action), name, guarded=guarded, constraint=_CONSTRAINTS[kind])

    def column_altered(self, table: str, action: exp.AlterColumn) -> Change:
        sets: list[str] = []
        dtype = action.args.get("dtype")
        if dtype is not None:
            sets.append("type")
        allow = action.args.get("allow_null")
        if allow is not None:
            sets.append("nullable" if allow else "not-null")
        if action.args.get("default") is not None:
            sets.append("default")
        elif action.args.get("drop") and allow is None:
            sets.append("no-default")
        return Change("alter-column", table, self.site(action), action.name, sets=tuple(sets), type=_type(dtype))

    def column_modified(self, table: str, action: exp.ModifyColumn) -> Iterator[Change]:
        column = self.parts([action.this]).columns[0]
        old = action.args.get("rename_from")
        if old is not None and old.name != column.name:
            yield Change("rename-column", table, self.site(action), old.name, column.name)
        sets = ("type", "nullable" if column.nullable else "not-null", "default" if column.default else "no-default")
        yield Change("alter-column", table, self.site(action), column.name, sets=sets, type=column.type)

    # What tables consist of

    def parts(self, items: Iterable[Tree]) -> Parts:
        made = Parts()
        for item in items:
            made = self.constraint(item, made, "", None) if not isinstance(item, exp.ColumnDef) else self.column(item, made)
        return made

    def column(self, item: exp.ColumnDef, made: Parts) -> Parts:
        type_ = _type(item.args.get("kind"))
        kinds = [c.args.get("kind") for c in item.args.get("constraints") or () if isinstance(c, exp.ColumnConstraint)]
        counted = type_ in _SERIAL or any(
            isinstance(k, exp.AutoIncrementColumnConstraint | exp.GeneratedAsIdentityColumnConstraint) for k in kinds
        )
        filled = any(isinstance(k, exp.DefaultColumnConstraint | exp.ComputedColumnConstraint) for k in kinds)
        required = any(isinstance(k, exp.NotNullColumnConstraint) and not k.args.get("allow_null") for k in kinds)
        is_primary = any(isinstance(k, exp.PrimaryKeyColumnConstraint) for k in kinds)
        column = Column(
            item.name,
            self.site(item),
            _SERIAL.get(type_, type_),
            nullable=not (required or is_primary or type_ in _SERIAL),
            default=filled or counted,
            generated=counted,
        )
        made = replace(made, columns=(*made.columns, column))
        for constraint in item.args.get("constraints") or ():
            if isinstance(constraint, exp.ColumnConstraint):
                named = constraint.args.get("this")
                made = self.constraint(constraint.args["kind"], made, named.name if named is not None else "", column)
        return made

    def constraint(self, item: Tree, made: Parts, name: str, of: Column | None) -> Parts:
        """`made` with what the constraint adds; `of`: the column behind which it is written."""
        site = of.site if of is not None else self.site(item)
        own = (of.name,) if of is not None else ()
        match item:
            case exp.Constraint():
                for inner in item.expressions:
                    made = self.constraint(inner, made, item.name, None)
            case exp.PrimaryKeyColumnConstraint():
                return replace(made, primary_key=Key(own, site, name))
            case exp.PrimaryKey():
                return replace(made, primary_key=Key(_columns(item.expressions), site, name))
            case exp.UniqueColumnConstraint():
                listed = item.this if isinstance(item.this, exp.Schema) else None
                columns = _columns(listed.expressions) if listed is not None else own
                called = name or (listed.name if listed is not None else "")
                return replace(made, uniques=(*made.uniques, Key(columns, site, called)))
            case exp.IndexColumnConstraint():
                method = str(item.args.get("kind") or "").lower()
                index = Index(_columns(item.expressions), site, item.name, method=method)
                return replace(made, indexes=(*made.indexes, index))
            case exp.ForeignKey():
                key = _reference(item.args.get("reference"), _columns(item.expressions), site, name)
                return replace(made, foreign_keys=(*made.foreign_keys, *key))
            case exp.Reference():
                return replace(made, foreign_keys=(*made.foreign_keys, *_reference(item, own, site, name)))
            case _:
                pass
        return made


def _reference(item: Tree | None, columns: tuple[str, ...], site: Site, name: str) -> tuple[ForeignKey, ...]:
    target = item.this if isinstance(item, exp.Reference) else None
    table = target.this if isinstance(target, exp.Schema) else target
    if not isinstance(table, exp.Table):
        return ()
    referred = _columns(target.expressions) if isinstance(target, exp.Schema) else ()
    return (ForeignKey(columns, _name(table), site, referred, name),)


def _holds_no_rows(tree: exp.Create) -> bool:
    """A table that hands on what comes, or that lies in files, where nothing has a key (`USING iceberg`)."""
    said = tree.args.get("properties")
    if said is None:
        return False
    engine = said.find(exp.EngineProperty)
    if engine is not None and engine.this.name.lower() in _PASSING:
        return True
    named = (each.name.lower() for each in said.find_all(exp.Property))
    return said.find(exp.FileFormatProperty) is not None or any(_OF_FILES.search(name) for name in named)


def _name(table: exp.Table) -> str:
    return ".".join(part.name for part in table.parts if isinstance(part, exp.Identifier))


def _columns(items: Iterable[Tree]) -> tuple[str, ...]:
    return tuple(_column(item) for item in items)


def _column(item: Tree) -> str:
    """The column's name; empty for an expression."""
    while isinstance(item, exp.Ordered | exp.ColumnPrefix | exp.Paren | exp.Opclass):
        item = item.this
    return item.name if isinstance(item, exp.Column | exp.Identifier | exp.ColumnDef) else ""


def _type(kind: Tree | None) -> str:
    return kind.sql().upper() if isinstance(kind, exp.DataType | exp.Identifier | exp.Var | exp.Column) else ""
