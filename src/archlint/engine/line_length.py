"""How long the lines of a project may be, as its formatter is told."""

from __future__ import annotations

import tomllib
from typing import Any

from archlint.engine.accept import LINE_LENGTH
from archlint.ports import Files

_PLACES = (
    ("pyproject.toml", ("tool", "ruff", "line-length")),
    ("ruff.toml", ("line-length",)),
    (".ruff.toml", ("line-length",)),
    ("pyproject.toml", ("tool", "black", "line-length")),
)


def line_length(files: Files) -> int:
    """What ruff or black is told in the project's root; else archlint's own."""
    for path, keys in _PLACES:
        found = _at(files, path, keys)
        if type(found) is int and found > 0:
            return found
    return LINE_LENGTH


def _at(files: Files, path: str, keys: tuple[str, ...]) -> object:
    try:
        value: Any = tomllib.loads(files.read(path).decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return None
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
