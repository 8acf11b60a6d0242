"""Mail that a framework's settings hand to a queue: who sends it waits for no mail server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from archlint.facts.syntax import String
from archlint.project.model import Def
from archlint.project.parts import parts_of
from archlint.project.routes.apps import setting_values

if TYPE_CHECKING:
    from archlint.project.program import Project

_BACKEND, _SENDING, _EFFECT = "mail-backend", "send_messages", "email"


def mail_is_queued(project: Project, queues: Iterable[str]) -> bool:
    """`EMAIL_BACKEND = "djcelery_email.backends.CeleryEmailBackend"`. `queues`: parts of such names."""
    for module, expr, _ in setting_values(project, _BACKEND):
        for part in parts_of(module.body, expr):
            if isinstance(part, String) and (
                any(word in part.value.lower() for word in queues) or _sends_nothing(project, part.value)
            ):
                return True
    return False


def _sends_nothing(project: Project, name: str) -> bool:
    """A class of the project, whose own method sends no mail."""
    klass = project.symbols.classes.get(name)
    if klass is None:
        return False
    found = [
        Def(klass.module, klass.module.name, row)
        for row, function in enumerate(klass.module.outline.functions)
        if function.klass == klass.index and function.name == _SENDING
    ]
    return bool(found) and not any(project.effects.has(definition, _EFFECT) for definition in found)
