"""PRF003: rows are loaded to be counted."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof
from archlint.facts.syntax import Attribute, Name
from archlint.project.counted_relations import CountedRelations
from archlint.project.loaded_rows import LoadedRows, only_value
from archlint.project.spelling import shorten, spell

_LENGTH = "builtins.len"


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`counting`: last names of library callables that let the database count; `loading`: those that load all rows;
    `bounded`: those in a chain that bound its rows, so that counting them costs little; `ahead`: those that load relations
    together with their owners."""

    counting: tuple[str, ...]
    loading: tuple[str, ...]
    bounded: tuple[str, ...]
    ahead: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each `len` of rows that are loaded for it alone, a proof for each count that the database makes."""
    rows = LoadedRows(project, params.loading, params.bounded, params.ahead)
    relations = CountedRelations(project, rows.ahead)
    for site in project.calls.to(_LENGTH):
        if not site.module.is_production or len(site.call.arguments) != 1:
            continue
        counted = site.call.arguments[0].value
        if rows.loads(site.module, counted, site.call.context):
            given = only_value(site.module, counted, site.call.context) if isinstance(counted, Name) else None
            words = {"rows": shorten(spell(site.module.body, given or counted), 60)}
            yield Hit(site.site, words, confidence=Confidence.HIGH)
        elif relations.is_counted(site.module, counted, site.call.context):
            yield Hit(site.site, {"rows": spell(site.module.body, counted)}, confidence=Confidence.LOW)  # may be a handful
    for point in project.effects.points("db.read"):
        call = point.call
        if point.is_direct and point.kind == "call" and call is not None and point.module.is_production:
            callee = call.call.callee
            if isinstance(callee, Attribute) and callee.attr in params.counting:
                yield Proof(point.site, "the database counts")
