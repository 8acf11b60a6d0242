"""Source roots: the folders from which absolute imports are looked up, chosen so that the imports resolve best.

Every absolute import that matches a file or folder votes for the folder's *entry*: the top-level package or module by
which it is imported (`from app.core import y` in `backend/app/api/x.py` votes for the entry `backend/app`).  A file
belongs to the entry above it with the most votes.  Files that nobody imports absolutely take the top of their chain
of `__init__.py`, else the nearest folder that looks like a project of its own.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

PROJECT_MARKERS = frozenset(
    {"pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "poetry.lock", "uv.lock", "manage.py"}
)
_TEST_FOLDERS = frozenset({"test", "tests", "testing"})


def parent(path: str) -> str:
    """The folder of a path; the root is the empty string."""
    return path.rpartition("/")[0]


def join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def ancestors(path: str) -> list[str]:
    """The folders above a path, nearest first, down to the root."""
    found = []
    while path:
        path = parent(path)
        found.append(path)
    return found


class Tree:
    """The project's Python files as folders and importable entries."""

    def __init__(self, paths: Iterable[str], other_files: Iterable[str] = ()) -> None:
        self.files = frozenset(paths)
        self.folders = frozenset(folder for path in self.files for folder in ancestors(path))
        self.packages = frozenset(parent(p) for p in self.files if p.rpartition("/")[2] == "__init__.py")
        self.projects = frozenset(
            parent(p) for group in (self.files, other_files) for p in group if p.rpartition("/")[2] in PROJECT_MARKERS
        ) | {""}
        self._holders: dict[str, list[str]] = {}
        tops = {(p.rpartition("/")[2].removesuffix(".py"), parent(p)) for p in self.files}
        tops |= {(f.rpartition("/")[2], parent(f)) for f in self.folders if f}
        for name, folder in sorted(tops):
            self._holders.setdefault(name, []).append(folder)

    def holders(self, name: str) -> Sequence[str]:
        """The folders that hold a module or a package of that name, sorted."""
        return self._holders.get(name, ())

    def module_at(self, folder: str, dotted: str) -> str | None:
        """The file that `dotted` means when looked up from `folder`; a package's is its `__init__.py`."""
        path = join(folder, dotted.replace(".", "/"))
        for candidate in (f"{path}/__init__.py", f"{path}.py"):
            if candidate in self.files:
                return candidate
        return None

    def exists(self, folder: str, dotted: str) -> bool:
        """A module, package or namespace package stands there."""
        path = join(folder, dotted.replace(".", "/"))
        return path in self.folders or f"{path}.py" in self.files


def _closeness(folder: str, other: str) -> int:
    """How many leading folders two paths share."""
    shared = 0
    for mine, theirs in zip(folder.split("/"), other.split("/"), strict=False):
        if mine != theirs:
            break
        shared += 1
    return shared


def _is_candidate(tree: Tree, root: str, dotted: str, importer_folder: str) -> bool:
    """May `dotted`, as written in a file of `importer_folder`, be looked up from `root`?"""
    if not tree.exists(root, dotted):
        return False
    top, _, below = dotted.partition(".")
    above = root in ("", importer_folder) or importer_folder.startswith(root + "/")
    if root in tree.packages and not (below and above):
        return False  # inside a package a bare name is a library's, not the sibling's of that name
    if top in sys.stdlib_module_names:
        return bool(below) and above
    if above:
        return True
    if join(root, top) not in tree.folders:
        return False
    return not any(part in _TEST_FOLDERS and part not in importer_folder.split("/") for part in root.split("/"))


def count_votes(tree: Tree, imports: Mapping[str, Iterable[str]]) -> Counter[str]:
    """Entry (`src/shop`, `tool.py` without its suffix) → how many imports mean it.

    `imports`: path → the modules that it imports absolutely.  Of several folders that hold the module the closest
    to the importer is taken.
    """
    votes: Counter[str] = Counter()
    known: dict[tuple[str, str], str | None] = {}
    for path in sorted(imports):
        folder = parent(path)
        for dotted in imports[path]:
            key = (folder, dotted)
            if key not in known:
                known[key] = _best_entry(tree, folder, dotted)
            entry = known[key]
            if entry is not None:
                votes[entry] += 1
    return votes


def _best_entry(tree: Tree, folder: str, dotted: str) -> str | None:
    top = dotted.partition(".")[0]
    candidates = [root for root in tree.holders(top) if _is_candidate(tree, root, dotted, folder)]
    if not candidates:
        return None
    root = min(candidates, key=lambda r: (-_closeness(r, folder), len(r), r))
    return join(root, top)


def choose_roots(tree: Tree, votes: Mapping[str, int], configured: Sequence[str] = ()) -> dict[str, str]:
    """Path → its source root, for every file of the tree."""
    fixed = sorted({root.strip("/").removeprefix("./") if root != "." else "" for root in configured}, key=len, reverse=True)
    chosen: dict[str, str] = {}
    for path in sorted(tree.files):
        own = next((root for root in fixed if root == "" or path.startswith(root + "/")), None)
        chosen[path] = own if own is not None else _root_of(tree, votes, path)
    return chosen


def _root_of(tree: Tree, votes: Mapping[str, int], path: str) -> str:
    stem = path.removesuffix(".py")
    entries = [stem] if not stem.endswith("__init__") else []
    entries += [folder for folder in ancestors(path) if folder]
    voted = [entry for entry in entries if votes.get(entry)]
    if voted:
        return parent(max(voted, key=lambda entry: (votes[entry], -len(entry))))
    folder = parent(path)
    if folder in tree.packages:
        while folder and parent(folder) in tree.packages and parent(folder):
            folder = parent(folder)
        return parent(folder)
    for candidate in ancestors(path):
        if candidate in tree.projects or candidate.rpartition("/")[2] == "src":
            return candidate
    return ""
