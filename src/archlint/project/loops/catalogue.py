"""Loops over what a database says of itself: its tables, the columns of one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Name, String, Template
from archlint.project.loops.loop_items import listed_by
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.facts.syntax import Call, Expr
    from archlint.project.loops.loops import Loop

_SAYS = re.compile(
    r"\s*(describe|show|pragma)\s|\b(information_schema|pg_tables|pg_class|pg_namespace|pg_catalog|sqlite_master|sqlite_schema)\b",
    re.IGNORECASE,
)
_FETCHING = frozenset({"fetchall", "fetchmany"})
_EXECUTE = "execute"


def goes_over_catalogue(loop: Loop) -> bool:
    """`for column in connection.execute("DESCRIBE orders")`, also by a name, and by what its cursor was told last."""
    body = loop.module.body
    calls = [body.calls[part.index] for part in listed_by(loop) if isinstance(part, CallRef)]
    return any(_asks(call) or _is_told(loop, call) for call in calls)


def _asks(call: Call) -> bool:
    return any(_says(argument.value) for argument in call.arguments[:1])


def _says(expr: Expr) -> bool:
    parts = expr.parts if isinstance(expr, Template) else (expr,)
    return any(isinstance(part, String) and _SAYS.search(part.value) is not None for part in parts)


def _is_told(loop: Loop, call: Call) -> bool:
    """`cursor.execute("SHOW TABLES")` is the last that the cursor was told before `cursor.fetchall()`."""
    callee, module = call.callee, loop.module
    if not isinstance(callee, Attribute) or callee.attr not in _FETCHING or not isinstance(callee.base, Name):
        return False
    told = [
        each
        for each in module.own_calls(module.body.contexts[call.context].function)
        if each.at < call.at
        and last_name(module.body, each.callee) == _EXECUTE
        and isinstance(each.callee, Attribute)
        and isinstance(each.callee.base, Name)
        and each.callee.base.id == callee.base.id
    ]
    return bool(told) and _asks(max(told, key=lambda each: each.at))
