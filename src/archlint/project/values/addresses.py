"""Addresses that are nobody's: put together by the program itself, or of a mailbox from which it sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name, Operation, String, Template
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.model import Type
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_PARTING = frozenset({"split", "rsplit", "partition", "rpartition"})
_DESCENTS = 3


def parts_address(module: Module, expr: Expr) -> bool:
    """`address.split("@")`"""
    if type(expr) is not CallRef or last_name(module.body, expr) not in _PARTING:
        return False
    given = module.body.calls[expr.index].arguments
    return bool(given) and isinstance(given[0].value, String) and given[0].value.value == "@"


def is_of_mailbox(project: Project, fields: frozenset[str], types: tuple[Type, ...]) -> bool:
    """What has the address is a mailbox: its class has one of the fields of a server of mail (words of their names)."""
    classes = [project.symbols.classes[t.name] for t in types if fields and t.name in project.symbols.classes]
    names = (name for c in classes for name in project.symbols.scopes(c.module).names(c.klass.context))
    return any(not fields.isdisjoint(words_of(name)) for name in names)


def is_put_together(origins: Origins, module: Module, expr: Expr, context: int) -> bool:
    """An address around an `@` that stands in the source (`f"{group}@{domain}"`), of pieces that come from no other address."""
    pieces = _pieces(module, expr)
    texts = [piece.value for piece in pieces if type(piece) is String]
    if not any("@" in text for text in texts) or any(part.isspace() for text in texts for part in text):
        return False
    return not any(_is_of_address(origins, module, piece, context, _DESCENTS) for piece in pieces)


def _pieces(module: Module, expr: Expr) -> tuple[Expr, ...]:
    match expr:
        case Template():
            return expr.parts
        case Operation(op="+" | "%"):
            return tuple(inner for operand in expr.operands for inner in (_pieces(module, operand) or (operand,)))
        case CallRef():
            call = module.body.calls[expr.index]
            if type(call.callee) is Attribute and call.callee.attr == "format":
                return (call.callee.base, *(argument.value for argument in call.arguments))
    return ()


def _is_of_address(origins: Origins, module: Module, piece: Expr, context: int, depth: int) -> bool:
    """It is a part of an address that was taken apart: `local, host = address.split("@")`."""
    for part in parts_of(module.body, piece):
        if parts_address(module, part):
            return True
        if depth > 0 and isinstance(part, Name):
            found = [o for o in origins.of(module, part, context) if isinstance(o, Origin)]
            if any(_is_of_address(origins, o.module, o.expr, o.context, depth - 1) for o in found):
                return True
    return False
