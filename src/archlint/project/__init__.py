"""All facts of a project, as one read-only program that rules ask questions of."""

from archlint.project.program import Project

__all__ = ["Project"]
