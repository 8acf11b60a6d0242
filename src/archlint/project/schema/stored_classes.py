"""Which classes are tables, and what these are called."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.schema_knowledge import SchemaModel
from archlint.facts.syntax import Attribute, Mapping
from archlint.project.model import Type
from archlint.project.schema.made import Written
from archlint.project.schema.names import snake_case
from archlint.project.schema.written import Reading
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.names.symbols import ClassDef
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


@dataclass(frozen=True)
class Stored:
    """A class that is a table. `above`: its nearest ancestor that is one too."""

    klass: ClassDef
    model: SchemaModel = field(repr=False, compare=False)
    base: str = ""
    table: str = ""
    above: str = ""


class StoredClasses:
    """The classes of production code that a library stores."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._members = project.types.inference.members
        self._reading = Reading(project)

    @cached_property
    def all(self) -> dict[str, Stored]:
        """Dotted name → class that is a table."""
        found: dict[str, Stored] = {}
        for name, klass in self._project.symbols.classes.items():
            module = klass.module
            if klass.klass.bases and not (module.is_test or module.is_migration or module.is_vendored):
                stored = self._stored(name, klass)
                if stored is not None:
                    found[name] = stored
        return found

    def _stored(self, name: str, klass: ClassDef) -> Stored | None:
        ancestors = self.bases(name)
        known = [(a, m) for a in ancestors if (m := self._project.knowledge.model(a)) is not None]
        base, model = next(((name, model) for name, model in known if not model.mixin), ("", None))
        if model is None or len(ancestors) < 2 or self._is_abstract(klass, base, model):
            return None
        if not model.default:
            model = replace(model, default=next((m.default for _, m in known if m.default), ""))
        above = ""
        if model.inherits != "copies":
            above = next((a for a in ancestors[1:] if self._is_table(a, base, model)), "")
        own = self._name(klass, model, inherited=not above)
        if not own and ("<locals>" in klass.klass.qualname or (model.leaves and name in self._members.subclasses)):
            return None
        table = own or self._default(klass, model)
        if model.inherits == "same-table" and above and not own:
            table = self.table(above)
        return Stored(klass, model, base, table, above) if table else None

    def bases(self, name: str) -> tuple[str, ...]:
        """The class and all that it derives from, the bases of a library's classes too."""
        found: dict[str, None] = {}
        for ancestor in self._members.ancestors(Type(name, (), True)):
            found |= dict.fromkeys(self._project.knowledge.lineage(ancestor.name))
        return tuple(found)

    def _is_table(self, name: str, base: str, model: SchemaModel) -> bool:
        klass = self._project.symbols.classes.get(name)
        if klass is None or self._is_abstract(klass, base, model):
            return False
        if base not in self.bases(name):
            return False  # a plain class beside the models
        return bool(self._name(klass, model, inherited=True) or self._default(klass, model))

    def table(self, name: str) -> str:
        stored = self.one(name)
        return stored.table if stored is not None else ""

    def one(self, name: str) -> Stored | None:
        """The class of that name, also while all are being looked up."""
        klass = self._project.symbols.classes.get(name)
        return self._stored(name, klass) if klass is not None else None

    def _is_abstract(self, klass: ClassDef, base: str, model: SchemaModel) -> bool:
        if model.root and any(
            last_name(klass.module.body, written) == base.rpartition(".")[2] for written in klass.klass.bases
        ):
            return True
        if model.needs and not any(
            k.name == model.needs and self._reading.flag(Written(klass.module, k.value, klass.klass.outer))
            for k in klass.klass.keywords
        ):
            return True
        if any(self._reading.flag(self._own(klass, path)) for path in model.abstract):
            return True
        return any(self._reading.flag(self._own(klass, path)) is False for path in model.not_managed)

    def _own(self, klass: ClassDef, path: str) -> Written | None:
        """What the class itself says under a name, or under that of a class nested in it."""
        outer, _, name = path.rpartition(".")
        context = klass.klass.context
        if outer:
            inner = self._project.symbols.classes.get(f"{klass.name}.{outer}")
            if inner is None:
                written = self._own(klass, outer)
                return self._reading.pairs(self._last_dict(written)).get(name) if written is not None else None
            context = inner.klass.context
        for binding in reversed(self._project.symbols.scopes(klass.module).bindings(context, name)):
            statement = klass.module.body.statements[binding.index] if binding.kind == "statement" else None
            if statement is not None and statement.value is not None:
                return Written(klass.module, statement.value, statement.context)
            if binding.kind == "function":
                returns = self._project.symbols.scopes(klass.module).returns.get(binding.index, [])
                if len(returns) == 1 and returns[0].value is not None:
                    return Written(klass.module, returns[0].value, returns[0].context)
        return None

    def _last_dict(self, written: Written) -> Written:
        """Options stand at the end of a tuple of constraints."""
        items = self._reading.items(written)
        return items[-1] if items and isinstance(items[-1].expr, Mapping) else written

    def lookup(self, klass: ClassDef, path: str) -> Written | None:
        """The same, of the class or of what it inherits from."""
        for ancestor in self._members.ancestors(Type(klass.name, (), True)):
            one = self._project.symbols.classes.get(ancestor.name)
            found = self._own(one, path) if one is not None else None
            if found is not None:
                return found
        return None

    def _name(self, klass: ClassDef, model: SchemaModel, *, inherited: bool) -> str:
        """The name that the class gives its table, its schema before it."""
        for path in model.table:
            written = self.lookup(klass, path) if inherited and "." not in path else self._own(klass, path)
            name = self._reading.text(written)
            if name is None and written is not None:
                name = self._computed(written, klass)
            if name:
                schema = next((s for p in model.schema if (s := self._reading.text(self.lookup(klass, p)))), "")
                return f"{schema}.{name}" if schema else name
        return ""

    def _computed(self, written: Written, klass: ClassDef) -> str:
        """`cls.__name__.lower()` of a base: the class's own name, as it is written there."""
        call = written.call
        if call is not None and isinstance(call.callee, Attribute) and call.callee.attr == "lower":
            return klass.klass.name.lower()
        if isinstance(written.expr, Attribute) and written.expr.attr == "__name__":
            return klass.klass.name
        return snake_case(klass.klass.name) if call is not None else ""

    def _default(self, klass: ClassDef, model: SchemaModel) -> str:
        app = self._app(klass.module)
        name = klass.klass.name
        others = (default for path, default in model.default_if_not.items() if self._is_false(klass, path))
        default = next(others, model.default)
        return default.format(**{"class": name.lower(), "name": name, "snake": snake_case(name), "app": app})

    def _is_false(self, klass: ClassDef, path: str) -> bool:
        return self._reading.flag(self.lookup(klass, path)) is False

    def _app(self, module: Module) -> str:
        folder = posixpath.dirname(module.path)
        while posixpath.basename(folder) in ("models", "db", "model"):
            folder = posixpath.dirname(folder)
        return posixpath.basename(folder)
