"""Branches that only a request which means to write enters: `if request.method == "POST":`, `if "save" in request.POST:`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, Expr, String
from archlint.project.parts import parts_of
from archlint.project.routes.endpoints import WRITING

if TYPE_CHECKING:
    from archlint.project.control.conditions import Path
    from archlint.project.program import Project


def is_asked_for_writing(project: Project, path: Path) -> bool:
    """The way leads through such a branch, in a function that others answer with as well."""
    for step in path.steps:
        body = project.modules.by_path[step.site.path].body
        for place in body.contexts:
            if place.kind == "if" and place.at <= step.site.at < place.end and _asks_for_writing(body, place.subject):
                return True
    return False


def _asks_for_writing(body: Body, test: Expr | None) -> bool:
    parts = list(parts_of(body, test))
    if any(isinstance(part, Attribute) and part.attr in WRITING for part in parts):
        return True
    asks = any(isinstance(part, Attribute) and part.attr == "method" for part in parts)
    return asks and any(isinstance(part, String) and part.value.upper() in WRITING for part in parts)
