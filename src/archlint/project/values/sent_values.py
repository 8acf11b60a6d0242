"""Whether a value is what a client sent: an uploaded file, what was read of it, or a part of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Constant, Expr, Name, String
from archlint.project.effects.local_file_words import LocalFileWords
from archlint.project.model import Type
from archlint.project.names.arguments import receives_itself
from archlint.project.names.carrying import is_carrying
from archlint.project.names.origins import Origins, Parameter
from archlint.project.parts import children
from archlint.project.spelling import last_name
from archlint.project.types.injected import Injected, Written
from archlint.project.values.request_objects import RequestObjects
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 6
_MOST_STEPS = 200
"""A bound on the expressions looked at for one question."""
_OWN = frozenset({"self", "cls"})


class SentValues:
    def __init__(self, project: Project, words: LocalFileWords) -> None:
        self._project = project
        self._words = words
        self._origins = Origins(project)
        self._requests = RequestObjects(project)
        self._injected = Injected(project)
        self._steps = 0

    def is_sent(self, module: Module, expr: Expr, context: int) -> bool:
        """A client sent the value, or the content of it, through names, callers' arguments and calls that hand it on."""
        self._steps = 0
        return self._is_sent(module, expr, context, _DEPTH, False)

    def is_upload(self, module: Module, expr: Expr, context: int) -> bool:
        """It is an uploaded file by its type, or came out of the files of a request."""
        self._steps = 0
        return self._is_sent(module, expr, context, _DEPTH, True)

    def _is_sent(self, module: Module, expr: Expr, context: int, depth: int, uploads: bool) -> bool:
        """`uploads`: only an upload counts, not any value that was sent."""
        self._steps += 1
        if depth == 0 or self._steps > _MOST_STEPS or isinstance(expr, Constant | String):
            return False
        if isinstance(expr, CallRef):
            return self._is_of_call(module, expr, depth, uploads)
        if isinstance(expr, Name | Attribute):
            return self._is_named(module, expr, context, depth, uploads)
        return any(self._is_sent(module, part, context, depth - 1, uploads) for part in children(module.body, expr))

    def _is_of_call(self, module: Module, expr: CallRef, depth: int, uploads: bool) -> bool:
        call, name = module.body.calls[expr.index], last_name(module.body, expr)
        carries, hands_on = is_carrying(name) or name in self._words.reads, is_carrying(name)
        receiver = call.callee.base if isinstance(call.callee, Attribute) else None
        if receiver is not None:
            if self._is_part(module, receiver, name, call.context, uploads):
                return True
            if self._is_sent(module, receiver, call.context, depth - 1, uploads or not carries):
                return True
        values = (argument.value for argument in call.arguments)
        return any(self._is_sent(module, value, call.context, depth - 1, uploads or not hands_on) for value in values)

    def _is_named(self, module: Module, expr: Name | Attribute, context: int, depth: int, uploads: bool) -> bool:
        types = self._project.types
        if any(types.is_a(found, *self._words.upload_types) for found in types.all(module, expr, context)):
            return True
        if isinstance(expr, Attribute):
            if self._is_part(module, expr.base, expr.attr, context, uploads):
                return True
            own = isinstance(expr.base, Name) and expr.base.id in _OWN
            if not own and self._is_sent(module, expr.base, context, depth - 1, uploads):
                return True
        for origin in self._origins.of(module, expr, context):
            if isinstance(origin, Parameter):
                if self._is_given(origin, depth, uploads):
                    return True
            elif self._is_sent(origin.module, origin.expr, origin.context, depth - 1, uploads):
                return True
        return False

    def _is_part(self, module: Module, base: Expr, name: str, context: int, uploads: bool) -> bool:
        """`request.files`, `await request.body()`, `form.photo.data`."""
        if isinstance(base, Attribute) and name in self._words.form_parts:
            return not set(self._words.form_names).isdisjoint(words_of(last_name(module.body, base.base)))
        if name not in self._words.upload_parts and (uploads or name not in self._words.request_parts):
            return False
        named = isinstance(base, Name | Attribute) and last_name(module.body, base) in self._words.request_names
        return named or self._requests.is_one(module, base, context)

    def _is_given(self, parameter: Parameter, depth: int, uploads: bool) -> bool:
        definition = parameter.definition
        if parameter.position == 0 and receives_itself(definition):
            return False
        if definition in self._project.endpoints.by_definition:
            return not uploads and self._is_of_body(parameter)
        given = self._origins.given_anywhere(parameter)
        return any(self._is_sent(o.module, o.expr, o.context, depth - 1, uploads) for o in given)

    def _is_of_body(self, parameter: Parameter) -> bool:
        """A parameter of what answers an endpoint into which the framework injects nothing else."""
        definition = parameter.definition
        function = definition.function
        own = function.parameters[parameter.position]
        if own.annotation is None or own.name in self._words.request_names:
            return False
        for expr in (own.default, own.annotation):
            if expr is not None and any(self._injected.within(Written(definition.module, expr, function.outer))):
                return False
        told = self._project.types.inference.annotations.types(definition.module, own.annotation, function.outer)
        return not any(isinstance(t, Type) and self._project.types.role(t) == "request" for t in told)
