"""What migrations of models know while they run: each model's table, and the column of each of its fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from dataclasses import replace as changed

from msgspec.structs import replace

from archlint.facts.schema import ForeignKey, Index, Key, Parts
from archlint.project.schema.declarations import Declared
from archlint.project.schema.names import OWN


@dataclass
class FieldState:
    """One field: its column, or the table of a relation of many to many."""

    declared: Declared | None = None
    joint: str = ""
    suffix: str = ""
    own: str = ""
    """Begins the names of its keys and indexes: table and column as they were when it was made."""
    is_named: bool = False
    """Its column has a name of its own, which stays when the field is renamed."""

    def copied(self) -> FieldState:
        """One that changes without this one."""
        declared = self.declared
        if declared is not None:
            declared = changed(declared, foreign_keys=list(declared.foreign_keys))
        return changed(self, declared=declared)


@dataclass
class ModelState:
    """One model. `table` is empty for one without (a proxy). `groups`: `unique` or `index` → the names of what was made
    of its lists of fields."""

    app: str
    name: str
    table: str
    has_own_table: bool = False
    is_managed: bool = True
    fields: dict[str, FieldState] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    indexes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Index → its columns, for those that are renamed by their fields."""

    def column(self, name: str) -> str:
        """The column of a field; `pk` is the primary key."""
        found = self.fields.get(name.removesuffix("_id")) if name not in self.fields else self.fields[name]
        if name == "pk":
            found = next((f for f in self.fields.values() if f.declared is not None and f.declared.primary), None)
        return found.declared.column.name if found is not None and found.declared is not None else name

    def columns(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.column(name) if name else "" for name in names)

    def copied(self) -> ModelState:
        """One that changes without this one."""
        return changed(
            self,
            fields={name: field.copied() for name, field in self.fields.items()},
            groups={kind: list(names) for kind, names in self.groups.items()},
            indexes=dict(self.indexes),
        )


class AppState:
    """All models, by app and lower-case name."""

    def __init__(self) -> None:
        self.models: dict[tuple[str, str], ModelState] = {}

    def find(self, app: str, name: str) -> ModelState | None:
        return self.models.get((app.lower(), name.lower()))

    def add(self, model: ModelState) -> None:
        self.models[model.app.lower(), model.name.lower()] = model

    def remove(self, model: ModelState) -> None:
        self.models.pop((model.app.lower(), model.name.lower()), None)

    def copied(self) -> AppState:
        """One that changes without this one."""
        other = AppState()
        other.models = {key: model.copied() for key, model in self.models.items()}
        return other


def named_parts(field: FieldState, declared: Declared) -> Parts:
    """The parts of a column, under names by which they are found again."""
    parts = declared.parts()
    return replace(
        parts,
        uniques=tuple(replace(key, name=f"{field.own}:unique") for key in parts.uniques),
        foreign_keys=tuple(replace(key, name=f"{field.own}:key") for key in parts.foreign_keys),
        indexes=tuple(replace(index, name=f"{field.own}:index") for index in parts.indexes),
    )


def group(kind: str, table: str, columns: tuple[str, ...], made: Key | Index) -> Parts:
    """A list of fields that are unique together, or have an index together."""
    name = f"{OWN}{table}:{'_'.join(columns)}:{kind}"
    if kind == "unique":
        return Parts(uniques=(Key(columns, made.site, name),))
    return Parts(indexes=(Index(columns, made.site, name),))


def joint_table(table: str, one: str, other: str, made: Declared, targets: tuple[str, str]) -> Parts:
    """What the table of a relation of many to many consists of; `made` gives its place, `targets` both tables."""
    site = made.column.site
    columns = tuple(replace(made.column, name=name, nullable=False, default=False, generated=False) for name in (one, other))
    own = replace(made.column, name="id", type="BIGINT", nullable=False, default=True, generated=True)
    return Parts(
        columns=(own, *columns),
        primary_key=Key(("id",), site),
        uniques=(Key((one, other), site, f"{OWN}{table}:unique"),),
        foreign_keys=tuple(
            ForeignKey((name,), target, site, (), f"{OWN}{table}:{name}:key")
            for name, target in zip((one, other), targets, strict=True)
            if target
        ),
        indexes=tuple(Index((name,), site, f"{OWN}{table}:{name}:index") for name in (one, other)),
    )
