"""What a loop's name takes of the iterable: an item, one part of it, one value of a mapping, a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from archlint.facts.syntax import Attribute, CallRef, Collection, Comprehension, Expr, Name, Operation, Subscript
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import names_in, parts_of
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.loops.loops import Loop
    from archlint.project.program import Project

_PARTS = 6
"""From what a loop goes over back to the column of a row that holds it."""
_PAIRS = frozenset({"items", "iteritems", "viewitems"})
_WORDING = frozenset({"tokenize", "tokens", "lex", "scan", "findall", "finditer"})
_SAME_ITEMS = frozenset({"sorted", "list", "tuple", "reversed", "iter", "set"})
_SAME_IN_ORDER = _SAME_ITEMS | {"enumerate"}


def is_pairs(module: Module, iterable: Expr) -> bool:
    """`mapping.items()`."""
    return isinstance(iterable, CallRef) and last_name(module.body, iterable) in _PAIRS


def goes_over_keys(loop: Loop) -> bool:
    """`for key in values:`, where `values[key]` is read: the entries of one mapping."""
    subject, target = loop.place.subject, loop.place.target
    if loop.mapping is not None or not isinstance(subject, Name) or not isinstance(target, Name):
        return False
    return any(
        isinstance(part, Subscript)
        and isinstance(part.base, Name)
        and part.base.id == subject.id
        and isinstance(part.index[0], Name)
        and part.index[0].id == target.id
        for statement in loop.statements
        for part in parts_of(loop.module.body, statement.value)
    )


def unwrapped(module: Module, iterable: Expr) -> Expr:
    """What a loop goes over under `enumerate(sorted(…))`."""
    while isinstance(iterable, CallRef) and last_name(module.body, iterable) in _SAME_IN_ORDER:
        arguments = module.body.calls[iterable.index].arguments
        if not arguments:
            break
        iterable = arguments[0].value
    return iterable


def is_put_in_brackets(module: Module, iterable: Expr) -> bool:
    """`rows = [rows]` in the same function: what it goes over may be a single one."""
    body = module.body
    inner = next((f for _, f in module.functions_around(iterable.at)), None)
    return isinstance(iterable, Name) and any(
        isinstance(s.target, Name)
        and s.target.id == iterable.id
        and isinstance(s.value, Collection)
        and len(s.value.items) == 1
        and isinstance(only := s.value.items[0], Name)
        and only.id == iterable.id
        and body.contexts[s.context].kind == "if"
        for s in (module.statements_between(inner.at, iterable.at) if inner is not None else ())
    )


def listed_by(loop: Loop) -> Iterator[Expr]:
    """The parts of what the loop goes over, and of what its names were given last: `[p for p in path.split("/") if p]`."""
    body, subject = loop.module.body, loop.place.subject if loop.mapping is None else None
    function = body.contexts[loop.context].function
    for part in parts_of(body, subject) if subject is not None else ():
        yield part
        name = part.id if isinstance(part, Name) else ""
        own = loop.module.own_statements(function) if name else ()
        given = [s.value for s in own if type(s.target) is Name and s.target.id == name and s.at < loop.place.at]
        for made in parts_of(body, given[-1]) if given and given[-1] is not None else ():
            yield made
            gone_over = body.contexts[made.context].subject if isinstance(made, Comprehension) else None
            yield from parts_of(body, gone_over) if gone_over is not None else ()


RowPart = Literal["column", "inner", ""]
"""What a list is of a row: `order.item_ids`, or something within what a column holds."""


def part_of_row(project: Project, module: Module, iterable: Expr, context: int) -> RowPart:
    """`page.content.get("blocks", [])`, where `page` is stored: a list inside of one row."""
    body, calls = module.body, module.body.calls
    current: Expr | None = iterable
    found: RowPart = "column"
    for _ in range(_PARTS):
        match current:
            case Name():
                own = module.own_statements(body.contexts[context].function)
                given = [s for s in own if type(s.target) is Name and s.target.id == current.id and s.at < iterable.at]
                current = given[0].value if len(given) == 1 and given[0].kind == "assign" else None
            case Operation(op="or"):
                current = current.operands[0]
            case Subscript():
                current, found = current.base, "inner"
            case CallRef() if isinstance(callee := calls[current.index].callee, Attribute) and callee.attr == "get":
                current, found = callee.base, "inner"
            case Attribute() if current is not iterable:
                types = project.types.all(module, current.base, context)
                return found if any(not t.is_class and project.types.role(t) == "db-model" for t in types) else ""
            case _:
                return ""
    return ""


def is_words(module: Module, iterable: Expr) -> bool:
    """`text.split()`, `tokenize(text)`: the words of a text."""
    if not isinstance(iterable, CallRef):
        return False
    name = last_name(module.body, iterable)
    if name == "split":
        return not module.body.calls[iterable.index].arguments
    return not _WORDING.isdisjoint(words_of(name))


def taken(origins: Origins, origin: Origin) -> list[Origin] | None:
    """Where that comes from which a loop's name takes: items of `expr` where `each` is still set and nothing is left of
    `path`. None: nobody knows; an empty list: a number."""
    module = origin.module
    value = _same_items(module, origin.expr)
    if not origin.path:
        return [replace(origin, expr=value)]
    first, rest = origin.path[0], origin.path[1:]
    if is_pairs(module, value):
        return None if first == 0 else [replace(origin, expr=value)]
    name = last_name(module.body, value) if isinstance(value, CallRef) else ""
    arguments = [a.value for a in module.body.calls[value.index].arguments] if isinstance(value, CallRef) else []
    if name == "enumerate" and arguments:
        return [] if first == 0 else taken(origins, replace(origin, expr=arguments[0], path=rest))
    if name in ("zip", "zip_longest"):
        return taken(origins, replace(origin, expr=arguments[first], path=rest)) if 0 <= first < len(arguments) else None
    if isinstance(value, Name):
        found = origins.of(module, value, origin.context)
        shown = [o for o in found if isinstance(o, Origin) and not o.path and not o.each and isinstance(o.expr, Collection)]
        parts = [part for o in shown for part in _parts(replace(o, path=origin.path))]
        return parts if shown and len(shown) == len(found) else None
    return list(_parts(origin)) if isinstance(value, Collection) else None


def _same_items(module: Module, value: Expr) -> Expr:
    while isinstance(value, CallRef) and last_name(module.body, value) in _SAME_ITEMS:
        arguments = module.body.calls[value.index].arguments
        if not arguments:
            break
        value = arguments[0].value
    return value


def _parts(origin: Origin) -> Iterator[Origin]:
    """The same part of each item of a display."""
    items = origin.expr.items if isinstance(origin.expr, Collection) else ()
    for item in items:
        part: Expr | None = item
        for step in origin.path:
            within = part.items if isinstance(part, Collection) else ()
            part = within[step] if 0 <= step < len(within) else None
        if part is not None:
            yield replace(origin, expr=part, path=(), each=False)


def is_chosen_by_key(origin: Origin, context: int) -> bool:
    """What stands in a place of the loop over a mapping stands there for certain keys only: a test asks for the key."""
    contexts = origin.module.body.contexts
    target = contexts[origin.context].target
    key = target.items[0] if isinstance(target, Collection) and target.items else None
    if not isinstance(key, Name):
        return False
    while context > origin.context:
        place = contexts[context]
        if place.kind in ("if", "else") and key.id in names_in(origin.module.body, place.subject):
            return True
        context = place.parent
    return False


def is_chosen(origin: Origin, context: int) -> bool:
    """A test stands between the loop and a place in it."""
    contexts = origin.module.body.contexts
    while context > origin.context:
        if contexts[context].kind in ("if", "else"):
            return True
        context = contexts[context].parent
    return False
