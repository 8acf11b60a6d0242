"""SVC011: a row of an event store that is changed or deleted."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Hit, Project, Proof, Step
from archlint.project.loops.repeated import LoopWords
from archlint.project.source.one_off import OneOff
from archlint.project.transactions.event_stores import EventStores, EventTable


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """See `EventTable`.  The rest: see `LoopWords`."""

    streams: tuple[str, ...]
    positions: tuple[str, ...]
    contents: tuple[str, ...]
    states: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each UPDATE or DELETE of a store, a proof for each store that is only appended to."""
    told = EventTable(params.streams, params.positions, params.contents, params.states)
    stores = EventStores(project, told, OneOff(project, params))
    changed = set()
    for mutation in stores.mutations():
        changed.add(mutation.table.name)
        made = Step(mutation.table.site, f"`{mutation.table.name}` keeps events in their order")
        yield Hit(mutation.site, {"table": mutation.table.name}, mutation.verb, mutation.confidence, related=(made,))
    for table in stores.tables:
        if table.name not in changed:
            yield Proof(table.site, "nothing changes its rows")
