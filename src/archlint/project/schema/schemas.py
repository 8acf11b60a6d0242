"""The schemas of a project's databases, one for each service and history."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from archlint.facts.findings import Site
from archlint.facts.schema import Change, Column, Schema, Table
from archlint.project.schema.databases import databases_of, users_model
from archlint.project.schema.declarations import Declarations
from archlint.project.schema.history import History
from archlint.project.schema.models import Models
from archlint.project.schema.names import OWN, last_part
from archlint.project.schema.operation_lists import Migration, OperationLists, migrations
from archlint.project.schema.revisions import Revision, Upgrades, revisions_by_folder
from archlint.project.schema.spoken import is_aside, is_dump, spelled_for
from archlint.project.schema.sql_changes import SqlChanges, changes_of, named_changes
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.sql.statements import Sql

_DOWN = re.compile(r"(^|[._-])(down|rollback|revert|undo|drop|teardown)([._-]|$)", re.I)
_DOWN_PART = re.compile(r"^--\s*(?:migrate:down|\+migrate\s+down|\+goose\s+down|rollback\b|!downs|@undo)", re.I | re.M)
_NUMBERED = re.compile(r"^[vV]?\d+")


class Schemas:
    """`all`: what each way of declaring tables says; `tables`: each table once, by the way that decides, without collections
    of documents and dumps of other programs.

    Migrations decide over models, these over DDL files, these over DDL that the program runs."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._sql = SqlChanges(project)
        self.models = Models(project)

    @cached_property
    def dialect(self) -> str:
        """The database in use, as the SQL parser calls it; empty where it is not known."""
        return next(iter(self.dialects), "")

    @cached_property
    def dialects(self) -> tuple[str, ...]:
        """All of the databases that the project runs on, as far as that is known."""
        return databases_of(self._project)

    @cached_property
    def histories(self) -> tuple[tuple[tuple[str, tuple[Change, ...]], ...], ...]:
        """Of each history the migrations in the order in which they are applied: (path, what it changes)."""
        return tuple(history for history in (*self._revisions.values(), *self._lists, *self._files.values()) if history)

    @cached_property
    def newest(self) -> frozenset[str]:
        """The paths of the migrations on which no other stands: what a release would run."""
        found = {steps[-1][0] for steps in self._files.values() if len(steps) > 1}
        for revisions in revisions_by_folder(self._project).values():
            below = {name for revision in revisions for name in revision.down}
            found |= {revision.module.path for revision in revisions if revision.id not in below}
        for program in self._migrations:
            below_lists = {name for migration in program for name in migration.after if name[0] == migration.name[0]}
            found |= {migration.module.path for migration in program if migration.name not in below_lists}
        return frozenset(found)

    @cached_property
    def all(self) -> tuple[Schema, ...]:
        found = [self._schema("migrations", folder, steps) for folder, steps in self._revisions.items()]
        found += [self._schema("migrations", _common([path for path, _ in steps]), steps) for steps in self._lists]
        for (folder, dialect), steps in self._files.items():
            numbered = sum(bool(_NUMBERED.match(posixpath.basename(path))) for path, _ in steps) > 1
            made = self._schema("migrations" if numbered else "statements", folder, steps)
            made = made if numbered else replace(made, tables=tuple(self._of_the_program(made.tables)))
            told = dialect or spelled_for(self._project.sql_files[path] for path, _ in steps) or made.dialect
            found.append(replace(made, dialect=told, is_assumed=self._is_of_another(steps)))
        found = self._not_aside([*found, *self._of_models, *self._of_code])
        order = ("migrations", "models", "statements", "code")
        kept = [schema for schema in found if schema.tables or (schema.doubts and schema.made_by == "migrations")]
        return tuple(sorted(kept, key=lambda s: (order.index(s.made_by), s.dialect != self.dialect, s.folder, s.service)))

    @cached_property
    def tables(self) -> tuple[tuple[Schema, Table], ...]:
        """Each table once a service. Models that no migration makes count where migrations make none of their tables, or
        change some that they did not make: then the history began from the models."""
        taken: set[tuple[str, str]] = set()
        unmade = {(schema.service, last_part(each.name).lower()): each for schema in self.all for each in schema.unmade}
        found: list[tuple[Schema, Table]] = []
        for schema in self.all:
            if schema.documents or (schema.is_assumed and schema.made_by != "models"):
                continue
            keys = {(schema.service, table.name.lower()) for table in schema.tables}
            if schema.made_by == "models" and keys & taken and not keys & unmade.keys() - taken:
                continue
            for table in schema.tables:
                key = schema.service, table.name.lower()
                if key not in taken:
                    found.append((schema, _with_later(table, unmade[key]) if key in unmade else table))
            taken |= keys
        return tuple(found)

    @cached_property
    def by_name(self) -> Mapping[str, tuple[tuple[Schema, Table], ...]]:
        """Lower-case name, without its schema → the tables of that name."""
        found: dict[str, list[tuple[Schema, Table]]] = defaultdict(list)
        for schema, table in self.tables:
            found[table.name.lower()].append((schema, table))
        return {name: tuple(tables) for name, tables in found.items()}

    def declared(self, table: Table, column: str = "") -> tuple[Site, ...]:
        """Where models declare a table, or a column of it, whatever makes it."""
        found = self._declared.get(table.name.lower(), ())
        if not column:
            return tuple(each.site for each in found)
        return tuple(held.site for each in found if (held := each.column(column)) is not None)

    @cached_property
    def _declared(self) -> Mapping[str, list[Table]]:
        found: dict[str, list[Table]] = defaultdict(list)
        for table in (table for schema in self.all if schema.made_by == "models" for table in schema.tables):
            found[table.name.lower()].append(table)
        return found

    # Histories

    @cached_property
    def _revisions(self) -> dict[str, tuple[tuple[str, tuple[Change, ...]], ...]]:
        declarations = Declarations(self._project, lambda _: None)
        upgrades = Upgrades(self._project, declarations, self._sql, self.dialect)

        def steps(revisions: Iterable[Revision]) -> Iterator[tuple[str, tuple[Change, ...]]]:
            for revision in revisions:
                yield revision.module.path, upgrades.changes(revision)

        return {folder: tuple(steps(found)) for folder, found in revisions_by_folder(self._project).items()}

    @cached_property
    def _migrations(self) -> tuple[tuple[Migration, ...], ...]:
        return migrations(self._project)

    @cached_property
    def _lists(self) -> tuple[tuple[tuple[str, tuple[Change, ...]], ...], ...]:
        if not self._migrations:
            return ()
        models = [model for library in self._project.knowledge.libraries for model in library.models.values()]
        names = {name: table for model in models for name, table in model.names.items()}
        user = users_model(self._project)

        def steps(program: tuple[Migration, ...]) -> Iterator[tuple[str, tuple[Change, ...]]]:
            lists = OperationLists(self._project, self._sql, names, user)
            for migration in program:
                yield migration.module.path, lists.changes(migration)

        return tuple(tuple(steps(program)) for program in self._migrations)

    @cached_property
    def _files(self) -> dict[tuple[str, str], tuple[tuple[str, tuple[Change, ...]], ...]]:
        """(folder, the database that the path names) → its SQL files with DDL, in the natural order of their names; ways
        back are left out."""
        found: dict[tuple[str, str], list[tuple[str, tuple[Change, ...]]]] = defaultdict(list)
        files = [s for s in self._project.statements.all if s.built is None and not (s.is_test or s.is_vendored)]
        for sql in sorted(files, key=lambda s: _natural(s.path)):
            folder, name = posixpath.split(sql.path)
            if _DOWN.search(name) or _DOWN.search(posixpath.basename(folder)):
                continue
            changes = tuple(_upward(sql))
            if changes:
                found[folder, self._named_dialect(sql.path)].append((sql.path, changes))
        return {
            key: tuple(steps)
            for key, steps in sorted(found.items())
            if any(change.kind == "create-table" for _, changes in steps for change in changes)
        }

    def _is_of_another(self, steps: Iterable[tuple[str, tuple[Change, ...]]]) -> bool:
        """Files that a server's tool has written, of tables that no code of the project names: another program's."""
        files = list(steps)
        if not all(is_dump(self._project.sql_files[path]) for path, _ in files):
            return False
        made = {last_part(change.table).lower() for _, changes in files for change in changes}
        return self._named_in_code.isdisjoint(made)

    def _of_the_program(self, tables: Iterable[Table]) -> Iterator[Table]:
        """Where a framework's migrations make the tables: those of a file beside them that these or code names. The others
        are what a tool made for itself, or another program's in a dump."""
        for table in tables:
            if not self._migrated or table.name.lower() in self._migrated or table.name.lower() in self._named_in_code:
                yield table

    def _named(self, tables: Sequence[Table]) -> Iterator[Table]:
        """Those that code names, where it names any: the schema of another program's database tells of all."""
        named = [table for table in tables if table.name.lower() in self._named_in_code]
        return iter(named or tables)

    @cached_property
    def _migrated(self) -> frozenset[str]:
        """The tables that migrations of a framework make."""
        steps = (changes for history in (*self._revisions.values(), *self._lists) for _, changes in history)
        made = (change for changes in steps for change in changes if change.kind in ("create-table", "rename-table"))
        return frozenset(last_part(change.to or change.table).lower() for change in made)

    def _not_aside(self, schemas: list[Schema]) -> list[Schema]:
        """Files among documents, in archives and demonstrations make no tables where something else does, else those that code
        names, if it names any."""
        folders = {service.name: service.folder for service in self._project.services.all}
        of_files = {folder for folder, _ in self._files}
        aside = [s.folder in of_files and is_aside(s.folder, folders.get(s.service, "")) for s in schemas]
        if not any(s.tables and not (s.is_assumed or s.documents or left) for s, left in zip(schemas, aside, strict=True)):
            kept = zip(schemas, aside, strict=True)
            return [replace(s, tables=tuple(self._named(s.tables))) if left else s for s, left in kept]
        return [s for s, left in zip(schemas, aside, strict=True) if not left]

    @cached_property
    def _named_in_code(self) -> frozenset[str]:
        """Tables of models, and those of statements in code."""
        written = (sql for sql in self._project.statements.all if sql.built is not None)
        names = {last_part(table).lower() for sql in written for said in sql.facts.statements for table in said.tables}
        return frozenset(names | {last_part(change.table).lower() for change in self.models.changes()})

    def _named_dialect(self, path: str) -> str:
        """The database that folders or the file are named after (`schema/sqlite/001.sql`, `mysql.sql`); empty for none."""
        engines = self._project.knowledge.databases
        named = {engines[word] for word in re.split(r"[/._-]+", path.lower()) if word in engines}
        return named.pop() if len(named) == 1 else ""

    @cached_property
    def _of_models(self) -> list[Schema]:
        found = []
        for documents in (False, True):
            by_service: dict[str, list[Change]] = defaultdict(list)
            for change in self.models.changes(documents=documents):
                module = self.models.module_of(change)
                if module is not None and module.is_production:
                    by_service[self._service(change.site.path)].append(change)
            for service, changes in sorted(by_service.items()):
                made = self._schema("models", _common([c.site.path for c in changes]), (("", tuple(changes)),), service)
                made = replace(made, is_assumed=not self._makes_tables)
                found.append(replace(made, documents=True, dialect="") if documents else made)
        return found

    @cached_property
    def _makes_tables(self) -> bool:
        """Code of the project makes the tables of models, or has migrations do it."""
        knowledge, calls = self._project.knowledge, self._project.calls
        if any(calls.written(name) for name in knowledge.makes_tables) or self.histories:
            return True
        handed = (
            last_name(module.body, argument.value)
            for name in knowledge.hands_over
            for module, call in calls.written(name)
            for argument in call.arguments
        )
        return not knowledge.makes_tables.isdisjoint(handed)

    @cached_property
    def _of_code(self) -> list[Schema]:
        """DDL that production code runs: what makes tables first."""
        texts: dict[str, list[Sql]] = defaultdict(list)
        for sql in self._project.statements.all:
            if sql.built is not None and sql.sink is not None and sql.module is not None and sql.module.is_production:
                texts[sql.path].append(sql)
        by_database: dict[tuple[str, str], list[Change]] = defaultdict(list)
        for path, written in texts.items():
            key = self._service(path), spelled_for(sql.text for sql in written)
            by_database[key] += [change for sql in written for change in named_changes(sql)]
        found = []
        for (service, dialect), changes in sorted(by_database.items()):
            made_or_added = (c for c in _put_in_place(changes) if c.kind in ("create-table", "add"))
            ordered = sorted(made_or_added, key=lambda c: c.kind == "add")
            made = self._schema("code", _common([c.site.path for c in ordered]), (("", tuple(ordered)),), service)
            found.append(replace(made, dialect=dialect or made.dialect))
        return found

    def _service(self, path: str) -> str:
        service = self._project.services.holding(path)
        return service.name if service is not None else ""

    def _schema(
        self,
        made_by: Literal["migrations", "models", "statements", "code"],
        folder: str,
        steps: Iterable[tuple[str, tuple[Change, ...]]],
        service: str | None = None,
    ) -> Schema:
        history = History(shrinks_keys=self.dialect in self._project.knowledge.shrinks_keys)
        paths = []
        for path, changes in steps:
            history.apply(changes)
            paths.append(path)
        own = self._service(paths[-1]) if service is None and paths else service or ""
        tables = tuple(_finished(table, history) for table in history.tables())
        unmade = tuple(history.unmade[name].table() for name in sorted(history.unmade))
        return Schema(made_by, folder, own, self.dialect, tables, tuple(history.doubts), unmade)


def _put_in_place(changes: Sequence[Change]) -> Iterator[Change]:
    """A table that takes the place of another in the same file by the other's name: `DROP TABLE part; ALTER TABLE part_new
    RENAME TO part`."""
    dropped = {(c.site.path, c.table.lower()): c.site.at for c in changes if c.kind == "drop-table"}
    renamed = {(c.site.path, c.table.lower()): c for c in changes if c.kind == "rename-table"}
    for change in changes:
        path, at = change.site.path, change.site.at
        later = renamed.get((path, change.table.lower()))
        if later is not None and at < dropped.get((path, later.to.lower()), at) < later.site.at:
            yield replace(change, table=later.to)
        else:
            yield change


def _upward(sql: Sql) -> Iterator[Change]:
    """What stands before the part that takes it back."""
    down = _DOWN_PART.search(sql.text)
    for change in changes_of(sql):
        if down is None or change.site.at < down.start():
            yield change


def _finished(table: Table, history: History) -> Table:
    """Keys have the type of what they lead to, and names are those that the schema gives."""
    types = {key.columns[0].lower(): key for key in table.foreign_keys if len(key.columns) == 1}

    def typed(column: Column) -> Column:
        key = types.get(column.name.lower())
        if column.type or key is None:
            return column
        return replace(column, type=_type_of(key.table, key.references, history, 6))

    return replace(
        table,
        columns=tuple(typed(column) for column in table.columns),
        uniques=tuple(replace(k, name="") if k.name.startswith(OWN) else k for k in table.uniques),
        foreign_keys=tuple(replace(k, name="") if k.name.startswith(OWN) else k for k in table.foreign_keys),
        indexes=tuple(replace(i, name="") if i.name.startswith(OWN) else i for i in table.indexes),
    )


def _with_later(table: Table, later: Table) -> Table:
    """The table with the keys and indexes that steps add to it which did not make it, where the columns are its own."""
    own = {column.name.lower() for column in table.columns}
    uniques = [key for key in later.uniques if own.issuperset(column.lower() for column in key.columns)]
    indexes = [index for index in later.indexes if own.issuperset(column.lower() for column in index.columns)]
    return replace(table, uniques=(*table.uniques, *uniques), indexes=(*table.indexes, *indexes))


def _type_of(name: str, columns: tuple[str, ...], history: History, depth: int) -> str:
    draft = history.find(name)
    if draft is None or depth == 0:
        return ""
    wanted = columns or (draft.primary_key.columns if draft.primary_key is not None else ())
    column = next((c for c in draft.columns if wanted and c.name.lower() == wanted[0].lower()), None)
    if column is None or column.type:
        return column.type if column is not None else ""
    key = next((k for k in draft.foreign_keys if k.columns == (column.name,)), None)
    return _type_of(key.table, key.references, history, depth - 1) if key is not None else ""


def _natural(path: str) -> list[tuple[int, int | str]]:
    """Numbers in it count as numbers."""
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"(\d+)", path.lower()) if part]


def _common(paths: list[str]) -> str:
    """The folder that holds them all."""
    folders = {posixpath.dirname(path) for path in paths}
    return posixpath.commonpath(folders) if folders and all(folders) else ""
