"""The object that a serializer hands to its own methods: of the stored class that it says it shows."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archlint.project.model import Type

if TYPE_CHECKING:
    from archlint.project.names.symbols import ClassDef
    from archlint.project.relations.serializers import Serializers
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference


class ShownObjects:
    """Parameters of methods that no code of the project calls."""

    def __init__(self, inference: Inference) -> None:
        self._project = inference.project
        self._positions: dict[str, dict[tuple[str, int], int]] = {}

    def types(self, module: Module, row: int, position: int) -> tuple[Type, ...]:
        """What the function's parameter is, where it is the object that is shown."""
        function = module.outline.functions[row]
        if function.klass < 0 or position == 0:
            return ()
        klass = self._project.symbols.classes.get(f"{module.name}.{module.outline.classes[function.klass].qualname}")
        if klass is None or self._serializers.about(klass) is None:
            return ()
        if klass.name not in self._positions:
            self._positions[klass.name] = {}
            self._positions[klass.name] = self._methods(klass)
        if self._positions[klass.name].get((module.path, row)) != position:
            return ()
        model = self._serializers.model(klass)
        return (model,) if model is not None else ()

    def _methods(self, klass: ClassDef) -> dict[tuple[str, int], int]:
        """(path, row) of a function → the place of the object among its parameters."""
        about = self._serializers.about(klass)
        found: dict[tuple[str, int], int] = {}
        for row, function in enumerate(klass.module.outline.functions):
            if function.klass == klass.index and about is not None and function.name in about.receives:
                found[klass.module.path, row] = about.receives[function.name]
        for method in self._serializers.getters(klass):
            found[method.module.path, method.index] = 1
        return found

    @cached_property
    def _serializers(self) -> Serializers:
        from archlint.project.relations.serializers import Serializers  # noqa: PLC0415  it asks the types of expressions itself

        return Serializers(self._project)
