"""Whether a text of SQL gives one row for each of some groups, or one for each row of its first table all the same."""

from __future__ import annotations

import re

_DISTINCT = re.compile(r"\bselect\s+distinct\b(?P<by>.*?)\bfrom\b", re.IGNORECASE | re.DOTALL)
_GROUPS = re.compile(r"\bgroup\s+by\b(?P<by>.*?)(\border\s+by\b|\blimit\b|\bunion\b|;|$)", re.IGNORECASE | re.DOTALL)
_FROM = re.compile(r"\bfrom\s+(?P<table>[\w.\"`\[\]]+)(\s+(as\s+)?(?P<alias>\w+))?", re.IGNORECASE)
_KEY = re.compile(r"(?:(?P<of>\w+)\.)?(?:[\"`\[]?(?:id|pk|uuid|guid)\b|\*)", re.IGNORECASE)
_HAVING = re.compile(r"\bhaving\b", re.IGNORECASE)
"""Of the groups some are left: the few that somebody asks for."""
_BRACKETS = re.compile(r"\([^()]*\)")
_DEEP = 8


def is_grouped(text: str) -> bool:
    """`GROUP BY city`, `SELECT DISTINCT city`; not what is told apart by the key of the rows themselves (`FROM users u JOIN
    orders o … GROUP BY u.id`), nor what is grouped inside of a part in brackets, which is joined."""
    outer = text
    for _ in range(_DEEP):
        outer, changed = _BRACKETS.subn(" ", outer)
        if not changed:
            break
    if _HAVING.search(outer):
        return True
    found = [match for match in (_GROUPS.search(outer), _DISTINCT.search(outer)) if match is not None]
    source = _FROM.search(outer)
    own = (source["alias"], source["table"].rpartition(".")[2].strip('"`[]')) if source is not None else ()
    names = {"", *(name.lower() for name in own if name)}
    return any(not any((key["of"] or "").lower() in names for key in _KEY.finditer(match["by"])) for match in found)
