"""The size of a page among the values of a statement that are gathered under a name before it is executed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Collection, Expr, Mapping, Name, Starred, Subscript
from archlint.project.parts import leaves_of, parts_of
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.facts.syntax import Body
    from archlint.project.model import CallSite, Def

_MARK = r"(?:\$\S+|\?|%s|[:@]\w+|%\(\w+\)s)"
LIMIT_LAST = re.compile(rf"\blimit\s+{_MARK}(?:\s*(?:,|\boffset\b)\s*(?:{_MARK}|\d+))?\s*;?\s*\Z", re.IGNORECASE)
"""A text that ends with LIMIT and a mark, and perhaps the offset."""
_ADDING = frozenset({"append", "extend", "insert", "update"})
_COPYING = frozenset({"tuple", "list", "dict"})


def is_held(definition: Def, site: CallSite, name: str) -> bool:
    """A list or mapping that the call is given by its name holds it: `values.append(limit)`, `{"limit": limit}`."""
    body = definition.module.body
    names = {held for argument in site.call.arguments if (held := _held(body, argument.value)) is not None}
    return bool(names) and (_is_written(definition, names, name) or _is_added(definition, names, name))


def _held(body: Body, value: Expr) -> str | None:
    """`values`, `*values`, `tuple(values)`."""
    if isinstance(value, Starred):
        return _held(body, value.value)
    if isinstance(value, CallRef) and last_name(body, value) in _COPYING:
        arguments = body.calls[value.index].arguments
        return _held(body, arguments[0].value) if len(arguments) == 1 else None
    return value.id if isinstance(value, Name) else None


def _is_written(definition: Def, held: set[str], name: str) -> bool:
    """`values = [word, limit] if word else [limit]`, `values += [limit, offset]`, `values["limit"] = limit`."""
    body = definition.module.body
    for statement in definition.module.own_statements(definition.index):
        target, value = statement.target, statement.value
        if isinstance(target, Subscript) and isinstance(target.base, Name) and target.base.id in held:
            if value is not None and spell(body, value) == name:
                return True
        elif isinstance(target, Name) and target.id in held and _shows(body, value, name):
            return True
    return False


def _is_added(definition: Def, held: set[str], name: str) -> bool:
    body = definition.module.body
    for call in definition.module.own_calls(definition.index):
        callee = call.callee
        if not isinstance(callee, Attribute) or callee.attr not in _ADDING:
            continue
        if isinstance(callee.base, Name) and callee.base.id in held:
            for argument in call.arguments:
                if spell(body, argument.value) == name or _shows(body, argument.value, name):
                    return True
    return False


def _shows(body: Body, value: Expr | None, name: str) -> bool:
    """A list or mapping that is written out holds it."""
    for part in parts_of(body, value):
        if isinstance(part, Collection | Mapping):
            items = part.values if isinstance(part, Mapping) else tuple(leaves_of(part))
            if any(spell(body, item) == name for item in items):
                return True
    return False
