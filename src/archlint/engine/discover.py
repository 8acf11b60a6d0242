"""Which files there are, what each is, and why the others are left out. Counts every source file of the tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from archlint.checklist.answers import FILE as ANSWERS_FILE
from archlint.engine.ignores import GitIgnore, Patterns
from archlint.facts.settings import Settings
from archlint.facts.text import decode_text
from archlint.parse.deployment_names import is_candidate
from archlint.ports import FileEntry, Files

MAX_BYTES = 5_000_000
"""A source file above this is not read: no parser of ours would be done with it in reasonable time."""
MAX_MANIFEST = 1_000_000

_VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr", ".jj"})
_ENVIRONMENTS = frozenset({".venv", ".tox", ".nox", ".direnv", "node_modules", "site-packages", "__pypackages__", ".eggs"})
_CACHES = frozenset({"__pycache__", ".archlint_cache", ".ipynb_checkpoints", ".pytype", ".pyre", ".cache"})
_BUILDS = frozenset({"build", "dist", "_build", "buck-out"})
_ENVIRONMENT_MARK = "pyvenv.cfg"
_SUFFIXES = {"py": "python", "pyw": "python", "sql": "sql", "ipynb": "notebook", "pyi": "stub"}


@dataclass
class Inventory:
    """The files of a project by kind, each list sorted, and what was left out.

    `skipped` counts by reason; a reason that ends in "(folders)" counts folders that were not entered, the others
    files that would have been read.  `problems`: paths that should have been read and could not, with the reason.
    `others`: every further file, of any size.  `ignored`: does a .gitignore leave out
    this one of them?
    """

    python: list[str] = field(default_factory=list)
    sql: list[str] = field(default_factory=list)
    deployment: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    problems: dict[str, str] = field(default_factory=dict)
    too_big: dict[str, int] = field(default_factory=dict)
    ignored: Callable[[str], bool] = lambda path: False  # noqa: ARG005


def discover(files: Files, settings: Settings) -> Inventory:
    """Walks the tree once. Reads nothing but ignore files; whether a candidate is a deployment file its content says."""
    walk = _Walk(files, settings)
    for entry in files.walk(walk.enter):
        walk.add(entry)
    found = walk.inventory
    for paths in (found.python, found.sql, found.deployment, found.others):
        paths.sort()
    return found


class _Walk:
    def __init__(self, files: Files, settings: Settings) -> None:
        self.files = files
        self.baseline = settings.baseline
        self.inventory = Inventory()
        self.gitignore = GitIgnore() if settings.respect_gitignore else None
        self.excludes = Patterns(settings.exclude)
        if self.gitignore is not None:
            for root, data in files.above(".gitignore"):
                self.gitignore.add_above(root, data.decode("utf-8", "replace"))
            self.inventory.ignored = self.gitignore.ignores
        self._read_gitignore("")

    def enter(self, folder: str) -> bool:
        reason = self._why_not(folder)
        if reason is None:
            self._read_gitignore(folder)
            return True
        if reason:
            self.inventory.skipped[f"{reason} (folders)"] += 1
        return False

    def _why_not(self, folder: str) -> str | None:
        """Why a folder is not entered; an empty reason is one that needs no word, since no project's code lies there."""
        name = folder.rpartition("/")[2]
        if name in _VERSION_CONTROL or name in _CACHES or (name.startswith(".") and name.endswith("_cache")):
            return ""
        if name in _ENVIRONMENTS or self._has(f"{folder}/{_ENVIRONMENT_MARK}"):
            return "virtual environments and installed packages"
        if "{{" in name or "{%" in name:  # what cookiecutter or copier makes projects of is no Python yet
            return "templates of projects"
        if name in _BUILDS and not self._has(f"{folder}/__init__.py"):
            return "build results"
        if self.excludes.verdict(folder + "/"):
            return "excluded by the configuration"
        if self.gitignore is not None and self.gitignore.ignores(folder + "/"):
            return "ignored by .gitignore"
        return None

    def add(self, entry: FileEntry) -> None:
        path, found = entry.path, self.inventory
        kind = _kind(path)
        if entry.problem:
            if entry.problem.startswith(("folder cannot", "cannot")) or path in (ANSWERS_FILE, self.baseline):
                found.problems[path] = entry.problem
            elif kind in ("python", "sql", "") or "link" in entry.problem:
                found.skipped[entry.problem] += 1
            return
        if not kind:
            found.others.append(path)
            return
        reason = self._why_no_file(path, kind)
        if reason is not None:
            found.skipped[reason] += 1
        elif (size := self._size(path)) > (MAX_MANIFEST if kind == "deployment" else MAX_BYTES):
            if kind == "deployment":
                found.others.append(path)  # no one writes a manifest of that size; data in YAML is
            else:
                found.too_big[path] = size
        else:
            {"python": found.python, "sql": found.sql, "deployment": found.deployment}[kind].append(path)

    def _why_no_file(self, path: str, kind: str) -> str | None:
        if self.excludes.verdict(path):
            return "excluded by the configuration"
        if self.gitignore is not None and self.gitignore.ignores(path):
            return "ignored by .gitignore"
        return {"notebook": "notebooks", "stub": "stubs (.pyi)"}.get(kind)

    def _size(self, path: str) -> int:
        """Asked only of what may be read. A file that is gone is small: reading it says what there is to say."""
        try:
            return self.files.size(path)
        except OSError:
            return 0

    def _read_gitignore(self, folder: str) -> None:
        if self.gitignore is None:
            return
        try:
            text = decode_text(self.files.read(f"{folder}/.gitignore" if folder else ".gitignore"))
        except (OSError, UnicodeDecodeError):
            return
        self.gitignore.add(folder, text)

    def _has(self, path: str) -> bool:
        try:
            self.files.read(path)
        except OSError:
            return False
        return True


def _kind(path: str) -> str:
    """python, sql, deployment, notebook, stub; empty for what is not read."""
    if path == ANSWERS_FILE:
        return ""
    stem, _, suffix = path.rpartition("/")[2].lower().rpartition(".")
    if suffix in _SUFFIXES and stem:
        return _SUFFIXES[suffix]
    return "deployment" if is_candidate(path) else ""
