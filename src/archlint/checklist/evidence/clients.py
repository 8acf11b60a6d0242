"""Modules that wait for something over the network: services, databases, caches, brokers."""

from __future__ import annotations

from archlint.checklist.found import Found
from archlint.checklist.uses import users
from archlint.project import Project


def find(project: Project) -> Found:
    """A subject a production module that uses any client."""
    subjects = users(project, "http-client", "rpc-client", "cloud-sdk", "driver", "orm", "cache-client", "broker-client")
    return Found(subjects, not_applicable="" if subjects else "no module uses a network client")
