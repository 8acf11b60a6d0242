"""Classes that are tables, and tables that are made by a call: what models say of the schema."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.findings import Site
from archlint.facts.schema import Change, Column, ForeignKey, Key, Parts
from archlint.facts.schema_knowledge import SchemaModel
from archlint.facts.syntax import Attribute, CallRef, Name, Statement, String
from archlint.project.model import Type
from archlint.project.routes.apps import setting_values
from archlint.project.schema.annotated import annotated_column
from archlint.project.schema.declarations import Declarations, Declared, Target, joined
from archlint.project.schema.made import Written
from archlint.project.schema.model_state import group
from archlint.project.schema.names import last_part
from archlint.project.schema.stored_classes import Stored, StoredClasses
from archlint.project.schema.written import Reading
from archlint.project.types.entities import External

if TYPE_CHECKING:
    from archlint.project.names.symbols import ClassDef
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_ANY_NAME = "column"


class Models:
    """All tables that models of production code declare."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._members = project.types.inference.members
        self._reading = Reading(project)
        self._declarations = Declarations(project, self._resolve)
        self._classes = StoredClasses(project)

    def changes(self, module_path: str = "", *, documents: bool = False) -> Iterator[Change]:
        """What makes the tables (or, with `documents`, the collections), of one module or of all: classes in the order of
        their names, then calls."""
        for stored in self._classes.all.values():
            if stored.model.documents != documents:
                continue
            if not module_path or stored.klass.module.path == module_path:
                change = self._of_class(stored)
                if stored.model.inherits == "copies" and not self._named:
                    continue  # a base that declares nothing
                yield change
                yield from self._in_doubt(stored, change)
        if not documents:
            yield from self._of_calls()

    def of_class(self, name: str) -> Change | None:
        """What makes the table of the class with that dotted name; None where it is none of production code."""
        stored = self._classes.all.get(name)
        return self._of_class(stored) if stored is not None else None

    def classes_of(self, table: str) -> tuple[str, ...]:
        """The dotted names of the classes that are stored in the table."""
        return self._by_table.get(last_part(table).lower(), ())

    @cached_property
    def _by_table(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, stored in self._classes.all.items():
            key = last_part(stored.table).lower()
            found[key] = (*found.get(key, ()), name)
        return found

    def type_of(self, written: Written) -> str:
        """The SQL type of what declares a column, `Column(Integer, primary_key=True)`; empty for all else."""
        made = self._reading.made(written)
        declared = self._declarations.column(made, _ANY_NAME) if made is not None else None
        return declared.column.type if declared is not None else ""

    def module_of(self, change: Change) -> Module | None:
        return self._project.modules.by_path.get(change.site.path)

    # What they consist of

    def _of_class(self, stored: Stored) -> Change:
        klass = stored.klass
        declared = list(self._columns(stored))
        parts = [column.parts() for column in declared]
        constraints = list(self._constraints(stored, self._named))
        made = joined([*parts, *constraints])
        key = self._key(stored, made)
        if key is not None:
            made = joined([key, made])
        kind = klass.klass
        return Change(
            "create-table", stored.table, Site(klass.module.path, kind.name_at, kind.name_at + len(kind.name)), parts=made
        )

    def _in_doubt(self, stored: Stored, change: Change) -> Iterator[Change]:
        """A mapped class has a key: where none is found, one of its columns was not understood."""
        if change.parts.primary_key is None and not stored.model.key:
            yield Change("unknown", stored.table, change.site, "its primary key is not understood")

    def _columns(self, stored: Stored) -> Iterator[Declared]:
        """Those of mixins and abstract bases first, the class's own last; a later one of a name takes an earlier's place."""
        found: dict[str, Declared] = {}
        skipped = set(self._classes.bases(stored.above)) if stored.above else set()
        for base in reversed(self._classes.bases(stored.klass.name)):
            if base in skipped:
                continue
            klass = self._project.symbols.classes.get(base)
            brought = self._declared(klass, stored.model) if klass is not None else self._of_library(stored, base)
            for name, declared in brought:
                found.pop(name, None)
                if declared is not None:
                    found[name] = declared
        key = found.get(stored.model.key_field)
        if key is not None:
            key.column, key.primary = replace(key.column, name=stored.model.key.partition(" ")[0], nullable=False), True
        self._named = {name: declared.column.name for name, declared in found.items()}
        yield from found.values()

    def _declared(self, klass: ClassDef, model: SchemaModel) -> Iterator[tuple[str, Declared | None]]:
        """(attribute, its column) of the class's own body; None for one that is no column."""
        module = klass.module
        scopes = self._project.symbols.scopes(module)
        for name in scopes.names(klass.klass.context):
            for binding in scopes.bindings(klass.klass.context, name)[-1:]:
                if binding.kind == "function":
                    yield from self._computed_column(klass, name, binding.index)
                elif binding.kind == "statement":
                    statement = module.body.statements[binding.index]
                    yield from self._of_statement(module, name, statement, model)

    def _of_library(self, stored: Stored, name: str) -> Iterator[tuple[str, Declared | None]]:
        """What a library's base brings along; it stands where the class is named."""
        known = self._project.knowledge.model(name)
        klass = stored.klass
        site = Site(klass.module.path, klass.klass.name_at, klass.klass.name_at + len(klass.klass.name))
        for column, given in known.columns.items() if known is not None else ():
            made = Column(column, site, given.type, given.nullable, given.default or given.generated, given.generated)
            yield column, Declared(made, given.primary, given.unique, given.index)

    def _of_statement(
        self, module: Module, name: str, statement: Statement, model: SchemaModel
    ) -> Iterator[tuple[str, Declared | None]]:
        value = Written(module, statement.value, statement.context) if statement.value is not None else None
        made = self._reading.made(value) if value is not None and isinstance(value.expr, CallRef | Name | Attribute) else None
        declared = self._declarations.column(made, name) if made is not None else None
        if statement.annotation is not None:
            annotation = Written(module, statement.annotation, statement.context)
            inner = made.argument(made.part.name) if made is not None and model.annotated else None
            column = self._reading.made(inner) if inner is not None else None
            if column is not None:
                declared = self._declarations.column(column, name)
            else:
                declared = annotated_column(self._declarations, name, annotation, declared, made, model=model)
        if declared is not None:
            yield name, declared
        elif made is not None and made.part.part == "no-column":
            yield name, None
        elif value is not None and statement.annotation is None and self._reading.is_none(value):
            yield name, None  # takes away what a base declares

    def _computed_column(self, klass: ClassDef, name: str, function: int) -> Iterator[tuple[str, Declared | None]]:
        """A function that gives each class its own column."""
        module = klass.module
        outline = module.outline.functions[function]
        decorators = [self._reading.made(Written(module, d, outline.outer)) for d in outline.decorators]
        if not any(made is not None and made.part.part == "declared" for made in decorators):
            return
        for statement in self._project.symbols.scopes(module).returns.get(function, [])[:1]:
            if statement.value is not None:
                made = self._reading.made(Written(module, statement.value, statement.context))
                declared = self._declarations.column(made, name) if made is not None else None
                if declared is not None:
                    yield name, declared

    def _constraints(self, stored: Stored, columns: dict[str, str]) -> Iterator[Parts]:
        def column(name: str) -> str:
            return columns.get(name, name)

        for path in stored.model.parts:
            for item in self._reading.items(self._classes.lookup(stored.klass, path)) or ():
                made = self._reading.made(item)
                if made is not None:
                    yield self._declarations.constraint(made, column)
        for kind, paths in (("unique", stored.model.unique_together), ("index", stored.model.index_together)):
            for path in paths:
                yield from self._together(self._classes.lookup(stored.klass, path), kind, columns)
        for path in stored.model.flagged_indexes:
            for pair in self._reading.items(self._classes.lookup(stored.klass, path)) or ():
                names, *flags = self._reading.items(pair) or (None,)
                is_unique = any(self._reading.flag(flag) for flag in flags)
                yield from self._together(names, "unique" if is_unique else "index", columns)

        for path in stored.model.listed_indexes:
            for item in self._reading.items(self._classes.lookup(stored.klass, path)) or ():
                yield from self._listed(item, columns)

    def _listed(self, item: Written, columns: dict[str, str]) -> Iterator[Parts]:
        """One item of a list of indexes. One that a library's callable makes is read beside."""
        options = self._reading.pairs(item)
        given = options.get("fields", item)
        one = self._reading.text(given)
        texts = [one] if one is not None else [self._first(part) for part in self._reading.items(given) or ()]
        names = tuple(columns.get(n, n) for text in texts if (n := (text or "").lstrip("+-#$*")))
        if names:
            kind = "unique" if self._reading.flag(options.get("unique")) else "index"
            yield group(kind, "", names, Key(names, item.site))

    def _first(self, part: Written) -> str | None:
        """The column of a pair."""
        text = self._reading.text(part)
        items = self._reading.items(part) if text is None else None
        return self._reading.text(items[0]) if items else text

    def _together(self, written: Written | None, kind: str, columns: dict[str, str]) -> Iterator[Parts]:
        items = self._reading.items(written) or ()
        lists = [items] if items and self._reading.text(items[0]) is not None else [self._reading.items(i) or () for i in items]
        for listed in lists:
            names = tuple(columns.get(n, n) for item in listed if (n := self._reading.text(item)))
            if names and written is not None:
                yield group(kind, "", names, Key(names, written.site))

    def _key(self, stored: Stored, made: Parts) -> Parts | None:
        """The primary key that the class names apart from its columns, or that the library adds."""
        klass, model = stored.klass, stored.model
        if made.primary_key is not None or not model.key:
            return None
        for written in (self._classes.lookup(klass, path) for path in model.key_in):
            named = self._reading.made(written) if written is not None else None
            if named is not None:
                return self._declarations.constraint(named, self._column_of)
            if self._reading.flag(written) is False:
                return None
        site = made.columns[0].site if made.columns else klass.module.start
        name, _, type_ = model.key.partition(" ")
        type_ = self._set_types.get(model.key_setting, type_)
        if model.inherits == "joined" and stored.above:
            above = self._classes.one(stored.above)
            name = f"{stored.above.rpartition('.')[2].lower()}_ptr_id"
            key = ForeignKey((name,), above.table if above is not None else "", site)
            return Parts((Column(name, site, type_, nullable=False),), Key((name,), site), foreign_keys=(key,))
        return Parts((Column(name, site, type_, False, True, True),), Key((name,), site))

    @cached_property
    def _set_types(self) -> dict[str, str]:
        """The meaning of a setting that names the class of a column → the type that it says."""
        project, found = self._project, {}
        library_parts = {name: part for library in project.knowledge.libraries for name, part in library.schema.items()}
        for meaning in {m.key_setting for library in project.knowledge.libraries for m in library.models.values()} - {""}:
            for _, expr, _ in setting_values(project, meaning):
                part = library_parts.get(expr.value) if isinstance(expr, String) else None
                if part is not None and part.sql_type:
                    found[meaning] = part.sql_type
        return found

    def _column_of(self, name: str) -> str:
        """The column of an attribute of the class that is being read."""
        return self._named.get(name, name)

    def _of_calls(self) -> Iterator[Change]:
        for library in self._project.knowledge.libraries:
            for name, part in sorted(library.schema.items()):
                for site in self._project.calls.to(name) if part.part == "table" else ():
                    module = site.module
                    if module.is_test or module.is_migration or module.is_vendored:
                        continue
                    made = self._reading.made(Written(module, site.expr, site.call.context))
                    table = self._reading.text(made.argument(part.table)) if made is not None else None
                    if made is None or table is None:
                        continue
                    schema = self._reading.text(made.argument(part.schema))
                    parts = self._declarations.parts(made.rest(part.parts))
                    if parts.columns:
                        full = f"{schema}.{table}" if schema else table
                        yield Change("create-table", full, made.site, parts=parts)
                        if not self._declarations.are_all_read(made):
                            yield Change("unknown", full, made.site, "columns that could not be read")

    # What references lead to

    def _resolve(self, written: Written) -> Target | None:
        for entity in self._reading.entities(written):
            if isinstance(entity, Type) and entity.name in self._project.symbols.classes:
                table = self._classes.table(entity.name)
                return (table, ()) if table else None
            if isinstance(entity, External):
                first, _, last = entity.name.partition(".")  # its file is not there, as where the build moves files
                return self._by_name(written, last.rpartition(".")[2]) if first in self._project.modules.first_words else None
        name = self._reading.text(written)
        if name is None:
            made = self._reading.made(written)
            named = self._reading.text(made.argument(made.part.table)) if made and made.part.part == "table" else None
            return (named, ()) if named else None
        return self._by_name(written, name)

    def _by_name(self, written: Written, name: str) -> Target | None:
        app, _, last = name.rpartition(".")
        found = self._project.symbols.classes_by_last_name.get(last, ())
        if name == "self":
            row = written.module.body.contexts[written.context].klass
            klass = written.module.outline.classes[row] if row >= 0 else None
            own = self._classes.table(f"{written.module.name}.{klass.qualname}") if klass is not None else ""
            return (own, ()) if own else None
        tables = [t for klass in found if (t := self._classes.table(klass.name))]
        if len(tables) > 1 and app:
            tables = [t for t in tables if t.startswith(f"{app.lower()}_")] or tables
        return (tables[0], ()) if len(set(tables)) == 1 else None
