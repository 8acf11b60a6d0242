"""Expressions as short text: for messages, and to tell whether two of them are written alike."""

from __future__ import annotations

from archlint.facts.syntax import (
    Argument,
    Attribute,
    Await,
    Body,
    Call,
    CallRef,
    Collection,
    Comparison,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    Lambda,
    Mapping,
    Name,
    Operation,
    Slice,
    Starred,
    String,
    Subscript,
    Template,
    Walrus,
    Yield,
)

UNSAID = "…"
"""Stands for what is not spelt: an expression too deep or of no interest."""

_DEPTH = 40
_BRACKETS = {"list": ("[", "]"), "tuple": ("(", ")"), "set": ("{", "}")}


def spell(body: Body, expr: Expr | None, depth: int = _DEPTH) -> str:
    """An expression in Python's own notation, blanks normalised. Two expressions are written alike if and only if
    their spellings are equal and hold no `UNSAID`."""
    if expr is None or depth <= 0:
        return UNSAID
    down = depth - 1
    # `type(x) is C` in what runs by the million: an `isinstance` or a `case` that a Struct does not fit takes ten times as long
    if type(expr) is Name:
        return expr.id
    if type(expr) is Attribute:
        return f"{spell(body, expr.base, down)}.{expr.attr}"
    if type(expr) is CallRef:
        return spell_call(body, body.calls[expr.index], down)
    if type(expr) is String:
        return '"' + expr.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if type(expr) is Constant:
        return str(expr.value)
    if type(expr) is Subscript:
        return f"{spell(body, expr.base, down)}[{', '.join(spell(body, i, down) for i in expr.index)}]"
    match expr:
        case Template():
            return 'f"' + "".join(_part(body, part, down) for part in expr.parts) + '"'
        case Await():
            return f"await {spell(body, expr.value, down)}"
        case _:
            return _composed(body, expr, down)


def spell_call(body: Body, call: Call, depth: int = _DEPTH) -> str:
    """A call with its arguments."""
    return f"{spell(body, call.callee, depth)}({', '.join(_argument(body, a, depth) for a in call.arguments)})"


def shorten(text: str, width: int = 60) -> str:
    """The text in one line, its end cut off where it is longer than `width`."""
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1].rstrip() + UNSAID


def last_name(body: Body, expr: Expr | None) -> str:
    """The last name of a name, an attribute, a call or a subscript (`get` of `a.b.get(x)`); empty for others."""
    while expr is not None:
        if type(expr) is Name:
            return expr.id
        if type(expr) is Attribute:
            return expr.attr
        if type(expr) is CallRef:
            expr = body.calls[expr.index].callee
        elif type(expr) is Subscript:
            expr = expr.base
        elif type(expr) is Await or type(expr) is Starred:
            expr = expr.value
        else:
            break
    return ""


def _part(body: Body, part: Expr, depth: int) -> str:
    return part.value if isinstance(part, String) else "{" + spell(body, part, depth) + "}"


def _argument(body: Body, argument: Argument, depth: int) -> str:
    value = spell(body, argument.value, depth)
    if argument.name is None:
        return value
    return f"{argument.name}{value}" if argument.name in ("*", "**") else f"{argument.name}={value}"


def _composed(body: Body, expr: Expr, depth: int) -> str:
    match expr:
        case Operation():
            parts = [_operand(body, operand, depth) for operand in expr.operands]
            return f" {expr.op} ".join(parts) if len(parts) > 1 else f"{expr.op} {parts[0]}"
        case Comparison():
            text = _operand(body, expr.operands[0], depth)
            for op, operand in zip(expr.ops, expr.operands[1:], strict=True):
                text += f" {op} {_operand(body, operand, depth)}"
            return text
        case Conditional():
            return f"{spell(body, expr.body, depth)} if {spell(body, expr.test, depth)} else {spell(body, expr.orelse, depth)}"
        case Collection():
            left, right = _BRACKETS[expr.kind]
            comma = "," if expr.kind == "tuple" and len(expr.items) == 1 else ""
            return left + ", ".join(spell(body, item, depth) for item in expr.items) + comma + right
        case Mapping():
            pairs = zip(expr.keys, expr.values, strict=True)
            return "{" + ", ".join(_pair(body, key, value, depth) for key, value in pairs) + "}"
        case Slice():
            ends = (expr.lower, expr.upper) if expr.step is None else (expr.lower, expr.upper, expr.step)
            return ":".join("" if end is None else spell(body, end, depth) for end in ends)
        case Starred():
            return f"*{spell(body, expr.value, depth)}"
        case Walrus():
            return f"{expr.name} := {spell(body, expr.value, depth)}"
        case Comprehension() | Lambda() | Yield() | _:
            return UNSAID


def _operand(body: Body, expr: Expr, depth: int) -> str:
    """In parentheses where it is composed itself, so that different groupings are not spelled alike."""
    text = spell(body, expr, depth)
    return f"({text})" if isinstance(expr, Operation | Comparison | Conditional) else text


def _pair(body: Body, key: Expr | None, value: Expr, depth: int) -> str:
    written = spell(body, value, depth)
    return f"**{written}" if key is None else f"{spell(body, key, depth)}: {written}"
