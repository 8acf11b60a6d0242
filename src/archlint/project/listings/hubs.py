"""What many different collections of a program belong to: the shop in `/shops/{id}/orders`, `/shops/{id}/customers`, …"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.project.secrets.credentials import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project

_MANY = 8
"""What can be asked for from which on what it belongs to is a whole business for who asks."""
_ENDS = 3


class Hubs:
    """`others`: words for those who have things, and for what there are many of: what belongs to one person, or to one of many
    applications, is no business."""

    def __init__(self, project: Project, others: Iterable[str]) -> None:
        self._project = project
        self._others = frozenset(others)

    def is_hub(self, path: str) -> bool:
        """The first key of the path is one of what many collections belong to."""
        parts = path.strip("/").split("/")
        row = next((row for row, part in enumerate(parts) if part.startswith("{")), 0)
        owner = parts[row - 1] if row > 0 else ""
        return len(self._under.get(owner, ())) >= _MANY and self._others.isdisjoint(words_of(owner))

    @cached_property
    def _under(self) -> dict[str, set[str]]:
        """The part of paths before a key → what can be asked for behind it."""
        found: dict[str, set[str]] = defaultdict(set)
        for route in self._project.routes.routes:
            if route.methods and "GET" not in route.methods:
                continue
            for path in route.paths:
                parts = path.strip("/").split("/")[-_ENDS:]
                if len(parts) == _ENDS and parts[1].startswith("{") and "{" not in parts[0] + parts[2]:
                    found[parts[0]].add(parts[2])
        return found
