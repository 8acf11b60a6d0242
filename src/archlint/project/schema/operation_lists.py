"""Migrations that are classes with a list of operations on models: their order, and what each operation does."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archlint.facts.schema import Change
from archlint.facts.syntax import Attribute, CallRef, Collection, String
from archlint.project.model import Type
from archlint.project.schema.declarations import Declarations, Target
from archlint.project.schema.made import Made, Written
from archlint.project.schema.model_changes import ModelChanges
from archlint.project.schema.model_state import AppState, ModelState
from archlint.project.schema.sql_changes import SqlChanges
from archlint.project.schema.written import Reading

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

Name = tuple[str, str]
"""(app, migration)."""


@dataclass(frozen=True)
class Migration:
    """One module with a migration class; `operations` as written."""

    name: Name
    after: tuple[Name, ...]
    replaces: tuple[Name, ...]
    module: Module = field(compare=False, repr=False)
    operations: tuple[Written, ...] = field(compare=False, repr=False)


def migrations(project: Project) -> tuple[tuple[Migration, ...], ...]:
    """All of the project, those of each program by themselves, each behind those that it depends on. Those that a squashed
    one replaces are left out.

    Services are programs of their own, whose applications may have equal labels, unless one depends on another's."""
    reading = Reading(project)
    programs: dict[str, dict[Name, Migration]] = {}
    labels: dict[str, str] = {}
    for module in project.modules.all:
        if not module.is_test and posixpath.basename(posixpath.dirname(module.path)) != "":
            migration = _migration(project, reading, module, labels)
            if migration is not None:
                service = project.services.holding(module.path)
                programs.setdefault(service.name if service is not None else "", {}).setdefault(migration.name, migration)
    if len(programs) > 1 and _are_mixed(list(programs.values())):
        whole: dict[Name, Migration] = {}
        for program in programs.values():
            whole = program | whole
        programs = {"": whole}
    return tuple(_ordered(found) for found in programs.values())


def _are_mixed(programs: list[dict[Name, Migration]]) -> bool:
    """A migration of one depends on an application that only others have."""
    labels = [{label for label, _ in program} for program in programs]
    known = {label for own in labels for label in own}
    return any(
        label in known - own
        for own, program in zip(labels, programs, strict=True)
        for migration in program.values()
        for label, _ in migration.after
    )


def _ordered(found: dict[Name, Migration]) -> tuple[Migration, ...]:
    replaced = {old: m.name for m in found.values() for old in m.replaces if old in found}
    kept = {name: m for name, m in found.items() if name not in replaced}
    order: dict[Name, Migration] = {}
    for name in sorted(kept):
        _place(name, kept, replaced, order)
    return tuple(order.values())


def _place(start: Name, kept: dict[Name, Migration], replaced: dict[Name, Name], order: dict[Name, Migration]) -> None:
    waiting, entered = [start], set(order)
    while waiting:
        name = waiting[-1]
        below: list[Name] = []
        if name not in entered:
            entered.add(name)
            for given in kept[name].after:
                meant = replaced.get(given, given)
                if meant[1] == "__first__":
                    meant = next((other for other in sorted(kept) if other[0] == meant[0]), meant)
                if meant in kept and meant not in entered:
                    below.append(meant)
        if below:
            waiting += below
        else:
            waiting.pop()
            order.setdefault(name, kept[name])


def _migration(project: Project, reading: Reading, module: Module, labels: dict[str, str]) -> Migration | None:
    row = next((i for i, klass in enumerate(module.outline.classes) if klass.qualname == "Migration"), None)
    if row is None:
        return None
    klass = module.outline.classes[row]
    type_ = Type(f"{module.name}.{klass.qualname}", (), True)
    ancestors = project.types.inference.members.ancestors(type_)
    bases = [reading.entities(Written(module, base, klass.outer)) for base in klass.bases]
    names = {entity.name for found in bases for entity in found if hasattr(entity, "name")} | {a.name for a in ancestors}
    parts = (project.knowledge.schema(name) for name in sorted(names))
    if not any(part is not None and part.part == "migration" for part in parts):
        return None
    folder = posixpath.dirname(module.path)
    if folder not in labels:
        labels[folder] = _label(project, folder)
    values = {
        name: _listed(project, reading, module, klass.context, name) for name in ("dependencies", "replaces", "operations")
    }
    own = labels[folder], posixpath.basename(module.path).removesuffix(".py")
    pairs = {
        key: tuple(p for item in values[key] if (p := _pair(reading, item)) is not None) for key in ("dependencies", "replaces")
    }
    return Migration(own, pairs["dependencies"], pairs["replaces"], module, values["operations"])


def _listed(project: Project, reading: Reading, module: Module, context: int, name: str) -> tuple[Written, ...]:
    """The items of a list in the class's body, and of what is added to it."""
    found: list[Written] = []
    for binding in project.symbols.scopes(module).bindings(context, name):
        statement = module.body.statements[binding.index] if binding.kind == "statement" else None
        if statement is not None and statement.value is not None:
            found += reading.items(Written(module, statement.value, statement.context)) or ()
    return tuple(found)


def _pair(reading: Reading, item: Written) -> Name | None:
    if isinstance(item.expr, Collection) and len(item.expr.items) == 2:
        app, name = (reading.text(item.at(part)) for part in item.expr.items)
        return (app, name) if app and name else None
    return None


def _label(project: Project, folder: str) -> str:
    """The name of the app whose migrations stand in the folder: what its configuration says, else the folder's."""
    app = posixpath.dirname(folder)
    for name in ("apps.py", "__init__.py"):
        module = project.modules.by_path.get(posixpath.join(app, name))
        for klass in module.outline.classes if module is not None else ():
            for binding in project.symbols.scopes(module).bindings(klass.context, "label") if module is not None else ():
                statement = module.body.statements[binding.index] if module is not None else None
                label = statement.value if statement is not None else None
                if isinstance(label, String) and label.value.isidentifier():  # else another class tells what it shows
                    return label.value
    return posixpath.basename(app)


class OperationLists:
    """What lists of operations do to the schema; keeps the models' state from one migration to the next."""

    def __init__(self, project: Project, sql: SqlChanges, names: dict[str, str], user: str) -> None:
        self._project = project
        self._sql = sql
        self._names = names
        self._user = user
        self.state = AppState()
        self._app = ""
        self._model = ""
        self._declarations = Declarations(project, self._resolve)
        self._reading = self._declarations.reading
        self._changes = ModelChanges(self._declarations, self._resolve, self._of_model)

    def changes(self, migration: Migration) -> tuple[Change, ...]:
        self._app = migration.name[0]
        return tuple(self._of_list(migration.operations))

    def _of_list(self, operations: tuple[Written, ...]) -> Iterator[Change]:
        for operation in operations:
            made = self._reading.made(operation)
            if made is None:
                yield Change("unknown", "", operation.site, "an operation that is not known")
            else:
                yield from self._of_operation(operation, made)

    def _of_operation(self, operation: Written, made: Made) -> Iterator[Change]:
        part = made.part
        if part.part == "both":
            yield from self._both(made)
        elif part.part == "execute":
            expr = operation.expr
            index = expr.index if isinstance(expr, CallRef) else -1
            yield from self._sql.of_call(operation.module.path, index)
            self._state_only(made.argument(part.of_state))
        elif part.part == "run-code":
            yield Change("run-code", "", operation.site)
        else:
            self._model = self._reading.text(made.argument(part.table)) or self._reading.text(made.argument(part.name)) or ""
            yield from self._changes.of(made, self.state, self._app)

    def _both(self, made: Made) -> Iterator[Change]:
        """The database gets one list of operations, the models another."""
        before = self.state.copied()
        items = self._reading.items(made.argument(made.part.of_database)) or ()
        changes = tuple(self._of_list(items))
        of_state = made.argument(made.part.of_state)
        if of_state is not None:
            self.state = before
            self._state_only(of_state)
        else:
            self.state = before
        yield from changes

    def _state_only(self, written: Written | None) -> None:
        for _ in self._of_list(self._reading.items(written) or ()):
            pass

    # What models are called

    def _of_model(self, name: str) -> ModelState | None:
        return self.state.find(self._app, name)

    def _resolve(self, written: Written) -> Target | None:
        """`"app.Model"`, `"Model"`, `"self"`, or the setting that names the model of users."""
        name = self._reading.text(written)
        if name is None:
            expr = written.expr
            name = self._user if isinstance(expr, Attribute) and expr.attr.endswith("_USER_MODEL") else None
        if name is None:
            return None
        if name == "self":
            name = f"{self._app}.{self._model}"
        app, _, model = name.rpartition(".")
        found = self.state.find(app or self._app, model)
        if found is not None:
            return found.table, ()
        lowered = f"{app or self._app}.{model}".lower()
        return self._names.get(lowered, lowered.replace(".", "_")), ()
