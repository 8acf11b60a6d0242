"""The operations of a migration that calls one after the other: what a call does to the schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.schema import Change, ChangeKind, ForeignKey, Index, Key, Parts
from archlint.facts.syntax import Attribute, Name
from archlint.project.schema.declarations import Declarations
from archlint.project.schema.made import Made, Written
from archlint.project.schema.written import Reading

if TYPE_CHECKING:
    from archlint.project.program import Project

_UNREADABLE = "its {} is not written out"


class Operations:
    """Calls → changes. `declarations` reads the columns and constraints that they are given."""

    def __init__(self, project: Project, declarations: Declarations) -> None:
        self._project = project
        self._declarations = declarations
        self._reading: Reading = declarations.reading
        self._readers: dict[str, Callable[[Made, str], Iterator[Change]]] = {
            "create-table": self._create_table,
            "drop-table": self._drop_table,
            "rename-table": self._rename_table,
            "add-column": self._add_column,
            "drop-column": self._drop_column,
            "alter-column": self._alter_column,
            "create-index": self._create_index,
            "create-unique": self._create_key,
            "create-primary-key": self._create_key,
            "create-foreign-key": self._create_foreign_key,
            "drop-index": self._drop_index,
            "drop-constraint": self._drop_constraint,
        }

    def changes(self, made: Made) -> tuple[Change, ...]:
        """What the call does; a change of kind `unknown` where its table's name is not written out."""
        read = self._readers.get(made.part.part)
        if read is None:
            return ()
        table = self.table(made)
        if table is None:
            return (Change("unknown", "", made.site, _UNREADABLE.format("table")),)
        guarded = bool(self._reading.flag(made.argument(made.part.guarded)))
        asked = made.argument(made.part.concurrently)
        concurrently = asked is not None and self._reading.flag(asked) is not False  # else a switch of the project says it
        return tuple(
            replace(change, guarded=change.guarded or guarded, concurrently=change.concurrently or concurrently)
            for change in read(made, table)
        )

    def table(self, made: Made) -> str | None:
        """The name with its schema; None: not known. Of an index that is dropped it may be left out."""
        given = made.argument(made.part.table)
        if made.part.table is None:
            return self._table_of_batch(made.written)
        if given is None:
            return "" if made.part.part == "drop-index" else None
        name = self._reading.text(given)
        schema = self._reading.text(made.argument(made.part.schema))
        return f"{schema}.{name}" if name is not None and schema else name

    def _table_of_batch(self, written: Written) -> str | None:
        """The table of the block whose variable the method is called on."""
        callee = written.call.callee if written.call is not None else None
        base = callee.base if isinstance(callee, Attribute) else None
        if not isinstance(base, Name):
            return None
        if base.id in written.given:
            made = self._reading.made(written.given[base.id])
            return self.table(made) if made is not None and made.part.part == "batch" else None
        module = written.module
        scopes = self._project.symbols.scopes(module)
        for binding in reversed(scopes.lookup(written.context, base.id, base.at)[1]):
            statement = module.body.statements[binding.index] if binding.kind == "statement" else None
            if statement is not None and statement.kind == "with":
                subject = module.body.contexts[statement.context].subject
                made = self._reading.made(written.at(subject)) if subject is not None else None
                if made is not None and made.part.part == "batch":
                    return self.table(made)
        return None

    def _create_table(self, made: Made, table: str) -> Iterator[Change]:
        parts = self._declarations.parts(made.rest(made.part.parts))
        yield Change("create-table", table, made.site, parts=parts)
        if not self._declarations.are_all_read(made):
            yield Change("unknown", table, made.site, _UNREADABLE.format("list of columns"))

    def _drop_table(self, made: Made, table: str) -> Iterator[Change]:
        yield Change("drop-table", table, made.site)

    def _rename_table(self, made: Made, table: str) -> Iterator[Change]:
        to = self._reading.text(made.argument(made.part.name))
        if to is None:
            yield Change("unknown", table, made.site, _UNREADABLE.format("new name"))
        else:
            yield Change("rename-table", table, made.site, to=to)

    def _add_column(self, made: Made, table: str) -> Iterator[Change]:
        parts = self._declarations.parts(made.rest(made.part.parts))
        if parts.columns:
            yield Change("add", table, made.site, parts=parts)
        else:
            yield Change("unknown", table, made.site, _UNREADABLE.format("column"))

    def _drop_column(self, made: Made, table: str) -> Iterator[Change]:
        yield self._dropped("drop-column", made, table, made.part.column, "column")

    def _dropped(self, kind: ChangeKind, made: Made, table: str, argument: str | None, word: str) -> Change:
        """The end of what an argument names; unknown where it is no text."""
        name = self._reading.text(made.argument(argument))
        if name is None:
            return Change("unknown", table, made.site, _UNREADABLE.format(word))
        return Change(kind, table, made.site, name)

    def _alter_column(self, made: Made, table: str) -> Iterator[Change]:
        part, reading, site = made.part, self._reading, made.site
        name = reading.text(made.argument(part.column))
        if name is None:
            yield Change("unknown", table, site, _UNREADABLE.format("column"))
            return
        sets: list[str] = []
        type_ = made.argument(part.type)
        if type_ is not None:
            sets.append("type")
        nullable = reading.flag(made.argument(part.nullable))
        if nullable is not None:
            sets.append("nullable" if nullable else "not-null")
        default = made.argument(part.default)
        if default is not None:
            sets.append("no-default" if reading.is_none(default) else "default")
        text = self._declarations.type_of(type_)
        if sets:
            yield Change("alter-column", table, site, name, sets=tuple(sets), type=text)
        to = reading.text(made.argument(part.name))
        if to is not None and to != name:
            yield Change("rename-column", table, site, name, to)

    def _columns(self, made: Made) -> tuple[str, ...] | None:
        items = self._reading.items(made.argument(made.part.columns))
        if items is None:
            return None
        return tuple(self._reading.column_name(item) for item in items)

    def _create_index(self, made: Made, table: str) -> Iterator[Change]:
        columns = self._columns(made)
        site = made.site
        if columns is None:
            yield Change("unknown", table, site, _UNREADABLE.format("list of columns"))
            return
        part, reading = made.part, self._reading
        index = Index(
            columns,
            site,
            reading.text(made.argument(part.name)) or "",
            unique=bool(reading.flag(made.argument(part.unique))),
            partial=made.argument(part.where) is not None,
            method=(reading.text(made.argument(part.method)) or "").lower(),
        )
        yield Change("add", table, site, parts=Parts(indexes=(index,)))

    def _create_key(self, made: Made, table: str) -> Iterator[Change]:
        columns = self._columns(made)
        site = made.site
        if not columns or "" in columns:
            yield Change("unknown", table, site, _UNREADABLE.format("list of columns"))
            return
        key = Key(columns, site, self._reading.text(made.argument(made.part.name)) or "")
        is_primary = made.part.part == "create-primary-key"
        parts = Parts(primary_key=key) if is_primary else Parts(uniques=(key,))
        yield Change("add", table, site, parts=parts)

    def _create_foreign_key(self, made: Made, table: str) -> Iterator[Change]:
        columns = self._columns(made)
        target = self._reading.text(made.argument(made.part.references))
        site = made.site
        if not columns or target is None:
            yield Change("unknown", table, site, _UNREADABLE.format("list of columns"))
            return
        referred = self._reading.names(made.argument(made.part.referenced)) or ()
        name = self._reading.text(made.argument(made.part.name)) or ""
        yield Change("add", table, site, parts=Parts(foreign_keys=(ForeignKey(columns, target, site, referred, name),)))

    def _drop_index(self, made: Made, table: str) -> Iterator[Change]:
        yield self._dropped("drop-index", made, table, made.part.name, "name")

    def _drop_constraint(self, made: Made, table: str) -> Iterator[Change]:
        name = self._reading.text(made.argument(made.part.name))
        kind = (self._reading.text(made.argument(made.part.constraint)) or "").lower().replace("foreignkey", "foreign key")
        if name is None:
            yield Change("unknown", table, made.site, _UNREADABLE.format("name"))
        else:
            yield Change("drop-constraint", table, made.site, name, constraint=kind)
