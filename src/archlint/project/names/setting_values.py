"""What the project gives to the settings of a framework: `NAME = …` in capitals, and the keys of a mapping behind it; so do the
names in capitals of a mapping that is called a configuration (`app.config["NAME"] = …`, `Cache(config={"NAME": …})`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.knowledge import Library
from archlint.facts.syntax import Attribute, Expr, Mapping, Name, String, Subscript
from archlint.project.values.values import UNKNOWN

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_CONFIG = "config"


class SettingValues:
    def __init__(self, project: Project) -> None:
        self._project = project

    def meaning(self, library: Library, word: str) -> list[object]:
        """The values of the library's settings that mean `word`; `UNKNOWN` for one that is no plain value."""
        paths = [path.split(".") for path, meaning in library.settings.items() if meaning == word]
        return [value for path in paths for value in self._of(path)]

    def places(self, library: Library, word: str) -> list[tuple[Module, Expr]]:
        """Where production modules give a value to a setting of the library that means `word`."""
        names = [path for path, meaning in library.settings.items() if meaning == word and "." not in path]
        return [place for name in names for place in self._assigned.get(name, ())]

    def _of(self, path: list[str]) -> list[object]:
        """The values of `NAME.key.key` in production modules, set with the whole or one by one (`NAME["key"] = …`)."""
        found: list[object] = []
        for length in range(1, len(path) + 1):
            for module, expr in self._assigned.get(".".join(path[:length]), ()):
                value: Expr | None = expr
                for key in path[length:]:
                    value = _item(value, key)
                if value is not None:
                    plain = self._project.values.constant(module, value, 0)
                    found.append(UNKNOWN if plain is UNKNOWN else plain)
        return found

    @cached_property
    def _assigned(self) -> dict[str, list[tuple[Module, Expr]]]:
        """Upper-case name, with the keys of what is set in it → what production modules set it to."""
        found: dict[str, list[tuple[Module, Expr]]] = defaultdict(list)
        for module in self._project.modules.production:
            for statement in module.body.statements:
                target = statement.target
                if statement.value is None or not (type(target) is Name or type(target) is Subscript):
                    continue
                path = _path(target)
                if path is not None:
                    found[path].append((module, statement.value))
            for call in module.body.calls:
                for argument in call.arguments:
                    if argument.name == _CONFIG:
                        for name, value in _named(argument.value):
                            found[name].append((module, value))
        return found


def _named(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """The names in capitals of a mapping that is written out, with their values."""
    for name, value in zip(expr.keys, expr.values, strict=True) if isinstance(expr, Mapping) else ():
        if isinstance(name, String) and name.value.isupper():
            yield name.value, value


def _path(target: Expr | None) -> str | None:
    """`NAME.key` of `NAME["key"]`, `NAME` of `app.config["NAME"]`."""
    keys: list[str] = []
    while isinstance(target, Subscript) and len(target.index) == 1 and isinstance(target.index[0], String):
        keys.insert(0, target.index[0].value)
        target = target.base
    if isinstance(target, Attribute) and target.attr == _CONFIG and keys and keys[0].isupper():
        return ".".join(keys)
    return ".".join((target.id, *keys)) if isinstance(target, Name) and target.id.isupper() else None


def _item(expr: Expr | None, key: str) -> Expr | None:
    if not isinstance(expr, Mapping):
        return None
    for name, value in zip(expr.keys, expr.values, strict=True):
        if isinstance(name, String) and name.value == key:
            return value
    return None
