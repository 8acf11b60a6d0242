"""PRF003: rows are loaded to be counted."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof
from archlint.facts.syntax import Attribute, Await, CallRef, Expr, Name
from archlint.project.model import CallSite, Type
from archlint.project.modules import Module
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import shorten, spell

_LENGTH = "builtins.len"


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`counting`: last names of library callables that let the database count; `loading`: those that load all rows;
    `bounded`: those in a chain that bound its rows, so that counting them costs little."""

    counting: tuple[str, ...]
    loading: tuple[str, ...]
    bounded: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each `len` of rows that are loaded for it alone, a proof for each count that the database makes."""
    for site in project.calls.to(_LENGTH):
        if site.module.is_production and len(site.call.arguments) == 1:
            rows = _rows(project, site, site.call.arguments[0].value, params)
            if rows is not None:
                yield Hit(site.site, {"rows": shorten(spell(site.module.body, rows), 60)}, confidence=Confidence.HIGH)
    for point in project.effects.points("db.read"):
        call = point.call
        if point.is_direct and point.kind == "call" and call is not None and point.module.is_production:
            callee = call.call.callee
            if isinstance(callee, Attribute) and callee.attr in params.counting:
                yield Proof(point.site, "the database counts")


def _rows(project: Project, site: CallSite, expr: Expr, params: Params) -> Expr | None:
    """The query that is loaded, if nothing but its length is wanted."""
    if isinstance(expr, Name):
        given = _only_value(site, expr)
        return _rows(project, site, given, params) if given is not None else None
    if not isinstance(expr, CallRef | Await):
        return None
    return expr if _loads(project, site, expr, params) else None


def _only_value(site: CallSite, name: Name) -> Expr | None:
    """What the name is given, once, where it is used for nothing but this length."""
    module = site.module
    function = module.body.contexts[site.call.context].function
    if function < 0:
        return None
    own = module.outline.functions[function]
    inside = [s for s in module.body.statements if own.at <= s.at < own.end]
    given = [s for s in inside if isinstance(s.target, Name) and s.target.id == name.id]
    if len(given) != 1 or given[0].kind != "assign" or any(p.name == name.id for p in own.parameters):
        return None
    uses = sum(name.id in names_in(module.body, s.value) for s in inside if s.value is not None)
    read = sum(
        isinstance(part, Name) and part.id == name.id
        for s in inside
        for root in (s.value, s.target if not isinstance(s.target, Name) else None)
        for part in parts_of(module.body, root)
    )
    return given[0].value if uses == read == 1 else None


def _loads(project: Project, site: CallSite, expr: Expr, params: Params) -> bool:
    """A call of a library that loads rows, or a query that is evaluated by its length."""
    module = site.module
    chain = list(_chain(module, expr))
    calls = [project.calls.in_module(module)[part.index] for part in chain if isinstance(part, CallRef)]
    if not calls or any(target.definition is not None for call in calls for target in call.targets):
        return False
    if _is_bounded(site, expr, chain[-1], params):
        return False
    outermost = next(part for part in chain if isinstance(part, CallRef))
    found = project.types.inference.entities(module, outermost, site.call.context)
    types = [each for each in found if isinstance(each, Type) and not each.is_class]
    if any("len" in info.lazy.by for each in types for _, info in project.knowledge.infos(each.name) if info.lazy is not None):
        return True
    known = [call.operation for call in calls if call.operation is not None]
    reads = any("db.read" in operation.effect or operation.by_statement is not None for operation in known)
    callee = calls[0].call.callee
    return reads and isinstance(callee, Attribute) and callee.attr in params.loading


def _chain(module: Module, expr: Expr) -> Iterator[Expr]:
    """`a.b(…).c(…)` from its end to its beginning."""
    current: Expr | None = expr
    while current is not None:
        yield current
        if isinstance(current, Await):
            current = current.value
        elif isinstance(current, CallRef):
            current = module.body.calls[current.index].callee
        else:
            current = current.base if isinstance(current, Attribute) else None


def _is_bounded(site: CallSite, expr: Expr, root: Expr, params: Params) -> bool:
    """Something in the chain, or in what its first name was given, takes no more than so many rows."""
    body = site.module.body
    texts = [spell(body, expr)]
    if isinstance(root, Name):
        function = body.contexts[site.call.context].function
        same = [s for s in body.statements if body.contexts[s.context].function == function]
        texts += [spell(body, s.value) for s in same if isinstance(s.target, Name) and s.target.id == root.id]
    words = {word for text in texts for word in text.replace("(", ".").replace(")", ".").split(".")}
    return not words.isdisjoint(params.bounded) or any("[" in text for text in texts)
