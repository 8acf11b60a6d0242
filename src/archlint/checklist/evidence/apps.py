"""The apps that are asked for their health; what answers for them is the rules' to say."""

from __future__ import annotations

from archlint.checklist.found import Found
from archlint.project import Project
from archlint.project.routes.apps import asked_apps


def find(project: Project) -> Found:
    """Not applicable where no app is served; else nothing of its own: routes and probes are the rules' subjects."""
    return Found(not_applicable="" if asked_apps(project) else "no app is served here")
