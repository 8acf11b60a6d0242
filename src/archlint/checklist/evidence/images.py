"""Images that are built or run."""

from __future__ import annotations

from archlint.checklist.found import Found, Subject
from archlint.facts.findings import Site
from archlint.project import Project


def find(project: Project) -> Found:
    """A subject an image of a deployment file."""
    subjects = tuple(
        Subject(f"{d.name or 'the image'}{f' ({d.image})' if d.image else ''}", Site(path, d.at, d.end))
        for path, d in project.deployment.deployables
        if d.source != "procfile"
    )
    return Found(subjects, not_applicable="" if subjects else "no image is built or run from here")
