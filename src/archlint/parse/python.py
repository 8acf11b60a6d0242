"""One Python file's bytes to its facts: one parse, one walk. Pure; the only way into libcst.

`extract` knows no path, no other file, no configuration; the same bytes give the same facts in any process.
"""

from __future__ import annotations

import gc
import re
import sys
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter

import libcst as cst

from archlint.facts.syntax import Body, Failure, FileFacts, Outline
from archlint.facts.text import LineIndex, decode_python
from archlint.parse import (
    displays,
    embedded,
    expressions,
    generated,
    guard,
    light,
    patterns,
    scopes,
    simple_statements,
    statements,
    templates,
)
from archlint.parse.comments import dated, is_generated, steering
from archlint.parse.exports import exports
from archlint.parse.tokens import Tokens, tokenize
from archlint.parse.walk import Handlers, TooDeepError, UnknownSyntaxError, Walk, complete

__all__ = ["extract"]

_EXPRESSIONS = Handlers(expressions.HANDLERS | displays.HANDLERS | templates.HANDLERS | scopes.EXPRESSIONS)
_SUITES = Handlers(statements.HANDLERS | scopes.STATEMENTS | patterns.HANDLERS | simple_statements.SUITES)
_FRAMES = 6_000
"""Python frames that one file may need below the caller's: two or three for each link that the guard lets pass."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_STUCK = re.compile(r"error at (\d+):(\d+)")
_PYTHON_2 = re.compile(r"^[ \t]*(?:print[ \t]+[^=\s(.\[]|exec[ \t]+['\"]|raise[ \t]+\w+[ \t]*,)")


def extract(data: bytes) -> FileFacts | Failure:
    """The facts of a file, or why there are none. Never raises on any bytes."""
    text = _decode(data)
    if isinstance(text, Failure):
        return text
    tokens = tokenize(text)
    refusal = guard.refuse(text, tokens)
    if refusal is not None:
        return refusal
    with _undisturbed():
        module = _parse(text, tokens)
        if isinstance(module, Failure):
            return module
        try:
            facts = _facts(text, module, tokens)
            if facts is None:
                counted = generated.tokens_of(text)
                facts = None if counted is None else _facts(text, module, counted)
        except TooDeepError as error:
            place = LineIndex.of(text).position(error.at)
            return Failure("bound", "an expression is nested more deeply than facts can hold", *place)
        except RecursionError:
            return Failure("bound", "nested more deeply than can be walked")
        except UnknownSyntaxError as error:
            return Failure("unparsed", f"syntax that archlint does not know yet: {error}")
    return facts or Failure("unparsed", "the syntax tree cannot be laid alongside the text")


def _decode(data: bytes) -> str | Failure:
    if len(data) > guard.MAX_BYTES:
        return Failure("bound", f"larger than {guard.MAX_BYTES:,} bytes")
    if b"\0" in data:
        return Failure("unreadable", "holds NUL bytes, so it is no Python text", *_place(data, data.index(b"\0")))
    try:
        return decode_python(data)
    except UnicodeDecodeError as error:
        return _undecodable(data, error)
    except SyntaxError as error:
        # The standard library says no more of bytes that are not UTF-8 in the first two lines.
        try:
            data.decode()
        except UnicodeDecodeError as cause:
            return _undecodable(data, cause)
        return Failure("unreadable", f"cannot be decoded: {_short(str(error))}")
    except Exception as error:  # codecs named in a cookie raise what they like
        return Failure("unreadable", f"cannot be decoded: {_short(str(error))}")


def _undecodable(data: bytes, error: UnicodeDecodeError) -> Failure:
    return Failure("unreadable", f"is not {error.encoding}: {error.reason}", *_place(data, error.start))


def _place(data: bytes, offset: int) -> tuple[int, int]:
    return LineIndex.of(data[: offset + 1].decode("latin-1")).position(offset)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without what costs time or makes the result depend on the caller, for the length of one file.

    A tree has no reference cycles, so the collector would only walk it in vain; and how deep a tree may be must not
    depend on how deep the caller stands.
    """
    collecting, limit = gc.isenabled(), sys.getrecursionlimit()
    depth, frame = 0, sys._getframe()
    while (outer := frame.f_back) is not None:
        depth, frame = depth + 1, outer
    gc.disable()
    sys.setrecursionlimit(max(limit, depth + _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()


def _parse(text: str, tokens: Tokens) -> light.nodes.Module | Failure:
    try:
        return light.parse_module(text)
    except cst.ParserSyntaxError as error:
        return _syntax_error(text, tokens, error)
    except RecursionError:
        return Failure("bound", "nested more deeply than the parser can bear")
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # CSTLogicError, SyntaxError, UnicodeError, …; a panic of the parser is no Exception
        return Failure("unparsed", f"{type(error).__name__}: {_short(str(error))}")


def _syntax_error(text: str, tokens: Tokens, error: cst.ParserSyntaxError) -> Failure:
    """Where and why libcst gave up; it says where the token that it could not use is over, not where it begins."""
    index = LineIndex.of(text)
    line, column, reason = error.raw_line, error.raw_column + 1, _short(error.message.removeprefix("tokenizer error: "))
    stuck = _STUCK.search(error.message)
    if stuck is not None:
        reason = "invalid syntax"
        row, over = int(stuck[1]), int(stuck[2])
        offset = index.starts[row - 1] + over if row <= len(index.starts) else len(text)
        last = bisect_left(tokens.starts, offset) - 1
        if last >= 0:
            line, column = index.position(tokens.starts[last])
            reason = f"invalid syntax near {_short(tokens.texts[last], 30)!r}"
    around = _LINE_END.split(text)[max(0, line - 2) : line + 1]
    hint = " (Python 2 syntax?)" if any(_PYTHON_2.search(source) for source in around) else ""
    return Failure("unparsed", f"{reason}{hint}", max(1, line), max(1, column))


def _short(message: str, length: int = 120) -> str:
    """The first line of a message, cut to `length`."""
    first = message.strip().splitlines()[0] if message.strip() else "no reason given"
    return first if len(first) <= length else first[: length - 1] + "…"


def _facts(text: str, module: light.nodes.Module, tokens: Tokens) -> FileFacts | None:
    """None if the leaves of the tree are not the tokens."""
    walk = Walk(text, tokens, _EXPRESSIONS, _SUITES)
    place = walk.enter()
    try:
        scopes.documented(walk, module.body)
    except IndexError:
        # The tree has more leaves than there are tokens.
        return None
    if walk.emitted != tokens.texts:
        return None
    walk.leave(place, -1, "module", 0)
    walk.statements.sort(key=attrgetter("at"))
    calls = complete(walk.calls)
    body = Body(
        contexts=complete(walk.contexts),
        statements=tuple(walk.statements),
        calls=calls,
        texts=embedded.candidates(walk.statements, calls, walk.sql_at),
    )
    outline = Outline(
        length=len(text),
        lines=LineIndex.of(text).encode(),
        imports=tuple(walk.imports),
        classes=complete(walk.classes),
        functions=complete(walk.functions),
        exports=exports(body) if "__all__" in text else None,
        comments=steering(text, tokens) if "archlint:" in text else (),
        shebang=text.startswith("#!"),
        main_guard=walk.main_guard,
        generated=is_generated(text),
        dated=dated(text),
    )
    return FileFacts(outline, body)
