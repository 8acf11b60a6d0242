"""The value that a statement takes as its LIMIT: by the place of its mark among the others, by name, or in the text itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from archlint.facts.syntax import Argument, Expr, Mapping, String
from archlint.project.parts import leaves_of
from archlint.project.values.texts import Hole

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.sql.statements import Sql

_MARK = re.compile(r"\$(?P<number>\d+)|%s|\?|(?:(?<![:\w])[:@](?P<name>[a-z_]\w*)|%\((?P<key>\w+)\)s)", re.IGNORECASE)
_LIMIT = re.compile(r"\blimit\s+$", re.IGNORECASE)
_OFFSET_FIRST = re.compile(r"\blimit\s+\S+\s*,\s*$", re.IGNORECASE)


def limit_values(sql: Sql, site: CallSite) -> Iterator[Expr]:
    """The values that LIMIT takes in one text of a call, as far as they stand in its module."""
    arguments = site.call.arguments
    if sql.built is not None:
        for before, piece in pairwise(sql.built.pieces):
            if isinstance(piece, Hole) and not isinstance(before, Hole) and _LIMIT.search(before.text):
                yield from (piece.expr,) if piece.module is site.module else ()
    marks = list(_MARK.finditer(sql.text))
    taken = [index for index, mark in enumerate(marks) if _is_limit(sql.text, marks, index)]
    values = [leaf for argument in arguments for leaf in leaves_of(argument.value)]
    for index in taken:
        mark = marks[index]
        name = mark["name"] or mark["key"]
        if name:
            yield from _named(arguments, name)
            continue
        among = max(int(each["number"]) for each in marks if each["number"]) if mark["number"] else len(marks)
        at = int(mark["number"]) - 1 if mark["number"] else index
        if at < among < len(values):  # the text comes before them
            yield values[at - among]


def _is_limit(text: str, marks: Sequence[re.Match[str]], index: int) -> bool:
    """`LIMIT ?`, but for MySQL's `LIMIT ?, ?`, where the offset is first."""
    start = marks[index].start()
    if _LIMIT.search(text[:start]):
        follows = marks[index + 1].start() if index + 1 < len(marks) else -1
        return follows < 0 or not _OFFSET_FIRST.search(text[:follows])
    return bool(_OFFSET_FIRST.search(text[:start]))


def _named(arguments: Sequence[Argument], name: str) -> Iterator[Expr]:
    for argument in arguments:
        if argument.name == name:
            yield argument.value
        elif isinstance(argument.value, Mapping):
            for key, value in zip(argument.value.keys, argument.value.values, strict=True):
                if isinstance(key, String) and key.value == name:
                    yield value
