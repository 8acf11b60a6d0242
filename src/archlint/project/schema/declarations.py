"""Columns, keys and indexes as code declares them: `Column(…)`, a field, `UniqueConstraint(…)`, `Index(…)`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.schema import Column, ForeignKey, Index, Key, Parts
from archlint.facts.syntax import Attribute, CallRef, Collection, Name
from archlint.project.model import Type
from archlint.project.schema.made import Made, Written
from archlint.project.schema.written import Reading
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.project.program import Project

Target = tuple[str, tuple[str, ...]]
"""The table that a key leads to, and its columns there (none: its primary key)."""
Resolve = Callable[[Written], Target | None]
_ENDING = re.compile(r"^\.(\w+)\.(\w+)$")
_HOLE = re.compile(r"\{(\d+(?::\w+)?|:\w+)(?:\|(\d+))?\}")

PYTHON_TYPES = {
    "int": "INTEGER", "str": "VARCHAR", "bool": "BOOLEAN", "float": "FLOAT", "bytes": "BYTEA", "datetime": "TIMESTAMP",
    "date": "DATE", "time": "TIME", "timedelta": "INTERVAL", "Decimal": "NUMERIC", "UUID": "UUID", "dict": "JSON",
    "EmailStr": "VARCHAR", "AnyUrl": "VARCHAR", "HttpUrl": "VARCHAR", "UUID4": "UUID",
}  # fmt: skip
"""Python's types in annotations → SQL."""


@dataclass
class Declared:
    """One column, with what is declared along with it. `field`: the attribute that holds it. `same_type`: its type is
    that of the column that it leads to."""

    column: Column
    primary: bool = False
    unique: bool = False
    indexed: bool = False
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    same_type: bool = False
    unique_name: str = ""

    def complete(self, other: Declared) -> None:
        """With what another declaration of the same column says besides."""
        self.primary, self.unique = self.primary or other.primary, self.unique or other.unique
        self.indexed = self.indexed or other.indexed
        self.foreign_keys = self.foreign_keys or [replace(k, columns=(self.column.name,)) for k in other.foreign_keys]
        self.column = replace(
            self.column,
            type=self.column.type or other.column.type,
            nullable=self.column.nullable and other.column.nullable,
            default=self.column.default or other.column.default,
            generated=self.column.generated or other.column.generated,
            given=self.column.given or other.column.given,
        )

    def parts(self) -> Parts:
        """As parts of a table; a primary key of several columns comes together only in `joined`."""
        name, site = self.column.name, self.column.site
        return Parts(
            columns=(self.column,),
            primary_key=Key((name,), site) if self.primary else None,
            uniques=(Key((name,), site, self.unique_name),) if self.unique and not self.primary else (),
            foreign_keys=tuple(self.foreign_keys),
            indexes=(Index((name,), site),) if self.indexed and not self.unique else (),
        )


def joined(parts: Iterable[Parts]) -> Parts:
    """All of them as one; columns that are each declared a primary key are one key together."""
    every = list(parts)
    keys = [part.primary_key for part in every if part.primary_key is not None]
    columns = tuple(dict.fromkeys(column for key in keys for column in key.columns))
    return Parts(
        columns=tuple(column for part in every for column in part.columns),
        primary_key=replace(keys[0], columns=columns) if keys else None,
        uniques=tuple(key for part in every for key in part.uniques),
        foreign_keys=tuple(key for part in every for key in part.foreign_keys),
        indexes=tuple(index for part in every for index in part.indexes),
    )


class Declarations:
    """Reads declarations of one kind of code. `resolve`: what a model, or its name, is as a table."""

    def __init__(self, project: Project, resolve: Resolve) -> None:
        self.reading = Reading(project)
        self._resolve = resolve

    def column(self, made: Made, name: str = "") -> Declared | None:
        """What a column's constructor says. `name`: the attribute that it is assigned to."""
        part = made.part
        if part.part != "column":
            return None
        items = [(item, self.reading.made(item)) for item in made.rest(part.parts)]
        given = self.reading.text(made.argument(part.name))
        suffix = "" if part.suffix_once and name.endswith(part.suffix) else part.suffix
        own = given or (f"{name}{suffix}" if name else "")
        if not own:
            return None
        declared = Declared(Column(own, made.site), same_type=part.references is not None and not part.dotted)
        self._options(made, declared)
        for item, inner in items:
            if inner is not None:
                self._inside(item, inner, declared)
            elif not declared.column.type and self.reading.text(item) is None:
                declared.column = replace(declared.column, type=self.type_of(item))
        return declared

    def parts(self, items: Iterable[Written]) -> Parts:
        """What columns, constraints and indexes in a list say."""
        found: list[Parts] = []
        for item in items:
            made = self.reading.made(item)
            declared = self.column(made) if made is not None else None
            if declared is not None:
                found.append(declared.parts())
            elif made is not None:
                found.append(self.constraint(made))
        return joined(found)

    def are_all_read(self, made: Made) -> bool:
        """Nothing that a table is given comes from a list, or a function of the project's, that cannot be read."""
        items = made.rest(made.part.parts)
        return not any(name == "*" for name, _ in made.given) and not any(self._is_own_unread(item) for item in items)

    def _is_own_unread(self, item: Written) -> bool:
        entities = self.reading.entities(item.at(item.call.callee)) if item.call is not None else ()
        return any(isinstance(entity, FunctionRef) for entity in entities) and self.reading.made(item) is None

    def constraint(self, made: Made, columns: Callable[[str], str] = str) -> Parts:
        """What a constraint or an index says. `columns`: field name → column name."""
        part, site = made.part, made.site
        name = self.reading.text(made.argument(part.name)) or ""
        if part.part == "foreign-key":
            return self._foreign_key(made, name)
        listed = tuple(columns(self._column_name(item)) for item in self._listed(made))
        partial = made.argument(part.where) is not None
        if part.part == "unique":
            if partial or "" in listed:
                return Parts(indexes=(Index(listed, site, name, True, partial),))
            return Parts(uniques=(Key(listed, site, name),)) if listed else Parts()
        if part.part == "index":
            unique = part.is_unique or bool(self.reading.flag(made.argument(part.unique)))
            method = part.is_method or (self.reading.text(made.argument(part.method)) or "").lower()
            return Parts(indexes=(Index(listed, site, name, unique, partial, method),))
        if part.part == "primary-key":
            return Parts(primary_key=Key(listed, site, name)) if listed else Parts()
        return Parts()

    def _foreign_key(self, made: Made, name: str) -> Parts:
        own = self.reading.names(made.argument(made.part.columns))
        items = self.reading.items(made.argument(made.part.references))
        targets = [self.target(item) for item in items or ()]
        if not own or not targets or targets[0] is None:
            return Parts()
        referred = tuple(column for target in targets if target is not None for column in target[1])
        return Parts(foreign_keys=(ForeignKey(own, targets[0][0], made.site, referred, name),))

    def target(self, written: Written) -> Target | None:
        """`"table.column"`, or an attribute of a model or table."""
        text = self.reading.text(written)
        if text is not None:
            table, _, column = text.rpartition(".")
            return (table, (column,)) if table else (column, ())
        expr = written.expr
        ending = _ENDING.search(self.reading.ending(written))
        if ending is not None:  # behind the name of its schema, which is only known when it runs
            return ending[1], (ending[2],)
        if isinstance(expr, Attribute):
            base = expr.base.base if isinstance(expr.base, Attribute) and expr.base.attr in ("c", "columns") else expr.base
            if isinstance(base, Attribute) and base.attr == "__table__":
                base = base.base
            found = self._resolve(written.at(base))
            return (found[0], (expr.attr,)) if found is not None else None
        return None

    def type_text(self, made: Made) -> str:
        """The SQL type, its length and precision filled in."""
        text = made.part.sql_type or self._wrapped(made) or made.name.rpartition(".")[2].upper()
        values = {m[1]: self.reading.number(made.argument(m[1])) or m[2] or "" for m in _HOLE.finditer(text)}
        if not all(values.values()):
            first = next(iter(values.values()), "")
            text = re.sub(r"\(.*\)", f"({first})" if first and len(values) > 1 else "", text)
        return _HOLE.sub(lambda match: values[match[1]], text)

    def _wrapped(self, made: Made) -> str:
        """What a type of the project's own is kept as: its `impl`."""
        project = self.reading.project
        callee = made.written.at(made.call.callee) if made.call is not None else made.written
        for entity in self.reading.entities(callee):
            klass = project.symbols.classes.get(entity.name) if isinstance(entity, Type) else None
            for binding in project.symbols.scopes(klass.module).bindings(klass.klass.context, "impl") if klass else ():
                statement = klass.module.body.statements[binding.index] if klass and binding.kind == "statement" else None
                if klass is not None and statement is not None and statement.value is not None:
                    return self.type_of(Written(klass.module, statement.value, statement.context))
        return ""

    def type_of(self, written: Written | None) -> str:
        """The SQL type that an expression is."""
        made = self.reading.made(written) if written is not None else None
        if made is not None and made.part.part == "type":
            return self.type_text(made)
        call = written.call if written is not None else None
        expr = call.callee if call is not None else written.expr if written is not None else None
        last = expr.attr if isinstance(expr, Attribute) else expr.id if isinstance(expr, Name) else ""
        return PYTHON_TYPES.get(last) or (last.upper() if last[:1].isupper() else "")

    # One column

    def _options(self, made: Made, declared: Declared) -> None:
        part, reading = made.part, self.reading
        declared.primary = self._is(made, part.primary, part.is_primary)
        declared.unique = self._is(made, part.unique, part.is_unique)
        declared.indexed = self._is(made, part.index, part.is_indexed and not declared.primary)
        generated = self._is(made, part.generated, part.is_generated or (part.is_key_generated and declared.primary))
        nullable = self._is(made, part.nullable, part.is_nullable) and not declared.primary
        filled = made.argument(part.default)
        type_ = self.type_of(made.argument(part.type)) if part.type else ""
        declared.column = replace(
            declared.column,
            type=type_ or (self.type_text(made) if part.sql_type else ""),
            nullable=nullable,
            default=generated or (filled is not None and not reading.is_none(filled)),
            generated=generated,
            given=reading.flag(made.argument(part.counted)) is False,
        )
        target = made.argument(part.references)
        if target is not None:
            self._leads(made, target, declared)

    def _leads(self, made: Made, written: Written, declared: Declared) -> None:
        found = self.target(written) if made.part.dotted else self._resolve(written)
        if found is None:
            return
        given = made.argument(made.part.referenced)
        referred = self._column_name(given) if given is not None else ""
        columns = (referred,) if referred else found[1]
        declared.foreign_keys.append(ForeignKey((declared.column.name,), found[0], declared.column.site, columns))

    def _inside(self, item: Written, inner: Made, declared: Declared) -> None:
        """A positional argument of a column: its type, a key, what fills it."""
        name = declared.column.name
        match inner.part.part:
            case "type":
                declared.column = replace(declared.column, type=self.type_text(inner))
            case "foreign-key":
                target = self.target(item.at(given.expr)) if (given := inner.argument(inner.part.references)) else None
                if target is not None:
                    own = self.reading.text(inner.argument(inner.part.name)) or ""
                    declared.foreign_keys.append(ForeignKey((name,), target[0], declared.column.site, target[1], own))
            case "filled" | "identity":
                counted = inner.part.part == "identity" or declared.column.generated
                declared.column = replace(declared.column, default=True, generated=counted)
            case "primary-key":
                declared.primary = True
            case "unique":
                declared.unique = True
            case _:
                pass

    def _is(self, made: Made, notation: str | None, default: bool) -> bool:
        value = self.reading.flag(made.argument(notation))
        return default if value is None else value

    def _listed(self, made: Made) -> tuple[Written, ...]:
        found = made.rest(made.part.columns)
        if made.part.columns is not None and not made.part.columns.endswith("*"):
            return self.reading.items(found[0]) or found if found else ()
        return found

    def _column_name(self, written: Written) -> str:
        """Of a name, of an attribute of a class or table (`Order.id`, `t.c.id`) or of a pair with its order; empty for an
        expression."""
        if isinstance(written.expr, Collection) and written.expr.items:
            return self._column_name(written.at(written.expr.items[0]))
        text = self.reading.column_name(written)
        if text:
            return text
        expr = written.expr
        if isinstance(expr, Attribute):
            return expr.attr
        if isinstance(expr, Name):
            return self._named_column(written, expr.id)
        if isinstance(expr, CallRef):
            call = written.module.body.calls[expr.index]
            if isinstance(call.callee, Attribute) and call.callee.attr in ("desc", "asc", "nulls_last", "nulls_first"):
                return self._column_name(written.at(call.callee.base))
        return ""

    def _named_column(self, written: Written, name: str) -> str:
        """A column's variable in the body of its class: by its own name, if it has one."""
        made = self.reading.made(written)
        declared = self.column(made, name) if made is not None else None
        return declared.column.name if declared is not None else name
