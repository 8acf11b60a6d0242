"""What the words of a path say of the rows that are listed under it."""

from __future__ import annotations

from archlint.project.words import plurals, singulars, words_of

ROOTS = frozenset({"api", "apis"})
"""Parts of a path in front of what it is about."""
_SHORT = 3


def ends_one(word: str, words: set[str]) -> bool:
    """`files` of `/getfiles`."""
    return len(word) > _SHORT and any(each.endswith(word) for each in words)


def last_words(path: str) -> tuple[str, ...]:
    """Those of the last part: `device`, `logs` of `/devices/{id}/device_logs`."""
    return words_of(path.rstrip("/").rpartition("/")[2])


def ends_with_one_of(path: str, named: tuple[str, ...]) -> bool:
    """`/devices/{id}/logs` of `DeviceLog`, and no `/houses/{id}/revenue`, which is made of the rows."""
    words = {form for word in named for form in (*plurals(word), *singulars(word))}
    return not words.isdisjoint(last_words(path))


def is_by_one(path: str) -> bool:
    """`/invoices/by_patient`: of one object that the client names."""
    return "by" in last_words(path)


def words_at_the_end(path: str) -> list[str]:
    """`settings`, `values` of `/api/settings/values`."""
    parts = [part for part in path.strip("/").split("/")[-2:] if part not in ROOTS]
    return [word for part in parts for word in words_of(part)]
