"""Misses that are filled out of a query: a store is asked, and where it has nothing a database or another service is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Comparison, Constant, Expr, Name, Operation, Walrus
from archlint.project.caches.cache_reads import holders
from archlint.project.control.sequence import chain
from archlint.project.names.arguments import receiver_of
from archlint.project.spelling import spell
from archlint.project.values.texts import Written

if TYPE_CHECKING:
    from archlint.facts.knowledge import CacheWrite
    from archlint.project.caches.cache_reads import CacheReads
    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


class FilledMisses:
    def __init__(self, project: Project, reads: CacheReads) -> None:
        self._project = project
        self._reads = reads
        self._known: dict[tuple[str, int, str | None], bool] = {}

    def has(self, site: CallSite, write: CacheWrite) -> bool:
        """The write stands where a read of the same store gave nothing, and behind a query that is made there: whatever
        the value is made of, it is what the query says. The key may be spelled in another way (`str(asked.id)` and
        `str(row.id)`), but says the same words."""
        place = (site.path, site.index, write.key)
        if place not in self._known:
            key = site.argument(write.key)
            self._known[place] = key is not None and any(self._is_of_store(read, site) for read in self._missed(site, key))
        return self._known[place]

    def through(self, site: CallSite) -> CallSite | None:
        """The same of a call that runs a function of the project's own which writes: the call that reads before it."""
        key = next((argument.value for argument in site.call.arguments), None)
        return next(self._missed(site, key), None) if key is not None else None

    def _missed(self, site: CallSite, key: Expr) -> Iterator[CallSite]:
        missing = frozenset(_missing(site.module, site.call.context, site.call.at)) if site.caller is not None else frozenset()
        for read in self._project.calls.of(site.caller) if site.caller is not None and missing else ():
            asked = self._reads.delivered_key(read) if read.call.end <= site.call.at else None
            if asked is None or missing.isdisjoint(holders(read)) or self._reads.is_only_tested(read):
                continue
            if self._says(read, asked) == self._says(site, key) and self._reads.asks_elsewhere(site, read.call.end):
                yield read

    def _is_of_store(self, read: CallSite, site: CallSite) -> bool:
        return spell(read.module.body, receiver_of(read)) == spell(site.module.body, receiver_of(site))

    def _says(self, site: CallSite, key: Expr) -> frozenset[str]:
        """What is written of a key."""
        texts = self._project.values.texts(site.module, key, site.call.context)
        said = ("".join(piece.text for piece in text.pieces if isinstance(piece, Written)) for text in texts)
        return frozenset(said) or frozenset({""})


def _missing(module: Module, context: int, at: int) -> Iterator[str]:
    """The names that may hold nothing at a place, by the branches around it and by those before it that leave with what
    was found."""
    contexts = module.body.contexts
    around = set(chain(module, context))
    for row in around:
        place = contexts[row]
        if place.kind in ("if", "else") and place.subject is not None:
            yield from _empty(place.subject, holds=place.kind == "if")
    for statement in module.own_statements(contexts[context].function):
        place = contexts[statement.context]
        leaves = statement.kind == "return" and statement.at < at and statement.context not in around
        if leaves and place.kind == "if" and place.parent in around and place.subject is not None:
            yield from _empty(place.subject, holds=False)


def _empty(test: Expr, *, holds: bool) -> Iterator[str]:
    """The names that hold nothing where the test gives that, or may do so: `found is not None and not anew` fails for both."""
    match test:
        case Name():
            if not holds:
                yield test.id
        case Walrus():
            if not holds:
                yield test.name
        case Operation(op="not"):
            yield from _empty(test.operands[0], holds=not holds)
        case Operation(op="and" | "or"):
            for operand in test.operands:
                yield from _empty(operand, holds=holds)
        case Comparison(ops=("is",) | ("is not",) | ("==",) | ("!=",), operands=(part, Constant(value=None))):
            if holds is (test.ops in (("is",), ("==",))):
                yield from _empty(part, holds=False)
        case _:
            return
