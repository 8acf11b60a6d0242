"""Where a project begins and which configuration is its own."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from pathlib import Path

_OWN = "archlint.toml"
_SHARED = "pyproject.toml"


def find_root(paths: Sequence[Path]) -> Path:
    """The project around the given paths: the nearest folder upward that configures archlint, else the nearest with a
    `pyproject.toml` or a `.git`, else the given folder itself (the common one of several)."""
    start = _common(paths)
    around = [start, *start.parents]
    for folder in around:
        if config_in(folder) is not None:
            return folder
    return next((folder for folder in around if is_project(folder)), start)


def is_project(folder: Path) -> bool:
    """Is there anything that says that a project begins here?"""
    return config_in(folder) is not None or (folder / _SHARED).is_file() or (folder / ".git").exists()


def config_in(folder: Path) -> Path | None:
    """The folder's configuration of archlint: `archlint.toml`, else a `pyproject.toml` with `[tool.archlint]`.

    A pyproject.toml that is not TOML counts, if it names archlint: its reader must say what is wrong.
    """
    own = folder / _OWN
    if own.is_file():
        return own
    shared = folder / _SHARED
    if not shared.is_file():  # a pipe of that name would be waited for without end
        return None
    try:
        text = shared.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    if "archlint" not in text:
        return None
    try:
        tool = tomllib.loads(text).get("tool")
    except tomllib.TOMLDecodeError:
        return shared
    return shared if isinstance(tool, dict) and "archlint" in tool else None


def _common(paths: Sequence[Path]) -> Path:
    folders = [path if path.is_dir() else path.parent for path in (p.resolve() for p in paths or [Path()])]
    return Path(os.path.commonpath(folders))
