"""Credentials whose names say nothing: what a security scheme of the framework reads from the request, and what is drawn at
random and given out as a token or set as a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Constant, Expr, Mapping, Name, String
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.spelling import last_name
from archlint.project.types.injected import Injected, Written
from archlint.project.walk import walk_module
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.secrets.credentials import Vocabulary
    from archlint.project.secrets.drawn import Drawn
    from archlint.project.secrets.flows import Place

_SCHEMES = {"api-key-scheme": "an API key", "token-scheme": "a token"}
"""Role of what reads a credential from a request → the kind of it."""
_SETTING = frozenset({"set", "change", "hash", "make", "generate", "update", "encrypt", "reset"})
"""Verbs before the word for a credential in the name of what takes it: `set_password`, `generate_password_hash`."""
_PLAIN = (Constant, String)


class UnnamedCredentials:
    def __init__(self, project: Project, vocabulary: Vocabulary, random: Drawn) -> None:
        self._project = project
        self._vocabulary = vocabulary
        self._random = random
        self._injected = Injected(project)
        self._origins = Origins(project)

    def kind(self, expr: Name, at: Place) -> str | None:
        """The kind of credential that a name holds of which its own words tell nothing."""
        found = self._origins.of(at.module, expr, at.context)
        if len(found) != 1:
            return None
        given = found[0]
        return self._of_parameter(given) if isinstance(given, Parameter) else self._drawn(expr, given, at)

    def _of_parameter(self, given: Parameter) -> str | None:
        """The kind of `key: str = Security(APIKeyHeader(name="X-Key"))`."""
        function = given.definition.function
        parameter = function.parameters[given.position]
        written_so = [e for e in (parameter.default, parameter.annotation) if e is not None and not isinstance(e, _PLAIN)]
        for expr in written_so:
            for written in self._injected.within(Written(given.definition.module, expr, function.outer)):
                types = self._project.types.all(written.module, written.expr, written.context)
                kinds = {_SCHEMES.get(self._project.types.role(t)) for t in types if not t.is_class}
                if len(kinds) == 1:
                    return kinds.pop()
        return None

    def _drawn(self, expr: Name, origin: Origin, at: Place) -> str | None:
        """The kind under which the same function gives out or keeps what it has drawn: `{"token": raw}`, `send(api_key=raw)`,
        `user.set_password(raw)`, `user.password = raw`."""
        made, body = origin.expr, at.module.body
        if type(made) is not CallRef or origin.module is not at.module or origin.each or origin.path:
            return None
        if not self._random.is_drawn(at.module, made, origin.context):
            return None
        function = body.contexts[at.context].function
        given: list[tuple[Expr | str | None, Expr]] = []
        for mapping, context in walk_module(at.module, frozenset({Mapping})):
            if isinstance(mapping, Mapping) and body.contexts[context].function == function:
                given += zip(mapping.keys, mapping.values, strict=True)
        for call in at.module.own_calls(function):
            taken = _taken_by(last_name(body, call.callee))
            given += ((argument.name or taken, argument.value) for argument in call.arguments[:1])
            given += ((argument.name, argument.value) for argument in call.arguments[1:])
        for statement in at.module.own_statements(function):
            if isinstance(statement.target, Attribute) and statement.value is not None:
                given.append((statement.target.attr, statement.value))
        names = (key.value if isinstance(key, String) else key for key, value in given if _is(value, expr))
        kinds = (self._vocabulary.names(name) for name in names if isinstance(name, str))
        return next((naming.kind for naming in kinds if naming is not None), None)


def _taken_by(function: str) -> str | None:
    """What the name of a function says that it is given: `set_password` → `password`."""
    words = words_of(function)
    if len(words) < 2 or words[0] not in _SETTING:
        return None
    return "_".join(words[1:-1] if words[-1] == "hash" else words[1:])


def _is(value: Expr, name: Name) -> bool:
    return isinstance(value, Name) and value.id == name.id
