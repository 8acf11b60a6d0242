"""Relations of one object that are read for nothing but how many there are: `len(memory.chunks)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Conditional, Expr, Name
from archlint.project.model import Type
from archlint.project.parts import names_in, parts_of
from archlint.project.relations.lazy_relations import LazyRelations
from archlint.project.relations.stored_attributes import StoredAttributes
from archlint.project.spelling import spell
from archlint.project.walk import attributes_named

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_OWN = frozenset({"self", "cls"})


class CountedRelations:
    """`ahead`: the relations that some query loads with their owners."""

    def __init__(self, project: Project, ahead: frozenset[str]) -> None:
        self._lazy = LazyRelations(project)
        self._stored = StoredAttributes(project)
        self._ahead = ahead

    def is_counted(self, module: Module, expr: Expr, context: int) -> bool:
        """Reading it loads many objects, whose number is all that the function wants of them."""
        if not isinstance(expr, Attribute) or not isinstance(expr.base, Name) or expr.base.id in _OWN:
            return False
        if expr.attr not in self._lazy.names or expr.attr in self._ahead or _is_of_loop(module, expr.base, context):
            return False
        relation = self._lazy.read_by(module, expr, context)
        known = self._stored.of(Type(relation.owner), relation.name) if relation is not None else None
        return known is not None and known.is_many and known.definition is None and _is_read_alone(module, expr, context)


def _is_of_loop(module: Module, name: Name, context: int) -> bool:
    """It is loaded for each item of a loop, which is worse."""
    contexts = module.body.contexts
    while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
        if name.id in names_in(module.body, contexts[context].target):
            return True
        context = contexts[context].parent
    return False


def _is_read_alone(module: Module, expr: Attribute, context: int) -> bool:
    """The function reads it nowhere else, but to ask whether there are any."""
    body, said = module.body, spell(module.body, expr)
    row = body.contexts[context].function
    if row < 0:
        return False
    own = module.outline.functions[row]
    tested: set[tuple[int, int]] = set()
    for statement in body.statements:
        if own.at <= statement.at < own.end and statement.value is not None:
            if statement.kind == "test":
                tested.add((statement.value.at, statement.value.end))
            tested |= {(p.test.at, p.test.end) for p in parts_of(body, statement.value) if isinstance(p, Conditional)}
    for call in body.calls:
        if own.at <= call.at < own.end:
            given = (part for argument in call.arguments for part in parts_of(body, argument.value))
            tested |= {(p.test.at, p.test.end) for p in given if isinstance(p, Conditional)}
    read = [
        (e.at, e.end) for e, _ in attributes_named(module, {expr.attr}) if own.at <= e.at < own.end and spell(body, e) == said
    ]
    return all(span == (expr.at, expr.end) or span in tested for span in read)
