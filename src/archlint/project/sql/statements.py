"""All SQL of the project: of its `.sql` files, of the texts that reach a query, and of texts that look like SQL."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence, Site
from archlint.facts.sql import SqlFacts
from archlint.facts.syntax import Outline
from archlint.project.model import CallSite, Def
from archlint.project.source import module_roles
from archlint.project.sql.sql_texts import Candidate, SqlTexts
from archlint.project.values.texts import BuiltText, Hole
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_BEGINS_STATEMENT = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/|\(|\{[^{}]*\}|(?:PRAGMA|BEGIN|SET)\b[^;]{0,80};)*"
    r"(?:SELECT|WITH|INSERT|UPDATE|DELETE|MERGE|REPLACE|CREATE|ALTER|DROP|TRUNCATE|EXPLAIN|COPY|DO)\b",
    re.IGNORECASE | re.DOTALL,
)
_CLAUSES_OF_SQL = 2
_OF_A_SCRIPT = 8
"""Of so many statements one may have a form that the parser does not know."""
_UNREADABLE = "Error tokenizing"
"""Begins a reason that quotes the text to its end."""
_TEST = "test"
"""In the name of a file: `populate_test_db.sql`."""
_NO_CODE = Outline(length=0, lines=b"", imports=(), classes=(), functions=(), exports=None, comments=())


@dataclass(frozen=True)
class Sql:
    """One SQL text.

    `module`, `context` and `origin` (the function) say where code builds it; None for a file. `sink` is the call that
    it reaches, as far as one is known. `confidence`: that it is SQL and is executed.
    """

    text: str
    facts: SqlFacts
    path: str
    confidence: Confidence
    dialect: str
    built: BuiltText | None = None
    module: Module | None = field(default=None, compare=False, repr=False)
    context: int = 0
    origin: Def | None = None
    sink: CallSite | None = None
    is_test: bool = False
    is_vendored: bool = False

    def site(self, at: int, end: int) -> Site:
        """The place in the project's files of a range of the text."""
        if self.built is None:
            return Site(self.path, at, end)
        first, last = self.built.origin(at), self.built.origin(max(at, end - 1))
        return Site(first.path, first.at, last.end if last.path == first.path and last.end > first.at else first.end)

    def is_hole(self, at: int, end: int) -> bool:
        """Does any of the range come from a hole?"""
        return self.built is not None and any(
            start < end and at < start + len(piece.text)
            for start, piece in zip(self.built.starts, self.built.pieces, strict=True)
            if isinstance(piece, Hole)
        )


class Statements:
    """`all` in a stable order; `parsed` and `unparsed` count statements, each place once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.texts = SqlTexts(project)
        """The texts in code, and the calls that take them."""

    @cached_property
    def dialect(self) -> str:
        """Configured, else those of the drivers in use, most used first, with the usual ones behind; see `parse.sql`."""
        configured = self._project.settings.dialect
        if configured:
            return configured
        used: Counter[str] = Counter()
        knowledge = self._project.knowledge
        for module in self._project.modules.production:
            libraries = [knowledge.library(given.module) for given in module.outline.imports if given.level == 0]
            used.update(sorted({library.dialect for library in libraries if library is not None and library.dialect}))
        return "".join(f"{dialect}," for dialect, _ in sorted(used.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def all(self) -> tuple[Sql, ...]:
        files = sorted(self._project.sql_files.items())
        built = self._candidates()
        texts = [text for _, text in files] + [candidate.built.rendered for candidate in built]
        facts = self._project.read_sql([(text, self.dialect) for text in texts])
        found = [self._of_file(path, text, said) for (path, text), said in zip(files, facts, strict=False)]
        known = _created(found) | _created(
            [self._of_code(c, f) for c, f in zip(built, facts[len(files) :], strict=True) if c.sink and not c.is_guess]
        )
        for candidate, said in zip(built, facts[len(files) :], strict=True):
            if (candidate.sink is not None and not candidate.is_guess) or _looks_like_sql(said, known):
                found.append(self._of_code(candidate, said))
        return tuple(found)

    @cached_property
    def by_sink(self) -> dict[tuple[str, int], tuple[Sql, ...]]:
        """(file, index of the call) → what code may give to a call that takes SQL: one text, or alternatives."""
        found: dict[tuple[str, int], list[Sql]] = {}
        for sql in self.all:
            if sql.sink is not None:
                found.setdefault((sql.sink.path, sql.sink.index), []).append(sql)
        return {sink: tuple(texts) for sink, texts in found.items()}

    @cached_property
    def parsed(self) -> int:
        return len({sql.site(s.at, s.end) for sql in self.all for s in sql.facts.statements})

    @cached_property
    def unparsed(self) -> int:
        return sum(self.refused.values())

    @cached_property
    def refused(self) -> dict[str, int]:
        """Why statements were not parsed → how many, the most frequent reason first."""
        reasons = {sql.site(u.at, u.end): u.reason for sql in self.all for u in sql.facts.unparsed}
        counted = Counter(_in_general(reason) for reason in reasons.values())
        return dict(sorted(counted.items(), key=lambda reason: (-reason[1], reason[0])))

    def _of_file(self, path: str, text: str, facts: SqlFacts) -> Sql:
        *folders, name = path.split("/")
        is_test = module_roles.is_test(folders, name, _NO_CODE, self._project.knowledge.package_kinds)
        is_test = is_test or _TEST in words_of(name.partition(".")[0])
        is_vendored = module_roles.is_vendored(folders, name)
        return Sql(text, facts, path, Confidence.HIGH, facts.dialect, is_test=is_test, is_vendored=is_vendored)

    def _of_code(self, candidate: Candidate, facts: SqlFacts) -> Sql:
        module = candidate.module
        function = module.body.contexts[candidate.context].function
        return Sql(
            text=candidate.built.rendered,
            facts=facts,
            path=module.path,
            confidence=_confidence(candidate, facts),
            dialect=facts.dialect,
            built=candidate.built,
            module=module,
            context=candidate.context,
            origin=Def(module, module.name, function) if function >= 0 else None,
            sink=candidate.sink,
            is_test=module.is_test,
            is_vendored=module.is_vendored,
        )

    # Texts in code

    def _candidates(self) -> list[Candidate]:
        """Texts that reach a query, then texts that may be SQL, each text at a place once."""
        seen: set[tuple[str, Site]] = set()
        found: list[Candidate] = []
        for candidate in (*self.texts.executed(), *self.texts.lying_about()):
            text = candidate.built.rendered
            if not candidate.is_executed and not _BEGINS_STATEMENT.match(text):
                continue  # part of a statement that is put together elsewhere
            key = (text, candidate.built.origin(0))
            if key not in seen:
                seen.add(key)
                found.append(candidate)
        return found


def _in_general(reason: str) -> str:
    """The parser's reason without what it quotes of the text."""
    if reason.startswith(_UNREADABLE):
        return _UNREADABLE
    return re.sub(r"'[^']*'", "…", reason)


def _confidence(candidate: Candidate, facts: SqlFacts) -> Confidence:
    """A text that reads like SQL and reaches a call that by its name takes SQL is SQL in all likelihood."""
    if candidate.sink is not None and candidate.confidence == Confidence.LOW and _reads_like_sql(facts):
        return Confidence.MEDIUM
    return candidate.confidence


def _reads_like_sql(facts: SqlFacts) -> bool:
    is_parsed = len(facts.unparsed) <= len(facts.statements) // _OF_A_SCRIPT
    return facts.clauses >= _CLAUSES_OF_SQL and bool(facts.statements) and is_parsed


def _looks_like_sql(facts: SqlFacts, known_tables: frozenset[str]) -> bool:
    """Prose parses, too ("Select a file from your computer"): upper-case clauses or a table of the schema must say that
    it is SQL."""
    if _reads_like_sql(facts):
        return True
    return not facts.unparsed and any(
        table.lower() in known_tables for statement in facts.statements for table in statement.tables
    )


def _created(texts: list[Sql]) -> frozenset[str]:
    """The tables that statements create."""
    statements = [s for sql in texts for s in sql.facts.statements]
    return frozenset(t.lower() for s in statements if s.verb == "create" and s.creates == "table" for t in s.writes)
