"""Whether people make more and more rows of a stored class: by its name, by whose its rows are, and by what they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from archlint.facts.syntax import CallRef, Name
from archlint.project.listings.makers import Makers
from archlint.project.model import Type
from archlint.project.schema.lookups import kind_of as type_kind
from archlint.project.source.one_off import OneOffWords
from archlint.project.words import plurals, words_of

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from archlint.project.listings.written_models import WrittenModels
    from archlint.project.program import Project

_STORED = frozenset({"model", "orm", "entity", "table", "db", "row", "dao", "document", "schema", "record"})
"""Words in the names of stored classes that say nothing of what is stored: a `TokenRecord` is a token."""
_KEYS = frozenset({"id", "pk", "uuid", "by", "fk"})
"""Last words of columns that name another row."""
_AUDIT = frozenset({"updated", "modified", "deleted", "changed", "edited", "approved", "reviewed"})
"""Who did something to a row that somebody else made."""
_ENTERED = frozenset({"created", "creator"})
_DEEP = 2
"""Classes on the way along what rows belong to."""


class RowWords(OneOffWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`growing`: words for what one object or one user has more of every day; `many`: words for what a program has many of;
    `people`: words for the columns that say whose a row is; `set_up`: words for what those who run the installation set up,
    a handful; `admins`: words for them; `labels`: names of the columns by which one of a few is known."""

    growing: tuple[str, ...]
    many: tuple[str, ...]
    people: tuple[str, ...]
    set_up: tuple[str, ...]
    admins: tuple[str, ...]
    labels: tuple[str, ...]


class _Columns(NamedTuple):
    """`keys`: those that name another row; `labels`: those that are unique by themselves; `led`: the classes that rows
    belong to; `led_by`: the keys that the schema knows."""

    keys: tuple[str, ...]
    labels: frozenset[str] = frozenset()
    led: tuple[Type, ...] = ()
    led_by: frozenset[str] = frozenset()


class ManyRows:
    """`created`: the classes of which views make rows by what their library does; `paged`: those of which an endpoint
    answers with a page."""

    def __init__(
        self, project: Project, words: RowWords, written: WrittenModels, created: AbstractSet[str], paged: AbstractSet[str]
    ) -> None:
        self._project = project
        self._words = words
        self._written = written
        self._created = created
        self._paged = paged
        self._makers = Makers(project, words.admins, written.once)
        self._known: dict[str, bool] = {}
        self._columns: dict[str, _Columns] = {}

    def grows(self, model: Type) -> bool:
        """Its name says so."""
        return not kind_of(model.name).isdisjoint(self._words.growing)

    def is_set_up(self, model: Type) -> bool:
        """Only administrators make rows of it."""
        makers = self._written.makers(model) if model.name not in self._created else None
        return makers is not None and self._makers.only_admins(makers)

    def are_made_elsewhere(self, model: Type) -> bool:
        """No request and no task comes to where its rows are made, as far as it is known: they come with the installation or by
        forms of administrators; unless its name tells of people or of what there is ever more of."""
        said = words_of(model.name.rpartition(".")[2])
        if model.name in self._created or self._is_named_so(model) or not {*said}.isdisjoint(self._words.people):
            return False
        return not self._makers.are_led_to(self._written.all_places(model))

    def joins_many(self, model: Type) -> bool:
        """Its rows stand between others, of which there are many: where each product stands, what each employee has."""
        led = {each.name: each for each in self._read(model).led if each.name != model.name}
        return len(led) > 1 and any(self._is_named_so(each) or self._is_person(each) for each in led.values())

    def goes_on(self, model: Type) -> bool:
        """The program makes rows as it runs, anybody may make some, or each says what two others have to do with each other;
        and they are not a few that are known by names of their own."""
        read = self._read(model)
        if self._are_few(model.name) or (read.labels and not read.led):
            return False
        led = {each.name for each in read.led if each.name != model.name and not self._are_few(each.name)}
        if len(led) > 1:
            return True
        # what leads to nothing is looked up, though anybody or a loop brings it in: prompts, kinds of relationship
        is_led = bool(read.keys)
        if self._makers.go_on(self._written.places(model), in_loops=is_led):
            return True
        return is_led and self._makers.is_anybody(self._written.makers(model) or ())

    def goes_on_in(self, table: str) -> bool:
        """The same of a table that SQL fills, of which it is not known what its rows lead to."""
        places = self._written.filled_at(table)
        is_many = self._makers.go_on(places, in_loops=False) or self._makers.is_anybody(definition for definition, _ in places)
        return is_many and not self._are_few(table)

    def is_theirs(self, table: str) -> bool:
        """A column of a table that has no class says whose a row is, and not only who entered or changed it."""
        columns = {column.name for _, found in self._project.schemas.by_name.get(table, ()) for column in found.columns}
        return any(_is_key(name) and self._says_whose(name) for name in columns)

    def leads_nowhere(self, model: Type, column: str) -> bool:
        """The column is a text that is the key of no row, as far as the schema knows: the name of one upload, of one call."""
        made = self._project.schemas.models.of_class(model.name)
        base, _, end = column.rpartition("_")
        if made is None or end not in _KEYS or column in self._read(model).led_by:
            return False
        is_text = any(each.name == column and type_kind(each.type) == "text" for each in made.parts.columns)
        return is_text and plurals(base).isdisjoint(self._project.schemas.by_name)

    def are_only_entered(self, model: Type) -> bool:
        """Nothing says whose its rows are but who entered them, and neither it nor what they belong to is of a kind that there
        is much of."""
        is_owned = any(map(self._says_whose, self._read(model).keys))
        return not is_owned and not any(map(self._is_named_so, (model, *self._above(model))))

    def _says_whose(self, name: str) -> bool:
        """It keeps a person, and not only who entered or changed the row."""
        return not _is_noted(name) and not {*_words(name)[-1:]}.isdisjoint(self._words.people)

    def are_of_people(self, model: Type) -> bool:
        """Each row has somebody who made it, or whose it is; who entered it and who changed it last is noted down of anything,
        unless it is a row of people that is named."""
        read = self._read(model)
        is_audited = any(not _AUDIT.isdisjoint(_words(name)) for name in read.keys)
        for name in read.keys:
            last = _words(name)[-1:]
            if last and last[0] in self._words.people and not (is_audited and last[0] in _ENTERED and name not in read.led_by):
                return True
        return False

    def is_many(self, model: Type) -> bool:
        """By its name; else by whose its rows are, by another endpoint that thinks so, and by what its rows belong to, unless
        each is known by a name of its own and belongs to nothing."""
        if model.name not in self._known:
            self._known[model.name] = self._is_many(model)
        return self._known[model.name]

    def _is_many(self, model: Type) -> bool:
        if self._is_named_so(model) or model.name in self._paged:
            return True
        led = self._above(model)
        if self._read(model).labels and not led:
            return False
        if self.are_of_people(model):
            return True
        if self._are_few(model.name):
            return False
        is_theirs = not set(words_of(model.name.rpartition(".")[2])).isdisjoint(self._words.people)
        return is_theirs or any(self._is_named_so(each) or self.are_of_people(each) for each in led)

    def _is_named_so(self, model: Type) -> bool:
        kind = kind_of(model.name)
        return not kind.isdisjoint((*self._words.growing, *self._words.many)) and kind.isdisjoint(self._words.set_up)

    def _is_person(self, model: Type) -> bool:
        return not kind_of(model.name).isdisjoint(self._words.people)

    def _are_few(self, name: str) -> bool:
        """Somewhere in its name stands what there is a handful of: `TypeOfRoom`."""
        return not set(words_of(name.rpartition(".")[2])).isdisjoint(self._words.set_up)

    def _above(self, model: Type) -> list[Type]:
        """What its rows belong to, and what that does, as far as it is not set up."""
        found, last = {model.name: model}, [model]
        for _ in range(_DEEP):
            led = {each.name: each for above in last for each in self._read(above).led if each.name not in found}
            last = [each for each in led.values() if not self._are_few(each.name)]
            found |= {each.name: each for each in last}
        return [each for each in found.values() if each.name != model.name]

    def _read(self, model: Type) -> _Columns:
        if model.name not in self._columns:
            made = self._project.schemas.models.of_class(model.name)
            if made is None:
                self._columns[model.name] = _Columns(tuple(n for n in self._fields(model) if _is_key(n)))
            else:
                parts = made.parts
                led_by = frozenset(column for key in parts.foreign_keys for column in key.columns)
                led_by |= {column for name, _ in self._typed(model) for column in (name, f"{name}_id")}
                alone = {key.columns[0] for key in parts.uniques if len(key.columns) == 1}
                texts = {column.name for column in parts.columns if type_kind(column.type) == "text"}
                if parts.primary_key is not None and len(parts.primary_key.columns) == 1:
                    alone |= {*parts.primary_key.columns} & texts  # a `code`, and no number under such a name
                keys = tuple(c.name for c in parts.columns if c.name in led_by or _is_key(c.name))
                led = tuple(self._led(model, {c.name for c in parts.columns}))
                self._columns[model.name] = _Columns(keys, frozenset(alone & {*self._words.labels}), led, led_by)
        return self._columns[model.name]

    def _led(self, model: Type, columns: AbstractSet[str]) -> Iterator[Type]:
        """What the class's keys lead to, but for who entered or changed a row."""
        models = self._project.schemas.models
        made = models.of_class(model.name)
        for key in made.parts.foreign_keys if made is not None else ():
            if key.columns and not self._is_audit(key.columns[0]):
                yield from (Type(name) for name in models.classes_of(key.table))
        for name, types in self._typed(model):
            if {name, f"{name}_id"} & columns and not self._is_audit(name):
                yield from types

    def _is_audit(self, column: str) -> bool:
        said = set(_words(column))
        return not said.isdisjoint(_AUDIT) or not said.isdisjoint(self._words.people)

    def _fields(self, model: Type) -> Iterator[str]:
        yield from (name for name, _ in self._statements(model))

    def _typed(self, model: Type) -> Iterator[tuple[str, tuple[Type, ...]]]:
        """The fields that are made by a call, with the stored classes that they lead to."""
        types = self._project.types
        for name, found in self._statements(model):
            led = tuple(a for each in found for a in each.arguments if types.role(a) == "db-model")
            if led:
                yield name, led

    def _statements(self, model: Type) -> Iterator[tuple[str, tuple[Type, ...]]]:
        types = self._project.types
        for ancestor in types.inference.members.ancestors(model):
            klass = self._project.symbols.classes.get(ancestor.name)
            for statement in klass.module.body.statements if klass is not None else ():
                assert klass is not None  # noqa: S101 - nothing is gone through otherwise
                if statement.context == klass.klass.context and isinstance(statement.target, Name):
                    is_made = isinstance(statement.value, CallRef)
                    found = types.all(klass.module, statement.value, statement.context) if is_made and statement.value else ()
                    yield statement.target.id, tuple(found)


def kind_of(name: str) -> frozenset[str]:
    """The last word of a class's or a table's name that says what is stored."""
    words = words_of(name.rpartition(".")[2])
    return frozenset([word for word in words if word not in _STORED][-1:] or words[-1:])


def _is_noted(column: str) -> bool:
    """`created_by_user_id`, `updated_by`"""
    return not (_AUDIT | _ENTERED).isdisjoint(words_of(column))


def _words(column: str) -> tuple[str, ...]:
    return tuple(word for word in words_of(column) if word not in _KEYS)


def _is_key(column: str) -> bool:
    words = words_of(column)
    return len(words) > 1 and words[-1] in _KEYS
