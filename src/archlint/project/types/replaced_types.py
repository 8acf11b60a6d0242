"""Library types in whose place a project puts a class of its own by a setting: `AUTH_USER_MODEL = "accounts.User"`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import String
from archlint.project.model import Type
from archlint.project.names.setting_values import SettingValues

if TYPE_CHECKING:
    from archlint.project.types.inference import Inference


class ReplacedTypes:
    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._known: dict[str, str] = {}

    def name(self, dotted: str) -> str:
        """The class that stands for the library's type; the type itself where none does."""
        known = self._known.get(dotted)
        if known is None:
            self._known[dotted] = dotted  # asked by what is read to find it
            known = self._known[dotted] = self._find(dotted)
        return known

    def _find(self, dotted: str) -> str:
        project = self._inference.project
        info = project.knowledge.type(dotted)
        if info is None or not info.replaced_by:
            return dotted
        settings, found = SettingValues(project), set[str]()
        for library in project.knowledge.libraries:
            for module, value in settings.places(library, info.replaced_by):
                named = self._inference.class_named(value.value, module, 0) if isinstance(value, String) else ()
                found |= {each.name for each in named if isinstance(each, Type)}
        own = {name for name in found if name in project.symbols.classes}
        return own.pop() if len(found) == len(own) == 1 else dotted
