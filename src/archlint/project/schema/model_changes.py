"""Operations on models → changes of their tables. Each also changes what is known of the models."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from archlint.facts.schema import Change, Index, Parts
from archlint.project.schema.declarations import Declarations, Resolve, joined
from archlint.project.schema.field_changes import FieldChanges, plain
from archlint.project.schema.made import Made, Written
from archlint.project.schema.model_state import AppState, ModelState, group, named_parts
from archlint.project.schema.names import OWN

Reader = Callable[[Made, AppState, str], Iterator[Change]]


class ModelChanges:
    """`of` gives the changes of one operation of an app's migration."""

    def __init__(self, declarations: Declarations, resolve: Resolve, find: Callable[[str], ModelState | None]) -> None:
        self._declarations = declarations
        self._reading = declarations.reading
        self._find = find
        self._fields = FieldChanges(declarations, resolve, find)
        self._readers: dict[str, Reader] = {
            "create-model": self._create,
            "delete-model": self._delete,
            "rename-model": self._rename,
            "alter-table-name": self._alter_table_name,
            "alter-unique": lambda made, _, __: self._alter_group(made, "unique"),
            "alter-indexes": lambda made, _, __: self._alter_group(made, "index"),
            "order": self._order,
            "add-index": self._add_constraint,
            "add-constraint": self._add_constraint,
            "remove-index": self._remove_index,
            "remove-constraint": self._remove_constraint,
            "rename-index": self._rename_index,
        }

    def of(self, made: Made, state: AppState, app: str) -> Iterator[Change]:
        read = self._readers.get(made.part.part)
        for change in read(made, state, app) if read is not None else self._fields.of(made):
            if change.table or change.kind == "unknown":
                yield change

    def _text(self, made: Made, notation: str | None) -> str:
        return self._reading.text(made.argument(notation)) or ""

    def _model(self, made: Made, notation: str | None) -> ModelState | None:
        return self._find(self._text(made, notation))

    # Models

    def _create(self, made: Made, state: AppState, app: str) -> Iterator[Change]:
        name = self._text(made, made.part.name)
        options = self._reading.pairs(made.argument(made.part.options))
        own = self._reading.text(options.get("db_table"))
        is_proxy = bool(self._reading.flag(options.get("proxy")))
        is_managed = self._reading.flag(options.get("managed")) is not False
        table = "" if is_proxy or not is_managed else own or f"{app}_{name}".lower()
        model = ModelState(app, name, table, own is not None, is_managed)
        state.add(model)
        joints: list[Change] = []
        parts: list[Parts] = []
        for item in self._reading.items(made.argument(made.part.parts)) or ():
            pair = self._reading.items(item) or ()
            field_name = self._reading.text(pair[0]) if len(pair) == 2 else None
            if field_name is None:
                continue
            field, joint = self._fields.made(model, field_name, pair[1])
            model.fields[field_name] = field
            joints += joint
            if field.declared is not None:
                parts.append(named_parts(field, field.declared))
        parts += self._options(model, options)
        yield Change("create-table", table, made.site, parts=joined(parts))
        yield from joints

    def _options(self, model: ModelState, options: dict[str, Written]) -> Iterator[Parts]:
        for key, kind in (("unique_together", "unique"), ("index_together", "index")):
            yield from self._groups(model, options.get(key), kind)
        for key in ("indexes", "constraints"):
            for item in self._reading.items(options.get(key)) or ():
                inner = self._reading.made(item)
                if inner is not None:
                    yield self._declarations.constraint(inner, model.column)

    def _groups(self, model: ModelState, written: Written | None, kind: str) -> Iterator[Parts]:
        items = self._reading.items(written) or ()
        lists = [items] if items and self._reading.text(items[0]) is not None else [self._reading.items(i) or () for i in items]
        for listed in lists:
            columns = model.columns(self._reading.text(item) or "" for item in listed)
            if columns and written is not None:
                parts = group(kind, model.table, columns, Index(columns, written.site))
                names = [key.name for key in parts.uniques] + [index.name for index in parts.indexes]
                model.groups.setdefault(kind, []).extend(names)
                yield parts

    def _delete(self, made: Made, state: AppState, app: str) -> Iterator[Change]:  # noqa: ARG002
        model = self._model(made, made.part.name)
        if model is not None:
            state.remove(model)
            yield Change("drop-table", model.table, made.site)
            yield from self._joints_dropped(model, made)

    def _joints_dropped(self, model: ModelState, made: Made) -> Iterator[Change]:
        for field in model.fields.values():
            yield Change("drop-table", field.joint, made.site)

    def _rename(self, made: Made, state: AppState, app: str) -> Iterator[Change]:
        model = self._model(made, made.part.table)
        name = self._text(made, made.part.name)
        if model is None or not name:
            return
        state.remove(model)
        old, model.name = model.name, name
        state.add(model)
        if not model.has_own_table and model.table:
            yield from self._moved(model, f"{app}_{name}".lower(), made)
        for field in model.fields.values():
            if field.joint:
                yield Change("rename-column", field.joint, made.site, f"{old.lower()}_id", f"{name.lower()}_id")

    def _alter_table_name(self, made: Made, state: AppState, app: str) -> Iterator[Change]:  # noqa: ARG002
        model = self._model(made, made.part.name)
        given = made.argument(made.part.table)
        if model is None or not model.table:
            return
        name = self._reading.text(given)
        model.has_own_table = bool(name)
        yield from self._moved(model, name or f"{app}_{model.name}".lower(), made)

    def _moved(self, model: ModelState, table: str, made: Made) -> Iterator[Change]:
        """To another table, the tables of its relations of many to many along with it."""
        old, model.table = model.table, table
        if old != table:
            yield Change("rename-table", old, made.site, to=table)
        for field in model.fields.values():
            if field.joint.startswith(f"{old}_"):
                new = table + field.joint[len(old) :]
                yield Change("rename-table", field.joint, made.site, to=new)
                field.joint = new

    def _alter_group(self, made: Made, kind: str) -> Iterator[Change]:
        model = self._model(made, made.part.name)
        if model is None:
            return
        for name in model.groups.pop(kind, []):
            yield Change("drop-index", model.table, made.site, name, guarded=True)
        for parts in self._groups(model, made.argument(made.part.columns), kind):
            yield Change("add", model.table, made.site, parts=parts)

    def _order(self, made: Made, state: AppState, app: str) -> Iterator[Change]:  # noqa: ARG002
        model = self._model(made, made.part.name)
        if model is None:
            return
        given = made.argument(made.part.column)
        if self._reading.is_none(given):
            yield Change("drop-column", model.table, made.site, "_order", guarded=True)
        else:
            declared = plain("_order", made.written, "INTEGER")
            yield Change("add", model.table, made.site, parts=declared.parts())

    # Indexes and constraints

    def _add_constraint(self, made: Made, state: AppState, app: str) -> Iterator[Change]:  # noqa: ARG002
        model, written = self._model(made, made.part.table), made.argument(made.part.parts)
        inner = self._reading.made(written) if written is not None else None
        if model is None or inner is None:
            return
        parts = self._declarations.constraint(inner, model.column)
        if parts != Parts():
            concurrently = made.part.is_concurrent
            yield Change("add", model.table, made.site, parts=parts, concurrently=concurrently)

    def _remove_index(self, made: Made, state: AppState, app: str) -> Iterator[Change]:  # noqa: ARG002
        model = self._model(made, made.part.table)
        if model is not None:
            name = self._text(made, made.part.name)
            concurrently = made.part.is_concurrent
            yield Change("drop-index", model.table, made.site, name, concurrently=concurrently)

    def _remove_constraint(self, made: Made, state: AppState, app: str) -> Iterator[Change]:  # noqa: ARG002
        model = self._model(made, made.part.table)
        if model is not None:
            name = self._text(made, made.part.name)
            yield Change("drop-constraint", model.table, made.site, name, guarded=True)

    def _rename_index(self, made: Made, state: AppState, app: str) -> Iterator[Change]:  # noqa: ARG002
        model = self._model(made, made.part.table)
        if model is None:
            return
        new, old = self._text(made, made.part.name), self._text(made, made.part.column)
        fields = self._reading.names(made.argument(made.part.columns))
        if not old and fields:
            old = f"{OWN}{model.table}:{'_'.join(model.columns(fields))}:index"
            groups = model.groups.get("index", [])
            if old in groups:
                groups.remove(old)
        if old and new:
            yield Change("rename-index", model.table, made.site, old, new)
