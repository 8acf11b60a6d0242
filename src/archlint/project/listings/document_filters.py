"""What the filter of a question to a database of documents says of its rows: `find({"customer": me})`, `to_list(100)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Conditional, Constant, Expr, Mapping, Name, String
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.relations.row_types import Trait
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import CallSite

_ASKING = frozenset({"find"})
_LISTING = frozenset({"to_list"})
_KEYS = frozenset({"_id", "id", "uuid", "slug", "email", "username"})
_STATES = frozenset({"status", "state"})
_THERE = "$exists"
_LOWER, _UPPER = frozenset({"$gt", "$gte"}), frozenset({"$lt", "$lte"})
_Asked = Callable[[Expr], bool]


def told_by_filter(origins: Origins, site: CallSite, is_asker: _Asked) -> Iterator[Trait]:
    """Of a call in the chain of a question; nothing of other calls."""
    name = last_name(site.module.body, site.call.callee)
    given = [argument.value for argument in site.call.arguments]
    if name in _LISTING and given and not (isinstance(given[0], Constant) and given[0].value is None):
        yield "limited"
    if name not in _ASKING or not given:
        return
    for filtering in _filters(origins, site, given[0]):
        for key, value in zip(filtering.keys, filtering.values, strict=True):
            if isinstance(key, String):
                yield from _told(key.value, value, is_asker)
    if _is_from_outside(origins, site, given[0]):
        yield "own"


def _filters(origins: Origins, site: CallSite, expr: Expr) -> Iterator[Mapping]:
    if isinstance(expr, Mapping):
        yield expr
    found = origins.of(site.module, expr, site.call.context) if isinstance(expr, Name) else ()
    yield from (each.expr for each in found if isinstance(each, Origin) and isinstance(each.expr, Mapping))


def _is_from_outside(origins: Origins, site: CallSite, expr: Expr) -> bool:
    """A filter that the function is given, or that another makes, may say anything."""
    if isinstance(expr, CallRef):
        return True
    found = origins.of(site.module, expr, site.call.context) if isinstance(expr, Name) else ()
    return any(isinstance(each, Parameter) or isinstance(each.expr, CallRef) for each in found)


def _is_any(value: Expr) -> bool:
    """`{"$exists": True}`: where nothing is given, each row fits."""
    return isinstance(value, Mapping) and all(isinstance(each, String) and each.value == _THERE for each in value.keys)


def _told(key: str, value: Expr, is_asker: _Asked) -> Iterator[Trait]:
    if isinstance(value, Mapping):
        names = {each.value for each in value.keys if isinstance(each, String)}
        if "$in" in names and key in _KEYS:
            yield "named"
        if names & _LOWER:
            yield "since"
        if names & _UPPER:
            yield "until"
    elif isinstance(value, Conditional):
        if not any(_is_any(each) for each in (value.body, value.orelse)):
            yield from _told(key, value.body, is_asker)
    elif isinstance(value, String | Constant):
        if key in _STATES:
            yield "state"
    elif key in _KEYS:
        yield "named"
    elif is_asker(value):
        yield "asker"
    else:
        yield "own"
