"""Columns that annotations declare: `name: Mapped[str | None]`, and fields of models of which each annotation is one."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from archlint.facts.schema import Column
from archlint.facts.schema_knowledge import SchemaModel
from archlint.facts.syntax import Attribute, Conditional, Constant, Expr, Name, Operation, String, Subscript
from archlint.project.schema.declarations import PYTHON_TYPES, Declarations, Declared
from archlint.project.schema.made import Made, Written

_NO_COLUMN = frozenset({"list", "List", "Sequence", "set", "Set", "ClassVar", "WriteOnlyMapped", "DynamicMapped"})
_NO_FIELD = frozenset({"ClassVar", "BackLink"})


def annotated_column(
    declarations: Declarations,
    name: str,
    annotation: Written,
    declared: Declared | None,
    made: Made | None,
    *,
    model: SchemaModel,
) -> Declared | None:
    """The column that an annotated attribute is. `declared`: what its value says; `made`: what the value is."""
    plain = model.annotated
    reading = declarations.reading
    if made is not None and declared is None:
        return None  # a relation
    inner = _inside(declarations, annotation)
    if inner is None:
        if not plain or name.startswith(("_", "model_config")):
            return declared
        inner = annotation
    parts = list(_alternatives(inner))
    named = [_last(part.expr) for part in parts]
    if any(last in (_NO_FIELD if model.documents else _NO_COLUMN) for last in named) and declared is None:
        return None
    by_alias = next((d for part in parts if (d := _column(declarations, part, name)) is not None), None)
    if declared is not None and by_alias is not None:
        declared.complete(by_alias)
    elif declared is None:
        declared = by_alias or Declared(Column(name, annotation.site))
        if plain and not model.documents and by_alias is None and any(_is_stored(declarations, part) for part in parts):
            return None
    given = made.argument(made.part.nullable) if made is not None else None
    type_ = declared.column.type
    if not type_ and (plain or not declared.foreign_keys):  # else it is that of what the key leads to
        type_ = next((PYTHON_TYPES[last] for last in named if last in PYTHON_TYPES), "")
    nullable = declared.column.nullable
    if reading.flag(given) is None and not declared.primary:
        nullable = "None" in named or "Optional" in named
    declared.column = replace(declared.column, type=type_, nullable=nullable)
    return declared


def _inside(declarations: Declarations, annotation: Written) -> Written | None:
    """`str` of `Mapped[str]`."""
    expr = annotation.expr
    if not isinstance(expr, Subscript) or not expr.index:
        return None
    made = declarations.reading.made(annotation.at(expr.base))
    return annotation.at(expr.index[0]) if made is not None and made.part.part == "annotation" else None


def _alternatives(written: Written) -> Iterator[Written]:
    """The types of a union; `Optional`, `Annotated` and choices by a condition are opened."""
    expr = written.expr
    if isinstance(expr, Conditional):
        yield from _alternatives(written.at(expr.body))
        yield from _alternatives(written.at(expr.orelse))
        return
    if isinstance(expr, Operation) and expr.op == "|":
        for operand in expr.operands:
            yield from _alternatives(written.at(operand))
    elif isinstance(expr, Subscript) and _last(expr.base) in ("Optional", "Union", "Annotated"):
        if _last(expr.base) == "Optional":
            yield written.at(expr.base)
        for item in expr.index:
            yield from _alternatives(written.at(item))
    else:
        yield written


def _column(declarations: Declarations, part: Written, name: str) -> Declared | None:
    """What an alias says (`intpk = Annotated[int, Column(…)]`)."""
    followed = declarations.reading.followed(part)
    for inner in _alternatives(followed):
        made = declarations.reading.made(inner)
        declared = declarations.column(made, name) if made is not None else None
        if declared is not None:
            if not declared.column.type:
                types = [PYTHON_TYPES[last] for one in _alternatives(followed) if (last := _last(one.expr)) in PYTHON_TYPES]
                declared.column = replace(declared.column, type=types[0] if types else "")
            return declared
    return None


def _is_stored(declarations: Declarations, part: Written) -> bool:
    project = declarations.reading.project
    types = (entity for entity in declarations.reading.entities(part) if hasattr(entity, "arguments"))
    return any(project.types.role(entity) == "db-model" for entity in types)  # type: ignore[arg-type]


def _last(expr: Expr) -> str:
    match expr:
        case Name():
            return expr.id
        case Attribute():
            return expr.attr
        case Subscript():
            return _last(expr.base)
        case Constant():
            return "None" if expr.value is None else ""
        case String():
            return expr.value.rpartition(".")[2].split("[")[0]
    return ""
