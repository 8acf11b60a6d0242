"""What a trace would run through: apps, and the calls that leave them."""

from __future__ import annotations

from archlint.checklist.found import Found, Subject
from archlint.checklist.uses import users
from archlint.project import Project


def find(project: Project) -> Found:
    """A subject a served app; not applicable for one service that calls no other."""
    apps = tuple(Subject(f"the app `{app.name}`", app.site) for app in project.routes.apps if app.module.is_production)
    calls = users(project, "http-client", "rpc-client", "broker-client")
    if not apps:
        return Found(not_applicable="no app is served here")
    if len(project.services.all) < 2 and not calls:
        return Found(not_applicable="one service, and it calls no other: nothing to trace across")
    return Found(apps)
