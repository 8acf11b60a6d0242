"""What answers a route: the function or class that is decorated, or handed over, under what is wrapped around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Call, CallRef, Collection, Expr, Name, Subscript
from archlint.project.model import CallSite, Def, Type
from archlint.project.names.origins import Callers, Origins, Parameter
from archlint.project.names.symbols import ClassDef
from archlint.project.routes.route_records import Handler
from archlint.project.spelling import last_name, spell
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 6
_ADDING = frozenset({"append", "extend"})
_DECORATORS = "decorators"


class Handlers:
    def __init__(self, project: Project, origins: Origins) -> None:
        self._project = project
        self._origins = origins
        self._decorated: dict[str, dict[int, Def | ClassDef]] = {}
        self._applied: dict[str, dict[int, Call]] = {}

    def decorated_by(self, site: CallSite) -> Handler | None:
        """What stands under a decorator that is this call."""
        known = self._decorated.get(site.path)
        if known is None:
            known = self._decorated[site.path] = dict(self._decorators(site.module))
        found = known.get(site.index)
        return Handler(found) if found is not None else None

    def applied_to(self, site: CallSite, callers: Callers) -> Handler | None:
        """What a decorator that is this call is put on by hand: `app.get("/orders")(show)`."""
        module = site.module
        known = self._applied.get(site.path)
        if known is None:
            calls = ((call.callee, call) for call in module.body.calls if call.arguments)
            known = self._applied[site.path] = {callee.index: call for callee, call in calls if isinstance(callee, CallRef)}
        call = known.get(site.index)
        return self.of(module, call.arguments[0].value, call.context, callers) if call is not None else None

    def _decorators(self, module: Module) -> Iterator[tuple[int, Def | ClassDef]]:
        for row, function in enumerate(module.outline.functions):
            for decorator in function.decorators:
                if isinstance(decorator, CallRef):
                    yield decorator.index, Def(module, module.name, row)
        for row, klass in enumerate(module.outline.classes):
            for decorator in klass.decorators:
                if isinstance(decorator, CallRef):
                    yield decorator.index, ClassDef(module, f"{module.name}.{klass.qualname}", row)

    def of(self, module: Module, expr: Expr, context: int, callers: Callers, depth: int = 0) -> Handler | None:
        """What an expression hands over: a function, a class, `View.as_view()`, `wrapped(view)`."""
        if depth > _DEPTH:
            return None
        if isinstance(expr, CallRef):
            return self._called(module, expr, callers, depth)
        if not isinstance(expr, Name | Attribute | Subscript):
            return None
        handed = self._handed(module, expr, context, callers, depth)
        if handed is None and self._origins.in_turn:
            handed = self._followed(module, expr, context, callers, depth)
        if handed is not None:
            return handed
        for entity in self._project.types.inference.entities(module, expr, context):
            if isinstance(entity, FunctionRef):
                return Handler(entity.definition)
            if isinstance(entity, Type):
                klass = self._project.symbols.classes.get(entity.name)
                if klass is not None:
                    return Handler(klass)
        return self._followed(module, expr, context, callers, depth)

    def _followed(self, module: Module, expr: Expr, context: int, callers: Callers, depth: int) -> Handler | None:
        for origin in self._origins.of(module, expr, context):
            if isinstance(origin, Parameter):
                found = self._given(origin, callers, depth)
                if found is not None:
                    return found
                continue
            for part in self._origins.unpacked(origin) if origin.path else (origin,):
                found = self.of(part.module, part.expr, part.context, callers, depth + 1)
                if found is not None:
                    return found
        return None

    def _handed(self, module: Module, expr: Expr, context: int, callers: Callers, depth: int) -> Handler | None:
        """What the call that declares this route gives for a parameter, of which others may be told as well."""
        for origin in self._origins.of(module, expr, context):
            if isinstance(origin, Parameter) and origin.definition in callers:
                return self._given(origin, callers, depth)
        return None

    def _given(self, parameter: Parameter, callers: Callers, depth: int) -> Handler | None:
        for source in self._origins.given(parameter, callers):
            return self.of(source.module, source.expr, source.context, callers, depth + 1)
        # the parameter of a decorator's inner function is what the call of the decorator stands over
        for caller in reversed(list(callers.values())):
            found = self.decorated_by(caller)
            if found is not None:
                return found
        return None

    def _called(self, module: Module, expr: CallRef, callers: Callers, depth: int) -> Handler | None:
        call = module.body.calls[expr.index]
        callee = call.callee
        if isinstance(callee, Attribute):
            own = self.of(module, callee.base, call.context, callers, depth + 1) if self._origins.in_turn else None
            if own is not None and isinstance(own.target, ClassDef):
                return Handler(own.target, (*_put_on(module, callee.base, call), *own.wrappers))
            for entity in self._project.types.inference.entities(module, callee.base, call.context):
                if isinstance(entity, Type) and entity.is_class and entity.name in self._project.symbols.classes:
                    return Handler(self._project.symbols.classes[entity.name])  # `View.as_view()`
        wrapper = callee.attr if isinstance(callee, Attribute) else callee.id if isinstance(callee, Name) else ""
        for argument in call.arguments[:2]:
            found = self.of(module, argument.value, call.context, callers, depth + 1)
            if found is not None:
                return Handler(found.target, (wrapper, *found.wrappers))
        return None


def _put_on(module: Module, view: Expr, declared: Call) -> Iterator[str]:
    """The names of what a loop puts on each view of a table before it declares it: `view.decorators.extend([signed_in])`."""
    body, said = module.body, spell(module.body, view)
    for call in body.calls:
        callee = call.callee
        is_before = call.context == declared.context and call.at < declared.at
        if not is_before or not isinstance(callee, Attribute) or callee.attr not in _ADDING:
            continue
        held = callee.base
        if isinstance(held, Attribute) and held.attr == _DECORATORS and spell(body, held.base) == said:
            for argument in call.arguments:
                items = argument.value.items if isinstance(argument.value, Collection) else (argument.value,)
                yield from (last_name(body, item) for item in items)
