"""Questions that a loop asks by the key of its item: `find(line["product_id"])`, `get(line.product_id)`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, CallRef, Collection, Comparison, Expr, Mapping, Name, String, Subscript
from archlint.project.loops.loop_items import is_pairs
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.loops.loops import Loop
    from archlint.project.loops.repeated import Repeated

_KEY = re.compile(r"(\w+_)?(id|pk|uuid|guid|email|username|code|sku|slug|ean|isbn|barcode|hash)|[a-z]\w*(Id|Uuid|Guid)")
_KEYS = re.compile(f"({_KEY.pattern})s")
_LOOKUP = re.compile(r"__(exact|iexact)$")
_STEPS = 2
"""From the call back to what its arguments were given in the loop."""


def is_keyed(query: Repeated) -> bool:
    """The loop's variable is called a key, or what it goes over keys, or the query asks for the row that has such a key."""
    loop, body = query.loop, query.point.module.body
    if any(_KEY.fullmatch(name) for name in loop.targets):
        return True
    subject = loop.place.subject
    if subject is not None and _KEYS.fullmatch(last_name(body, subject)):
        return True
    if subject is not None and is_pairs(loop.module, subject):
        return False  # a value of a mapping may be the key of a row, and the mapping's own keys what the code declares
    end, own = query.path.end.call, loop.derived
    if not query.path.through and end is not None and end.operation is not None and end.operation.keyed:
        return any(not own.isdisjoint(names_in(body, argument.value)) for argument in end.call.arguments)
    asked = _asked(loop, body, query.expression)
    return asks_by_key(body, asked, own) or any(is_key_of(body, loop, part) for expr in asked for part in parts_of(body, expr))


def asks_for_group(query: Repeated) -> bool:
    """`for day, order_ids in by_day.items()`, where the query gets `order_ids`: each turn asks for all of a group at once."""
    loop, body = query.loop, query.loop.module.body
    if loop.mapping is not None or loop.place.subject is None or not is_pairs(loop.module, loop.place.subject):
        return False
    target = loop.place.target
    value = target.items[-1] if isinstance(target, Collection) and target.items else None
    is_group = isinstance(value, Name) and _KEYS.fullmatch(value.id) is not None
    return is_group and isinstance(value, Name) and value.id in names_in(body, query.expression)


def asks_by_key(body: Body, asked: list[Expr], own: frozenset[str]) -> bool:
    """A condition is about the key of a row, which comes from one of the names `own`."""
    return any(_KEY.fullmatch(name) and not own.isdisjoint(names_in(body, value)) for name, value in _conditions(body, asked))


def _asked(loop: Loop, body: Body, expr: Expr | None) -> list[Expr]:
    """The question, and what the loop has given the names in it."""
    found = [expr] if expr is not None else []
    for _ in range(_STEPS if loop.mapping is None else 0):
        names = {name for part in found for name in names_in(body, part)} - loop.targets
        made = [s.value for s in loop.statements if type(s.target) is Name and s.target.id in names and s.value is not None]
        found += [value for value in made if value not in found]
    return found


def has_keys(loop: Loop) -> bool:
    """The loop reads a key of its item: that is one thing, and no part of a list of such."""
    body, place = loop.module.body, loop.place
    heads = [each.subject for each in body.contexts if place.at < each.at < place.end and each.subject is not None]
    roots = [*(s.value for s in loop.statements), *heads]
    return loop.mapping is None and any(is_key_of(body, loop, part) for root in roots for part in parts_of(body, root))


def is_key_of(body: Body, loop: Loop, part: Expr) -> bool:
    """`line.product_id`, `line["product_id"]`, `line.get("product_id")`, where `line` is the item."""
    if isinstance(part, CallRef):
        call = body.calls[part.index]
        given = call.arguments[0].value if call.arguments else None
        if not isinstance(call.callee, Attribute) or call.callee.attr != "get" or not isinstance(given, String):
            return False
        name, part = given.value, call.callee
    elif isinstance(part, Attribute):
        name = part.attr
    elif isinstance(part, Subscript) and isinstance(part.index[0], String):
        name = part.index[0].value
    else:
        return False
    return bool(_KEY.fullmatch(name)) and isinstance(part.base, Name) and part.base.id in loop.targets


def _conditions(body: Body, asked: list[Expr]) -> list[tuple[str, Expr]]:
    """(column, value) of what a query asks for: `filter(user_id=x)`, `User.id == x`, `execute(…, {"user_id": x})`."""
    found: list[tuple[str, Expr]] = []
    for part in (part for expr in asked for part in parts_of(body, expr)):
        if isinstance(part, CallRef):
            given = body.calls[part.index].arguments
            found += [(_LOOKUP.sub("", a.name).replace("__", "_"), a.value) for a in given if a.name]
        elif isinstance(part, Mapping):
            pairs = zip(part.keys, part.values, strict=True)
            found += [(key.value, value) for key, value in pairs if isinstance(key, String)]
        elif isinstance(part, Comparison) and part.ops == ("==",):
            found.append((last_name(body, part.operands[0]), part.operands[1]))
    return found
