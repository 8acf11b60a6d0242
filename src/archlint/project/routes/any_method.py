"""Functions that answer a GET as they answer a POST: their route lets both in, and nothing asks which of them came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef
from archlint.project.walk import attributes_named
from archlint.project.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archlint.project.model import Def
    from archlint.project.program import Project
    from archlint.project.routes.endpoints import Endpoint

_METHOD = frozenset({"method", "REQUEST_METHOD", "request_method", "http_method", "is_ajax", "META"})
_SENT = frozenset({"POST", "FILES", "form", "files", "body", "json", "data", "raw_post_data", "get_json", "get_data", "stream"})
_FORMS = frozenset({"validate_on_submit", "is_submitted", "is_valid", "is_post", "validate"})
_TELLING = frozenset({"post", "method", "methods", "http", "ajax", "htmx", "csrf", "json", "webhook", "signed", "signature"})
"""Words in the names of decorators that may ask which method came, or let in what is no page."""


def answers_any_method(project: Project, endpoints: Iterable[Endpoint]) -> bool:
    """Each lets GET in beside what writes, or all there is, and the function, what it hands its request to and its
    decorators ask neither for the method nor for what only another brings."""
    return all(_lets_in(endpoint) for endpoint in endpoints) and all(
        not _asks(project, definition) for definition in {endpoint.definition for endpoint in endpoints}
    )


def _lets_in(endpoint: Endpoint) -> bool:
    if endpoint.view is not None:
        return False
    methods = set(endpoint.methods)
    return not methods or "GET" in methods


def _asks(project: Project, definition: Def) -> bool:
    if not definition.function.parameters and not definition.function.decorators:
        return True  # nothing is known of how it is asked
    return _reads(definition) or any(_reads(each) for each in _told(project, definition)) or _decorated(project, definition)


def _reads(definition: Def) -> bool:
    module, function = definition.module, definition.function
    found = attributes_named(module, _METHOD | _SENT | _FORMS)
    if any(function.at <= expr.at < function.end for expr, _ in found):
        return True
    calls = (call.callee for call in module.body.calls if function.at <= call.at < function.end)
    return any(isinstance(callee, Attribute) and callee.attr in _FORMS | _SENT for callee in calls)


def _told(project: Project, definition: Def) -> Iterable[Def]:
    """The functions of the project that are handed the request."""
    requests = {each.name for each in definition.function.parameters[:2]} | {"request"}
    for site in project.calls.of(definition):
        if any(isinstance(a.value, Name) and a.value.id in requests for a in site.call.arguments):
            yield from (target.definition for target in site.targets if target.definition is not None)


def _decorated(project: Project, definition: Def) -> bool:
    module, inference = definition.module, project.types.inference
    for decorator in definition.function.decorators:
        callee: Expr = module.body.calls[decorator.index].callee if isinstance(decorator, CallRef) else decorator
        if not _TELLING.isdisjoint(words_of(last_name(module.body, callee))):
            return True
        for entity in inference.entities(module, callee, definition.function.outer):
            if isinstance(entity, FunctionRef) and _reads(entity.definition):
                return True
    return False
