"""Patterns of module names: `*` stands for one name, `**` for one or more (as in import-linter)."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=1024)
def _compiled(pattern: str, below: bool) -> re.Pattern[str]:
    parts = [
        r"[^.]+(?:\.[^.]+)*"
        if part == "**"
        else r"[^.]*".join(re.escape(piece) for piece in part.split("*"))
        if part != "*"
        else r"[^.]+"
        for part in pattern.split(".")
    ]
    return re.compile(r"\.".join(parts) + (r"(?:\..+)?" if below else ""))


def matches(pattern: str, name: str) -> bool:
    """Does the pattern mean exactly this module?"""
    return bool(_compiled(pattern, False).fullmatch(name))


def covers(pattern: str, name: str) -> bool:
    """Does the pattern mean this module or a package above it?"""
    return bool(_compiled(pattern, True).fullmatch(name))
