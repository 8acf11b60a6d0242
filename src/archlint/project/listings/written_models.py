"""Which stored classes the program itself makes new rows of: a table that only migrations and scripts fill stays small."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Call, CallRef, Constant, Expr, Name, String
from archlint.project.model import CallSite, Def, Type
from archlint.project.relations.core_tables import CoreTables
from archlint.project.schema.names import last_part
from archlint.project.spelling import last_name
from archlint.project.types.provided import provided_by

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module
    from archlint.project.source.one_off import OneOff
    from archlint.project.sql.statements import Sql

_CHANGING = frozenset({"update", "delete", "remove", "bulk_update", "aupdate", "adelete"})
_KEEPING = frozenset({"save", "asave"})
"""What a row does itself: where it is new, a call of its class made it."""
_MODEL_NAMES = frozenset({"model", "model_class", "model_cls", "model_type", "_model", "entity", "entity_class"})

_STATIC = frozenset({"classmethod", "staticmethod"})
_LIST, _CREATE = "list", "create"
"""What a view's library does for it."""

Maker = tuple[Def, int]
"""A function that makes rows, and the context in it where it does."""
_INSERTING = ("insert", "insert_one", "insert_many", "upsert")
_OR_INSERTING = ("update", "update_one", "update_many", "replace_one", "find_one_and_update", "find_one_and_replace")
"""What puts in a document where none fits, if it is told to."""
_IF_NONE = "upsert"
_CREATING = frozenset({"create", "acreate", "insert", "insert_one", "insert_many", "bulk_create", "abulk_create"})


class WrittenModels:
    """What is no sure sign of the contrary counts as writing: a class that is handed to the project's own code, or named
    in a class body, may be filled there."""

    def __init__(self, project: Project, once: OneOff) -> None:
        self._project = project
        self.once = once
        self._on_calls: dict[str, dict[int, CallSite]] = {}

    def is_written(self, model: Type) -> bool:
        """Code that is neither a migration nor a script makes rows of the class, or of one that derives from it."""
        return model.name in self._written

    def makers(self, model: Type) -> tuple[Def, ...] | None:
        """The functions in which that is done; None where it is not known of all."""
        found = self._written.get(model.name, {None: None})
        return None if None in found else tuple(dict.fromkeys(maker[0] for maker in found if maker is not None))

    def all_places(self, model: Type) -> tuple[Maker, ...]:
        """Where a row may be made, as far as it is in a function."""
        return tuple(maker for maker in self._written.get(model.name, ()) if maker is not None)

    def places(self, model: Type) -> tuple[Maker, ...]:
        """Where a row is made for certain: the class is called there, or its rows are inserted."""
        return tuple(maker for maker in self.all_places(model) if self._makes(model, *maker))

    def _makes(self, model: Type, definition: Def, context: int) -> bool:
        members = self._project.types.inference.members
        for site in self._project.calls.of(definition):
            if site.call.context != context:
                continue
            names = [target.name for target in site.targets]
            made = [name for name in names if self._is_model(Type(name))]
            if any(ancestor.name == model.name for name in made for ancestor in members.ancestors(Type(name))):
                return True
            if site.operation is not None and any(name.rpartition(".")[2] in _CREATING for name in names):
                return True
        return False

    def is_filled(self, table: str) -> bool:
        """The same of a table that SQL names, in lower case."""
        return table in self._tables

    def filled_at(self, table: str) -> tuple[Maker, ...]:
        """Where SQL puts rows into the table, as far as it is known."""
        return tuple(self._filled.get(table, ()))

    @cached_property
    def _written(self) -> dict[str, dict[Maker | None, None]]:
        """Name of a class → where rows of it are made; None among them where a class is only handed over."""
        members = self._project.types.inference.members
        found: dict[str, dict[Maker | None, None]] = defaultdict(dict)
        for module in self._project.modules.production:
            for model, maker in self._in_module(module):
                for ancestor in members.ancestors(Type(model.name)):
                    found[ancestor.name][maker] = None
        return dict(found)

    @cached_property
    def _tables(self) -> frozenset[str]:
        """Those into which the program's SQL puts rows, and those of the classes."""
        found = set(self._filled)
        for name in self._written:
            klass = self._project.symbols.classes.get(name)
            for statement in klass.module.body.statements if klass is not None else ():
                assert klass is not None  # noqa: S101 - nothing is gone through otherwise
                target, value = statement.target, statement.value
                is_own = statement.context == klass.klass.context
                if is_own and isinstance(target, Name) and target.id == "__tablename__" and isinstance(value, String):
                    found.add(value.value.lower())
        return frozenset(found)

    @cached_property
    def _filled(self) -> dict[str, dict[Maker, None]]:
        """Table → where SQL puts rows into it."""
        found: dict[str, dict[Maker, None]] = defaultdict(dict)
        for sql in self._project.statements.all:
            for table in self._inserted(sql):
                places = found[last_part(table).lower()]
                if sql.sink is not None and sql.sink.caller is not None:
                    places[sql.sink.caller, sql.sink.call.context] = None
        for table, maker in self._inserted_into():
            found[table][maker] = None
        return dict(found)

    def _inserted_into(self) -> Iterator[tuple[str, Maker]]:
        """`orders.insert()`, `insert(orders)` of tables without a class, `db.orders.insert_one(order)`, also `update_one(…,
        upsert=True)`, `client.table("orders").insert(order)`."""
        tables, written = CoreTables(self._project), self._project.calls.written
        upserting = (found for name in _OR_INSERTING for found in written(name) if _upserts(found[1]))
        for module, call in chain((found for name in _INSERTING for found in written(name)), upserting):
            row = module.body.contexts[call.context].function
            if row < 0 or not module.is_production:
                continue
            caller = Def(module, module.name, row)
            given = call.callee.base if isinstance(call.callee, Attribute) else None
            given = given if given is not None else next((argument.value for argument in call.arguments), None)
            table = tables.name_of(module, given, call.context)
            if table and not self.once.runs_once(module, caller):
                yield table, (caller, call.context)

    def _inserted(self, sql: Sql) -> Iterator[str]:
        origin, module = sql.origin, sql.module
        if module is None or not module.is_production or (origin is not None and self.once.runs_once(module, origin)):
            return
        for statement in sql.facts.statements:
            if statement.verb in ("insert", "merge"):
                yield from statement.writes

    def _in_module(self, module: Module) -> Iterator[tuple[Type, Maker | None]]:
        for site in self._project.calls.in_module(module):
            found = tuple(self._by_call(site))
            if found and (site.caller is None or not self.once.runs_once(module, site.caller)):
                maker = (site.caller, site.call.context) if site.caller is not None else None
                yield from ((model, maker) for model in found)
        for statement in module.body.statements:
            target = statement.target
            is_named = isinstance(target, Name) and target.id in _MODEL_NAMES
            if is_named and statement.value is not None and self._is_own(module, statement.context):
                yield from ((model, None) for model in self._classes(module, statement.value, statement.context))
        for klass in module.outline.classes:
            for base in klass.bases:
                for generic in self._project.types.all(module, base, klass.outer):
                    yield from ((argument, None) for argument in generic.arguments if self._is_model(argument))

    def _is_own(self, module: Module, context: int) -> bool:
        """A class body that is no `class Meta`: what a form or a serializer is about is written where it is saved; and no view
        whose library lists its rows and makes none."""
        place = module.body.contexts[context]
        if place.kind != "class" or module.outline.classes[place.klass].name == "Meta":
            return False
        view = self._project.symbols.classes.get(f"{module.name}.{module.outline.classes[place.klass].qualname}")
        provided = provided_by(self._project, view) if view is not None else frozenset()
        return _LIST not in provided or _CREATE in provided

    def _by_call(self, site: CallSite) -> Iterator[Type]:
        module, call = site.module, site.call
        makes = any(self._is_model(Type(target.name)) for target in site.targets)
        made = tuple(self._classes(module, call.callee, call.context)) if makes else ()
        if made:
            if not self._is_only_asked(site):
                yield from made
            return
        if isinstance(call.callee, Attribute) and call.callee.attr == "save":
            yield from self._saved(site)
        operation = site.operation
        if operation is None:
            classes = self._project.symbols.classes
            if any(t.definition is not None or t.name in classes for t in site.targets):
                for argument in call.arguments:
                    if not isinstance(argument.value, String | Constant):
                        yield from self._classes(module, argument.value, call.context)
            return
        name = next((t.name.rpartition(".")[2] for t in site.targets if t.operation is not None), "")
        receiver = site.receiver
        if name in _KEEPING and receiver is not None and not receiver.is_class and self._is_model(receiver):
            return  # a row that was made somewhere else, or asked for
        if "db.write" in operation.effect and name not in _CHANGING and site.receiver is not None:
            yield from (t for t in (site.receiver, *site.receiver.arguments) if self._is_model(t))
        elif call.arguments and self._inserts(operation.returns):
            yield from self._classes(module, call.arguments[0].value, call.context)

    def _is_only_asked(self, site: CallSite) -> bool:
        """`Mode().find(name)`: the instance is made for a method that has none."""
        around = self._called_on(site.module).get(site.index)
        definitions = [t.definition for t in around.targets if t.definition is not None] if around is not None else []
        return bool(definitions) and all(
            not _STATIC.isdisjoint(last_name(d.module.body, each) for each in d.function.decorators) for d in definitions
        )

    def _called_on(self, module: Module) -> dict[int, CallSite]:
        """Calls of methods of what another call gives, by the number of that one."""
        if module.path not in self._on_calls:
            sites = self._project.calls.in_module(module)
            bases = ((each.call.callee.base, each) for each in sites if isinstance(each.call.callee, Attribute))
            self._on_calls[module.path] = {base.index: each for base, each in bases if isinstance(base, CallRef)}
        return self._on_calls[module.path]

    def _saved(self, site: CallSite) -> Iterator[Type]:
        """`serializer.save()`, `form.save()`: the class that its `Meta` names."""
        callee, types = site.call.callee, self._project.types
        base = callee.base if isinstance(callee, Attribute) else callee
        for found in types.all(site.module, base, site.call.context):
            for ancestor in types.inference.members.ancestors(found):
                meta = self._project.symbols.classes.get(f"{ancestor.name}.Meta")
                for statement in meta.module.body.statements if meta is not None else ():
                    assert meta is not None  # noqa: S101 - nothing is gone through otherwise
                    if statement.context == meta.klass.context and statement.value is not None:
                        yield from self._classes(meta.module, statement.value, statement.context)

    def _inserts(self, returns: str | None) -> bool:
        """A statement that writes (and does not only read)."""
        info = self._project.knowledge.type((returns or "").partition("[")[0])
        return info is not None and info.statement == "write"

    def _classes(self, module: Module, expr: Expr, context: int) -> Iterator[Type]:
        for found in self._project.types.all(module, expr, context):
            if found.is_class and self._is_model(found):
                yield found

    def _is_model(self, found: Type) -> bool:
        return self._project.types.role(found) == "db-model"


def _upserts(call: Call) -> bool:
    given = next((argument.value for argument in call.arguments if argument.name == _IF_NONE), None)
    return isinstance(given, Constant) and given.value is True
