"""Changes, one after the other, to the tables that there are in the end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from archlint.facts.findings import Site
from archlint.facts.schema import Change, Column, Doubt, ForeignKey, Index, Key, Parts, Table
from archlint.project.schema.names import OWN, is_called, is_same, last_part, named, schema_part

_QUOTES = '"`'
"""`audit"."orders`, which a model says to name the schema: it closes the quotes that its library sets around."""


class Draft:
    """A table on its way."""

    def __init__(self, name: str, site: Site) -> None:
        self.name = name
        self.site = site
        self.columns: list[Column] = []
        self.primary_key: Key | None = None
        self.uniques: list[Key] = []
        self.foreign_keys: list[ForeignKey] = []
        self.indexes: list[Index] = []
        self.doubtful = False
        self._names: set[str] = set()
        """Of the columns, in lower case; kept between steps, as a table may get thousands one by one."""

    def add(self, parts: Parts) -> None:
        """What is there already stays as it is: branches of a migration make the same thing in two ways."""
        if len(self._names) != len(self.columns):
            self._names = {column.name.lower() for column in self.columns}
        new = [column for column in parts.columns if column.name.lower() not in self._names]
        self.columns += new
        self._names.update(column.name.lower() for column in new)
        if parts.primary_key is not None:
            self.primary_key = named(self.name, parts.primary_key, "primary")
            keys = {name.lower() for name in parts.primary_key.columns}
            self.columns = [replace(c, nullable=False) if c.name.lower() in keys else c for c in self.columns]
        self.uniques += [named(self.name, key, "unique") for key in parts.uniques if not _known(key, self.uniques)]
        self.foreign_keys += [
            named(self.name, key, "foreign key") for key in parts.foreign_keys if not _known(key, self.foreign_keys)
        ]
        self.indexes += [index for index in parts.indexes if not _known(index, self.indexes)]

    def drop_column(self, name: str, *, shrinks: bool = False) -> None:
        """`shrinks`: what is left of its primary key stays one."""
        wanted = name.lower()
        self._names.clear()
        self.columns = [column for column in self.columns if column.name.lower() != wanted]
        self.uniques = [key for key in self.uniques if not _has(key.columns, wanted)]
        self.foreign_keys = [key for key in self.foreign_keys if not _has(key.columns, wanted)]
        self.indexes = [index for index in self.indexes if not _has(index.columns, wanted)]
        if self.primary_key is not None and _has(self.primary_key.columns, wanted):
            rest = tuple(column for column in self.primary_key.columns if column.lower() != wanted)
            self.primary_key = replace(self.primary_key, columns=rest) if shrinks and rest else None

    def rename_column(self, name: str, to: str) -> None:
        def renamed(columns: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(to if column.lower() == name.lower() else column for column in columns)

        self._names.clear()
        self.columns = [replace(c, name=to) if c.name.lower() == name.lower() else c for c in self.columns]
        self.uniques = [replace(key, columns=renamed(key.columns)) for key in self.uniques]
        self.foreign_keys = [replace(key, columns=renamed(key.columns)) for key in self.foreign_keys]
        self.indexes = [replace(index, columns=renamed(index.columns)) for index in self.indexes]
        if self.primary_key is not None:
            self.primary_key = replace(self.primary_key, columns=renamed(self.primary_key.columns))

    def alter_column(self, change: Change) -> None:
        for row, column in enumerate(self.columns):
            if column.name.lower() == change.name.lower():
                self.columns[row] = _altered(column, change)

    def drop_index(self, name: str) -> bool:
        """A unique constraint is dropped as the index that holds it, too."""
        before = len(self.indexes) + len(self.uniques)
        self.indexes = [index for index in self.indexes if not is_same(index.name, name)]
        self.uniques = [key for key in self.uniques if not is_same(key.name, name)]
        return len(self.indexes) + len(self.uniques) < before

    def drop_constraint(self, name: str, kind: str) -> bool:
        """By its name, by one that databases give by themselves, or as the only one without a name of its kind."""
        if kind == "primary" and not name and self.primary_key is not None:
            self.primary_key = None
            return True
        for exact in (True, False):
            if self._drop_named(name, kind, exact):
                return True
        return kind == "check"

    def _drop_named(self, name: str, kind: str, exact: bool) -> bool:
        def is_meant(key: Key | ForeignKey, own: str) -> bool:
            if kind and own != kind:
                return False
            return key.name.lower() == name.lower() if exact else is_called(key, name)

        counted = re.fullmatch(rf"{re.escape(last_part(self.name))}_ibfk_(\d+)", name, re.I)
        if counted and not exact and 0 < int(counted[1]) <= len(self.foreign_keys):
            del self.foreign_keys[int(counted[1]) - 1]
            return True
        for key in self.foreign_keys:
            if is_meant(key, "foreign key"):
                self.foreign_keys.remove(key)
                return True
        for unique in self.uniques:
            if is_meant(unique, "unique"):
                self.uniques.remove(unique)
                return True
        if self.primary_key is not None and is_meant(self.primary_key, "primary"):
            self.primary_key = None
            return True
        return False

    def table(self) -> Table:
        keys = {name.lower() for name in self.primary_key.columns} if self.primary_key is not None else set()
        return Table(
            name=last_part(self.name).strip(_QUOTES),
            schema=schema_part(self.name).strip(_QUOTES),
            site=self.site,
            columns=tuple(replace(c, nullable=False) if c.name.lower() in keys else c for c in self.columns),
            primary_key=self.primary_key,
            uniques=tuple(self.uniques),
            foreign_keys=tuple(self.foreign_keys),
            indexes=tuple(self.indexes),
            doubtful=self.doubtful,
        )


class History:
    """Takes changes in their order. `shrinks_keys`: the database takes a dropped column out of the primary key and keeps the
    rest of it, in place of dropping the key as well. `drafts`: lower-case name → table as it is now; `unmade`: likewise what
    is added to tables that no step made; `doubts`: what could not be read."""

    def __init__(self, *, shrinks_keys: bool = False) -> None:
        self._shrinks_keys = shrinks_keys
        self.drafts: dict[str, Draft] = {}
        self.doubts: list[Doubt] = []
        self.unmade: dict[str, Draft] = {}

    def find(self, name: str) -> Draft | None:
        """By the whole name, else by that behind the dot if only one table has it."""
        found = self.drafts.get(name.lower())
        if found is None:
            last = last_part(name).lower()
            same = [draft for key, draft in self.drafts.items() if last_part(key) == last]
            found = same[0] if len(same) == 1 and (schema_part(name) == "" or schema_part(same[0].name) == "") else None
        return found

    def apply(self, changes: Iterable[Change]) -> None:
        for change in changes:
            handler = self._handlers().get(change.kind)
            if handler is not None:
                handler(change)

    def tables(self) -> tuple[Table, ...]:
        """Sorted by name."""
        return tuple(self.drafts[name].table() for name in sorted(self.drafts))

    def _handlers(self) -> dict[str, Callable[[Change], None]]:
        return {
            "create-table": self._create,
            "drop-table": lambda change: self._drop(change.table),
            "rename-table": self._rename,
            "add": self._add,
            "drop-column": self._drop_column,
            "rename-column": self._rename_column,
            "alter-column": self._alter_column,
            "drop-index": self._drop_index,
            "rename-index": self._rename_index,
            "drop-constraint": self._drop_constraint,
            "unknown": self._doubt,
        }

    def _create(self, change: Change) -> None:
        name = change.table.lower()
        draft = self.drafts.get(name)
        if draft is None:
            draft = self.drafts[name] = Draft(change.table, change.site)
        source = self.find(change.copies) if change.copies else None
        if source is not None:
            table = source.table()
            draft.add(Parts(table.columns, table.primary_key, table.uniques, table.foreign_keys, table.indexes))
        draft.add(change.parts)

    def _drop(self, name: str) -> None:
        draft = self.find(name)
        if draft is not None:
            del self.drafts[draft.name.lower()]

    def _rename(self, change: Change) -> None:
        draft = self.find(change.table)
        if draft is None:
            return
        old = draft.name
        schema = schema_part(change.to) or schema_part(old)
        del self.drafts[old.lower()]
        draft.name = f"{schema}.{last_part(change.to)}" if schema else change.to
        self.drafts[draft.name.lower()] = draft
        for other in self.drafts.values():
            other.foreign_keys = [
                replace(key, table=draft.name) if last_part(key.table).lower() == last_part(old).lower() else key
                for key in other.foreign_keys
            ]

    def _known(self, change: Change, what: str) -> Draft | None:
        draft = self.find(change.table)
        if draft is None:
            self.unmade.setdefault(change.table.lower(), Draft(change.table, change.site))
        if draft is None and not change.guarded:
            self.doubts.append(Doubt(change.site, f"{what} of `{change.table}`, which no step made"))
        return draft

    def _add(self, change: Change) -> None:
        draft = self._known(change, "a part") or self.unmade[change.table.lower()]
        draft.add(change.parts)

    def _drop_column(self, change: Change) -> None:
        draft = self._known(change, "a column")
        if draft is not None:
            draft.drop_column(change.name, shrinks=self._shrinks_keys)

    def _rename_column(self, change: Change) -> None:
        draft = self._known(change, "a column")
        if draft is None:
            return
        draft.rename_column(change.name, change.to)
        for other in self.drafts.values():
            other.foreign_keys = [
                replace(key, references=tuple(change.to if c.lower() == change.name.lower() else c for c in key.references))
                if self.find(key.table) is draft
                else key
                for key in other.foreign_keys
            ]

    def _alter_column(self, change: Change) -> None:
        draft = self._known(change, "a column")
        if draft is not None:
            draft.alter_column(change)

    def _drop_index(self, change: Change) -> None:
        draft = self.find(change.table) if change.table else None
        wanted = last_part(change.name)
        if draft is not None and (draft.drop_index(wanted) or draft.drop_constraint(wanted, "unique")):
            return
        for other in [*self.drafts.values(), *self.unmade.values()]:
            if other.drop_index(wanted):
                return

    def _rename_index(self, change: Change) -> None:
        for draft in self.drafts.values():
            draft.indexes = [replace(i, name=change.to) if i.name.lower() == change.name.lower() else i for i in draft.indexes]
            draft.uniques = [replace(k, name=change.to) if k.name.lower() == change.name.lower() else k for k in draft.uniques]

    def _drop_constraint(self, change: Change) -> None:
        draft = self._known(change, "a constraint")
        if draft is None or draft.drop_constraint(change.name, change.constraint) or draft.drop_index(change.name):
            return
        if change.guarded or change.constraint == "check":
            return
        draft.doubtful = True
        self.doubts.append(Doubt(change.site, f"`{change.name}` of `{draft.name}` is dropped, and no step made it"))

    def _doubt(self, change: Change) -> None:
        draft = self.find(change.table) if change.table else None
        if draft is not None:
            draft.doubtful = True
        self.doubts.append(Doubt(change.site, change.name))


def _has(columns: tuple[str, ...], name: str) -> bool:
    return any(column.lower() == name for column in columns)


def _known(part: Key | ForeignKey | Index, there: list[Key] | list[ForeignKey] | list[Index]) -> bool:
    """Is the same part there already, or one of that name?"""
    for other in there:
        if part.name and part.name.lower() == other.name.lower():
            return True
        is_named = bool(part.name) and bool(other.name) and not other.name.startswith(OWN)
        if part.columns == other.columns and not is_named and not isinstance(part, Index):
            return True
    return False


def _altered(column: Column, change: Change) -> Column:
    sets = change.sets
    return replace(
        column,
        type=change.type if "type" in sets and change.type else column.type,
        nullable=True if "nullable" in sets else False if "not-null" in sets else column.nullable,
        default=True if "default" in sets else False if "no-default" in sets else column.default,
    )
