"""Parameters that are named after a stored class of a module that theirs imports: `booking`, beside `models.Booking`.

Untyped code says by names what others say by annotations.  Asked only for what no annotation, default, caller or habit
tells, and only for classes of rows that the module knows; several rows (`bookings`) are a list of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence
from archlint.project.model import Type
from archlint.project.words import singulars

if TYPE_CHECKING:
    from archlint.project.names.symbols import ClassDef
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference


class NamedRows:
    """Names of parameters → rows, each name of a module once."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._known: dict[tuple[str, str], tuple[Type, ...]] = {}

    def types(self, module: Module, name: str) -> tuple[Type, ...]:
        """The row, or list of rows, that a parameter of that name stands for; empty where no stored class is called so."""
        key = (module.path, name)
        known = self._known.get(key)
        if known is None:
            self._known[key] = ()
            known = self._known[key] = self._find(module, name)
        return known

    def _find(self, module: Module, name: str) -> tuple[Type, ...]:
        row = self._row(module, name)
        if row is not None:
            return (row,)
        listed = name.removesuffix("_list")
        for one in (listed,) if listed != name else singulars(name):
            row = self._row(module, one)
            if row is not None:
                return (Type("builtins.list", (row,), False, Confidence.MEDIUM),)
        return ()

    def _row(self, module: Module, name: str) -> Type | None:
        classes = self._inference.project.symbols.classes_by_last_name
        camel = "".join(part.capitalize() for part in name.split("_"))
        for last in (camel, f"{camel}Model"):
            known = [k for k in classes.get(last, ()) if self._is_known_to(module, k)]
            if len(known) == 1 and self._is_stored(Type(known[0].name)):
                return Type(known[0].name, (), False, Confidence.MEDIUM)
        return None

    def _is_known_to(self, module: Module, klass: ClassDef) -> bool:
        return klass.module is module or module.path in self._inference.usage.importers(klass.module)

    def _is_stored(self, row: Type) -> bool:
        inference = self._inference
        return any(inference.project.knowledge.role(above.name) == "db-model" for above in inference.members.ancestors(row))
