"""Tokens taken from the syntax tree itself, for a file whose text the token expression cuts otherwise than libcst.

libcst writes a tree back as the very text it was read from, piece by piece.  Counting the characters of the pieces
gives each leaf's place; it is slower than the token expression, and always right or refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import libcst as cst
from libcst._nodes.internal import CodegenState

from archlint.parse.tokens import Tokens

_BLANK = (cst.BaseParenthesizableWhitespace, cst.TrailingWhitespace, cst.EmptyLine, cst.Newline, cst.Comment)


class _Counting(CodegenState):
    """A code generation state that keeps the pieces that are no white space, and where each begins."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(default_indent=module.default_indent, default_newline=module.default_newline)
        self.found = Tokens()
        self.length = 0
        self.blank = 0
        self.ellipsis = 0

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.blank += isinstance(node, _BLANK)
        self.ellipsis += isinstance(node, cst.Ellipsis)

    def after_codegen(self, node: cst.CSTNode) -> None:
        self.blank -= isinstance(node, _BLANK)
        self.ellipsis -= isinstance(node, cst.Ellipsis)

    def add_indent_tokens(self) -> None:
        super().add_indent_tokens()
        self.length += sum(map(len, self.indent_tokens))

    def add_token(self, value: str) -> None:
        super().add_token(value)
        if value == "..." and self.ellipsis:
            # The one leaf that the walk says in pieces, because in `from ... import` the tree has three.
            for dot in range(3):
                self.found.add(".", self.length + dot)
        elif value and not self.blank:
            self.found.add(value, self.length)
        self.length += len(value)


def tokens_of(text: str) -> Tokens | None:
    """The leaves of the tree of `text` with their places, or None if the tree is not written back as that text.

    `text` is known to parse."""
    with _unvalidated():
        module = cst.parse_module(text)
    state = _Counting(module)
    module._codegen(state)
    return state.found if "".join(state.tokens) == text else None


@contextmanager
def _unvalidated() -> Iterator[None]:
    """What the parser has read needs no validation, which refuses `t'a' f'b'`."""
    validate = cst.CSTNode.__post_init__
    cst.CSTNode.__post_init__ = _accept  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        cst.CSTNode.__post_init__ = validate  # type: ignore[method-assign]


def _accept(_node: cst.CSTNode) -> None:
    """Takes a node as it is."""
