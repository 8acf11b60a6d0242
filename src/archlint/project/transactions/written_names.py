"""The names in statements that write, and what two such statements have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from archlint.facts.syntax import Attribute, Body, CallRef, Comparison, Expr, Mapping, Name, Statement, String, Subscript
from archlint.project.parts import parts_of
from archlint.project.words import singular, words_of

ROW_KEYS = frozenset({"id", "pk", "uuid"})
KEYS = frozenset({"id", "ids", "pk", "pks", "uuid", "guid", "slug", "sku", "code", "number", "ref", "reference"})
AMOUNTS = frozenset(
    {"amount", "quantity", "qty", "cents", "price", "points", "credits", "balance", "delta", "stock", "seats", "fee"}
)


_DELETES = frozenset({"delete", "adelete", "delete_one", "delete_many", "remove"})

_RUN = re.compile(r"[a-z]{3,}id")
_NO_RUNS = frozenset(
    {"paid", "unpaid", "prepaid", "valid", "invalid", "avoid", "forbid", "uuid", "guid", "solid", "rapid", "fluid", "hybrid"}
)
"""Words that end as keys do."""

Own = tuple[str, int]
"""A name of a function's own, with the place that gives it the value which is meant."""


class Written(Struct, frozen=True):
    """Names of the function's own in the statements that write: `made` hold what is written itself (what is created, saved,
    changed, or on which the writing method is called), `handed` are stored objects given to a function that writes, `used`
    are all.  `fields`: the attributes that are set, where nothing else is written; `moved`: an attribute, and the value that is
    added to it or taken from it; `keys`: names by which rows are found, or of amounts, and of what has one (`order.id`), in the
    statements and in those that made what is written; `tables`: models and tables, as far as they are known; `ways`: the
    project's functions that are called to write, where nothing is written in other ways; `saved`: the fields of rows that save
    themselves, where nothing else is written; `gives`: what SQL that writes gives back, as the key of a new row;
    `named`: all names in the statements, whatever they hold; `verbs`: of the SQL; `rows`: what the
    writing methods are called on; `does`: the verbs of the SQL, and the names of the methods that write."""

    made: frozenset[Own] = frozenset()
    handed: frozenset[Own] = frozenset()
    used: frozenset[Own] = frozenset()
    fields: frozenset[str] = frozenset()
    moved: frozenset[tuple[str, str]] = frozenset()
    keys: frozenset[Own] = frozenset()
    tables: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()
    saved: frozenset[str] = frozenset()
    gives: frozenset[Own] = frozenset()
    named: frozenset[Own] = frozenset()
    verbs: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()
    does: frozenset[str] = frozenset()

    @property
    def made_names(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.made)

    def is_about(self, other: Written, actors: tuple[str, ...]) -> bool:
        """One of the two uses what the other one writes, or hands on, unless that only says who asks (`actors`); or one
        value is taken from the one, or added to it, and the other is given it; or the other one uses what the one gave."""
        if any(not _is_key_of(name, actors) for name, _ in (self.made & other.used) | (other.made & self.used)):
            return True
        if self.moves_with(other) or not self.gives.isdisjoint(other.named):
            return True
        return any(name not in actors for name, _ in (self.handed & other.used) | (other.handed & self.used))

    def moves_with(self, other: Written) -> bool:
        """`cook.credits -= price` here, and `other.credits += price` or `Purchase(price=price)` there."""
        if not self.moved.isdisjoint(other.moved):
            return True
        moved = [{value for _, value in each.moved if is_amount(value)} for each in (self, other)]
        kept = [{name for name, _ in each.keys} for each in (self, other)]
        return not (moved[0].isdisjoint(kept[1]) and moved[1].isdisjoint(kept[0]))

    def shares_key(self, other: Written, actors: tuple[str, ...]) -> bool:
        """Both name one amount, or are asked for by one key that is not that of who asks: the key of a row, or what names rows
        of two tables."""
        shared = {name for name, _ in self.keys & other.keys}
        of_rows = {name for name in shared if is_row_key(name)}
        if self.shares_amount(other) or any(set(_apart(name)[:-1]).isdisjoint(actors) for name in of_rows):
            return True
        return self.is_apart(other) and any(name not in actors and not _is_key_of(name, actors) for name in shared - of_rows)

    def keeps_row_of(self, other: Written, actors: tuple[str, ...]) -> bool:
        """`UPDATE orders … WHERE id = order_id` here, and `INSERT INTO bills (order_id, …)` there, in either order: the one
        keeps the row whose key the other is given, unless that only says who asks, or both take away."""
        if not self.is_apart(other) or (self.does | other.does) <= _DELETES:
            return False
        named = {"_".join(_apart(name)[:-1]) for name, _ in self.keys & other.keys if is_row_key(name)} - {"", *actors}
        kept = (next(iter(each.tables)) for each in (self, other) if len(each.tables) == 1)
        return any("_".join(map(singular, words_of(table.rpartition(".")[2]))) in named for table in kept)

    def shares_amount(self, other: Written) -> bool:
        """One is taken from the one and added to the other."""
        return any(is_amount(name) for name, _ in self.keys & other.keys)

    def is_apart(self, other: Written) -> bool:
        """Rows of tables that are known to differ."""
        return bool(self.tables and other.tables) and self.tables.isdisjoint(other.tables)

    def is_same_row(self, other: Written) -> bool:
        """The same table by the same key, in one way."""
        if (self.verbs and other.verbs and self.verbs.isdisjoint(other.verbs)) or self._is_told_apart(other):
            return False
        is_one = len(self.tables) == 1 and self.tables == other.tables and bool(self.keys) and self.keys == other.keys
        return is_one and not any(is_amount(name) for name, _ in self.keys)

    def is_one_object(self, other: Written) -> bool:
        """Both write one object and nothing else, as far as names, and tables, tell."""
        if self.made_names and self.made_names == other.made_names:
            return len(self.made_names) == 1 and not self._is_told_apart(other)
        named = [{name for name, _ in each.made | each.handed} for each in (self, other)]
        return len(named[0]) == 1 and named[0] == named[1] and len(self.tables) == 1 and self.tables == other.tables

    def _is_told_apart(self, other: Written) -> bool:
        """`order` and `order.lines`"""
        return bool(self.rows and other.rows) and self.rows.isdisjoint(other.rows)

    def only_shares(self, other: Written) -> bool:
        """They are about one object that both are given, and neither makes."""
        return self.made.isdisjoint(other.used) and other.made.isdisjoint(self.used)


def is_amount(name: str) -> bool:
    """`total_price`"""
    return not AMOUNTS.isdisjoint(words_of(name)[-1:])


def is_row_key(name: str) -> bool:
    """`order_id`, `orderid`, `order.id`"""
    return not ROW_KEYS.isdisjoint(_apart(name)[-1:])


def is_key(name: str) -> bool:
    """`order_number`, and what `is_row_key` takes."""
    return not KEYS.isdisjoint(_apart(name)[-1:])


def keys_in(body: Body, statement: Statement) -> Iterator[tuple[str, str]]:
    """`number`, `order` and `order.id` of `order.id` and `order["id"]`, `order.customer_id`, with what stands first; and
    `kept` of `filter(order_id=kept)` and `Order.id == kept`."""
    for expr in (statement.value, statement.target):
        parts = tuple(parts_of(body, expr))
        for name in _asked_by(body, parts):
            yield name, name
        called = [body.calls[part.index].callee for part in parts if type(part) is CallRef]
        for part in parts:
            if part in called:
                continue  # `find_by_id` is no key
            if isinstance(part, Name):
                if is_key(part.id) or is_amount(part.id):
                    yield part.id, part.id
                continue
            base = part.base if isinstance(part, Attribute | Subscript) else None
            said = part.attr if isinstance(part, Attribute) else _only_text(part) if isinstance(part, Subscript) else ""
            if not isinstance(base, Name) or not said:
                continue
            if said in KEYS or (isinstance(part, Subscript) and not {*words_of(said)[-1:]}.isdisjoint(KEYS)):
                yield base.id, base.id
            if is_row_key(said) or is_amount(said):
                yield f"{base.id}.{said}", base.id


def _asked_by(body: Body, parts: tuple[Expr, ...]) -> Iterator[str]:
    """Names that a row's key is given, or is compared to."""
    for part in parts:
        given: list[tuple[str, Expr]] = []
        if type(part) is CallRef:
            given = [(a.name, a.value) for a in body.calls[part.index].arguments if a.name]
        elif type(part) is Mapping:
            given = [(k.value, v) for k, v in zip(part.keys, part.values, strict=True) if isinstance(k, String)]
        elif type(part) is Comparison and part.ops == ("==",) and type(part.operands[0]) is Attribute:
            given = [(part.operands[0].attr, part.operands[1])]
        for key, value in given:
            name = _named(body, value) if is_row_key(key) else ""
            if name:
                yield name


def _named(body: Body, value: Expr) -> str:
    """`number`, `ObjectId(number)`"""
    if isinstance(value, CallRef):
        arguments = body.calls[value.index].arguments
        value = arguments[0].value if len(arguments) == 1 and arguments[0].name is None else value
    return value.id if isinstance(value, Name) else ""


def _only_text(part: Subscript) -> str:
    """`["id"]`"""
    index = part.index[0] if len(part.index) == 1 else None
    return index.value if isinstance(index, String) else ""


def _is_key_of(name: str, kinds: tuple[str, ...]) -> bool:
    """`account_id`, of `account`."""
    *kind, last = _apart(name) or ("",)
    return last in KEYS and "_".join(kind) in kinds


def _apart(name: str) -> tuple[str, ...]:
    """The words of a name, those of `ministryrequestid` as well."""
    words = words_of(name)
    run = words[-1] if words else ""
    return (*words[:-1], run[:-2], "id") if _RUN.fullmatch(run) and run not in _NO_RUNS else words
