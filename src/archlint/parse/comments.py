"""Comments that steer archlint."""

from __future__ import annotations

import re
from bisect import bisect_right

from archlint.facts.syntax import Comment
from archlint.parse.tokens import Tokens

_STEERING = re.compile(r"#[ \t]*archlint:[^\r\n]*")


def steering(text: str, tokens: Tokens) -> tuple[Comment, ...]:
    """Every `# archlint: …` outside strings; it may stand behind another comment on its line."""
    found: list[Comment] = []
    for match in _STEERING.finditer(text):
        before = bisect_right(tokens.starts, match.start()) - 1
        if before >= 0 and match.start() < tokens.ends[before]:
            continue  # in a string
        line = max(text.rfind("\n", 0, match.start()), text.rfind("\r", 0, match.start())) + 1
        own_line = text[line:].lstrip(" \t\f").startswith("#")
        found.append(Comment(match.start(), match.end(), match.group().rstrip(), own_line))
    return tuple(found)
