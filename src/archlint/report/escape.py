"""Text from the analysed project, made harmless to show."""

from __future__ import annotations

import re
from typing import Any

import msgspec

# C0 and C1 controls, bidirectional overrides and isolates (CVE-2021-42574), line separators, BOM, lone surrogates.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def visible(text: str) -> str:
    """The text with every character that could steer a terminal written as an escape; tabs and newlines too."""
    return _UNSAFE.sub(lambda m: m.group().encode("unicode_escape", "surrogatepass").decode("ascii"), text)


def encodable(text: str) -> str:
    """The text with lone surrogates replaced, so that it can be written as UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def encodable_tree(value: Any) -> Any:
    """`encodable` for every string of a JSON-like value: one lone surrogate (an odd file name) would stop an encoder."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        return {encodable(key): encodable_tree(v) for key, v in value.items()}
    if isinstance(value, list):
        return [encodable_tree(v) for v in value]
    return value


def json_text(document: dict[str, Any]) -> str:
    """The document as indented JSON, keys in the order given, with a closing newline."""
    return msgspec.json.format(msgspec.json.encode(encodable_tree(document)), indent=2).decode() + "\n"
