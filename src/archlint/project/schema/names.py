"""Names of tables and of what belongs to them, also those that databases and conventions give."""

from __future__ import annotations

import re
from typing import TypeVar

from msgspec.structs import replace

from archlint.facts.schema import ForeignKey, Key

_CUT = re.compile(r"(\w{40,})_[0-9a-f]{4}")
KeyKind = TypeVar("KeyKind", Key, ForeignKey)


def last_part(name: str) -> str:
    """`shop.orders` → `orders`."""
    return name.rpartition(".")[2]


def schema_part(name: str) -> str:
    """`shop.orders` → `shop`; empty without a dot."""
    return name.rpartition(".")[0]


_MOMENT = re.compile(r"(^|[._])(te?mp|scratch|staging)(_|$)|tmp$")


def is_of_moment(table: str) -> bool:
    """By its name a table lasts no longer than the work for which it is made: `orders_tmp`, `staging.orders`."""
    return bool(_MOMENT.search(table.lower()))


def snake_case(name: str) -> str:
    """`OrderLine` → `order_line`, `HTTPLog` → `http_log`."""
    split = re.sub(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", name)
    return split.lower().lstrip("_")


OWN = "~"
"""Begins the names of parts to which nobody gave one: how they are found again."""


def named(table: str, key: KeyKind, kind: str) -> KeyKind:
    """The key, or one that knows by which names it may be dropped later, if it has no name of its own."""
    return key if key.name else replace(key, name=f"{OWN}{' '.join(sorted(_called(table, key, kind)))}")


def is_same(name: str, other: str) -> bool:
    """One name, also where a long one is cut and ends in a few digits of its hash."""
    if name.lower() == other.lower():
        return True
    cut = _CUT.fullmatch(other)
    return cut is not None and name.lower().startswith(cut[1].lower())


def is_called(key: Key | ForeignKey, name: str) -> bool:
    """Is it meant by a name that a database or a convention gives?"""
    return key.name.startswith(OWN) and name.lower() in key.name[1:].split(" ")


def _called(table: str, key: Key | ForeignKey, kind: str) -> frozenset[str]:
    own, columns = last_part(table).lower(), "_".join(key.columns).lower()
    if kind == "primary":
        return frozenset({f"{own}_pkey", f"pk_{own}", f"{own}_pk", "primary"})
    if kind == "unique":
        first = key.columns[0].lower() if key.columns else ""
        return frozenset({f"{own}_{columns}_key", f"uq_{own}_{columns}", f"uq_{own}_{first}", columns, f"{own}_{columns}_uc"})
    target = last_part(key.table).lower() if isinstance(key, ForeignKey) else ""
    return frozenset({f"{own}_{columns}_fkey", f"fk_{own}_{columns}_{target}", f"fk_{own}_{columns}", f"{own}_{columns}_fk"})
