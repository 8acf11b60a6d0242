"""What in the code says that a loop with a query in it goes over data, so that its cost grows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from archlint.project.growth import Growth, Growths
from archlint.project.item_keys import is_keyed
from archlint.project.loops import Loops
from archlint.project.model import Type

if TYPE_CHECKING:
    from archlint.project.loops import Loop
    from archlint.project.program import Project
    from archlint.project.repeated import LoopWords, Repeated

Evidence = Growth | Literal["keyed"]


class Proved:
    """Tells by what is known of the items, of those of the loops around, and by how the query asks for one."""

    def __init__(self, project: Project, words: LoopWords) -> None:
        self._growths = Growths(project, words)
        self._loops = Loops(project, frozenset(words.listings))
        self._types = project.types
        self._key_types = frozenset(words.key_types)

    def by(self, query: Repeated) -> Evidence:
        """`keyed`: the items are keys of rows.  Empty: nothing says it."""
        loop = query.loop
        found = self._growths.of(loop)
        if found in ("", "listed") and (self._are_keys(loop) or is_keyed(query)):
            return "keyed"
        if found:
            return found
        outer = () if loop.mapping is not None else self._loops.around(loop.module, loop.place.parent)
        return next((grown for around in outer if (grown := self._open(around, query))), "")

    def _are_keys(self, loop: Loop) -> bool:
        """The items are of a type that only keys of rows have."""
        subject = loop.place.subject
        if subject is None or not loop.targets:
            return False
        given = self._types.all(loop.module, subject, loop.place.parent)
        items = [item for type_ in given for item in self._types.inference.items(type_)]
        return any(isinstance(item, Type) and item.name in self._key_types for item in items)

    def _open(self, loop: Loop, query: Repeated) -> Growth:
        excuse = self._loops.excuse(loop, query.point.context, query.point.site.at)
        return self._growths.of(loop) if excuse is None else ""
