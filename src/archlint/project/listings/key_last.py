"""Paths whose last part is the key of what the rows belong to: `/trades/{user_id}` lists what `/user/{user_id}/trades` does."""

from __future__ import annotations

from archlint.project.words import plurals, singulars, words_of

_KEYS = frozenset({"id", "ids", "pk", "uuid", "guid", "key", "slug", "name", "code", "number", "no", "oid", "uid"})


def key_first(path: str) -> str | None:
    """The same path as it is written where the key stands before what is listed; None where the last part is no such key:
    one of the thing itself (`/orders/{order_id}`), or one that does not say of what (`/orders/{id}`)."""
    parts = [part for part in path.split("/") if part]
    if len(parts) < 2 or not _is_key(parts[-1]):
        return None
    owner = [word for word in words_of(parts[-1]) if word not in _KEYS]
    above, key = parts[:-1], parts[-1]
    if not owner or not any(word in _KEYS for word in words_of(key)):
        return None
    if not set(owner).isdisjoint(words_of(above[-1])):
        above = above[:-1]  # `/bookings/user/{user_id}`
    if not above or _is_key(above[-1]) or _are_the_same(words_of(above[-1]), owner):
        return None
    return "/" + "/".join((*above[:-1], "_".join(owner), key, above[-1]))


def _is_key(part: str) -> bool:
    return part.startswith("{") and part.endswith("}")


def _are_the_same(words: tuple[str, ...], owner: list[str]) -> bool:
    forms = {form for word in owner for form in (word, *plurals(word), *singulars(word))}
    return not forms.isdisjoint(words)
