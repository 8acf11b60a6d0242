"""The words of which an identifier is made, in whatever way they are put together."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NUMBERED = re.compile(r"[a-z]+\d+")


@lru_cache(maxsize=1 << 16)
def words_of(identifier: str) -> tuple[str, ...]:
    """`newPassword_2` → (new, password); lower case, digits dropped."""
    return tuple(word.lower() for word in _WORD.findall(identifier))


def compounds_of(identifier: str) -> tuple[str, ...]:
    """What `words_of` takes apart or drops: neighbours as one word, and words with their digits (`digestauth`, `oauth1`)."""
    words = words_of(identifier)
    joined = (first + second for first, second in pairwise(words))
    return (*joined, *_NUMBERED.findall(identifier.lower()))
