"""libcst's parser without libcst's classes: it fills plain records of the same names and fields.

The parser looks each class of nodes up in `libcst` and calls it.  What it finds there for the length of one parse are
records that are made a quarter faster: no validation, which would only say what the parser knows already, no
`object.__setattr__` for each field, nothing for the collector.  They have no methods: whoever wants to write a tree back
or change it needs `libcst.parse_module`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields
from inspect import isabstract
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import libcst
import msgspec
from libcst import native  # type: ignore[attr-defined]

__all__ = ["nodes", "parse_module"]


class _Node(msgspec.Struct, frozen=True, gc=False):
    """What all records are."""


def _records() -> dict[str, type[Any]]:
    """Name → record, for every class that the parser may call."""
    made: dict[str, type[Any]] = {}

    def record(node_class: type[libcst.CSTNode]) -> type[Any]:
        name = node_class.__name__
        if name not in made:
            own = (field for field in fields(node_class) if field.init)
            made[name] = msgspec.defstruct(
                name,
                [_field(field.name, field.default, field.default_factory) for field in own],
                bases=(_Node,),
                module=__name__,
                kw_only=True,
                frozen=True,
                gc=False,
            )
        return made[name]

    def _field(name: str, default: Any, factory: Any) -> tuple[str, Any] | tuple[str, Any, Any]:
        if factory is not MISSING:
            default = factory()
        return (name, Any) if default is MISSING else (name, Any, copied(default))

    def copied(value: Any) -> Any:
        if isinstance(value, libcst.CSTNode):
            given = {field.name: copied(getattr(value, field.name)) for field in fields(value) if field.init}
            return record(type(value))(**given)
        return value

    for node_class in vars(libcst).values():
        if isinstance(node_class, type) and issubclass(node_class, libcst.CSTNode) and not isabstract(node_class):
            record(node_class)
    return made


_LIGHT = _records()
_OWN = {name: getattr(libcst, name) for name in _LIGHT}

if TYPE_CHECKING:
    import libcst as nodes
else:
    nodes = SimpleNamespace(**_LIGHT, CSTNode=_Node, MaybeSentinel=libcst.MaybeSentinel)


def parse_module(text: str) -> nodes.Module:
    """The tree of a text, as records. Raises as `libcst.parse_module`."""
    with _exchanged():
        tree: nodes.Module = native.parse_module(text, encoding="utf-8")
    return tree


@contextmanager
def _exchanged() -> Iterator[None]:
    names = vars(libcst)
    names.update(_LIGHT)
    try:
        yield
    finally:
        names.update(_OWN)
