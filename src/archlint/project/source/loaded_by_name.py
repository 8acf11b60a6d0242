"""What loads modules without an import that names them: texts of the program, deployments, and what finds files itself."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Collection, Starred, String
from archlint.project.parts import leaves_of
from archlint.project.walk import starts_of_reading

if TYPE_CHECKING:
    from archlint.facts.syntax import Call
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_NAME = re.compile(r"[\w./:-]+")
_IMPORTERS = ("import_module", "__import__")
_FINDERS = ("iter_modules", "walk_packages", "find_modules")
_OF_FILES = "spec_from_file_location"
_LISTERS = ("listdir", "scandir", "walk", "glob", "rglob", "iglob", "iterdir")
"""By what a program loads modules whose names stand in no import."""


class LoadedByName:
    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def loads(self) -> bool:
        """It searches for modules, or loads one from a file."""
        return self.searches or any(module.is_production for module, _ in self._project.calls.written(_OF_FILES))

    @cached_property
    def searches(self) -> bool:
        """The program asks which modules there are, or lists files and imports by names that it makes."""
        if any(module.is_production for name in _FINDERS for module, _ in self._project.calls.written(name)):
            return True
        listing = {module.path for name in _LISTERS for module, _ in self._project.calls.written(name)}
        from_files = (module for module, _ in self._project.calls.written(_OF_FILES) if module.is_production)
        return any(module.path in listing for module in (*self._importing, *from_files))

    @cached_property
    def makes_names(self) -> bool:
        """It imports by names that it makes, wherever it has them from."""
        return self.loads or bool(self._importing)

    @cached_property
    def _importing(self) -> list[Module]:
        calls = (place for name in _IMPORTERS for place in self._project.calls.written(name))
        return [module for module, call in calls if module.is_production and not _is_literal(call)]

    def names(self, module: Module) -> bool:
        """Settings, another text of the program or a deployment names it."""
        return module.local_name in self._named or module.path.rpartition("/")[2] in self._named

    @cached_property
    def _named(self) -> frozenset[str]:
        """The modules, by dotted names, and the files that are named anywhere; the packages above them are, too."""
        names = {module.local_name for module in self._project.modules.all}
        commands = {word for _, command in self._project.deployment.commands for word in command.split()}
        found = {text.rpartition("/")[2] for text in self._texts if text.endswith(".py")}
        for text in self._texts:
            if "/" not in text and ("." in text or text in commands):  # else it is any word
                dotted = text.partition(":")[0]
                while dotted and dotted not in found:
                    if dotted in names:
                        found.add(dotted)
                    dotted = dotted.rpartition(".")[0]
        return frozenset(found)

    @cached_property
    def folders(self) -> frozenset[str]:
        """The parts of dotted names and of the paths of files."""
        texts = (text for text in self._texts if text.endswith(".py") or "/" not in text)
        return frozenset(part for text in texts for part in re.split(r"[/.:]", text))

    @cached_property
    def with_attributes(self) -> frozenset[str]:
        """Texts that name something of a module: `shop.orders:router`."""
        return frozenset(text for text in self._texts if text.count(":") == 1)

    @cached_property
    def _texts(self) -> frozenset[str]:
        """What may name a module or its file in the program's texts and in the commands of deployments."""
        found = {word for _, command in self._project.deployment.commands for word in command.split()}
        for module in self._project.modules.all:
            for expr, _ in starts_of_reading(module):
                if type(expr) is String:
                    found.add(expr.value)
                elif type(expr) is Collection or type(expr) is Starred:  # nothing else has leaves besides itself
                    found.update(leaf.value for leaf in leaves_of(expr) if isinstance(leaf, String))
        return frozenset(text for text in found if _NAME.fullmatch(text))


def _is_literal(call: Call) -> bool:
    return bool(call.arguments) and isinstance(call.arguments[0].value, String)
