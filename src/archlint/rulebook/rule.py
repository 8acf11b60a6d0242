"""A rule: its document, and the check beside it with its typed parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import cast

import msgspec
from msgspec import Struct

from archlint.checks.rule_api import Check, NoParams
from archlint.facts.interrupt import let_through
from archlint.rulebook.document import Document, suggestion


class RuleError(Exception):
    """A check that cannot be loaded, or parameters that do not fit it."""


@dataclass(frozen=True, eq=False)
class Rule:
    """`stem` is `family/name` in files' spelling. A RUN rule has no check: the engine itself finds what it says."""

    stem: str
    document: Document

    @property
    def id(self) -> str:
        return self.document.id

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def has_check(self) -> bool:
        return not self.stem.startswith("run/")

    @cached_property
    def check(self) -> Check:
        """The check's function. Raises RuleError when the module or the function is missing, or fails to import."""
        check = getattr(self._module, "check", None)
        if not callable(check):
            raise RuleError(f"checks/{self.stem}.py has no function `check`")
        return cast(Check, check)

    @cached_property
    def params_type(self) -> type[Struct]:
        """The types of the parameters. Raises RuleError unless the document gives a value to each, and to no other."""
        params = getattr(self._module, "Params", NoParams)
        names = {field.name for field in msgspec.structs.fields(params)}
        given = set(self.document.parameters)
        if names != given:
            odd = ", ".join(sorted(names ^ given))
            raise RuleError(f"`parameters` in rules/{self.stem}.yaml and `Params` in checks/{self.stem}.py differ in: {odd}")
        return cast("type[Struct]", params)

    def bind(self, overrides: Mapping[str, object]) -> Struct:
        """The parameters: the document's values, replaced by the user's. Raises RuleError."""
        known = {field.name for field in msgspec.structs.fields(self.params_type)}
        for key in overrides:
            if key not in known:
                hint = suggestion(key, known) or (f"; it has {', '.join(sorted(known))}" if known else "; it has none")
                raise RuleError(f"{self.id} {self.name} has no parameter `{key}`{hint}")
        try:
            return msgspec.convert({**self.document.parameters, **overrides}, self.params_type)
        except msgspec.ValidationError as error:
            raise RuleError(f"parameters of {self.id} {self.name}: {error}") from None

    @cached_property
    def _module(self) -> object:
        try:
            return import_module("archlint.checks." + self.stem.replace("/", "."))
        except Exception as error:
            let_through(error)
            raise RuleError(f"checks/{self.stem}.py cannot be imported: {type(error).__name__}: {error}") from error
