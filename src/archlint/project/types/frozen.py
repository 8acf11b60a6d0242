"""Whether the objects of a class can be changed after they were made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from archlint.facts.syntax import Argument, Body, CallRef, Constant, Expr, Mapping, Name, String
from archlint.project.model import Type
from archlint.project.names.symbols import ClassDef
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.project.program import Project

Record = Literal["decorator", "base", ""]
_FROZEN = "frozen"
_MUTABLE_WORDS = {"allow_mutation": False, _FROZEN: True}
_CONFIGS = frozenset({"model_config", "Config"})


class Frozen:
    """Questions about one project. `decorators`: spellings of decorators that make records; `frozen_decorators`: of those
    that make frozen ones; `bases`: dotted names of bases whose subclasses are records."""

    def __init__(
        self, project: Project, decorators: frozenset[str], frozen_decorators: frozenset[str], bases: frozenset[str]
    ) -> None:
        self._project = project
        self._decorators = decorators
        self._frozen_decorators = frozen_decorators
        self._bases = bases
        self._saying: dict[str, bool] = {}
        """Class → whether it says that what is of it, or below it, is frozen: many are below the same few."""

    def record(self, klass: ClassDef) -> Record:
        """How the class is made a record: by its own decorator, or by a base; empty for any other class."""
        spelled = {spell(klass.module.body, _head(klass.module.body, d)) for d in klass.klass.decorators}
        if spelled & (self._decorators | self._frozen_decorators):
            return "decorator"
        return "base" if any(name in self._bases for name in self.ancestors(klass)) else ""

    def ancestors(self, klass: ClassDef) -> tuple[str, ...]:
        """Dotted names of the class and all that it inherits from, of other packages too."""
        members = self._project.types.inference.members
        return tuple(ancestor.name for ancestor in members.ancestors(Type(klass.name)))

    def is_frozen(self, klass: ClassDef) -> bool:
        """It is a frozen record; what a base says holds for those that are records by their base."""
        if self.record(klass) == "decorator":
            return any(self._freezes(klass.module.body, decorator) for decorator in klass.klass.decorators)
        known = (self._project.symbols.classes.get(name) for name in self.ancestors(klass))
        return any(self._says_frozen(each) for each in known if each is not None)

    def _says_frozen(self, klass: ClassDef) -> bool:
        known = self._saying.get(klass.name)
        if known is None:
            known = self._saying[klass.name] = _says_frozen(klass)
        return known

    def _freezes(self, body: Body, decorator: Expr) -> bool:
        if spell(body, _head(body, decorator)) in self._frozen_decorators:
            return True
        return isinstance(decorator, CallRef) and _given_frozen(body.calls[decorator.index].arguments)


def _head(body: Body, decorator: Expr) -> Expr:
    return body.calls[decorator.index].callee if isinstance(decorator, CallRef) else decorator


def _given_frozen(arguments: tuple[Argument, ...]) -> bool:
    """`frozen=True`, or arguments that are not written out."""
    return any(a.name == "**" or (a.name in _MUTABLE_WORDS and _is(a.value, _MUTABLE_WORDS[a.name])) for a in arguments)


def _is(expr: Expr, wanted: bool) -> bool:
    return not isinstance(expr, Constant) or expr.value is wanted


def _says_frozen(klass: ClassDef) -> bool:
    """By a keyword of the class, by its configuration, or by a method that refuses to set."""
    if _given_frozen(klass.klass.keywords):
        return True
    functions = klass.module.outline.functions
    if any(f.klass == klass.index and f.name == "__setattr__" for f in functions):
        return True
    return any(_configures(klass, name, value) for name, value in _assigned(klass))


def _assigned(klass: ClassDef) -> Iterator[tuple[str, Expr]]:
    """What is assigned in the class's body, and in that of its `Config`."""
    body, classes = klass.module.body, klass.module.outline.classes
    inner = {row for row, c in enumerate(classes) if c.outer == klass.klass.context and c.name in _CONFIGS}
    for statement in klass.module.own_statements(body.contexts[klass.klass.context].function):
        place = body.contexts[statement.context]
        named = isinstance(statement.target, Name) and statement.value is not None
        if named and place.kind == "class" and place.klass in (klass.index, *inner):
            assert isinstance(statement.target, Name)  # noqa: S101 - as said above
            assert statement.value is not None  # noqa: S101 - as said above
            yield statement.target.id, statement.value


def _configures(klass: ClassDef, name: str, value: Expr) -> bool:
    body = klass.module.body
    if name in _MUTABLE_WORDS:
        return _is(value, _MUTABLE_WORDS[name])
    if name not in _CONFIGS:
        return False
    if isinstance(value, Mapping):
        pairs = zip(value.keys, value.values, strict=True)
        return any(isinstance(k, String) and k.value == _FROZEN and _is(v, True) for k, v in pairs)
    if isinstance(value, CallRef):
        return _given_frozen(body.calls[value.index].arguments)
    return last_name(body, value) != ""
