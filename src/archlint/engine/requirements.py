"""The distributions that a program says it needs, in its manifests, as a setting: which driver it uses may stand nowhere else,
since a mapper loads it by the address of the database."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from archlint.engine.discover import MAX_MANIFEST, Inventory
from archlint.engine.ignores import Patterns
from archlint.facts.settings import Settings
from archlint.facts.text import decode_text
from archlint.ports import Files

_TABLES = ("pyproject.toml", "Pipfile")
_LIST = re.compile(r"requirements(?:[-_.](?:base|common|prod|production|main|app|core|api))?\.(?:txt|in)")
_IN_FOLDER = re.compile(r"requirements/(?:base|common|prod|production|main|app|core)\.(?:txt|in)")
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_SEPARATORS = re.compile(r"[-_.]+")


def with_requirements(files: Files, inventory: Inventory, settings: Settings) -> Settings:
    """The settings, and with them the names of the distributions, in small letters with `-`, sorted. What cannot be read is
    passed over: no rule is about the manifests themselves."""
    found: set[str] = set()
    for path in _manifests(inventory, settings):
        text = _text(files, path)
        said = _listed(text) if path.endswith((".txt", ".in")) else _declared(text)
        found |= {_SEPARATORS.sub("-", name.lower()) for name in said}
    return replace(settings, requirements=tuple(sorted(found))) if found else settings


def _manifests(inventory: Inventory, settings: Settings) -> Iterator[str]:
    excluded = Patterns(settings.exclude)
    for path in inventory.others:
        if not path.endswith((".txt", ".in", *_TABLES)):
            continue
        folders, name = path.rpartition("/")[::2]
        inside = f"{folders.rpartition('/')[2]}/{name}"
        if name not in _TABLES and not _LIST.fullmatch(name) and not _IN_FOLDER.fullmatch(inside):
            continue
        if not (_is_passed_over(folders) or excluded.verdict(path) or inventory.ignored(path)):
            yield path


def _is_passed_over(folders: str) -> bool:
    from archlint.project.source.module_roles import is_passed_over  # noqa: PLC0415  what most runs need not import

    return bool(folders) and is_passed_over(folders.split("/"))


def _text(files: Files, path: str) -> str:
    try:
        return decode_text(files.read(path)) if files.size(path) <= MAX_MANIFEST else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _listed(text: str) -> Iterator[str]:
    """`psycopg2-binary==2.9  # comment`, a line each; options begin with a dash, and an address says no name."""
    for line in text.splitlines():
        if "://" not in line.partition("#")[0].partition("@")[0]:
            yield from _named([line.partition("#")[0]])


def _declared(text: str) -> Iterator[str]:
    """What the tables of `pyproject.toml` and of a Pipfile name, groups for development left out."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    project = _table(document, "project")
    dependencies = project.get("dependencies")
    yield from _named(dependencies if isinstance(dependencies, list) else [])
    yield from _table(document, "tool", "poetry", "dependencies")
    yield from _table(document, "packages")


def _table(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    for key in keys:
        inner = document.get(key)
        document = inner if isinstance(inner, Mapping) else {}
    return document


def _named(requirements: Iterable[object]) -> Iterator[str]:
    for requirement in requirements:
        match = _NAME.match(requirement) if isinstance(requirement, str) else None
        if match is not None:
            yield match[1]
