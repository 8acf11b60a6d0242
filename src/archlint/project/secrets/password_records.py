"""Records without a class that hold what a person logs in with: rows, and mappings that a program keeps as its tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence, Site
from archlint.facts.syntax import Attribute, Expr, Mapping, String, Subscript
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.secrets.flows import Place
from archlint.project.secrets.hashed_fields import field_read
from archlint.project.secrets.password_columns import PasswordUse
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.values.request_values import RequestValues
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_ADDING = frozenset({"append", "add", "insert_one", "insert"})


class PasswordRecords:
    """`people`: words in the names of such records, of one or of all."""

    def __init__(self, project: Project, vocabulary: Vocabulary, requests: RequestValues, people: frozenset[str]) -> None:
        self._project = project
        self._vocabulary = vocabulary
        self._requests = requests
        self._people = people

    def item(self, module: Module, expr: Expr, context: int) -> tuple[str, Confidence] | None:
        """The password in a record that is kept (`users[name]["password"]`, `row.password`), none that comes in."""
        read = field_read(module, expr)
        if read is None:
            return None
        base, key = read
        if self._vocabulary.names(key) is None or not self._is_of_people(module, base):
            return None
        if isinstance(expr, Attribute) and self._project.types.all(module, base, context):
            return None  # its class says what it is
        if self._requests.is_typed(expr, Place(module, context)):
            return None
        return shorten(spell(module.body, expr)), Confidence.MEDIUM

    def uses(self) -> Iterator[PasswordUse]:
        """What is written into the mappings and lists of a module or an object."""
        for module in self._project.modules.production:
            for statement in module.statements["assign"]:
                target = statement.target
                if type(target) is Subscript and statement.value is not None:
                    site = Site(module.path, statement.at, statement.end)
                    yield from self._put(module, site, target, statement.value, statement.context)
            for call in self._project.calls.in_module(module):
                callee = call.call.callee
                if type(callee) is Attribute and callee.attr in _ADDING:
                    for argument in call.call.arguments:
                        yield from self._written(module, call.site, callee.base, argument.value, call.call.context)

    def _put(self, module: Module, site: Site, target: Subscript, value: Expr, context: int) -> Iterator[PasswordUse]:
        key = target.index[0] if len(target.index) == 1 else None
        if isinstance(key, String) and self._vocabulary.names(key.value) is not None:
            if self._is_kept(module, target.base, context):
                yield PasswordUse(module, site, value, context, shorten(spell(module.body, target)), "write", Confidence.MEDIUM)
        else:
            yield from self._written(module, site, target.base, value, context)

    def _written(self, module: Module, site: Site, base: Expr, value: Expr, context: int) -> Iterator[PasswordUse]:
        if type(value) is not Mapping or not self._is_kept(module, base, context):
            return
        for key, given in zip(value.keys, value.values, strict=True):
            if isinstance(key, String) and self._vocabulary.names(key.value) is not None:
                column = f"{shorten(spell(module.body, base))}[…].{key.value}"
                yield PasswordUse(module, site, given, context, column, "write", Confidence.MEDIUM)

    def _is_of_people(self, module: Module, base: Expr) -> bool:
        while isinstance(base, Subscript):
            if len(base.index) == 1 and isinstance(base.index[0], String) and base.index[0].value in self._people:
                return True
            base = base.base
        return not self._people.isdisjoint(words_of(last_name(module.body, base))[-1:])

    def _is_kept(self, module: Module, base: Expr, context: int) -> bool:
        """A mapping or list of people that lives longer than the call."""
        return self._is_of_people(module, base) and self._project.symbols.outlives_call(module, base, context)
