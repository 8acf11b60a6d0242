"""Mail that a framework's settings hand to a queue: who sends it waits for no mail server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from archlint.facts.syntax import String
from archlint.project.apps import setting_values
from archlint.project.parts import parts_of

if TYPE_CHECKING:
    from archlint.project.program import Project

_BACKEND = "mail-backend"


def mail_is_queued(project: Project, queues: Iterable[str]) -> bool:
    """`EMAIL_BACKEND = "djcelery_email.backends.CeleryEmailBackend"`. `queues`: parts of such names."""
    for module, expr, _ in setting_values(project, _BACKEND):
        for part in parts_of(module.body, expr):
            if isinstance(part, String) and any(word in part.value.lower() for word in queues):
                return True
    return False
