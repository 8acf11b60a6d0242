"""Which settings hold where: the root's, and in a monorepo those of configurations further down for their folders.

A nested configuration selects rules, sets severities and parameters, and accepts findings in its own folder.  Roots,
layers, contracts, services and the like are the root's alone; a nested one that has them is meant for runs that start
there.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from archlint.engine.config import settings_of, table_of
from archlint.facts.settings import Settings
from archlint.facts.text import decode_text
from archlint.ports import Files

_NAMES = ("archlint.toml", "pyproject.toml")


class Scopes:
    """Settings by folder; `""` is the root. A path is governed by the nearest folder above it."""

    def __init__(self, settings: Mapping[str, Settings]) -> None:
        self.settings = dict(sorted(settings.items()))
        self._deepest_first = sorted(self.settings, key=lambda folder: (-len(folder), folder))

    @property
    def root(self) -> Settings:
        return self.settings[""]

    def folder_of(self, path: str) -> str:
        return next(f for f in self._deepest_first if not f or path.startswith(f + "/"))

    def of(self, path: str) -> Settings:
        return self.settings[self.folder_of(path)]


def scopes_of(files: Files, paths: list[str], settings: Settings) -> Scopes:
    """The root's settings and those of every configuration among `paths`. Raises ConfigError for one at fault."""
    found = {"": settings}
    candidates = [path for path in paths if path.rpartition("/")[2] in _NAMES and "/" in path and path != settings.config_path]
    for path in sorted(candidates, key=lambda path: (path.count("/"), path)):
        folder = path.rpartition("/")[0]
        table = _table(files, path)
        if table is not None and folder not in found:  # `archlint.toml` comes before `pyproject.toml`
            found[folder] = _below(Scopes(found).of(path), settings_of(table, path), folder)
    return Scopes(found)


def _table(files: Files, path: str) -> dict[str, object] | None:
    try:
        text = decode_text(files.read(path))
    except (OSError, UnicodeDecodeError):
        return None
    return table_of(path, text) if "archlint" in path or "archlint" in text else None


def _below(outer: Settings, own: Settings, folder: str) -> Settings:
    """The outer settings with what a configuration of `folder` may change. What the command line says stays."""
    return replace(
        outer,
        select=outer.select if "select" in outer.fixed else own.select or outer.select,
        ignore=(*outer.ignore, *own.ignore),
        preview=outer.preview or own.preview,
        severity={**outer.severity, **own.severity},
        rules={**outer.rules, **own.rules},
        per_file_ignores={
            **outer.per_file_ignores,
            **{f"/{folder}/{g.lstrip('/')}": w for g, w in own.per_file_ignores.items()},
        },
    )
