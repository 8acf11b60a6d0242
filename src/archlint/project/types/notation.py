"""The type notation of the knowledge documents (see `facts.knowledge`): text → tree. Pure, no names resolved."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from msgspec import Struct

NotationKind = Literal["name", "self", "arg", "instance", "result", "item", "class", "union", "row", "serializer", "form"]

_TOKEN = re.compile(r"\s*(?:(?P<name>[A-Za-z_][\w.]*)|(?P<argument>\((?:\d+|\*{1,2})?(?::\w+)?\))|(?P<mark>[\[\],|]))")
_OF_ARGUMENT = {"arg": "arg", "instance": "instance", "result": "result", "item": "item"}


class Notation(Struct, frozen=True):
    """One parsed type expression. `name`: the dotted name, or an argument's notation where `kind` asks for one;
    `arguments`: type arguments of a name, the members of a union, or the one type of `type[X]`."""

    kind: NotationKind
    name: str = ""
    arguments: tuple[Notation, ...] = ()


@lru_cache(maxsize=65_536)
def parse_notation(text: str) -> Notation:
    """Read a type expression. Raises ValueError, saying where it goes wrong."""
    tokens = _tokens(text)
    notation, rest = _union(text, tokens, 0)
    if rest != len(tokens):
        raise ValueError(f"type `{text}`: unexpected `{tokens[rest]}`")
    return notation


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"type `{text}`: unexpected `{text[at]}`")
        found.append(match.group().strip())
        at = match.end()
    return found


def _union(text: str, tokens: list[str], at: int) -> tuple[Notation, int]:
    members = []
    while True:
        member, at = _single(text, tokens, at)
        if member is not None:
            members.append(member)
        if at >= len(tokens) or tokens[at] != "|":
            break
        at += 1
    if not members:
        raise ValueError(f"type `{text}`: only None")
    return (members[0] if len(members) == 1 else Notation("union", "", tuple(members))), at


def _single(text: str, tokens: list[str], at: int) -> tuple[Notation | None, int]:
    if at >= len(tokens) or not (tokens[at][0].isalpha() or tokens[at][0] == "_"):
        raise ValueError(f"type `{text}`: a name is missing")
    name, at = tokens[at], at + 1
    if at < len(tokens) and tokens[at].startswith("("):
        if name not in _OF_ARGUMENT:
            raise ValueError(f"type `{text}`: `{name}` takes no argument; known: {', '.join(sorted(_OF_ARGUMENT))}")
        return Notation(_kind(name), tokens[at][1:-1]), at + 1
    arguments: list[Notation] = []
    if at < len(tokens) and tokens[at] == "[":
        while tokens[at] in ("[", ","):
            inner, at = _union(text, tokens, at + 1)
            arguments.append(inner)
            if at >= len(tokens):
                raise ValueError(f"type `{text}`: `]` is missing")
        if tokens[at] != "]":
            raise ValueError(f"type `{text}`: unexpected `{tokens[at]}`")
        at += 1
    if name == "None":
        return None, at
    if name == "self":
        return Notation("self"), at
    if name == "row":
        return Notation("row"), at
    if name == "serializer":
        return Notation("serializer"), at
    if name == "form":
        return Notation("form"), at
    if name == "type":
        return Notation("class", "", tuple(arguments)), at
    return Notation("name", name, tuple(arguments)), at


def _kind(name: str) -> NotationKind:
    match name:
        case "arg":
            return "arg"
        case "instance":
            return "instance"
        case "item":
            return "item"
        case _:
            return "result"
