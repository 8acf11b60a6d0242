"""Whether something of the project's own stands between its loggers and what they write to, and takes secrets out of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Argument, Attribute, CallRef, Collection, Expr, Mapping, Name, String
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name
from archlint.project.walk import walk_module
from archlint.project.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_HIDING = frozenset(
    {"mask", "masks", "masked", "masking", "redact", "redacts", "redacted", "redacting", "redaction", "redactor", "censor"}
    | {"censors", "censored", "censoring", "scrub", "scrubs", "scrubber", "scrubbing", "sanitize", "sanitizer", "sanitizing"}
    | {"sanitise", "obfuscate", "obfuscator", "sensitive", "secret", "secrets", "credentials", "pii", "anonymize"}
)
"""Words in the name of what takes secrets out of a record."""
_INSTALLING = frozenset({"addFilter", "setFormatter", "setLogRecordFactory"})
_LISTS = frozenset({"processors", "shared_processors", "foreign_pre_chain", "pre_chain", "patcher"})
_MADE_BY = frozenset({"()", "class"})
"""Keys of a logging configuration under which the class of a filter or a formatter is named."""


class MaskedLogs:
    """A part of the program, as both rules about logs ask: which keys it masks is not known, so what is logged is a guess."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def are(self) -> bool:
        """A class or function of the project that is named for it is installed among what each record goes through."""
        production = self._project.modules.production
        installed = {name for module in production for name in self._installed(module)}
        hiding = {name for name in installed if not _HIDING.isdisjoint(words_of(name))}
        return bool(hiding) and any(
            any(function.name in hiding for function in module.outline.functions)
            or any(klass.name in hiding for klass in module.outline.classes)
            for module in production
        )

    def _installed(self, module: Module) -> Iterator[str]:
        """The names of what is put before the handlers of a module's loggers."""
        body = module.body
        for call in body.calls:
            callee = call.callee
            name = callee.attr if type(callee) is Attribute else callee.id if type(callee) is Name else ""
            if name in _INSTALLING:
                yield from _names(module, call.arguments)
            for argument in call.arguments:
                if argument.name in _LISTS:
                    yield from _names_in(module, argument.value)
        for statement in body.statements:
            target = statement.target
            name = target.attr if type(target) is Attribute else target.id if type(target) is Name else ""
            if name in _LISTS:
                yield from _names_in(module, statement.value)
        for mapping, _ in walk_module(module, frozenset({Mapping})):
            if isinstance(mapping, Mapping):
                for key, value in zip(mapping.keys, mapping.values, strict=True):
                    if isinstance(key, String) and key.value in _MADE_BY:
                        yield from _names_in(module, value)


def _names(module: Module, arguments: tuple[Argument, ...]) -> Iterator[str]:
    for argument in arguments:
        yield from _names_in(module, argument.value)


def _names_in(module: Module, expr: Expr | None) -> Iterator[str]:
    """The last names of what an expression names, makes or gives the dotted path of."""
    items = expr.items if isinstance(expr, Collection) else (expr,)
    for item in items:
        for part in parts_of(module.body, item):
            if isinstance(part, Name | Attribute | CallRef):
                yield last_name(module.body, part)
            elif isinstance(part, String):
                yield part.value.rpartition(".")[2]
