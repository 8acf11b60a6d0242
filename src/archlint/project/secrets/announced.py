"""What a message says of the value that it shows: `"reset token: %s"` tells more than the name `token`."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.facts.syntax import Call, CallRef, Expr, Operation, String, Template
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.secrets.flows import Source
from archlint.project.secrets.logged import LoggedValue
from archlint.project.spelling import last_name
from archlint.project.words import words_of

_LONGEST = 3
"""Words of a term that names a credential."""
_OF_NO_USE = frozenset(
    {"invalid", "expired", "unknown", "wrong", "bad", "malformed", "missing", "no", "not", "none", "revoked", "used", "without"}
    | {"expiry", "expires", "type", "count", "length", "parse", "parsed", "unexpected", "deleted", "removed", "failed"}
)
"""A message with one of these is about a value that opens nothing, or about something else than the value."""
_TOKENS = (frozenset({"jwt"}), frozenset({"password", "reset"}), frozenset({"verification", "email"}))
"""Words that, all in one message, say of a token that it opens a door."""
_KIND = "a token"


def announces(vocabulary: Vocabulary, value: LoggedValue, source: Source) -> bool:
    """The message that shows a doubtful token calls it what only a credential is called: the words before its place in the
    text end with such a term, or with one and the value's name."""
    if source.kind != _KIND or source.read is None or source.read[1].module is not value.module or source.fields:
        return False
    name = words_of(last_name(value.module.body, source.read[0]))
    for text in _before(value, source.read[0]):
        words = words_of(text)
        if not _OF_NO_USE.isdisjoint(words):
            continue
        if any(about.issubset(words) for about in _TOKENS) or _holds_term(vocabulary, (*words, *name), source.kind):
            return True
    return False


def _holds_term(vocabulary: Vocabulary, words: tuple[str, ...], kind: str) -> bool:
    for start in range(len(words)):
        for length in range(2, _LONGEST + 1):
            naming = vocabulary.names("_".join(words[start : start + length])) if start + length <= len(words) else None
            if naming is not None and naming.certain and naming.kind == kind:
                return True
    return False


def _before(value: LoggedValue, shown: Expr) -> Iterator[str]:
    """The pieces of text that lead to the value: the last one before its hole, or the pattern that it is put into."""
    body, expr = value.module.body, value.expr
    if isinstance(expr, Template):
        yield from _in_template(expr, shown)
    elif isinstance(expr, Operation) and isinstance(expr.operands[0], String):
        yield expr.operands[0].value
    elif isinstance(expr, CallRef) and last_name(body, expr) == "format":
        callee = body.calls[expr.index].callee
        base = getattr(callee, "base", None)
        if isinstance(base, String):
            yield base.value
    else:
        yield from _in_call(value.call, expr)


def _in_template(expr: Template, shown: Expr) -> Iterator[str]:
    before = ""
    for part in expr.parts:
        if isinstance(part, String):
            before = part.value
        elif part.at <= shown.at and shown.end <= part.end:
            yield before
            return
        else:
            before = ""


def _in_call(call: Call, expr: Expr) -> Iterator[str]:
    text = ""
    for argument in call.arguments:
        if argument.value is expr and argument.name is None:
            if text:
                yield text
            return
        if isinstance(argument.value, String):
            text = argument.value.value
