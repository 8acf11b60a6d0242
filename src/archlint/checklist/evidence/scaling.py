"""Web apps, and what would stop a second copy of one from working."""

from __future__ import annotations

import re

from archlint.checklist.found import Found, Subject
from archlint.facts.findings import Site
from archlint.project import Project

_SQLITE = re.compile(r"sqlite(\+\w+)?://(/|$)", re.I)


def find(project: Project) -> Found:
    """A subject what runs in several copies, and the served apps where fewer do than there are apps; SQLite beside replicas
    refutes. Manual where nothing says how it is deployed."""
    apps = [app for app in project.routes.apps if app.module.is_production and not app.mounted]
    if not apps:
        return Found(not_applicable="no app is served here")
    if not project.deployment.deployables:
        return Found(
            tuple(Subject(f"the app `{app.name}`", app.site) for app in apps),
            manual="there are no deployment files: how many copies run, and behind what, is not written here",
        )
    refuted = [
        Subject(d.name, Site(path, d.at, d.end), refutation=f"{d.replicas} replicas share a SQLite file ({name})")
        for path, d in project.deployment.deployables
        for name, value in d.environment
        if (d.replicas or 1) > 1 and _SQLITE.match(value)
    ]
    scaled = [
        Subject(d.name, Site(path, d.at, d.end), proof=f"{d.replicas} copies run")
        for path, d in project.deployment.deployables
        if (d.replicas or 1) > 1 and d.name not in {subject.name for subject in refuted}
    ]
    unsaid = apps if len(scaled) < len(apps) else []
    return Found((*refuted, *scaled, *(Subject(f"the app `{app.name}`", app.site) for app in unsaid)))
