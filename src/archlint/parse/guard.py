"""What must not reach the parser: libcst kills the process on deep nesting and takes minutes on long chains.

Measured with libcst 1.9 and a stack of 8 MB: it crashes on about 1,500 nested brackets, 4,000 to 10,000 links of `and`,
`not`, `-`, `lambda:` or `… if … else …`, and its time grows with the square of a chain's length (2 s for 3,200 terms of
a sum or 2,000 calls).  A `case` pattern costs eight times as much with each bracket around it.  CPython itself refuses
more than 200 nested brackets; more than 100 indentations libcst refuses by itself.

So the tokens are weighed: each bracket and each link of an expression costs what it needs of the stack, and the sum
along one path must stay below a bound that leaves half of the stack free.
"""

from __future__ import annotations

from archlint.facts.syntax import Failure
from archlint.facts.text import LineIndex
from archlint.parse.tokens import Tokens

MAX_BYTES = 5_000_000
_MAX_WEIGHT = 3_000
_BRACKET = 30
"""100 nested brackets and nothing else reach the bound."""
_POSTFIX = 2
"""`.name`, a call or a subscript in a chain."""
_PREFIX = 3
_MAX_ELIF = 800
_MAX_PATTERN_BRACKETS = 6

_OPEN, _CLOSE, _SEPARATOR, _LAMBDA, _ELIF, _CASE, _SIGN, _DOT = range(100, 108)
_OPERAND = -1
_KINDS: dict[str, int] = {
    **dict.fromkeys("([{", _OPEN),
    **dict.fromkeys(")]}", _CLOSE),
    **dict.fromkeys([",", ":", ";", "="], _SEPARATOR),
    "lambda": _LAMBDA,
    "elif": _ELIF,
    "case": _CASE,
    **dict.fromkeys("+-", _SIGN),
    ".": _DOT,
    # Links by their weight; comparisons are flat in the tree.
    **dict.fromkeys(["*", "/", "//", "%", "@", "&", "|", "^", "<<", ">>"], 1),
    **dict.fromkeys(["and", "or", "for"], 2),
    **dict.fromkeys(["not", "~", "**", "if"], _PREFIX),
    **dict.fromkeys(["<", ">", "==", "!=", "<=", ">=", "<>", "in", "is", "else", "!", ":="], 0),
}


def refuse(text: str, tokens: Tokens) -> Failure | None:
    """The reason not to parse `text`, with its place, or None."""
    texts = tokens.texts
    if tokens.literals:
        texts = texts.copy()
        for index in tokens.literals:
            texts[index] = "''"
    found = _heavy(texts) or _long_elif(text, texts, tokens.starts) or _deep_pattern(text, texts, tokens.starts)
    if found is None:
        return None
    index, reason = found
    line, column = LineIndex.of(text).position(tokens.starts[index])
    return Failure("bound", reason, line, column)


def _heavy(texts: list[str]) -> tuple[int, str] | None:
    """The first token at which an expression is too long or too deep."""
    weight = base = lambdas = 0
    after_operand = False
    stack: list[tuple[int, int, int]] = []
    kind_of = _KINDS.get
    for index, text in enumerate(texts):
        kind = kind_of(text, _OPERAND)
        if kind in (_OPERAND, _CASE):
            # Two operands in a row are two statements, or the pieces of one string.
            if after_operand and text[-1] not in "'\"":
                weight, lambdas = base, 0
            after_operand = True
            continue
        if kind == _OPEN:
            stack.append((weight + _POSTFIX if after_operand else weight, base, lambdas))
            weight += _BRACKET
            base, lambdas, after_operand = weight, 0, False
        elif kind == _CLOSE:
            if stack:
                weight, base, lambdas = stack.pop()
            after_operand = True
            continue
        elif kind == _SEPARATOR:
            # A lambda's parameters do not end the chain of lambdas that it stands in; its colon begins the body.
            if not lambdas:
                weight = base
            elif text == ":":
                lambdas -= 1
            after_operand = False
        else:
            weight += _weight(kind, after_operand)
            lambdas += kind == _LAMBDA
            after_operand = False
        if weight > _MAX_WEIGHT:
            reason = "brackets are nested" if len(stack) > 50 else "an expression is chained"
            return index, f"{reason} more deeply than the parser can bear"
    return None


def _weight(kind: int, after_operand: bool) -> int:
    if kind == _DOT:
        return _POSTFIX
    if kind == _SIGN:
        return 1 if after_operand else _PREFIX
    return _PREFIX if kind == _LAMBDA else 0 if kind == _ELIF else kind


def _long_elif(text: str, texts: list[str], starts: list[int]) -> tuple[int, str] | None:
    """The `elif` that makes a chain too long; chains are told apart by their column."""
    if texts.count("elif") <= _MAX_ELIF:
        return None
    counts: dict[int, int] = {}
    for index, token in enumerate(texts):
        if token in ("if", "elif"):
            column = starts[index] - _line_start(text, starts[index])
            counts[column] = counts.get(column, 0) + 1 if token.startswith("el") else 0
            if counts[column] > _MAX_ELIF:
                return index, f"more than {_MAX_ELIF} elif in one chain"
    return None


def _deep_pattern(text: str, texts: list[str], starts: list[int]) -> tuple[int, str] | None:
    """The bracket that is too deep in the pattern of a `case` (a statement's first word)."""
    index = 0
    while True:
        try:
            index = texts.index("case", index) + 1
        except ValueError:
            return None
        if not _begins_line(text, starts[index - 1]):
            continue
        depth = 0
        for at in range(index, len(texts)):
            kind = _KINDS.get(texts[at])
            depth += (kind == _OPEN) - (kind == _CLOSE)
            if depth > _MAX_PATTERN_BRACKETS:
                return at, f"a case pattern of more than {_MAX_PATTERN_BRACKETS} nested brackets"
            if depth <= 0 and texts[at] in (":", "="):
                break


def _begins_line(text: str, at: int) -> bool:
    return not text[_line_start(text, at) : at].strip()


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
