"""What in the code says that a loop with a query in it goes over data, so that its cost grows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from archlint.facts.syntax import CallRef, Name
from archlint.project.listings.growth import Growth, Growths
from archlint.project.loops.catalogue import goes_over_catalogue
from archlint.project.loops.item_keys import is_keyed
from archlint.project.loops.loop_items import RowPart, part_of_row
from archlint.project.loops.loops import WRITTEN, Loops
from archlint.project.model import Type
from archlint.project.parts import names_in
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.project.loops.loops import Loop
    from archlint.project.loops.repeated import LoopWords, Repeated
    from archlint.project.program import Project

_READ = "db.read"
Evidence = Growth | Literal["keyed"]


class Proved:
    """Tells by what is known of the items, of those of the loops around, and by how the query asks for one."""

    def __init__(self, project: Project, words: LoopWords) -> None:
        self._growths = Growths(project, words)
        self._loops = Loops(project, frozenset(words.listings))
        self._project, self._types = project, project.types
        self._key_types = frozenset(words.key_types)
        self._few_people = frozenset(words.few_people)

    def by(self, query: Repeated) -> Evidence:
        """`keyed`: the items are keys of rows.  Empty: nothing says it."""
        loop = query.loop
        if self._asks_for_entries(query) or self._goes_over_few_people(loop) or goes_over_catalogue(loop):
            return ""
        found = self._growths.of(loop)
        if not found and (part := self._part_of_row(loop)):
            is_looked_up = part == "column" and query.point.effect == _READ and not query.path.through
            return "keyed" if is_looked_up and is_keyed(query) else "rows" if is_looked_up and self._is_in_rows(query) else ""
        if found in ("", "listed", "read") and (self._are_keys(loop) or is_keyed(query)):
            return "keyed"
        if found == "listed" and query.point.effect == _READ and not query.path.through and self._is_in_rows(query):
            return "rows"
        if found:
            return found
        return next((grown for around in self._outer(loop) if (grown := self._open(around, query))), "")

    def _is_in_rows(self, query: Repeated) -> bool:
        """It asks by the item, and a loop around goes over rows: however few each of them holds, together there are many."""
        asked = query.loop.derived.intersection(names_in(query.point.module.body, query.expression))
        return bool(asked) and any(self._open(around, query) == "rows" for around in self._outer(query.loop))

    def _outer(self, loop: Loop) -> Iterator[Loop]:
        return iter(()) if loop.mapping is not None else self._loops.around(loop.module, loop.place.parent)

    def _asks_for_entries(self, query: Repeated) -> bool:
        """`for role in ROLES.get(group, [])` around the place, inside of the loop, of which `role` alone is asked about:
        there are no more such questions than the mapping that the code or the settings list has entries."""
        loop, module = query.loop, query.point.module
        asked = loop.derived.intersection(names_in(module.body, query.expression))
        inner = [] if loop.mapping is not None else [*self._loops.around(module, query.point.context)]
        return bool(asked) and any(
            each.place.at > loop.place.at and asked <= each.derived and self._goes_over_entry(each, query) for each in inner
        )

    def _goes_over_few_people(self, loop: Loop) -> bool:
        """`for admin in User.admins()`"""
        subject = loop.place.subject if loop.mapping is None else None
        said = last_name(loop.module.body, subject) if subject is not None else ""
        return not self._few_people.isdisjoint(words_of(said))

    def _goes_over_entry(self, loop: Loop, query: Repeated) -> bool:
        body, subject = loop.module.body, loop.place.subject
        if isinstance(subject, Name):
            before = [s for s in body.statements if isinstance(s.target, Name) and s.at < loop.place.at]
            made = [s.value for s in before if isinstance(s.target, Name) and s.target.id == subject.id]
            subject = made[-1] if made else None
        is_entry = isinstance(subject, CallRef) and last_name(body, subject) == "get"
        return is_entry and self._loops.excuse(loop, query.point.context, query.point.site.at) == WRITTEN

    def _part_of_row(self, loop: Loop) -> RowPart:
        subject = loop.place.subject if loop.mapping is None else None
        return part_of_row(self._project, loop.module, subject, loop.place.parent) if subject is not None else ""

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
