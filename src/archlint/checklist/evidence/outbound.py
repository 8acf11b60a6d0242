"""Modules that call other services over the network."""

from __future__ import annotations

from archlint.checklist.found import Found
from archlint.checklist.uses import users
from archlint.project import Project


def find(project: Project) -> Found:
    """A subject a production module that uses an HTTP or RPC client or a cloud SDK."""
    subjects = users(project, "http-client", "rpc-client", "cloud-sdk")
    return Found(subjects, not_applicable="" if subjects else "no module uses an HTTP or RPC client")
