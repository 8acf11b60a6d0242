"""Documents without a schema that hold what a person logs in with: `users.insert_one({"password": …})`, and queries by it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Expr, Mapping, Name, String
from archlint.project.names.origins import Origin, Origins
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.secrets.password_columns import PasswordUse
from archlint.project.spelling import shorten, spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_NESTED = 2
"""Documents inside of a document: `{"$set": {"password": …}}`."""


class PasswordDocuments:
    """`remote`: words in the fields of documents about other systems, whose passwords have to be readable."""

    def __init__(self, project: Project, vocabulary: Vocabulary, remote: frozenset[str]) -> None:
        self._project = project
        self._vocabulary = vocabulary
        self._remote = remote
        self._origins = Origins(project)

    def uses(self) -> Iterator[PasswordUse]:
        """Those of production code, by module and place."""
        for module in self._project.modules.production:
            for site in self._project.calls.known(module):
                yield from self._given(site)

    def _given(self, site: CallSite) -> Iterator[PasswordUse]:
        operation, callee = site.operation, site.call.callee
        if operation is None or operation.sql is not None or type(callee) is not Attribute:
            return
        if site.receiver is None or site.receiver.arguments:  # rows of a class
            return
        if not self._keeps_documents(site):
            return
        name = shorten(spell(site.module.body, callee.base))
        given = [argument for argument in site.call.arguments[:2] if argument.name is None]
        for row, argument in enumerate(given):
            # what is written stands last: behind the query by which it is chosen, if there is one
            writes = "db.write" in operation.effect and row == len(given) - 1
            for where, context, key, value in self._fields(site.module, argument.value, site.call.context):
                place = Site(where.path, value.at, value.end)
                yield PasswordUse(
                    where, place, value, context, f"{name}.{key}", "write" if writes else "query", site.confidence
                )

    def _keeps_documents(self, site: CallSite) -> bool:
        target = next((t.name for t in site.targets if t.operation is not None), "")
        return "document-store" in self._project.knowledge.package_kinds(target)

    def _fields(self, module: Module, expr: Expr, context: int) -> Iterator[tuple[Module, int, str, Expr]]:
        """The password fields of a document that is written out here, or where its name is set."""
        documents = [(module, expr, context)]
        if isinstance(expr, Name):
            found = [o for o in self._origins.of(module, expr, context) if isinstance(o, Origin)]
            documents = [(origin.module, origin.expr, origin.context) for origin in found]
        for where, document, at in documents:
            if isinstance(document, Mapping) and not self._is_remote(document):
                yield from self._of_mapping(where, document, at, _NESTED)

    def _of_mapping(
        self, module: Module, document: Mapping, context: int, depth: int
    ) -> Iterator[tuple[Module, int, str, Expr]]:
        for key, value in zip(document.keys, document.values, strict=True):
            if isinstance(value, Mapping) and depth > 0:
                yield from self._of_mapping(module, value, context, depth - 1)
            elif isinstance(key, String) and self._vocabulary.names(key.value) is not None:
                yield module, context, key.value, value

    def _is_remote(self, document: Mapping) -> bool:
        named = (key.value for key in document.keys if isinstance(key, String))
        return any(not self._remote.isdisjoint(words_of(name)) for name in named)
