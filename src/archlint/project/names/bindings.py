"""What a binding gives its name: parameter, import, assignment, loop variable, `with … as`, exception."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Await, CallRef, Collection, Constant, Expr, Parameter, Starred
from archlint.project.model import Def, Type
from archlint.project.names.scopes import Binding
from archlint.project.types.entities import UNKNOWN, Bound, Entity, as_class, distinct, instance
from archlint.project.types.library_types import Environment, Site

if TYPE_CHECKING:
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference


class Bindings:
    """Bindings of files → entities, each once."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._known: dict[int, tuple[Entity, ...]] = {}

    def of(self, module: Module, binding: Binding, name: str) -> tuple[Entity, ...]:
        """The values that a binding may give; `name` is what it binds."""
        key = id(binding)  # it lives as long as its module
        known = self._known.get(key)
        if known is None:
            self._known[key] = ()  # a circle ends here
            known = self._known[key] = self._find(module, binding, name)
        return known

    def open_parameter(self, module: Module, binding: Binding) -> Parameter | None:
        """The parameter that it binds, if what it is can only be told by callers: no default but None."""
        if binding.kind != "parameter":
            return None
        parameter = module.outline.functions[binding.function].parameters[binding.index]
        default = parameter.default
        says_nothing = default is None or (isinstance(default, Constant) and default.value is None)
        return parameter if says_nothing and parameter.kind not in ("*", "**") else None

    def _find(self, module: Module, binding: Binding, name: str) -> tuple[Entity, ...]:
        inference = self._inference
        match binding.kind:
            case "parameter":
                return self._parameter(module, binding)
            case "import" | "function" | "class":
                found = inference.project.symbols.of_binding(module, name, binding)
                return distinct([e for definition in found for e in inference.defined(definition)])
            case "comprehension":
                place = module.body.contexts[binding.index]
                return self._iterated(module, place.subject, place.parent, binding.path)
            case _:
                return self._statement(module, binding)

    def _statement(self, module: Module, binding: Binding) -> tuple[Entity, ...]:
        inference = self._inference
        statement = module.body.statements[binding.index]
        context = statement.context
        place = module.body.contexts[context]
        match statement.kind:
            case "assign":
                if statement.value is None:
                    return ()
                return self._unpacked_expression(module, statement.value, context, binding.path)
            case "annotate":
                annotated: tuple[Entity, ...] = ()
                if statement.annotation is not None:
                    annotated = inference.annotations.types(module, statement.annotation, context)
                    if annotated == (Type("typing.TypeAlias"),):
                        annotated = ()
                if statement.value is None:
                    return annotated
                given = inference.entities(module, statement.value, context)
                # `Base: DeclarativeMeta = declarative_base()`: the annotation tells the class of a class
                return given if not annotated or any(isinstance(e, Type) and e.is_class for e in given) else annotated
            case "for":
                return self._iterated(module, place.subject, place.parent, binding.path)
            case "with":
                return self._managed(module, place.subject, place.parent, binding.path)
            case "except":
                return self._caught(module, place.subject, place.parent)
            case _:
                return ()

    def _iterated(self, module: Module, subject: Expr | None, context: int, path: tuple[int, ...]) -> tuple[Entity, ...]:
        if subject is None:
            return ()
        found: list[Entity] = []
        for entity in self._inference.entities(module, subject, context):
            found += self._inference.items(entity)
        return self._unpacked(tuple(found), path)

    def _managed(self, module: Module, subject: Expr | None, context: int, path: tuple[int, ...]) -> tuple[Entity, ...]:
        if subject is None:
            return ()
        inference = self._inference
        called = subject.value if isinstance(subject, Await) else subject
        if isinstance(called, CallRef):
            call = module.body.calls[called.index]
            for callee in inference.entities(module, call.callee, call.context):
                operation = inference.operation(callee)
                if operation is not None and operation.context is not None:
                    environment = Environment(None, {}, Site(module, call.context, call))
                    if isinstance(callee, Bound):
                        parameters = inference.parameters(callee.receiver, callee.owner)
                        environment = Environment(callee.receiver, parameters, environment.site)
                    return self._unpacked(inference.library.told(operation.context, environment), path)
        found: list[Entity] = []
        for entity in inference.entities(module, subject, context):
            found += inference.entered(entity)
        return self._unpacked(distinct(found), path)

    def _caught(self, module: Module, subject: Expr | None, context: int) -> tuple[Entity, ...]:
        if subject is None:
            return ()
        classes = subject.items if isinstance(subject, Collection) else (subject,)
        found = [e for expr in classes for e in self._inference.entities(module, expr, context)]
        return distinct([instance(e) for e in found if isinstance(e, Type) and e.is_class])

    def _unpacked_expression(self, module: Module, value: Expr, context: int, path: tuple[int, ...]) -> tuple[Entity, ...]:
        """`a, b = x, y` takes its values apart by place, before their types are asked for."""
        while path and type(value) is Collection and path[0] >= 0:
            if path[0] >= len(value.items) or any(isinstance(item, Starred) for item in value.items):
                return ()
            value, path = value.items[path[0]], path[1:]
        return self._unpacked(self._inference.entities(module, value, context), path)

    def _unpacked(self, found: tuple[Entity, ...], path: tuple[int, ...]) -> tuple[Entity, ...]:
        for position in path:
            inner: list[Entity] = []
            for entity in found:
                if isinstance(entity, Type) and entity.name == "builtins.tuple" and len(entity.arguments) > 1:
                    if 0 <= position < len(entity.arguments) and entity.arguments[position] != UNKNOWN:
                        inner.append(entity.arguments[position])
                elif position >= 0:
                    inner += self._inference.items(entity)
            found = distinct(inner)
        return found

    def _parameter(self, module: Module, binding: Binding) -> tuple[Entity, ...]:
        inference = self._inference
        function = module.outline.functions[binding.function]
        parameter = function.parameters[binding.index]
        if binding.index == 0 and function.klass >= 0 and parameter.kind in ("positional", "either"):
            receiver = self._receiver(module, binding.function)
            if receiver:
                return receiver
        found: tuple[Entity, ...] = ()
        if parameter.annotation is not None:
            found = inference.annotations.types(module, parameter.annotation, function.outer)
        if parameter.default is not None and all(inference.is_some_callable(e) for e in found):
            found = inference.entities(module, parameter.default, function.outer) or found
        return _gathered(parameter, found)

    def _receiver(self, module: Module, row: int) -> tuple[Entity, ...]:
        method = self._inference.project.symbols.scopes(module).method_of(row)
        if method is None or method[1] != row:
            return ()
        function = module.outline.functions[row]
        name = f"{module.name}.{module.outline.classes[method[0]].qualname}"
        klass = self._inference.project.symbols.classes.get(name)
        own = self._inference.members.myself(klass) if klass is not None else Type(name)
        marks = self._inference.returns.marks(Def(module, module.name, row))
        if "static-method" in marks:
            return ()
        if "class-method" in marks or function.name in ("__new__", "__init_subclass__", "__class_getitem__"):
            return (as_class(own),)
        return (own,)


def _gathered(parameter: Parameter, found: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """`*args: T` is a tuple of `T`, `**options: T` a dict."""
    first = next((e for e in found if isinstance(e, Type)), None)
    if parameter.kind == "*":
        return (Type("builtins.tuple", (first,) if first else ()),)
    if parameter.kind == "**":
        return (Type("builtins.dict", (Type("builtins.str"), first) if first else ()),)
    return found
