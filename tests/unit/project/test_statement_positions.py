"""A statement's characters are found in the file, however its literal is spelt."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from project_builder import shipped_knowledge

from archlint.facts.settings import Settings
from archlint.facts.sql import SqlFacts
from archlint.facts.syntax import FileFacts
from archlint.parse.python import extract
from archlint.parse.sql import read
from archlint.project import Project
from archlint.project.sql.statements import Sql

STATEMENTS = (
    "SELECT a.*, b FROM a WHERE c = 'd' AND e = {x}",
    "SELECT *\nFROM a\n\tJOIN b ON a.i = b.i",
    "INSERT INTO ä SELECT * FROM b -- c\nWHERE 1 = 1",
    "UPDATE a SET b = 'it''s', \"c\" = 5",
    "DELETE\r\nFROM a WHERE b LIKE 'x\\_%'",
)
HEAD = "import sqlite3\n\n\ndef run(connection: sqlite3.Connection, x) -> None:\n    connection.execute("


@st.composite
def spelt(draw: st.DrawFn, text: str) -> str:
    """A Python expression whose value is the text: one literal or several, quoted, escaped and broken in any way."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    glue = draw(st.sampled_from([" ", "\n        ", " + ", " +\n        ", "  # so\n        "]))
    return glue.join([draw(literal(piece)) for piece in pieces])


@st.composite
def literal(draw: st.DrawFn, text: str) -> str:
    prefix = draw(st.sampled_from(["", "", "u", "f", "F"]))
    quote = draw(st.sampled_from(["'", '"', "'''", '"""']))
    broken = draw(st.booleans())
    spelling = "".join(draw(character(c, quote, prefix)) for c in text)
    return prefix + quote + ("\\\n" if broken else "") + spelling + quote


@st.composite
def character(draw: st.DrawFn, written: str, quote: str, prefix: str) -> str:
    escapes = [f"\\u{ord(written):04x}", f"\\U{ord(written):08x}"]
    escapes += [f"\\x{ord(written):02x}"] if ord(written) < 256 else []
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "'": "\\'", '"': '\\"', "\\": "\\\\"}
    must = written in named and (written not in "\n\t" or len(quote) == 1)
    if must or draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from([*escapes, named.get(written, escapes[0])]))
    return written * 2 if prefix in ("f", "F") and written in "{}" else written


def statement(source: str) -> Sql:
    def reader(texts: Sequence[tuple[str, str]]) -> Sequence[SqlFacts]:
        return [read(text, dialect) for text, dialect in texts]

    facts = extract(source.encode())
    assert isinstance(facts, FileFacts)
    project = Project(files={"app.py": facts}, settings=Settings(), knowledge=shipped_knowledge(), read_sql=reader)
    found = [sql for sql in project.statements.all if sql.sink is not None]
    assert len(found) == 1
    return found[0]


@settings(max_examples=60)
@given(st.sampled_from(STATEMENTS).flatmap(lambda text: st.tuples(st.just(text), spelt(text))))
def test_every_character_is_found_where_it_is_spelt(drawn: tuple[str, str]) -> None:
    text, spelling = drawn
    assert ast.literal_eval(f"({spelling})") == text if "+" not in spelling and "f" not in spelling.lower() else True
    source = f"{HEAD}{spelling})\n"
    sql = statement(source)
    assert sql.text == text
    for index, written in enumerate(text):
        at = sql.site(index, index + 1).at
        spelt_there = source[at : at + 10]
        if source[at] == "\\":
            width = {"x": 4, "u": 6, "U": 10}.get(source[at + 1], 2)
            assert ast.literal_eval(f'"{spelt_there[:width]}"') == written
        else:
            assert source[at] == written
