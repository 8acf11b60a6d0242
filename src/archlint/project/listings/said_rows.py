"""Whether what answers says of itself that it lists the rows that it asks for: by the end of its path, or by its own name."""

from __future__ import annotations

from collections.abc import Iterable

from archlint.project.words import singular, words_of

_SAME = 4
"""Letters that two words begin with, or that one has of the other, to be forms of one word."""
_ENDING = 3
"""Letters in which forms of one word may differ at their end: `analyses` and `analysis`."""


_LEADING = frozenset({"to", "for", "by"})
"""Words before the one for whom something is."""


class SaidRows:
    """`asking`: words that say that something is asked for, and nothing of what: `get`, `all`, `my`; `askers`: for who asks."""

    def __init__(self, asking: Iterable[str], askers: Iterable[str]) -> None:
        self._askers = frozenset(askers)
        self._asking = frozenset(asking) | self._askers

    def ends_with(self, path: str, named: Iterable[str]) -> bool:
        """`/orders`, `/admin/orders/list`, and no `/orders/trends`: what is made of rows, or some of them, is called otherwise.
        A path of no words says nothing against it."""
        parts = self._parts(path)
        return not parts or _share(parts[-1], named)

    def ends_in(self, path: str, kind: Iterable[str]) -> bool:
        """Its last word is what the rows are: `/admin/users`, `/orders/list`, and no `/customers/new-order` of customers."""
        parts = self._parts(path)
        return bool(parts) and _share(parts[-1][-1:], kind)

    def begins_with(self, path: str, named: Iterable[str]) -> bool:
        """`/orders/trends`: of the rows, and said before its end."""
        return any(_share(part, named) for part in self._parts(path)[:-1])

    def lists(self, function: str, named: Iterable[str]) -> bool:
        """`get_all_users`, and no `get_available_orders`: it is named for the rows and for nothing else."""
        said, known = self._meant(function), tuple(named)
        return bool(said) and all(_share((word,), known) for word in said)

    def names_many(self, path: str) -> bool:
        """Its last word is a plural: `/buyers`."""
        parts = self._parts(path)
        return bool(parts) and parts[-1][-1].endswith("s")

    def _parts(self, path: str) -> list[tuple[str, ...]]:
        parts = (part for part in path.split("/") if "{" not in part and not self._is_for_asker(part))
        return [said for part in parts if (said := self._meant(part))]

    def _is_for_asker(self, part: str) -> bool:
        """`assigned-to-me`, which says whose the rows are."""
        words = words_of(part)
        return len(words) > 1 and words[-1] in self._askers and words[-2] in _LEADING

    def _meant(self, name: str) -> tuple[str, ...]:
        return tuple(word for word in words_of(name) if len(word) > 1 and not self._is_asking(word))

    def _is_asking(self, word: str) -> bool:
        """`all`, `getall`."""
        return word in self._asking or any(word.startswith(each) and word[len(each) :] in self._asking for each in self._asking)


def _share(words: Iterable[str], named: Iterable[str]) -> bool:
    known = tuple(named)
    return any(_is_same(word, each) for word in words for each in known)


def _is_same(one: str, other: str) -> bool:
    """Forms of one word, or one word in another: `categories` and `category`, `getusers` and `user`."""
    if one == other or singular(one) == singular(other):
        return True
    short, long = sorted((singular(one), singular(other)), key=len)
    if len(short) < _SAME:
        return False
    alike = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    return short in long or alike >= max(_SAME, len(long) - _ENDING)
