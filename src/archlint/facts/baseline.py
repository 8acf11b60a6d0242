"""The old findings of a project, as its baseline lists them. Plain records; read and written by `engine.baseline`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1)]
Number = Annotated[int, Meta(ge=1)]


class Entry(Struct, frozen=True, kw_only=True, order=True):
    """`count` equal findings of a rule in a file. `fingerprint` and `subject` as in `Finding`, without an ordinal;
    `symbol` and `message` say to people what it is."""

    path: Text
    rule: Text
    symbol: str
    subject: str
    fingerprint: Text
    count: Number
    message: str


class Increase(Struct, frozen=True, kw_only=True, order=True, forbid_unknown_fields=True):
    """By how many findings of a rule the baseline grew, on which day (ISO), and why."""

    date: Text
    rule: Text
    by: Number
    why: Text


class Baseline(Struct, frozen=True, kw_only=True):
    """Sorted entries, one for each path, rule and fingerprint; sorted increases."""

    entries: tuple[Entry, ...] = ()
    increases: tuple[Increase, ...] = ()


class BaselineUse(Struct, frozen=True, kw_only=True):
    """What a run made of the baseline in the file `path`.

    `stale`: entries that no finding needs, with how many of each are left over; `unasked`: likewise, but of rules or files
    that the run could not look at, so that nothing can be said of them.
    """

    path: str
    stale: tuple[Entry, ...] = ()
    unasked: tuple[Entry, ...] = ()
