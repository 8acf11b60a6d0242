"""What of a value that enters a text is taken out of another one: items of a list, values of a mapping, parts of a tuple."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import (
    Attribute,
    Body,
    Collection,
    Comprehension,
    Constant,
    Context,
    Expr,
    Mapping,
    Name,
    Slice,
    Starred,
    String,
    Subscript,
)
from archlint.project.model import Type
from archlint.project.spelling import spell
from archlint.project.values.allowed_keys import is_allowed
from archlint.project.values.insertions import Part, Spot

if TYPE_CHECKING:
    from archlint.project.source.modules import Module
    from archlint.project.values.inserted_values import Found, InsertedValues

_ADDING = frozenset({"append", "add", "insert", "appendleft"})
_EXTENDING = frozenset({"extend", "update"})


class _Put(Struct, frozen=True):
    """A value that is put into a container: under `key` where it is a mapping, several where `many` is set; or into the
    attribute `name` of an object."""

    value: Expr
    context: int
    key: Expr | None = None
    many: bool = False
    name: str = ""


_Owner = tuple[str, int]
_Puts = dict[tuple[_Owner, str], list[_Put]]


class InsertedItems:
    def __init__(self, values: InsertedValues) -> None:
        self._values = values
        self._puts: dict[str, _Puts] = {}

    # displays

    def collection(self, expr: Collection, spot: Spot) -> Found:
        head = spot.taken[0] if spot.taken else Part.ANY
        told = not any(type(item) is Starred for item in expr.items)
        if isinstance(head, int) and told and -len(expr.items) <= head < len(expr.items):
            return self._values.walk(expr.items[head], spot.inside())
        return self._values.all(expr.items, spot.inside())

    def mapping(self, expr: Mapping, spot: Spot) -> Found:
        head, values = (spot.taken[0] if spot.taken else Part.ANY), self._values
        unpacked = [v for k, v in zip(expr.keys, expr.values, strict=True) if k is None]
        pairs = [(k, v) for k, v in zip(expr.keys, expr.values, strict=True) if k is not None]
        if head is Part.EACH:
            own = values.all([key for key, _ in pairs], spot.inside())
        elif isinstance(head, str | int) and all(isinstance(key, String | Constant) for key, _ in pairs):
            named = [v for k, v in pairs if isinstance(k, String | Constant) and k.value == head]
            own = values.all(named[-1:], spot.inside())
        else:  # which of them is not told
            alone = len(pairs) == 1 or not spot.taken or spot.entry is None  # each text of several may be executed
            inside = spot.inside() if alone else spot.inside().capped()
            own = values.all([value for _, value in pairs], inside)
        return chain(own, values.all(unpacked, spot))

    def comprehension(self, expr: Comprehension, spot: Spot) -> Found:
        inside = spot.moved(spot.place.module, expr.context).inside()
        head = spot.taken[0] if spot.taken else Part.ANY
        shown = expr.element if expr.value is None or head is Part.EACH else expr.value
        return self._values.walk(shown, inside)

    def subscript(self, expr: Subscript, spot: Spot) -> Found:
        values, place = self._values, spot.place
        index = expr.index[0] if len(expr.index) == 1 else None
        if values.closed.is_checked(expr, place) or values.closed.of_expression(expr, place):
            return iter(())
        if isinstance(index, Slice):
            return values.walk(expr.base, spot)
        return self.under(expr.base, index, spot)

    def under(self, base: Expr, key: Expr | None, spot: Spot) -> Found:
        """What stands under a key of `base`."""
        told, values = self._key(key), self._values
        if isinstance(told, str) and is_allowed(values.project, base, told, spot.place, values.words.listing):
            return iter(())
        return self._values.walk(base, spot.taking(Part.ANY if told is None else told))

    def _key(self, key: Expr | None) -> int | str | None:
        value = key.value if isinstance(key, String | Constant) else None
        return value if isinstance(value, int | str) and not isinstance(value, bool) else None

    # loops

    def each(self, subject: Expr | None, path: tuple[int, ...], spot: Spot, name: Expr) -> Found:
        """What a loop's name is given of what is gone through."""
        values, module = self._values, spot.place.module
        if subject is None:
            return values.leaf(name, spot)
        types = values.project.types
        items = [e for t in types.all(module, subject, spot.place.context) for e in types.inference.items(t)]
        if not path and items and values.closed.by_type(t for t in items if isinstance(t, Type)):
            return iter(())
        return values.walk(subject, spot.taking(Part.EACH, *steps(path)))

    # containers that grow

    def put_in(self, expr: Name | Attribute, spot: Spot) -> Found:
        """What `parts.append(value)`, `parts[key] = value` and `part.name = value` add in the same function, to `self.parts` in
        the same class."""
        module, head = spot.place.module, spot.taken[0]
        known = self._puts.get(module.path)
        if known is None:
            known = self._puts[module.path] = _puts(module)
        key = (_owner(module.body.contexts[spot.place.context], expr), spell(module.body, expr))
        for put in known.get(key, ()):
            there = spot.moved(module, put.context)
            if put.name:
                if put.name == head:
                    yield from self._values.walk(put.value, there.inside())
            elif put.many:
                yield from self._values.walk(put.value, there)
            elif put.key is None:
                yield from self._values.walk(put.value, there.inside())
            elif head is Part.EACH:
                yield from self._values.walk(put.key, there.inside())
            elif head is Part.ANY or self._key(put.key) in (head, None):
                yield from self._values.walk(put.value, there.inside())


def steps(path: tuple[int, ...]) -> tuple[int | Part, ...]:
    """An unpacking's way into a value; of a starred rest it is not told which."""
    return tuple(Part.ANY if step < 0 else step for step in path)


def _puts(module: Module) -> _Puts:
    found: _Puts = defaultdict(list)
    body = module.body
    for call in body.calls:
        callee = call.callee
        if isinstance(callee, Attribute) and callee.attr in _ADDING | _EXTENDING and call.arguments:
            put = _Put(call.arguments[-1].value, call.context, None, callee.attr in _EXTENDING)
            found[_key_of(body, call.context, callee.base)].append(put)
    for statement in body.statements:
        target, value = statement.target, statement.value
        if statement.kind == "assign" and type(target) is Subscript and len(target.index) == 1 and value is not None:
            put = _Put(value, statement.context, target.index[0])
            found[_key_of(body, statement.context, target.base)].append(put)
        elif statement.kind == "assign" and type(target) is Attribute and type(target.base) is Name and value is not None:
            put = _Put(value, statement.context, name=target.attr)
            found[_key_of(body, statement.context, target.base)].append(put)
    return found


def _key_of(body: Body, context: int, base: Expr) -> tuple[_Owner, str]:
    return _owner(body.contexts[context], base), spell(body, base)


def _owner(place: Context, expr: Expr) -> _Owner:
    """The function whose name it is, or the class whose attribute."""
    if type(expr) is Attribute and type(expr.base) is Name and expr.base.id in ("self", "cls") and place.klass >= 0:
        return "class", place.klass
    return "function", place.function
