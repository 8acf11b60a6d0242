"""Whether the rows that a statement delivers are known to be taken apart by the code that asks for them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name, String
from archlint.project.parts import names_in, parts_of
from archlint.project.source.module_roles import is_example, is_script
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.facts.sql import Statement
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module
    from archlint.project.sql.statements import Sql

_NAMED_QUERY = re.compile(r"--\s*name\s*:")
_WORDS = re.compile(r"\w[_-]\w")
"""A file's name of several words; one word alone says other things, too."""
_ROUTINES = frozenset({"function", "procedure", "trigger"})
_BODY = re.compile(r"\$[a-z_]*\$", re.IGNORECASE)
"""The quotes around the body of a routine."""
_MIGRATIONS = frozenset({"migration", "migrations"})
_COPIES = frozenset({"backup", "backups", "gdpr"})
"""In the name of what hands over all that there is."""
_CHANGES = frozenset({"insert", "update", "delete"})
_SUFFIX = ".sql"
_TEMPLATE = "{{"
_HANDS_ON = re.compile(r"\s*SELECT\s+(?:\w+\.)?\*", re.IGNORECASE)
"""A query that gives all that a query inside of it gives."""
_INQUIRY = re.compile(
    r"\s*(?:PRAGMA\s+table_x?info\b|SHOW\s+COLUMNS\b|DESCRIBE\b|SELECT\b.*\binformation_schema\s*\.\s*columns\b)",
    re.IGNORECASE | re.DOTALL,
)
"""What asks the database for the columns of a table."""


class RowUses:
    """`whole_models`: last names of calls that fill mapped objects with the rows of a statement; `told_columns`:
    attributes by which a cursor tells the columns that came."""

    def __init__(self, project: Project, whole_models: Collection[str], told_columns: Collection[str]) -> None:
        self._project = project
        self._whole_models = frozenset(whole_models)
        self._told_columns = frozenset(told_columns)
        self._known: dict[tuple[str, int], bool] = {}

    def doubt(self, sql: Sql, statement: Statement) -> str:
        """Why it is not proved that anything depends on which columns come of the statement; empty where it is."""
        if _is_migration(sql) and not any(s.creates in _ROUTINES for s in sql.facts.statements):
            return "a migration reads it at a known state of the schema"
        if _is_whole_copy(sql):
            return "a copy of all that there is takes whole rows"
        if sql.built is None:
            return self._used_by_hand(sql) or self._shown(sql, statement)
        if sql.sink is None:
            return "no call is known that executes it"
        if self._fills_models(sql.sink):
            return "the rows fill mapped objects whole"
        if sql.sink.module.is_script:
            return "a script that somebody starts by hand"
        if self._is_told(sql.sink):
            return "the code asks the cursor which columns came"
        return "the code asks the database which columns there are" if sql.origin in self._inquiring else ""

    def is_for_tests(self, sql: Sql) -> bool:
        """Tests call the function, and nothing of the program does."""
        origin = sql.origin
        return origin is not None and origin.function.name in self._tested and self._project.uncalled.holds(origin)

    @cached_property
    def _tested(self) -> frozenset[str]:
        """The last names of what tests call."""
        tests = [module for module in self._project.modules.all if module.is_test]
        return frozenset(last_name(module.body, call.callee) for module in tests for call in module.body.calls)

    def is_read_once(self, sql: Sql) -> str:
        """Why what stands around a subquery does not change under it; empty where it may."""
        if _is_migration(sql) and not any(s.creates in _ROUTINES for s in sql.facts.statements):
            return "a migration reads it at a known state of the schema"
        if sql.built is None:
            return self._used_by_hand(sql)
        if sql.sink is not None and _HANDS_ON.match(sql.text) and self._fills_models(sql.sink):
            return "the rows fill mapped objects whole"
        return ""

    def _used_by_hand(self, sql: Sql) -> str:
        """Of a file of SQL."""
        is_by_hand = _is_by_hand(sql.path) or _is_typed(sql)
        return "a file for use by hand that no code names" if is_by_hand and not self._is_asked(sql) else ""

    def _shown(self, sql: Sql, statement: Statement) -> str:
        """Of a query among statements of a file that do other things: what runs the file hands its rows to nobody but whoever
        sits in front of it. A query in a routine is the routine's; a file of queries alone is there for their rows."""
        is_beside = any(s.verb != "select" for s in sql.facts.statements)
        is_bare = is_beside and statement.verb == "select" and not _is_in_body(sql, statement)
        is_patch = not _CHANGES.isdisjoint(s.verb for s in sql.facts.statements)
        is_read = self._is_loaded(sql, by_word=not is_patch)  # a query that is loaded by a word stands alone
        return "no code names the file: whoever runs it looks at the rows" if is_bare and not is_read else ""

    def leaves_rows(self, sql: Sql) -> str:
        """Why nothing depends on the rows that a write gives back: they are bound to a name that nobody reads; empty where
        they may be read."""
        if _is_migration(sql) and not any(s.creates in _ROUTINES for s in sql.facts.statements):
            return "a migration reads it at a known state of the schema"
        sink = sql.sink
        if sink is None:
            return ""
        body = sink.module.body
        function = body.contexts[sink.call.context].function
        bound = _bound(sink)
        read = {name for expr in _expressions(sink.module, function) for name in names_in(body, expr)}
        read |= {name for call in sink.module.own_calls(function) for name in names_in(body, call.callee)}
        return "nobody reads the rows that it gives back" if bound and read.isdisjoint(bound) else ""

    def _is_asked(self, sql: Sql) -> bool:
        """It is loaded, or makes routines, which are called."""
        return any(s.creates in _ROUTINES for s in sql.facts.statements) or self._is_loaded(sql)

    def _is_loaded(self, sql: Sql, *, by_word: bool = True) -> bool:
        """Some code names the file or looks for all files of its folder's kind, or the text is written for what loads it.
        `by_word`: also without its ending."""
        if _TEMPLATE in sql.text or _NAMED_QUERY.search(sql.text):  # what fills a template in asks for it
            return True
        folder, _, name = sql.path.rpartition("/")
        stem = name.removesuffix(_SUFFIX)
        if name in self._named_files or (by_word and _WORDS.search(stem) and stem in self._named_files):
            return True
        return folder.partition("/")[0] in self._searched

    @cached_property
    def _named_files(self) -> frozenset[str]:
        """The last parts of all texts that name a file."""
        return frozenset(text.rpartition("/")[2] for _, text in self._texts if len(text) > len(_SUFFIX) and "\n" not in text)

    @cached_property
    def _searched(self) -> frozenset[str]:
        """The outermost folders of code that goes through files of SQL, whatever they are called."""
        return frozenset(m.path.partition("/")[0] for m, text in self._texts if text == _SUFFIX or text.endswith(f"*{_SUFFIX}"))

    @cached_property
    def _texts(self) -> tuple[tuple[Module, str], ...]:
        """Every literal text of code that is no test's."""
        return tuple(
            (module, part.value)
            for module in self._project.modules.all
            if not module.is_test
            for expr in _expressions(module)
            for part in parts_of(module.body, expr)
            if isinstance(part, String)
        )

    def _fills_models(self, sink: CallSite) -> bool:
        """The call, or one that gets what it gives, makes mapped objects of the rows."""
        body = sink.module.body
        if last_name(body, sink.call.callee) in self._whole_models:
            return True
        function = body.contexts[sink.call.context].function
        names = {
            statement.target.id
            for statement in sink.module.own_statements(function)
            if isinstance(statement.target, Name)
            and any(isinstance(part, CallRef) and part.index == sink.index for part in parts_of(body, statement.value))
        }
        return any(
            any(isinstance(part, CallRef) and part.index == sink.index for part in parts_of(body, argument.value))
            or not names.isdisjoint(names_in(body, argument.value))
            for call in sink.module.own_calls(function)
            if last_name(body, call.callee) in self._whole_models
            for argument in call.arguments
        )

    def _is_told(self, sink: CallSite) -> bool:
        body = sink.module.body
        function = body.contexts[sink.call.context].function
        if function < 0:
            return False
        bound = _bound(sink)
        asked = (call.callee for call in sink.module.own_calls(function))
        if any(
            isinstance(c, Attribute) and c.attr == "keys" and isinstance(c.base, Name) and c.base.id in bound for c in asked
        ):
            return True
        key = sink.module.path, function
        if key not in self._known:
            self._known[key] = any(
                isinstance(part, Attribute) and part.attr in self._told_columns
                for expr in _expressions(sink.module, function)
                for part in parts_of(body, expr)
            )
        return self._known[key]

    @cached_property
    def _inquiring(self) -> frozenset[Def]:
        """The functions that ask the database for the columns of a table."""
        asking = (sql for sql in self._project.statements.all if sql.origin is not None and _INQUIRY.match(sql.text))
        return frozenset(sql.origin for sql in asking if sql.origin is not None)


def _bound(sink: CallSite) -> list[str]:
    """The names that are given what the call delivers."""
    body = sink.module.body
    return [
        statement.target.id
        for statement in sink.module.own_statements(body.contexts[sink.call.context].function)
        if isinstance(statement.target, Name) and statement.kind == "assign"
        if any(isinstance(part, CallRef) and part.index == sink.index for part in parts_of(body, statement.value))
    ]


def _is_in_body(sql: Sql, statement: Statement) -> bool:
    """An odd number of quotes of a body stands in front of it, or it lies in a statement that makes a routine."""
    makes = (s for s in sql.facts.statements if s.creates in _ROUTINES)
    within = any(s.at <= statement.at < s.end for s in makes)
    return within or len(_BODY.findall(sql.text, 0, statement.at)) % 2 == 1


def _is_by_hand(path: str) -> bool:
    """Does the file lie among scripts, tools, examples or documentation?"""
    *folders, name = path.split("/")
    return is_example(folders) or is_script(folders, folders, name, in_package=False, main_guard=False)


def _is_typed(sql: Sql) -> bool:
    """Among statements that change rows are several that deliver some, which one run of the file would throw away."""
    verbs = [statement.verb for statement in sql.facts.statements]
    return verbs.count("select") > 1 and not _CHANGES.isdisjoint(verbs)


def _expressions(module: Module, function: int | None = None) -> Iterator[Expr]:
    """What the module's statements, calls and loops hold, each call's arguments on their own; those of one function."""
    body = module.body
    for statement in body.statements if function is None else module.own_statements(function):
        if statement.value is not None:
            yield statement.value
    for call in body.calls if function is None else module.own_calls(function):
        yield from (argument.value for argument in call.arguments)
    for context in body.contexts:
        if context.subject is not None and function in (None, context.function):
            yield context.subject


def _is_whole_copy(sql: Sql) -> bool:
    """The function, or the file of SQL, is called one."""
    function = sql.origin.function.name if sql.origin is not None else ""
    told = sql.path.rpartition("/")[2].removesuffix(_SUFFIX) if sql.built is None else function
    return not _COPIES.isdisjoint(words_of(told))


def _is_migration(sql: Sql) -> bool:
    """Code that changes a schema or its rows, once."""
    folder, _, name = sql.path.lower().rpartition("/")
    if sql.module is not None:
        return sql.module.is_migration or name.removesuffix(".py") in _MIGRATIONS
    return not _MIGRATIONS.isdisjoint(folder.split("/"))
