"""Rows that a library's pages for those who run an installation change, each in a transaction, and nothing else does."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Name
from archlint.project.parts import names_in
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.modules import Module
    from archlint.project.program import Project
    from archlint.project.transaction_blocks import TransactionBlocks

_EDITED = "edited"
_CHANGES = frozenset({"save", "delete"})
_MAKES = ("create", "acreate")
"""Calls on a class that make a row and save it by its own method."""
_OF_FORMS = frozenset({"model", "queryset"})
"""What a form, a serializer or a view names in its class to say whose rows it changes."""


class EditedRows:
    def __init__(self, project: Project, blocks: TransactionBlocks) -> None:
        self._project = project
        self._blocks = blocks

    def is_only_way(self, definition: Def) -> bool:
        """A method that saves or deletes a row of such a class, of which the program makes none outside of a transaction, and
        no form or serializer of its own does. Who calls the method itself is for others to look at."""
        if definition.function.name not in _CHANGES or definition.function.klass < 0:
            return False
        owner = definition.name.rpartition(".")[0]
        name = owner.rpartition(".")[2]
        return owner in self._edited and name not in self._of_forms and not self._is_made(name)

    @cached_property
    def _edited(self) -> frozenset[str]:
        types = self._project.types
        return frozenset(
            name
            for site in self._project.calls.registered(_EDITED)
            for argument in site.call.arguments[:1]
            if (name := types.name_of(site.module, argument.value, site.call.context)) is not None
        )

    @cached_property
    def _of_forms(self) -> frozenset[str]:
        """Last names of the classes that are named so outside of the files in which the pages stand."""
        pages = {site.path for site in self._project.calls.registered(_EDITED)}
        return frozenset(
            name
            for module in self._project.modules.production
            if module.path not in pages
            for s in module.statements["assign"]
            if isinstance(s.target, Name) and s.target.id in _OF_FORMS and module.body.contexts[s.context].kind == "class"
            for name in names_in(module.body, s.value)
        )

    def _is_made(self, name: str) -> bool:
        calls = self._project.calls
        made = list(calls.written(name))
        made += [
            (module, call)
            for word in _MAKES
            for module, call in calls.written(word)
            if isinstance(call.callee, Attribute) and last_name(module.body, _first(call.callee)) == name
        ]
        return any(not self._is_aside(module) and self._blocks.around(module, call.context) < 0 for module, call in made)

    def _is_aside(self, module: Module) -> bool:
        return module.is_migration or self._project.by_hand.holds(module)


def _first(callee: Attribute) -> Attribute | Name | None:
    """`Order`, of `Order.objects.create` and `models.Order.objects.create`."""
    manager = callee.base
    base = manager.base if isinstance(manager, Attribute) else None
    return base if isinstance(base, Attribute | Name) else None
