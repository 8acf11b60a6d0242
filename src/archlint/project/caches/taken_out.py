"""What is still in a mapping when it is shown: a key that was taken out of it before is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Collection, Expr, Mapping, Name, String, Subscript
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archlint.project.secrets.credentials import Vocabulary
    from archlint.project.source.modules import Module

_COPYING = frozenset({"dict", "copy", "deepcopy", "asdict", "model_dump", "to_dict", "as_dict"})


def what_is_left(
    module: Module, value: Expr, name: Name, context: int, vocabulary: Vocabulary
) -> list[tuple[Expr | str | None, Expr]] | None:
    """The pairs of a display (or of `dict(key=…)`) that was given to a name, without those that are out of it where the
    name is used; None if all are in it. Of a copy (`{**settings}`) nothing is left once a key that the vocabulary names
    has been taken out."""
    pairs = _pairs(module, value)
    copied = pairs is None or any(key is None for key, _ in pairs)
    if not pairs and not (type(value) is CallRef and last_name(module.body, value) in _COPYING):
        return None
    gone = frozenset(_gone(module, name, context))
    emptied = copied and any(vocabulary.names(key) is not None for key in gone)
    if not gone or (pairs is None and not emptied):
        return None
    return [pair for pair in pairs or () if _key(pair[0]) not in gone and not (emptied and pair[0] is None)]


def taken_from(module: Module, name: Name, context: int) -> frozenset[str]:
    """The keys that are out of a name's value where it is used, or have been given another value there."""
    around = set(_places(module, context))
    put = {
        index.value
        for s in module.body.statements
        if s.kind == "assign" and s.at < name.at and s.context in around and isinstance(s.target, Subscript)
        if isinstance(s.target.base, Name) and s.target.base.id == name.id
        for index in s.target.index
        if isinstance(index, String)
    }
    return frozenset(put.union(_gone(module, name, context)))


def _pairs(module: Module, value: Expr) -> list[tuple[Expr | str | None, Expr]] | None:
    if type(value) is Mapping:
        return list(zip(value.keys, value.values, strict=True))
    if type(value) is CallRef and last_name(module.body, value) == "dict":
        arguments = module.body.calls[value.index].arguments
        named: list[tuple[Expr | str | None, Expr]] = [(a.name, a.value) for a in arguments if a.name not in (None, "*", "**")]
        return named if len(named) == len(arguments) else None
    return None


def _key(written: Expr | str | None) -> str | None:
    return written.value if isinstance(written, String) else written if isinstance(written, str) else None


def _gone(module: Module, name: Name, context: int) -> Iterator[str]:
    """`name.pop("key")` and `del name["key"]` before, on every way to the use; also `del name["key"]["token"]`: what is
    taken out of a value was the secret in it."""
    body = module.body
    around = set(_places(module, context))
    for call in body.calls:
        if call.at < name.at and call.context in around and isinstance(call.callee, Attribute) and call.callee.attr == "pop":
            key = call.arguments[0].value if call.arguments else None
            if isinstance(key, String):
                yield from _under(call.callee.base, (key,), name)
    for statement in body.statements:
        if statement.kind == "delete" and statement.at < name.at and statement.context in around:
            target = statement.value or statement.target
            for item in target.items if isinstance(target, Collection) else (target,):
                if isinstance(item, Subscript):
                    yield from _under(item.base, item.index, name)


def _under(base: Expr, index: Sequence[Expr], name: Name) -> Iterator[str]:
    """The first key behind the name in `base[index]`."""
    while isinstance(base, Subscript):
        index = base.index
        base = base.base
    if isinstance(base, Name) and base.id == name.id:
        yield from (part.value for part in index if isinstance(part, String))


def _places(module: Module, context: int) -> Iterator[int]:
    """The place itself and those around it, up to its function."""
    while context >= 0:
        yield context
        if module.body.contexts[context].kind in ("function", "class", "module"):
            return
        context = module.body.contexts[context].parent
