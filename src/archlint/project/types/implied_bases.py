"""What a class derives from where its bases do not tell: a base of a package nobody knows, one made by a decorator."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.knowledge import Holder, Library
from archlint.facts.syntax import Call, CallRef
from archlint.project.model import Type
from archlint.project.spelling import last_name
from archlint.project.types.entities import as_class

if TYPE_CHECKING:
    from archlint.project.names.symbols import ClassDef
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference


class ImpliedBases:
    """Class → the library type that the class attributes which it declares say that it is (`holder` of the documents)."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._declared: dict[str, dict[int, list[Call]]] = {}

    def of(self, klass: ClassDef) -> tuple[Type, ...]:
        """The type as a class, or nothing. To be asked only of a class none of whose ancestors a library is known for."""
        for call in self._declarations(klass.module).get(klass.index, ()):
            for entity in self._inference.entities(klass.module, call.callee, call.context):
                holder = self._holder(entity.name) if isinstance(entity, Type) and entity.is_class else None
                if holder is not None and self._is_marked(klass, holder):
                    return (as_class(Type(holder.type)),)
        return ()

    def _holder(self, name: str) -> Holder | None:
        return next((info.holder for _, info in self._inference.project.knowledge.infos(name) if info.holder), None)

    def _is_marked(self, klass: ClassDef, holder: Holder) -> bool:
        if not holder.marks:
            return True
        scopes = self._inference.project.symbols.scopes(klass.module)
        calls = self._declarations(klass.module)[klass.index]
        return any(
            any(argument.name == mark[1:] for call in calls for argument in call.arguments)
            if mark.startswith(":")
            else bool(scopes.bindings(klass.klass.context, mark))
            for mark in holder.marks
        )

    def _declarations(self, module: Module) -> dict[int, list[Call]]:
        """Row of a class → the calls that its class attributes are made by, of those whose names may tell."""
        known = self._declared.get(module.path)
        if known is None:
            known = self._declared[module.path] = {}
            names = self._names(module)
            contexts = module.body.contexts if names else ()
            for statement in module.body.statements if names else ():
                place = contexts[statement.context]
                if place.kind == "class" and type(statement.value) is CallRef:
                    call = module.body.calls[statement.value.index]
                    if last_name(module.body, call.callee) in names:
                        known.setdefault(place.klass, []).append(call)
        return known

    def _names(self, module: Module) -> frozenset[str]:
        """The last names of what may tell, of the libraries that the module can come to."""
        usage = self._inference.usage
        return frozenset(name for library, names in self._holders if usage.reaches(module, library) for name in names)

    @cached_property
    def _holders(self) -> list[tuple[Library, frozenset[str]]]:
        found = []
        for library in self._inference.project.knowledge.libraries:
            names = frozenset(name.rpartition(".")[2] for name in library.types if self._holder(name) is not None)
            if names:
                found.append((library, names))
        return found
