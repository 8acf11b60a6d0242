"""What in the code says that a loop with a query in it goes over data, so that its cost grows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from archlint.facts.syntax import Body, CallRef, Comparison, Expr, Mapping, String
from archlint.project.growth import Growth, Growths
from archlint.project.loop_items import is_pairs
from archlint.project.loops import Loops
from archlint.project.model import Type
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.loops import Loop
    from archlint.project.program import Project
    from archlint.project.repeated import LoopWords, Repeated

_KEY = re.compile(r"(\w+_)?(id|pk|uuid|guid|email|username)")
_KEYS = re.compile(_KEY.pattern + "s")
_LOOKUP = re.compile(r"__(exact|iexact)$")

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
        if found in ("", "listed") and (self._are_keys(loop) or _is_keyed(query)):
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


def _is_keyed(query: Repeated) -> bool:
    """The loop's variable is called a key, or what it goes over keys, or the query asks for the row that has such a key."""
    loop, body = query.loop, query.point.module.body
    if any(_KEY.fullmatch(name) for name in loop.targets):
        return True
    subject = loop.place.subject
    if subject is not None and _KEYS.fullmatch(last_name(body, subject)):
        return True
    if subject is not None and is_pairs(loop.module, subject):
        return False  # a value of a mapping may be the key of a row, and the mapping's own keys what the code declares
    end, own = query.path.end.call, loop.derived
    if not query.path.through and end is not None and end.operation is not None and end.operation.keyed:
        return not own.isdisjoint(names_in(body, query.expression))
    return any(
        _KEY.fullmatch(name) and not own.isdisjoint(names_in(body, value))
        for name, value in _conditions(body, query.expression)
    )


def _conditions(body: Body, expr: Expr | None) -> list[tuple[str, Expr]]:
    """(column, value) of what a query asks for: `filter(user_id=x)`, `User.id == x`, `execute(…, {"user_id": x})`."""
    found: list[tuple[str, Expr]] = []
    for part in parts_of(body, expr):
        if isinstance(part, CallRef):
            given = body.calls[part.index].arguments
            found += [(_LOOKUP.sub("", a.name).replace("__", "_"), a.value) for a in given if a.name]
        elif isinstance(part, Mapping):
            pairs = zip(part.keys, part.values, strict=True)
            found += [(key.value, value) for key, value in pairs if isinstance(key, String)]
        elif isinstance(part, Comparison) and part.ops == ("==",):
            found.append((last_name(body, part.operands[0]), part.operands[1]))
    return found
