"""The records of what is put into a text: where a value enters it, and who decides what the value is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from archlint.facts.findings import Confidence, Site, Step
from archlint.facts.syntax import Attribute, Expr, Name, Operation, String, Template
from archlint.project.secrets.flows import Place
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

_MARKS = re.compile(r"%[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
"""The marks of a `%` pattern for the values of a tuple."""
_NAMED_MARKS = re.compile(r"%\((\w+)\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
_NUMBERS = frozenset("diouxXeEfFgG")
_FIELDS = re.compile(r"(?<!\{)\{(\w*)[^{}]*\}(?!\})")
"""Those of a pattern for `format`."""
_VALUE = "?"
_NAMES = re.compile(
    r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE|VIEW|INDEX|COLUMN|DATABASE|SCHEMA|SEQUENCE|ORDER\s+BY|GROUP\s+BY|SELECT|TRUNCATE|EXISTS|VACUUM|ANALYZE)\s+(?:[\"`\[]?[\w?]*[\"`\]]?\.){0,3}[\"`\[]?(?:[\w?]+_)?\Z",
    re.IGNORECASE,
)

_OTHERS = re.compile(
    r"\b(?:LISTEN|UNLISTEN|NOTIFY|ROLE|USER|WAREHOUSE|FUNCTION|TRIGGER|PARTITION)\s+[\"`\[]?(?:[\w?]+_)?\Z", re.IGNORECASE
)
"""In front of the name of something else than a table or a column."""
_FILE = re.compile(r"(?:\b(?:read_\w+|\w+_scan|glob|st_read)\s*\(\s*\[?|\b(?:TO|FROM|ATTACH)\s+)\s*'[^']*\Z", re.IGNORECASE)
_SETS = re.compile(r"\bSET\s+[\"`\[]?\Z", re.IGNORECASE)
_STATEMENTS = (("query",), ("statement",))
_STATEMENT = re.compile(r"(?:\bFROM\s*\(|\bWITH\s+[\w?]+\s+AS\s*\(|\b(?:EXPLAIN|ANALYZE|VERBOSE|AS)\b|;)\s*\Z", re.IGNORECASE)
"""What stands behind it is a whole statement."""


class Reach(IntEnum):
    """Who decides what a value is. UNPROVED: nothing says it (a setting, what a library gives); READ: whoever wrote the row,
    or gave the answer, that it is read out of; GIVEN: whoever calls a function whose callers are not known; SENT: whoever
    sends a request."""

    UNPROVED = 1
    READ = 2
    GIVEN = 3
    SENT = 4


class Part(Enum):
    """What is taken of a value that holds others: an item of a list or a key of a mapping (EACH), or anything in it (ANY)."""

    EACH = "each"
    ANY = "any"


Taken = tuple[Part | int | str, ...]
"""The way into a value: `rows[0]["name"]` takes `(0, "name")` of `rows`."""


class TextWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is known by its name where values become text.

    closed_types: types whose values are one of a set, or have no character that ends a literal; quoting: functions and
    methods whose result is quoted or escaped; checking: first words of names of functions that refuse what is not
    allowed; request_names, request_parts: what holds a request, and the attributes of it that its sender decides;
    path_parts: those of these that hold what the path has under a name;
    schema_names, schema_objects: attributes that hold a name of the schema, or describe a table; checks: methods and
    functions that are true only for text of harmless characters; listing: keys under which a schema lists the values that a
    field may have; leaving: calls that end a function; finding: those that end in an error where they find nothing;
    injected: calls that stand as a parameter's default where the framework finds the value; upload_types: classes of files
    that a request brings; sql_words: last words of parameters that are SQL by what they are called.
    """

    closed_types: tuple[str, ...]
    quoting: tuple[str, ...]
    checking: tuple[str, ...]
    request_names: tuple[str, ...]
    request_parts: tuple[str, ...]
    path_parts: tuple[str, ...]
    schema_names: tuple[str, ...]
    schema_objects: tuple[str, ...]
    checks: tuple[str, ...]
    listing: tuple[str, ...]
    leaving: tuple[str, ...]
    finding: tuple[str, ...]
    injected: tuple[str, ...]
    upload_types: tuple[str, ...]
    sql_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """The place at which a value enters a text. `before`: what is written in front of it, as far as it is seen; `down`:
    the steps from here to the call that takes the text."""

    module: Module = field(compare=False, repr=False)
    expr: Expr
    before: str = field(compare=False)
    down: tuple[Step, ...] = field(compare=False, default=())

    @property
    def site(self) -> Site:
        return Site(self.module.path, self.expr.at, self.expr.end)


@dataclass(frozen=True, slots=True)
class Inserted:
    """A value that enters a text. `source`: how the value is written where nothing more is known of it, `site` where;
    `owner`: the function whose callers decide it; `up`: the steps from there to the entry; `is_parsed`: it was read out of
    a text or a file on the way; `is_sent`: a request brings it, whatever has looked at it before."""

    entry: Entry
    reach: Reach
    source: str
    site: Site
    owner: str = ""
    up: tuple[Step, ...] = ()
    confidence: Confidence = Confidence.HIGH
    is_parsed: bool = field(compare=False, default=False)
    is_sent: bool = field(compare=False, default=False)


class Spot(Struct, frozen=True, eq=False, gc=False):
    """A station on the way back: what stands at `place`, or what is `taken` of it, goes on into `entry` (None: it is a text
    itself so far).  `trail`: the steps from here on, up to the entry or to the call.  `most`: no more is to be said of what
    comes from behind.  `is_read_again`: what is put into a text from here on is in no statement."""

    place: Place
    entry: Entry | None
    trail: tuple[Step, ...] = ()
    confidence: Confidence = Confidence.HIGH
    most: Reach = Reach.SENT
    taken: Taken = ()
    is_read_again: bool = False

    @property
    def way(self) -> tuple[object, ...]:
        """What decides what is found from here on, but for where it stands and what it enters."""
        return self.taken, self.most, self.confidence, self.is_read_again

    def moved(self, module: Module, context: int) -> Spot:
        """At another place; the frame holds for the module that it was entered in only."""
        return replace(self, place=Place(module, context, self.place.frame if module is self.place.module else None))

    def framed(self, place: Place, step: Step | None, confidence: Confidence = Confidence.HIGH) -> Spot:
        """In another function, by a call."""
        trail = (step, *self.trail) if step is not None else self.trail
        return replace(self, place=place, trail=trail, confidence=min(self.confidence, confidence))

    def entering(self, expr: Expr, before: str = "") -> Spot:
        """The value of `expr` enters a text here, which may enter another one itself; what is put together between quotes
        is a value, and so is what enters a text that is read again before it comes to the statement."""
        if self.entry is not None and (self.is_read_again or is_quoted(self.entry.before)):
            return self.whole()
        down, around = (self.trail, "") if self.entry is None else (self.entry.down, self.entry.before)
        return replace(self, entry=Entry(self.place.module, expr, around + before, down), trail=(), taken=())

    def is_fixed(self) -> bool:
        """It stands where a statement takes no bound value."""
        return self.entry is not None and cannot_be_bound(self.entry.before)

    def parsed(self) -> Spot:
        """What stands here was read out of a text, from which the way goes on."""
        return replace(self, is_read_again=True)

    def taking(self, *parts: Part | int | str) -> Spot:
        """A part of what stands here."""
        return replace(self, taken=(*parts, *self.taken))

    def inside(self) -> Spot:
        """The first step of what is taken is made."""
        return replace(self, taken=self.taken[1:])

    def whole(self) -> Spot:
        return replace(self, taken=())

    def capped(self) -> Spot:
        """What comes from behind here is proved by nothing, whoever sends it."""
        return replace(self, most=Reach.UNPROVED)


def is_called_sql(expr: Expr, taken: Taken, before: str) -> bool:
    """The value, or what is taken of it, is called SQL (`request.form["sql_text"]`), or is called a query and stands where
    one has to (`SELECT id FROM (…`): whoever gives it is asked for a statement."""
    name = next((part for part in taken if isinstance(part, str)), "")
    if not name and isinstance(expr, Attribute | Name):
        name = expr.attr if isinstance(expr, Attribute) else expr.id
    words = words_of(name)
    return "sql" in words or (words[-1:] in _STATEMENTS and _STATEMENT.search(before) is not None)


def is_quoted(before: str) -> bool:
    """What stands behind it is inside of a literal."""
    return before.count("'") % 2 == 1


def is_enclosed(before: str) -> bool:
    """The same, or inside of a name in quotes."""
    return any(before.count(mark) % 2 == 1 for mark in "'\"`")


def is_name(before: str) -> bool:
    """What stands behind it is the name of a table, a column or the like."""
    return _NAMES.search(before) is not None


def is_file(before: str) -> bool:
    """What stands behind it is the name of a file that the statement reads or writes, or a part of it."""
    return _FILE.search(before) is not None


def cannot_be_bound(before: str) -> bool:
    """A statement takes no bound value where what stands behind it does: a name, the column that an UPDATE sets, a file."""
    return is_name(before) or is_file(before) or any(kind.search(before) is not None for kind in (_SETS, _OTHERS))


def text_of(expr: Expr | None) -> str:
    """What is written of a part of a text; a question mark for each value."""
    if isinstance(expr, String):
        return expr.value
    if isinstance(expr, Template):
        return "".join(text_of(part) for part in expr.parts)
    if isinstance(expr, Operation) and expr.op == "+":
        return "".join(text_of(part) for part in expr.operands)
    return _VALUE


def in_front(pattern: str, row: int, keys: Sequence[str]) -> str:
    """What a `%` pattern has in front of a value: the one under `keys[row]` of a mapping, or the `row`th of a tuple."""
    if keys:
        place = pattern.find(f"%({keys[row]})")
    else:
        marks = [mark.start() for mark in _MARKS.finditer(pattern)]
        place = marks[row] if row < len(marks) else -1
    return _MARKS.sub(_VALUE, pattern[: max(place, 0)])


def is_number(pattern: str, row: int, keys: Sequence[str]) -> bool:
    """The mark for a value makes a number of it: `%d`, `%(limit)d`, `%.2f`."""
    if keys:
        marks = [mark for mark in _NAMED_MARKS.finditer(pattern) if mark[1] == keys[row]]
        return bool(marks) and all(mark[0][-1] in _NUMBERS for mark in marks)
    marks = list(_MARKS.finditer(pattern))
    return row < len(marks) and marks[row][0][-1] in _NUMBERS


def has_fields(pattern: str) -> bool:
    """A pattern for `format` has a place for a value."""
    return _FIELDS.search(pattern) is not None


def in_front_of_field(pattern: str, row: int, name: str | None) -> str:
    """The same of a pattern for `format`: the field called so, or the `row`th."""
    fields = list(_FIELDS.finditer(pattern))
    named = [field for field in fields if field[1] == (str(row) if name is None else name)]
    unnamed = [field for field in fields if not field[1]] if name is None else []
    found = named[0] if named else unnamed[row] if row < len(unnamed) else None
    return _FIELDS.sub(_VALUE, pattern[: found.start()]) if found is not None else ""
