"""The words of which an identifier is made, in whatever way they are put together."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_IRREGULAR = {"people": "person", "children": "child"}
_SHORT = 3
"""Letters of a word that has no plural ending: `bus`."""
_NUMBERED = re.compile(r"[a-z]+\d+")


@lru_cache(maxsize=1 << 16)
def words_of(identifier: str) -> tuple[str, ...]:
    """`newPassword_2` → (new, password); lower case, digits dropped."""
    return tuple(word.lower() for word in _WORD.findall(identifier))


def plurals(word: str) -> frozenset[str]:
    """The word, and how it may be written in the plural."""
    found = {word, f"{word}s", f"{word}es"}
    if word.endswith("y"):
        found.add(f"{word[:-1]}ies")
    if word.endswith("person"):
        found.add(f"{word[:-6]}people")
    return frozenset(found)


def singulars(word: str) -> tuple[str, ...]:
    """What a plural may be one of, the likelier first: `boxes` → (boxe, box); empty for what ends like no plural."""
    if word.endswith("ies"):
        return (f"{word[:-3]}y",)
    return (word[:-1], word[:-2]) if word.endswith("es") else (word[:-1],) if word.endswith("s") else ()


def singular(word: str) -> str:
    """What the forms of one word have in common, to compare by: `categories` → category, `people` → person."""
    word = _IRREGULAR.get(word, word)
    if len(word) <= _SHORT or word.endswith("ss"):
        return word
    return next(iter(singulars(word)), word)


def compounds_of(identifier: str) -> tuple[str, ...]:
    """What `words_of` takes apart or drops: neighbours as one word, and words with their digits (`digestauth`, `oauth1`)."""
    words = words_of(identifier)
    joined = (first + second for first, second in pairwise(words))
    return (*joined, *_NUMBERED.findall(identifier.lower()))
