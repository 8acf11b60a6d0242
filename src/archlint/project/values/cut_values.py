"""What shows only a part of a value: a pattern that cuts it, a separator at which it is taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.facts.syntax import Call, Collection, Expr, Operation, String

_PIECE = re.compile(r"%(?:\(\w+\))?[-#0 +]*(?:\*|\d+)?(?:\.(\d+))?[hlL]?([a-zA-Z%])")
_KEYED = re.compile(r"%\((\w+)\)")
_FEW = 20
"""So many characters of a value are not the whole of it."""
_SPLITTING = frozenset({"split", "rsplit", "partition", "rpartition"})
_BEHIND_SCHEME = "://"
_BETWEEN_PARTS = frozenset(".&:;,|_-/#?")
"""Characters between the parts of a value: what stands behind a blank, a word or `=` is the value itself."""


def parts_scheme(method: str, call: Call) -> bool:
    """`header.split()`, `header.partition(" ")`, `url.split("://")`: the scheme, and what counts behind it."""
    separator = call.arguments[0].value if call.arguments else None
    text = separator.value if isinstance(separator, String) else ""
    return method in _SPLITTING and (separator is None or text.isspace() or text == _BEHIND_SCHEME)


def cut_by(pattern: Expr | None) -> frozenset[int]:
    """The positions of the values of which `"%.16s"` shows only the beginning."""
    if not isinstance(pattern, String):
        return frozenset()
    pieces = [piece for piece in _PIECE.finditer(pattern.value) if piece[2] != "%"]
    return frozenset(i for i, piece in enumerate(pieces) if piece[1] and int(piece[1]) <= _FEW and piece[2] in "sra")


def keys_of(pattern: Expr | None) -> frozenset[str] | None:
    """The keys that `"%(user)s"` shows of the mapping that it is given, None of a pattern that asks for no keys."""
    found = frozenset(_KEYED.findall(pattern.value)) if isinstance(pattern, String) else frozenset()
    return found or None


def takes_apart(method: str, call: Call) -> bool:
    """`key.partition(".")`: what it gives are parts, each of which is what its name says."""
    separator = call.arguments[0].value if method in _SPLITTING and call.arguments else None
    return type(separator) is String and separator.value.strip() in _BETWEEN_PARTS


def swaps_text(method: str, call: Call) -> bool:
    """`header.replace("Bearer ", "")`: what the code knows beforehand goes, the rest stays, but for what a mask covers."""
    given = [argument.value for argument in call.arguments]
    texts = [value.value for value in given if type(value) is String]
    return method == "replace" and len(texts) == len(given) == 2 and "*" not in texts[1]


def shown_by(expr: Operation) -> Iterator[Expr]:
    """The operands, without the values of which a pattern shows only the beginning."""
    cut = cut_by(expr.operands[0]) if expr.op == "%" else frozenset()
    for position, operand in enumerate(expr.operands):
        if cut and position and isinstance(operand, Collection) and operand.kind == "tuple":
            yield from (item for place, item in enumerate(operand.items) if place not in cut)
        elif not (cut and position):
            yield operand
