"""Files that a project's configuration had better leave out: other people's code, examples, what is no Python."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from archlint.facts.syntax import Outline
from archlint.project import Project
from archlint.project.source import module_roles

_NO_CODE = Outline(length=0, lines=b"", imports=(), classes=(), functions=(), exports=None, comments=())
_GENERATED = re.compile(r".+(_pb2|_pb2_grpc)\.py")
_FEW = 3
"""So many files an example has to have before a line of configuration is worth it."""


@dataclass(frozen=True, slots=True)
class Exclude:
    """A glob for `exclude`, why, and how many Python and SQL files it leaves out."""

    pattern: str
    reason: str
    files: int


def excludes(project: Project) -> tuple[Exclude, ...]:
    """What to leave out. Code that the program imports stays: without it less of the program is understood."""
    used = _used(project)
    counts = _count_files(project)
    found: dict[str, Exclude] = {}
    for folder, reason, least in (*_foreign(project), *_broken(project)):
        inside = f"{folder}/"
        if any(path.startswith(inside) for path in used) or counts[folder] < least:
            continue
        found[folder] = Exclude(f"{glob(folder)}/**", reason, counts[folder])
    outer = tuple(f"{folder}/" for folder in found)
    kept = [exclude for folder, exclude in found.items() if not folder.startswith(outer)]
    return tuple(sorted([*kept, *_generated(project, used, outer)], key=lambda exclude: exclude.pattern))


def glob(path: str) -> str:
    """A folder's path as a pattern of .gitignore that means just it."""
    escaped = re.sub(r"([\\*?\[\]])", r"\\\1", path)
    return f"\\{escaped}" if escaped.startswith(("!", "#")) else escaped


def _count_files(project: Project) -> Counter[str]:
    """Folder → files at or below it."""
    counts: Counter[str] = Counter()
    for path in {*project.files, *project.sql_files, *project.unread}:
        counts.update(path[:i] for i, sign in enumerate(path) if sign == "/")
    return counts


def _used(project: Project) -> frozenset[str]:
    """The program's own files, and all that they import at any depth."""
    todo = list(project.modules.production)
    seen = {module.path for module in todo}
    while todo:
        for edge in project.imports.edges(todo.pop()):
            if edge.imported.path not in seen:
                seen.add(edge.imported.path)
                todo.append(edge.imported)
    return frozenset(seen)


def _foreign(project: Project) -> Iterator[tuple[str, str, int]]:
    """(folder, reason, the files that it must hold at least)."""
    places = [(m.path.split("/")[:-1], m.root.count("/") + 1 if m.root else 0) for m in project.modules.all]
    places += [(path.split("/")[:-1], 0) for path in (*project.sql_files, *project.unread)]
    seen: set[str] = set()
    for folders, depth in places:
        for i, name in enumerate(folders):
            folder = "/".join(folders[: i + 1])
            if folder in seen:
                continue
            seen.add(folder)
            if module_roles.is_vendored([name], ""):
                yield folder, "code of others, kept here", 1
            elif i <= depth and module_roles.is_example([name]):
                yield folder, "examples, documentation or benchmarks: no part of the program", _FEW


def _broken(project: Project) -> Iterator[tuple[str, str, int]]:
    """Folders of tests, examples and templates in which no Python file can be read: each is a finding, and ends every
    run with 2."""
    readable: Counter[str] = Counter()
    broken: dict[str, int] = defaultdict(int)
    for path in project.files:
        readable.update(path[:i] for i, sign in enumerate(path) if sign == "/")
    for path in (path for path in project.unread if path.endswith((".py", ".pyw"))):
        for i, sign in enumerate(path):
            if sign == "/":
                broken[path[:i]] += 1
    for folder in sorted(broken):
        if not readable[folder] and _is_aside(project, folder):
            yield folder, "tests, examples or templates that are no Python that can be read", 1


def _is_aside(project: Project, folder: str) -> bool:
    names = folder.split("/")
    return (
        module_roles.is_test(names, "", _NO_CODE, project.knowledge.package_kinds)
        or module_roles.is_example(names)
        or any(name in ("templates", "template", "skeleton") for name in names)
    )


def _generated(project: Project, used: frozenset[str], excluded: tuple[str, ...]) -> Iterator[Exclude]:
    names = Counter(
        match[1]
        for path in project.files
        if (match := _GENERATED.fullmatch(path.rpartition("/")[2])) and not path.startswith(excluded)
    )
    for suffix, count in sorted(names.items()):
        if not any(path.endswith(f"{suffix}.py") for path in used):
            yield Exclude(f"*{suffix}.py", "generated from .proto files", count)
