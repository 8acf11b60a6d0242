"""Routines of numbered SQL files that a later file of the folder makes anew or drops: what they ask runs nowhere any more."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.project.schema.names import last_part

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.sql.statements import Sql

_ROUTINE = re.compile(
    r"\b(?P<verb>CREATE(?:\s+OR\s+REPLACE)?|DROP)\s+(?:FUNCTION|PROCEDURE)\s+(?:IF\s+EXISTS\s+)?(?P<name>[\w.\"]+)",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"\$\w*\$")
_NUMBERS = re.compile(r"\d+")

_Order = tuple[tuple[int, ...], int]
"""The numbers in the name of a file, and an offset in its text."""


class ReplacedRoutines:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._made: dict[str, tuple[list[int], list[tuple[str, int]]]] = {}
        """Path → where bodies of routines begin, in order, and whose each is and where it ends."""

    def hold(self, sql: Sql, at: int) -> bool:
        """The offset of the text of a file stands in the body of such a routine."""
        if sql.built is not None:
            return False
        folder, order = _placed(sql.path)
        if not order:
            return False
        if sql.path not in self._made:
            bodies = list(_bodies(sql.text))
            self._made[sql.path] = [begin for _, begin, _ in bodies], [(name, end) for name, _, end in bodies]
        begins, made = self._made[sql.path]
        row = bisect_right(begins, at) - 1
        if row < 0 or at >= made[row][1]:
            return False
        name, end = made[row]
        return self._last.get((folder, name), (order, 0)) > (order, end)

    @cached_property
    def _last(self) -> dict[tuple[str, str], _Order]:
        """(folder, routine) → where it is made or dropped for the last time."""
        found: dict[tuple[str, str], _Order] = defaultdict(lambda: ((), 0))
        for path, text in self._project.sql_files.items():
            folder, order = _placed(path)
            for named in _ROUTINE.finditer(text) if order else ():
                key = folder, _plain(named["name"])
                found[key] = max(found[key], (order, named.start()))
        return found


def _placed(path: str) -> tuple[str, tuple[int, ...]]:
    folder, _, name = path.rpartition("/")
    return folder, tuple(int(number) for number in _NUMBERS.findall(name))


def _bodies(text: str) -> Iterator[tuple[str, int, int]]:
    """The routines that a text makes: (name, begin and end of the body)."""
    for made in _ROUTINE.finditer(text):
        opened = _QUOTES.search(text, made.end()) if made["verb"].upper() != "DROP" else None
        closed = text.find(opened[0], opened.end()) if opened is not None else -1
        if opened is not None and closed >= 0:
            yield _plain(made["name"]), opened.end(), closed


def _plain(name: str) -> str:
    return last_part(name).strip('"').lower()
