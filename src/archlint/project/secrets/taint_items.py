"""The taint of what stands under a key: an item, one of many, a pair of key and value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Attribute, CallRef, Constant, Expr, Name, Slice, String, Subscript
from archlint.project.secrets.flows import CLEAN, UNKNOWN, Flow, Place, Source
from archlint.project.secrets.taint_locals import may_be_text, read_key
from archlint.project.spelling import last_name
from archlint.project.values.addresses import parts_address
from archlint.project.values.cut_values import parts_scheme
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.secrets.taint import Taint
    from archlint.project.source.modules import Module

DESCRIBING = frozenset({"description", "schema", "meta", "spec", "fields", "columns", "labels", "urls", "endpoints"})
DESCRIBING |= {"routes", "resources", "errors", "messages", "titles", "templates"}
"""Things whose attributes name what is elsewhere (`entity_description.api_key`), or are about it (`urls.token`)."""
_MARKS = frozenset({"id", "pk", "name", "count", "rowcount", "type", "status", "kind", "length", "size"})
_MARKS |= {"created_at", "expires_at"}
"""Attributes that tell something about a thing under a secret's name (`token=token.id`)."""


_PATH = "/"
"""In no key, but in what is asked for at an address: `session.get(f"{url}/userinfo")`."""
_SCHEMES = (len("Basic "), len("Bearer "))


class ItemFlows:
    def __init__(self, taint: Taint) -> None:
        self._taint = taint

    def subscript(self, expr: Subscript, at: Place) -> Flow:
        index = expr.index[0] if len(expr.index) == 1 else None
        if parts_address(at.module, expr.base) and (self._taint.habits.mailboxes or not _is_first(index)):
            return CLEAN  # the host of an address, or the name in it
        if _is_first(index) and self._is_of_scheme(expr.base, at):
            return CLEAN  # the scheme of a header or an address
        if isinstance(index, Slice):
            return CLEAN if _cuts(at.module, index) else self._taint.flow(expr.base, at)
        return self.item(expr, expr.base, index, at)

    def _is_of_scheme(self, base: Expr, at: Place) -> bool:
        if not isinstance(base, CallRef):
            return False
        call = at.module.body.calls[base.index]
        return isinstance(call.callee, Attribute) and parts_scheme(call.callee.attr, call)

    def item(self, expr: Expr, base: Expr, index: Expr | None, at: Place) -> Flow:
        """What stands under a key (`base[index]`, `base.get(index)`), written as `expr`."""
        key = self._key(index, at)
        if key is None:
            return self._unknown_item(base, at)
        if self._taint.vocabulary.looks_alike(key):
            return CLEAN
        if not DESCRIBING.isdisjoint(words_of(last_name(at.module.body, base))):
            return CLEAN
        naming = self._taint.vocabulary.names(key) if _PATH not in key else None
        if naming is not None and self._taint.locals.is_written_out(base, key, at):
            return CLEAN
        shown = self._taint.locals.displayed(base, key, at)
        if shown is not None:
            return self._taint.named(expr, at, naming, shown)
        return self._taint.named(expr, at, naming, UNKNOWN)

    def _unknown_item(self, base: Expr, at: Place) -> Flow:
        """One of many things, which is not the whole."""
        name = last_name(at.module.body, base)
        held = name if isinstance(base, Name | Attribute) else read_key(at.module, base)
        naming = self._taint.vocabulary.names(held) if held else None
        if naming is not None and not naming.several:
            return UNKNOWN  # a character of a text, or one of the things that a token says
        found = self._taint.flow(base, at)
        clean = found.clean and not self._taint.vocabulary.looks_alike(name)  # of an item that says nothing
        return Flow(tuple(_doubted(s) for s in found.sources if not s.is_whole), clean)

    def _key(self, index: Expr | None, at: Place) -> str | None:
        if isinstance(index, String):
            return index.value
        if isinstance(index, Name | Attribute):
            value = self._taint.project.values.constant(at.module, index, at.context)
            if isinstance(value, str):
                return value
            name = last_name(at.module.body, index)
            return name if name.isupper() else None
        return None

    def pair(self, key: Expr | str | None, value: Expr, at: Place) -> Flow:
        """A value with the key that is written for it: a dict display's item, a keyword argument."""
        inner = self._taint.flow(value, at)
        name = key if isinstance(key, str) else self._key(key, at)
        if name is None or inner.sources or inner.clean or last_name(at.module.body, value) in _MARKS:
            return inner
        naming = self._taint.vocabulary.names(name)
        if naming is None or not naming.certain or not may_be_text(at.module, value):
            return inner  # a doubtful word as a key says too little of a value
        found = self._taint.named(value, at, naming, inner)
        return Flow(tuple(replace(s, certain=False) for s in found.sources), found.clean)


def _is_first(index: Expr | None) -> bool:
    return type(index) is Constant and index.value == 0


def _doubted(source: Source) -> Source:
    """What becomes of one of several things that a caller handed over goes by its key."""
    return replace(source, confidence=Confidence.LOW) if source.handed_over is not None else source


def _cuts(module: Module, index: Slice) -> bool:
    """Keeps a few characters of a value; what stands behind `Bearer ` or another prefix (`[len(prefix) :]`) is all of it."""
    if index.upper is None and isinstance(index.lower, Constant) and index.lower.value in _SCHEMES:
        return False
    if index.upper is None and isinstance(index.lower, CallRef) and last_name(module.body, index.lower) == "len":
        return False
    return any(not (end is None or (isinstance(end, Constant) and end.value == 0)) for end in (index.lower, index.upper))
