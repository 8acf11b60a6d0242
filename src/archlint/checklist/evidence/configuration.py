"""What is configured: the apps and the clients that need addresses and secrets."""

from __future__ import annotations

from archlint.checklist.found import Found, Subject
from archlint.checklist.uses import users
from archlint.project import Project


def find(project: Project) -> Found:
    """A subject a served app and a module that uses a client; not applicable where there is neither."""
    apps = tuple(Subject(f"the app `{app.name}`", app.site) for app in project.routes.apps if app.module.is_production)
    subjects = (*apps, *users(project, "http-client", "driver", "orm", "cache-client", "broker-client", "cloud-sdk"))
    return Found(subjects, not_applicable="" if subjects else "nothing here needs an address or a secret")
