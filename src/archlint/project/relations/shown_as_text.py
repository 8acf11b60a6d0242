"""Objects of loops that are made a text: `str(order)`, `f"{order}"`, `"{}".format(order)` run a method of their class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Expr, Name, String, Template
from archlint.project.model import Def
from archlint.project.spelling import shorten, spell
from archlint.project.walk import walk_module

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

TEXTS = ("__str__", "__repr__")
"""The methods that make it, the first that a class has; `repr` asks the second alone."""
_MAKERS = ("str", "repr", "format")
_TEMPLATES = frozenset({Template})

Written = tuple["Module", Name, int, Site, str]
"""(file, name, context, what stands there, how it is written)"""


class ShownAsText:
    def __init__(self, project: Project) -> None:
        self._project = project

    def of(self, definition: Def) -> list[Written]:
        """The places where the method is run for the item of a loop."""
        return self._all.get(definition, [])

    @cached_property
    def _all(self) -> dict[Def, list[Written]]:
        found: dict[Def, list[Written]] = defaultdict(list)
        for written, methods in self._places():
            module, name, context = written[:3]
            if name.id in _items_around(module, context):
                for definition in self._methods(module, name, context, methods):
                    found[definition].append(written)
        return found

    def _places(self) -> Iterator[tuple[Written, tuple[str, ...]]]:
        for maker in _MAKERS:
            for module, call in self._project.calls.written(maker):
                callee = call.callee
                is_own = callee.attr == "format" and isinstance(callee.base, String) if isinstance(callee, Attribute) else True
                if module.is_production and is_own:
                    methods = TEXTS[1:] if maker == "repr" else TEXTS
                    for argument in call.arguments:
                        if isinstance(argument.value, Name):
                            shown = f"{maker}({argument.value.id})"
                            yield (module, argument.value, call.context, Site(module.path, call.at, call.end), shown), methods
        for module in self._project.modules.production:
            for expr, context in walk_module(module, _TEMPLATES):
                assert isinstance(expr, Template)  # noqa: S101 - it was asked for
                for part in expr.parts:
                    if type(part) is Name:
                        site = Site(module.path, expr.at, expr.end)
                        yield (module, part, context, site, shorten(spell(module.body, expr), 60)), TEXTS

    def _methods(self, module: Module, name: Expr, context: int, methods: tuple[str, ...]) -> Iterator[Def]:
        """The first of the methods that the classes of the object have."""
        for type_ in self._project.types.all(module, name, context):
            if type_.is_class:
                continue
            for method in methods:
                targets = self._project.calls.dispatch.method(type_, method)
                if targets:
                    yield from (target.definition for target in targets if target.definition is not None)
                    break


def _items_around(module: Module, context: int) -> set[str]:
    """The names of the items of the loops around a place, unless something has failed there."""
    contexts, found = module.body.contexts, set[str]()
    while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
        place = contexts[context]
        if place.kind == "except":
            return set()
        if place.kind in ("for", "comprehension") and isinstance(place.target, Name):
            found.add(place.target.id)
        context = place.parent
    return found
