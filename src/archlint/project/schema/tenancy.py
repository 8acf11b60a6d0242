"""The columns that say whose rows these are in an installation that several organisations share: to each of them what is
narrowed down to it is the whole table."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.project.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.project.program import Project

_TENANT = "tenant"
_LEAST = 6
"""Tables that have a column's key, of which it is believed that they are parted by it."""
_PEOPLE = frozenset({"user", "owner", "author", "creator", "created", "updated", "deleted", "modified", "member", "account"})
"""Words in columns for a person, whose rows are his own."""
_USERS = frozenset({"user", "users", "account", "accounts", "member", "members"})
"""Last words of tables of those who ask."""
_KEY = "_id"


class Tenancy:
    def __init__(self, project: Project) -> None:
        self._project = project

    def parts(self, column: str) -> bool:
        """It is called a tenant's, or most of the tables have it, or many of which one is that of the users: `company_id`, also
        asked for as `company`."""
        return _TENANT in words_of(column) or column.removesuffix(_KEY) in self._shared

    @cached_property
    def _shared(self) -> frozenset[str]:
        tables = self._project.schemas.tables
        counts = Counter(name for _, table in tables for name in {*self._keys(column.name for column in table.columns)})
        of_users = {
            name for _, table in tables if _is_of_users(table.name) for name in self._keys(c.name for c in table.columns)
        }
        shares = ((name, count * (3 if name in of_users else 2)) for name, count in counts.items() if count >= _LEAST)
        return frozenset(name for name, share in shares if share > len(tables))

    @staticmethod
    def _keys(columns: Iterator[str]) -> Iterator[str]:
        for column in columns:
            if column.endswith(_KEY) and _PEOPLE.isdisjoint(words_of(column)):
                yield column.removesuffix(_KEY)


def _is_of_users(table: str) -> bool:
    return not _USERS.isdisjoint(words_of(table)[-1:])
