"""Things that the source itself writes out: of `DEMO = [Account(email="…")]` each one's `email` is known to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.facts.syntax import CallRef, Collection, Constant, Expr, Mapping, Name, String
from archlint.project.names.origins import Origin, Origins
from archlint.project.spelling import last_name

_DEPTH = 3


def is_written_out(origins: Origins, origin_of: Origin, key: str) -> bool:
    """Is what stands under `key` (an attribute, an item) a constant in each thing that this may be?"""
    found = list(_things(origins, origin_of, _DEPTH))
    return bool(found) and all(thing is not None and _holds_constant(thing, key) for thing in found)


def _things(origins: Origins, origin: Origin, depth: int) -> Iterator[Origin | None]:
    """The displays and calls that an origin stands for; None for one that is not followed."""
    if origin.path or depth == 0:
        yield None
    elif isinstance(origin.expr, Name):
        found = origins.of(origin.module, origin.expr, origin.context)
        if not found:
            yield None
        for given in found:
            if isinstance(given, Origin) and not given.each:
                yield from _things(origins, _with_each(given, origin.each), depth - 1)
            else:
                yield None
    elif origin.each:
        items = origin.expr.items if isinstance(origin.expr, Collection) else ()
        for item in items:
            yield from _things(origins, Origin(origin.module, item, origin.context), depth - 1)
        if not items:
            yield None
    else:
        yield origin


def _with_each(origin: Origin, each: bool) -> Origin:
    return Origin(origin.module, origin.expr, origin.context, origin.path, each)


def _holds_constant(thing: Origin, key: str) -> bool:
    return isinstance(_under(thing, key), String | Constant)


def _under(thing: Origin, key: str) -> Expr | None:
    expr = thing.expr
    if isinstance(expr, Mapping):
        pairs = zip(expr.keys, expr.values, strict=True)
        return next((value for known, value in pairs if isinstance(known, String) and known.value == key), None)
    if isinstance(expr, CallRef):
        call, name = thing.module.body.calls[expr.index], last_name(thing.module.body, expr)
        if name == "dict" or name[:1].isupper():
            return next((a.value for a in call.arguments if a.name == key), None)
    return None
