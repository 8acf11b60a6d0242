"""What files of DDL say of themselves: for which database they are written, and that they make no tables."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OF_FILES = re.compile(r"\bPRIMARY\s+KEY\s+AUTOINCREMENT\b", re.IGNORECASE)
"""What only the database takes that is a file; its keys are of 64 bits."""
_OF_SERVERS = re.compile(r"\b(?:BIG|SMALL)?SERIAL\b|\bAUTO_INCREMENT\b|\bAS\s+IDENTITY\b|\bIDENTITY\s*\(", re.IGNORECASE)
_FILE = "sqlite"
_DUMP = re.compile(r"^-- (?:PostgreSQL database dump|MySQL dump|MariaDB dump|phpMyAdmin SQL Dump)", re.MULTILINE)
_HEAD = 2000
_WORDS = re.compile(r"[^a-z0-9]+")
_ASIDE = frozenset(
    {"docs", "doc", "documentation", "archive", "archives", "archived", "legacy", "old", "obsolete", "deprecated"}
    | {"demo", "demos", "demonstration", "demonstrations", "example", "examples"}
    | {"static", "uploads", "uploaded", "attachments"}
)
"""Words of folders of what is told, what was, what is made to show something, and what users have sent or are sent."""


def spelled_for(texts: Iterable[str]) -> str:
    """The dialect that the spelling of the texts tells; empty where it tells none, or several."""
    is_of_file = False
    for text in texts:
        if _OF_SERVERS.search(text):
            return ""
        is_of_file = is_of_file or _OF_FILES.search(text) is not None
    return _FILE if is_of_file else ""


def is_aside(folder: str, within: str = "") -> bool:
    """A folder is called so, below the one of a service that is `within`."""
    below = folder[len(within) :] if within and f"{folder}/".startswith(f"{within}/") else folder
    return not _ASIDE.isdisjoint(_WORDS.split(below.lower()))


def is_dump(text: str) -> bool:
    """A server's tool has written it."""
    return _DUMP.search(text[:_HEAD]) is not None
