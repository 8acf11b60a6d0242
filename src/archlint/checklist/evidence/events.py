"""Modules that publish to or consume from a broker."""

from __future__ import annotations

from archlint.checklist.found import Found
from archlint.checklist.uses import users
from archlint.project import Project


def find(project: Project) -> Found:
    """A subject a production module that uses a broker's client; one that is a cache too
    (redis) says nothing by its import. Job queues are told apart by the rules."""
    subjects = users(project, "broker-client", but_not="cache-client")
    return Found(subjects, not_applicable="" if subjects else "nothing is published: no module uses a broker's client")
