"""Expressions: a handler for each class of node, which says its leaves and returns what the facts keep of it."""

from __future__ import annotations

from archlint.facts.syntax import (
    Argument,
    Attribute,
    Await,
    Call,
    CallRef,
    Comparison,
    Conditional,
    Constant,
    Expr,
    Name,
    Operation,
    Walrus,
    Yield,
)
from archlint.parse.light import nodes as cst
from archlint.parse.walk import ExpressionHandler, TooDeepError, Walk

_SIGNS: dict[type[cst.CSTNode], str] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/", cst.FloorDivide: "//", cst.Modulo: "%",
    cst.Power: "**", cst.MatrixMultiply: "@", cst.LeftShift: "<<", cst.RightShift: ">>", cst.BitAnd: "&",
    cst.BitOr: "|", cst.BitXor: "^", cst.And: "and", cst.Or: "or",
    cst.Plus: "+", cst.Minus: "-", cst.BitInvert: "~", cst.Not: "not",
    cst.LessThan: "<", cst.GreaterThan: ">", cst.LessThanEqual: "<=", cst.GreaterThanEqual: ">=", cst.Equal: "==",
    cst.In: "in", cst.Is: "is",
}  # fmt: skip
_CONSTANTS = {"None": None, "True": True, "False": False}
_MAX_INT = 2**63
_MAX_INT_DIGITS = 100  # of its source; converting more is slow and cannot fit
_MAX_ALTERNATIONS = 200


def name(walk: Walk, node: cst.Name) -> Expr:
    value = node.value
    emitted = walk.emitted
    at = walk.starts[len(emitted)]
    emitted.append(value)
    if value in _CONSTANTS:
        return Constant(at, len(value), _CONSTANTS[value])
    return Name(at, value)


def attribute(walk: Walk, node: cst.Attribute) -> Expr:
    emitted = walk.emitted
    at = walk.starts[len(emitted)]
    base = walk.expr(node.value)
    attr = node.attr.value
    emitted.append(".")
    emitted.append(attr)
    return Attribute(base.at - at, walk.ends[len(emitted) - 1] - at, base, attr)


def integer(walk: Walk, node: cst.Integer) -> Expr:
    at = walk.at()
    source = node.value
    walk.emit(source)
    if len(source) > _MAX_INT_DIGITS:
        return Constant(at, len(source), source)
    value = int(source, 0) if source.strip("0_") else 0
    return Constant(at, len(source), value if value < _MAX_INT else source)


def floating(walk: Walk, node: cst.Float) -> Expr:
    at = walk.at()
    walk.emit(node.value)
    return Constant(at, len(node.value), float(node.value))


def imaginary(walk: Walk, node: cst.Imaginary) -> Expr:
    at = walk.at()
    walk.emit(node.value)
    return Constant(at, len(node.value), node.value)


def ellipsis(walk: Walk, _node: cst.Ellipsis) -> Expr:
    at = walk.at()
    walk.emitted += "..."
    return Constant(at, walk.end() - at, "...")


def call(walk: Walk, node: cst.Call) -> Expr:
    emitted = walk.emitted
    at = walk.starts[len(emitted)]
    # What refers to a call does not hold it, so the facts nest no deeper for it.
    depth, walk.depth = walk.depth, 0
    callee = walk.expr(node.func)
    # After the callee, whose own calls are written before this one; before the arguments, whose calls come later.
    calls = walk.calls
    index = len(calls)
    calls.append(None)
    emitted.append("(")
    found = [argument(walk, arg) for arg in node.args]
    emitted.append(")")
    walk.depth = depth
    length = walk.ends[len(emitted) - 1] - at
    calls[index] = Call(at, length, callee, tuple(found), walk.context)
    return CallRef(at, length, index)


def argument(walk: Walk, arg: cst.Arg) -> Argument:
    keyword = arg.keyword
    label: str | None = None
    if keyword is not None:
        label = keyword.value
        walk.emit(label)
        walk.emit("=")
    elif arg.star:
        label = arg.star
        walk.emit(label)
    value = walk.expr(arg.value)
    if arg.comma is not cst.MaybeSentinel.DEFAULT:
        walk.emit(",")
    return Argument(label, value)


def awaited(walk: Walk, node: cst.Await) -> Expr:
    at = walk.at()
    walk.emit("await")
    value = walk.expr(node.expression)
    if isinstance(value, CallRef):
        found = walk.calls[value.index]
        if found is not None:
            walk.calls[value.index] = Call(found.at, found.length, found.callee, found.arguments, found.context, True)
    return Await(at, walk.end() - at, value)


def unary(walk: Walk, node: cst.UnaryOperation) -> Expr:
    at = walk.at()
    sign = _SIGNS[type(node.operator)]
    walk.emit(sign)
    operand = walk.expr(node.expression)
    return Operation(at, walk.end() - at, sign, (operand,))


def binary(walk: Walk, node: cst.BinaryOperation | cst.BooleanOperation) -> Expr:
    """A chain as one flat record for each run of one operator, without recursion along its left side."""
    at = walk.at()
    first: cst.BaseExpression = node
    spine: list[cst.BinaryOperation | cst.BooleanOperation] = []
    while isinstance(first, (cst.BinaryOperation, cst.BooleanOperation)) and (first is node or not first.lpar):
        spine.append(first)
        first = first.left
    operands = [walk.expr(first)]
    sign = _SIGNS[type(spine[-1].operator)]
    alternations = 0
    for link in reversed(spine):
        following = _SIGNS[type(link.operator)]
        if following != sign:
            alternations += 1
            if alternations > _MAX_ALTERNATIONS:
                raise TooDeepError(walk.at())
            operands = [Operation(at, walk.end() - at, sign, tuple(operands))]
            sign = following
        walk.emit(sign)
        operands.append(walk.expr(link.right))
    return Operation(at, walk.end() - at, sign, tuple(operands))


def comparison(walk: Walk, node: cst.Comparison) -> Expr:
    at = walk.at()
    operands = [walk.expr(node.left)]
    signs: list[str] = []
    for target in node.comparisons:
        signs.append(_comparison_sign(walk, target.operator))
        operands.append(walk.expr(target.comparator))
    return Comparison(at, walk.end() - at, tuple(signs), tuple(operands))


def _comparison_sign(walk: Walk, operator: cst.BaseCompOp) -> str:
    if isinstance(operator, cst.NotIn):
        walk.emitted += ("not", "in")
        return "not in"
    if isinstance(operator, cst.IsNot):
        walk.emitted += ("is", "not")
        return "is not"
    if isinstance(operator, cst.NotEqual):
        walk.emit(operator.value)
        return "!="
    sign = _SIGNS[type(operator)]
    walk.emit(sign)
    return sign


def conditional(walk: Walk, node: cst.IfExp) -> Expr:
    at = walk.at()
    body = walk.expr(node.body)
    walk.emit("if")
    test = walk.expr(node.test)
    walk.emit("else")
    orelse = walk.expr(node.orelse)
    return Conditional(at, walk.end() - at, test, body, orelse)


def walrus(walk: Walk, node: cst.NamedExpr) -> Expr:
    at = walk.at()
    target = walk.expr(node.target)
    walk.emit(":=")
    value = walk.expr(node.value)
    walk.statement("assign", at, target, value)
    return Walrus(at, walk.end() - at, target.id if isinstance(target, Name) else "", value)


def yield_(walk: Walk, node: cst.Yield) -> Expr:
    at = walk.at()
    walk.emit("yield")
    walk.yields = True
    value: Expr | None = None
    is_from = isinstance(node.value, cst.From)
    if isinstance(node.value, cst.From):
        walk.emit("from")
        value = walk.expr(node.value.item)
    elif node.value is not None:
        value = walk.expr(node.value)
    expr = Yield(at, walk.end() - at, value, is_from)
    walk.statement("yield", at, value=expr)
    return expr


HANDLERS: dict[type[cst.CSTNode], ExpressionHandler] = {
    cst.Attribute: attribute,
    cst.Await: awaited,
    cst.BinaryOperation: binary,
    cst.BooleanOperation: binary,
    cst.Call: call,
    cst.Comparison: comparison,
    cst.Ellipsis: ellipsis,
    cst.Float: floating,
    cst.IfExp: conditional,
    cst.Imaginary: imaginary,
    cst.Integer: integer,
    cst.Name: name,
    cst.NamedExpr: walrus,
    cst.UnaryOperation: unary,
    cst.Yield: yield_,
}
