"""Code that nothing runs: copies that were left beside what is in use, archives, and modules that nothing asks for."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.project.source.roots import ancestors
from archlint.project.source.unimported import SERVED

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_PUT_AWAY = re.compile(
    r"_*(archived?|archives|attic|backups?|bak|deprecated|disabled|graveyard|legacy|obsolete|old|orig|unused)(_.*)?"
    r"|.*_(archived?|backups?|bak|deprecated|disabled|obsolete|old|orig|unused)"
)
"""Folders in which somebody put away what he did not want to delete, if nothing outside of them asks for it."""
_VERSION = re.compile(r"v\d+")
_FEW = 2
"""Functions and classes that a copy has in common with what it was copied from, and at least a half of its own."""
_SHARE = 2
"""That part, and more, is most."""


class LeftCode:
    """Told where the rest of the program is seen to be put together by imports; where it is loaded by name, nothing is."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._by_name = project.loaded_by_name
        self._known: dict[str, str] = {}
        self._folders: dict[str, bool] = {}

    def reason(self, module: Module) -> str:
        """Why nobody runs the module; empty where somebody may."""
        if module.path not in self._known:
            self._known[module.path] = self._reason(module)
        return self._known[module.path]

    def _reason(self, module: Module) -> str:
        if not module.is_production or not self._project.imports.count:
            return ""
        away = [folder for folder in ancestors(module.path) if _PUT_AWAY.fullmatch(folder.rpartition("/")[2].lower())]
        left = next(filter(self._is_put_away, away), "")
        if away:
            return f"nothing outside of `{left}` imports what is put away there" if left else ""
        if self._project.unreached.holds(module):
            return "nothing that the program runs imports it"
        if self._takers[module.path] or self._is_loaded(module):
            return ""
        twin = self._twin(module)
        if twin is not None and not self._by_name.names(module):  # in this order: all texts are read for their names
            return f"nothing imports it, and `{twin.path}`, which is in use, defines the same"
        return ""

    def _is_put_away(self, folder: str) -> bool:
        if folder not in self._folders:
            self._folders[folder] = self._is_left(folder)
        return self._folders[folder]

    def _is_left(self, folder: str) -> bool:
        """Nothing but what is in the folder asks for it, while what stands beside it is in use."""
        if self._is_taken(folder):
            return False
        above = folder.rpartition("/")[0]
        beside = [
            module
            for module in self._project.modules.production
            if module.path.startswith(f"{above}/".lstrip("/")) and not module.path.startswith(folder + "/")
        ]
        in_use = sum(bool(self._takers[module.path]) for module in beside)
        if not in_use or (self._by_name.loads and in_use * _SHARE < len(beside)):
            return False
        return folder.rpartition("/")[2] not in self._by_name.folders

    def _is_taken(self, folder: str) -> bool:
        """A file outside of the folder imports what is in it, and cannot mean what has the same name outside."""
        inside = [m for m in self._project.modules.production if m.path.startswith(folder + "/")]
        taken = [m for m in inside if any(not taker.startswith(folder + "/") for taker in self._takers[m.path])]
        tails = tuple(f"/{module.local_name.replace('.', '/')}.py" for module in taken)
        others = [m.path for m in self._project.modules.production if taken and not m.path.startswith(folder + "/")]
        return any(not any(f"/{path}".endswith(tail) for path in others) for tail in tails)

    @cached_property
    def _takers(self) -> dict[str, set[str]]:
        """Module → the files that import it, tests left out."""
        found: dict[str, set[str]] = defaultdict(set)
        for module in self._project.modules.all:
            if not module.is_test:
                for edge in self._project.imports.edges(module, "all"):
                    found[edge.imported.path].add(module.path)
        return found

    def _is_loaded(self, module: Module) -> bool:
        """The program loads modules by names that it makes, and most of those beside this one are imported by nobody."""
        beside = self._beside[module.path.rpartition("/")[0]]
        left = sum(not self._takers[other.path] for other in beside)
        return self._by_name.loads and left * _SHARE > len(beside)

    @cached_property
    def _beside(self) -> dict[str, list[Module]]:
        """Folder → its modules."""
        found: dict[str, list[Module]] = defaultdict(list)
        for module in self._project.modules.production:
            if not module.is_package:
                found[module.path.rpartition("/")[0]].append(module)
        return found

    def _twin(self, module: Module) -> Module | None:
        """A module that somebody imports and that has the same name, or the one's is the other's with a word more, and defines
        most of the functions and classes of this one."""
        mine = _defined(module)
        if len(mine) < _FEW or module.outline.main_guard or module.scopes.gives_any(SERVED):
            return None
        shared = Counter(path for name in mine for path in self._defining[name] if _is_named_like(path, module.path))
        path, most = min(shared.items(), key=lambda each: (-each[1], each[0]), default=("", 0))
        if most < _FEW or most * _SHARE <= len(mine):
            return None
        folder, _, name = module.path.rpartition("/")
        # its package was copied, too: `task/views.py`, `app/task/views.py`
        is_whole = path.endswith(f"/{module.path}")
        if folder and not is_whole and path.endswith(f"/{name}") and folder.rpartition("/")[2] in self._by_name.folders:
            return None  # frameworks find the same file in each package that settings name
        return self._project.modules.by_path[path]

    @cached_property
    def _defining(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for module in self._project.modules.production:
            if self._takers[module.path]:
                for name in _defined(module):
                    found[name].add(module.path)
        return found


def _is_named_like(path: str, other: str) -> bool:
    """`orders.py` and `orders_new.py`, `old_orders.py` or another `orders.py`; a version is no copy."""
    short, long = sorted((_stem(path), _stem(other)), key=len)
    if path == other or not (short == long or long.startswith(f"{short}_") or long.endswith(f"_{short}")):
        return False
    return _VERSION.fullmatch(long.removeprefix(f"{short}_")) is None


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py").lower().replace("-", "_").replace(" ", "_")


def _defined(module: Module) -> frozenset[str]:
    outline = module.outline
    made = (function.qualname for function in outline.functions if "<" not in function.qualname)
    return frozenset((*made, *(klass.qualname for klass in outline.classes if "<" not in klass.qualname)))
