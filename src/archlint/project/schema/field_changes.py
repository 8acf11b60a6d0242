"""Operations on the fields of models → changes of columns and of the tables of relations of many to many."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from archlint.facts.schema import Change, Column
from archlint.project.schema.declarations import Declarations, Declared, Resolve
from archlint.project.schema.made import Made, Written
from archlint.project.schema.model_state import FieldState, ModelState, joint_table, named_parts
from archlint.project.schema.names import OWN

_PRIMARY = "primary_key"
"""A field of a class that nobody knows is the key all the same, if it says so as all others do."""


class FieldChanges:
    """`of` gives the changes of one operation on a field; `made` reads a field."""

    def __init__(self, declarations: Declarations, resolve: Resolve, find: Callable[[str], ModelState | None]) -> None:
        self._declarations = declarations
        self._reading = declarations.reading
        self._resolve = resolve
        self._find = find
        self._readers: dict[str, Callable[[Made], Iterator[Change]]] = {
            "add-field": self._add_field,
            "alter-field": self._alter_field,
            "remove-field": self._remove_field,
            "rename-field": self._rename_field,
        }

    def of(self, made: Made) -> Iterator[Change]:
        read = self._readers.get(made.part.part)
        if read is not None:
            yield from read(made)

    def _text(self, made: Made, notation: str | None) -> str:
        return self._reading.text(made.argument(notation)) or ""

    def _model(self, made: Made, notation: str | None) -> ModelState | None:
        return self._find(self._text(made, notation))

    def made(self, model: ModelState, name: str, written: Written) -> tuple[FieldState, list[Change]]:
        """The field, and the table that it makes besides."""
        inner = self._reading.made(written)
        if inner is None:
            call = written.call
            declared = plain(name, written, "") if call is not None else None
            if declared is not None:
                declared.primary = any(
                    name == _PRIMARY and self._reading.flag(value) for name, value in self._reading.arguments(written)
                )
            return FieldState(declared, own=f"{OWN}{model.table}:{name}"), []
        if inner.part.part == "many-to-many":
            return self._many(model, name, inner)
        declared = self._declarations.column(inner, name)
        is_named = self._reading.text(inner.argument(inner.part.name)) is not None
        own = f"{OWN}{model.table}:{declared.column.name if declared is not None else name}"
        return FieldState(declared, suffix=inner.part.suffix, own=own, is_named=is_named), []

    def _many(self, model: ModelState, name: str, inner: Made) -> tuple[FieldState, list[Change]]:
        if inner.argument(inner.part.through) is not None or not model.table:
            return FieldState(), []
        table = self._text(inner, inner.part.table) or f"{model.table}_{name}"
        target = self._declarations._resolve(inner.argument(inner.part.references) or inner.written)
        other = self._reading.text(inner.argument(inner.part.references)) or ""
        last = other.rpartition(".")[2].lower() or (target[0].rpartition("_")[2] if target is not None else "to")
        one = model.name.lower()
        pair = (f"from_{one}_id", f"to_{one}_id") if other == "self" or last == one else (f"{one}_id", f"{last}_id")
        made = plain("id", inner.written, "")
        parts = joint_table(table, *pair, made, (model.table, target[0] if target is not None else ""))
        return FieldState(joint=table), [Change("create-table", table, inner.written.site, parts=parts)]

    def _add_field(self, made: Made) -> Iterator[Change]:
        model, name = self._model(made, made.part.table), self._text(made, made.part.name)
        written = made.argument(made.part.parts)
        if model is None or not name or written is None:
            yield Change("unknown", model.table if model is not None else "", made.site, "its field is not written out")
            return
        model.fields[name], joints = self.made(model, name, written)
        declared = model.fields[name].declared
        if declared is not None:
            parts = named_parts(model.fields[name], declared)
            yield Change("add", model.table, made.site, parts=parts, sets=("filled",))
        yield from joints

    def _alter_field(self, made: Made) -> Iterator[Change]:
        model, name = self._model(made, made.part.table), self._text(made, made.part.name)
        written = made.argument(made.part.parts)
        if model is None or not name or written is None:
            return
        old = model.fields.get(name)
        if old is not None and (old.joint or (old.declared is not None and self._reading.made(written) is None)):
            return  # of a field of another library's nobody knows what changes
        field, joints = self.made(model, name, written)
        model.fields[name] = field
        new = field.declared
        if old is None or old.declared is None or new is None:
            if new is not None:
                yield Change("add", model.table, made.site, parts=named_parts(field, new), sets=("there",))
            yield from joints
            return
        field.own = old.own
        yield from self._altered(model, field, old.declared, made)

    def _altered(self, model: ModelState, field: FieldState, old: Declared, made: Made) -> Iterator[Change]:
        site, table, new = made.site, model.table, field.declared or old
        before, parts = old.parts(), named_parts(field, new)
        own = field.own
        stays_unique = bool(before.uniques and parts.uniques)
        stays_indexed = bool(before.indexes and parts.indexes)
        if before.foreign_keys:
            yield Change("drop-constraint", table, site, f"{own}:key", guarded=True)
        if before.uniques and not stays_unique:
            yield Change("drop-constraint", table, site, f"{own}:unique", guarded=True)
        if before.indexes and not stays_indexed:
            yield Change("drop-index", table, site, f"{own}:index", guarded=True)
        if old.column.name != new.column.name:
            yield Change("rename-column", table, site, old.column.name, new.column.name)
        sets: list[str] = []
        if old.column.type != new.column.type:
            sets.append("type")
        if old.column.nullable != new.column.nullable:
            sets.append("nullable" if new.column.nullable else "not-null")
        if sets:
            yield Change("alter-column", table, site, new.column.name, sets=tuple(sets), type=new.column.type)
        uniques = () if stays_unique else parts.uniques
        indexes = () if stays_indexed else parts.indexes
        yield Change("add", table, site, parts=replace(parts, columns=(), uniques=uniques, indexes=indexes))

    def _remove_field(self, made: Made) -> Iterator[Change]:
        model, name = self._model(made, made.part.table), self._text(made, made.part.name)
        field = model.fields.pop(name, None) if model is not None else None
        if model is None or field is None:
            return
        if field.declared is not None:
            yield Change("drop-column", model.table, made.site, field.declared.column.name)
        yield Change("drop-table", field.joint, made.site)

    def _rename_field(self, made: Made) -> Iterator[Change]:
        model = self._model(made, made.part.table)
        old, new = self._text(made, made.part.column), self._text(made, made.part.name)
        field = model.fields.pop(old, None) if model is not None else None
        if model is None or field is None or not new:
            return
        model.fields[new] = field
        if field.declared is not None and not field.is_named:
            column = field.declared.column
            field.declared.column = replace(column, name=f"{new}{field.suffix}")
            yield Change("rename-column", model.table, made.site, column.name, field.declared.column.name)
        elif field.joint == f"{model.table}_{old}":
            yield Change("rename-table", field.joint, made.site, to=f"{model.table}_{new}")
            field.joint = f"{model.table}_{new}"


def plain(name: str, written: Written, type_: str) -> Declared:
    """A column of which no more is known."""
    return Declared(Column(name, written.site, type_, nullable=False))
