"""Text from the analysed project, made harmless to show."""

from __future__ import annotations

import re
from typing import Any

import msgspec

# C0 and C1 controls, bidirectional overrides and isolates (CVE-2021-42574), line separators, BOM, lone surrogates.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")

_COMMAND_AT_START = re.compile(r"^([^\S\n]*)::", re.MULTILINE)
_COMMAND_WITHIN = re.compile(r"##(?=\w*\[)")
_MARKDOWN = frozenset("\\`*_{}[]<>()#+-!|~&$")


def visible(text: str) -> str:
    """The text with every character that could steer a terminal written as an escape; tabs and newlines too."""
    return _UNSAFE.sub(lambda m: m.group().encode("unicode_escape", "surrogatepass").decode("ascii"), text)


def inert(text: str) -> str:
    """The text, no line of which a build server takes for a command of its own.

    GitHub's runner reads `::command::` at the start of a line, after blanks, and `##[command]` anywhere (actions/runner,
    ActionCommand.cs); Azure's agent reads `##vso[`, TeamCity `##teamcity[`.
    """
    return _COMMAND_AT_START.sub(r"\1\\x3a:", _COMMAND_WITHIN.sub(r"\\x23#", text))


def markdown_text(text: str) -> str:
    """Text of the project inside Markdown: no character of it formats, links, mentions somebody or ends a table cell."""
    marked = "".join(f"\\{c}" if c in _MARKDOWN else c for c in visible(text))
    # An at sign cannot be escaped: GitHub looks for names after it has rendered the text.
    return marked.replace("://", "\\://").replace("www.", "www\\.").replace("@", "@\u200b")


def encodable(text: str) -> str:
    """The text with lone surrogates replaced, so that it can be written as UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def encodable_tree(value: Any) -> Any:
    """`encodable` for every string of a JSON-like value: one lone surrogate (an odd file name) would stop an encoder."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        return {encodable(key): encodable_tree(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [encodable_tree(v) for v in value]
    return value


def json_text(document: dict[str, Any] | list[Any]) -> str:
    """The document as indented JSON, keys in the order given, with a closing newline; inert in a build server's log."""
    text = msgspec.json.format(msgspec.json.encode(encodable_tree(document)), indent=2).decode()
    return _COMMAND_WITHIN.sub(r"\\u0023#", text) + "\n"
