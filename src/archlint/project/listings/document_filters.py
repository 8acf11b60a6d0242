"""What the filter of a question to a database of documents says of its rows: `find({"customer": me})`, `to_list(100)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Collection, Conditional, Constant, Expr, Mapping, Name, String
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.relations.row_types import Trait, is_pipeline
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import CallSite

_ASKING = frozenset({"find"})
_LISTING = frozenset({"to_list"})
_KEYS = frozenset({"_id", "id", "uuid", "slug", "email", "username"})
_STATES = frozenset({"status", "state"})
_THERE = "$exists"
_MATCHING = "$match"
_OF_EACH = frozenset(
    {"$match", "$project", "$sort", "$unwind", "$lookup", "$addFields", "$set", "$unset", "$replaceRoot", "$skip"}
)
"""Stages of a pipeline after which there are as many documents as fit, or more."""
_PAGING = frozenset({"$limit", "$sample"})
_ADDING = frozenset({"append", "extend", "insert"})
_LOWER, _UPPER = frozenset({"$gt", "$gte"}), frozenset({"$lt", "$lte"})
_Asked = Callable[[Expr], bool]


def told_by_filter(origins: Origins, site: CallSite, is_asker: _Asked) -> Iterator[Trait]:
    """Of a call in the chain of a question; nothing of other calls."""
    name = last_name(site.module.body, site.call.callee)
    given = [argument.value for argument in site.call.arguments]
    if name in _LISTING and given and not (isinstance(given[0], Constant) and given[0].value is None):
        yield "limited"
    if is_pipeline(site):
        yield from _told_by_stages(origins, site, given[0], is_asker)
    if name not in _ASKING or not given:
        return
    yield from _told_by_each(origins, site, given[0], is_asker)
    if _is_from_outside(origins, site, given[0]):
        yield "own"


def _told_by_each(origins: Origins, site: CallSite, expr: Expr, is_asker: _Asked) -> Iterator[Trait]:
    for filtering in _filters(origins, site, expr):
        for key, value in zip(filtering.keys, filtering.values, strict=True):
            if isinstance(key, String):
                yield from _told(key.value, value, is_asker)


def _told_by_stages(origins: Origins, site: CallSite, pipeline: Expr, is_asker: _Asked) -> Iterator[Trait]:
    """Of a pipeline that is written out; of any other it is not known what comes out of it."""
    stages = list(_stages(origins, site, pipeline))
    names = {each.value for stage in stages if stage is not None for each in stage.keys if isinstance(each, String)}
    if _PAGING & names:
        yield "limited"
    if not stages or None in stages or names - _OF_EACH - _PAGING:
        yield "grouped"
        return
    for stage in stages:
        for key, value in zip(stage.keys, stage.values, strict=True) if stage is not None else ():
            if isinstance(key, String) and key.value == _MATCHING:
                yield from _told_by_each(origins, site, value, is_asker)


def _stages(origins: Origins, site: CallSite, pipeline: Expr) -> Iterator[Mapping | None]:
    """None for what is no stage that is written out."""
    written: list[Expr] = [pipeline]
    if isinstance(pipeline, Name):
        if _is_added_to(site, pipeline):
            yield None
        found = origins.of(site.module, pipeline, site.call.context)
        written = [each.expr if isinstance(each, Origin) and not each.each else pipeline for each in found]
    for expr in written:
        for stage in expr.items if isinstance(expr, Collection) else (None,):
            yield stage if isinstance(stage, Mapping) else None


def _is_added_to(site: CallSite, name: Name) -> bool:
    calls = site.module.own_calls(site.module.body.contexts[site.call.context].function)
    methods = (call.callee for call in calls if isinstance(call.callee, Attribute) and call.callee.attr in _ADDING)
    return any(isinstance(each.base, Name) and each.base.id == name.id for each in methods)


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
