"""What a pattern leaves of a text that it is replaced in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.secrets.flows import Place

NAMES = frozenset({"sub", "subn"})
_KEPT = re.compile(r"\[\^(?:\\[wds.\-]|\w-\w|[\w .,:@+-])*\][+*]?|\\[WD][+*]?")
"""All that is none of some harmless characters."""
_ESCAPED = frozenset("'\"`")


def text_of_call(site: CallSite) -> Expr | None:
    """The text of `re.sub(pattern, put, text)` and of `pattern.sub(put, text)`."""
    plain = [a.value for a in site.call.arguments if a.name is None]
    named = [a.value for a in site.call.arguments if a.name == "string"]
    is_function = len(plain) + len(named) > 2
    return named[0] if named else plain[2] if is_function and len(plain) > 2 else plain[1] if len(plain) == 2 else None


def leaves_harmless(project: Project, site: CallSite, place: Place) -> bool:
    """Nothing that ends a literal is left."""
    pattern = _pattern(project, site, place)
    return pattern is not None and _KEPT.fullmatch(pattern) is not None


def escapes(project: Project, site: CallSite, place: Place) -> bool:
    """It looks for quotes, or nobody knows for what."""
    pattern = _pattern(project, site, place)
    return pattern is None or not _ESCAPED.isdisjoint(pattern)


def _pattern(project: Project, site: CallSite, place: Place) -> str | None:
    plain = [a.value for a in site.call.arguments if a.name is None]
    callee, module, context = site.call.callee, place.module, place.context
    if len(plain) > 2 or not isinstance(callee, Attribute):
        told = project.values.constant(module, plain[0], context) if plain else None
        return told if isinstance(told, str) else None
    found = set()
    for source in project.values.sources.of(module, callee.base, context):
        if not isinstance(source.expr, CallRef) or last_name(source.module.body, source.expr) != "compile":
            return None
        arguments = source.module.body.calls[source.expr.index].arguments
        found.add(project.values.constant(source.module, arguments[0].value, source.context) if arguments else None)
    told = found.pop() if len(found) == 1 else None
    return told if isinstance(told, str) else None
