"""Fields of what a function was handed that it uses, and of which neither it nor what it calls asks anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Subscript
from archlint.project.parts import names_in
from archlint.project.spelling import last_name
from archlint.project.values.looked_at import Look, LookedAt
from archlint.project.values.looked_up import LookedUp
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project
    from archlint.project.values.read_fields import ReadFields

_KEEPING = ("db.write", "http", "rpc", "publish", "enqueue", "email", "cache.write", "file.write")
_DELETING = frozenset({"delete", "remove"})
_MISSING = frozenset({"KeyError", "LookupError"})


@dataclass(frozen=True, slots=True)
class Unseen:
    """`key`: of a field; `taken`: the call that keeps or sends it. `is_needed`: `body["name"]`, which fails where there is
    none; `goes_on`: into what is kept or sent."""

    key: str
    taken: CallSite | None
    is_needed: bool
    goes_on: bool


class UnseenFields:
    """Of one function; `end`: where it has written what it does, behind which nothing is a look at what was sent."""

    def __init__(self, project: Project, definition: Def, fields: ReadFields, looking: LookedAt, end: int) -> None:
        self._project = project
        self._definition = definition
        self._body = definition.module.body
        self._fields = fields
        self._looking = looking
        self._end = end
        self._sites = project.calls.of(definition)
        path = definition.module.path
        points = (point.site for effect in _KEEPING for point in project.effects.points_of(definition, effect))
        self._keeping = frozenset(site.at for site in points if site.path == path)

    def found(self) -> tuple[Unseen, ...]:
        """In the order in which they are read; without those that are made true or false, or that may be missing and only say
        which rows are meant."""
        handled = self._handles_missing()
        return tuple(
            unseen
            for key, reads in self._fields.by_key.items()
            if key not in self._fields.asked_for and (unseen := self._of(key, reads, handled)) is not None
        )

    def _of(self, key: str, reads: tuple[Subscript | CallRef, ...], handled: bool) -> Unseen | None:
        values = self._fields.field(key)
        if self._looking.of(values, self._definition, self._end) is not Look.NONE:
            return None
        looked_up = LookedUp(self._project, self._definition, values, reads)
        is_needed = any(isinstance(each, Subscript) for each in reads)
        if is_needed and handled:
            return None
        only_names_rows = looked_up.holds_for_all()
        if looked_up.are_truths() or (only_names_rows and not is_needed):
            return None
        sites = [site for site in self._sites if any(values.holds(a.value) for a in site.call.arguments)]
        going = next((site for site in sites if self._keeps(site)), None)
        goes_on = not only_names_rows and (going is not None or values.sets())
        return Unseen(key, going, is_needed, goes_on)

    def are_seen_together(self) -> bool:
        """Something looks at the whole: `OrderSchema().load(body)`, `check(body)`."""
        return self._looking.of(self._fields.whole(), self._definition, self._end) is Look.CLOSE

    def _handles_missing(self) -> bool:
        """`except KeyError`"""
        function = self._definition.function
        return any(
            each.kind == "except"
            and function.at <= each.at < function.end
            and each.subject is not None
            and not _MISSING.isdisjoint(names_in(self._body, each.subject))
            for each in self._body.contexts
        )

    def _keeps(self, site: CallSite) -> bool:
        """A class of the project is made of it, or what keeps or sends something is handed it."""
        if not _DELETING.isdisjoint(words_of(last_name(self._body, site.call.callee))[:1]):
            return False  # it says which rows are meant
        if site.call.at in self._keeping:
            return True
        whole = CallRef(site.call.at, site.call.length, site.index)
        made = self._project.types.all(self._definition.module, whole, site.call.context)
        name = last_name(self._body, site.call.callee)
        return any(each.name in self._project.symbols.classes and each.name.rpartition(".")[2] == name for each in made)
