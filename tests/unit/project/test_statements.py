"""All SQL of a project: which texts are taken for SQL, how surely, and where their characters stand."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent

from project_builder import shipped_knowledge

from archlint.facts.findings import Confidence
from archlint.facts.settings import Settings
from archlint.facts.sql import SqlFacts
from archlint.facts.syntax import FileFacts
from archlint.parse.python import extract
from archlint.parse.sql import read
from archlint.project import Project
from archlint.project.sql.statements import Sql, Statements


class Reader:
    """Reads SQL and remembers how it was asked."""

    def __init__(self) -> None:
        self.batches: list[list[tuple[str, str]]] = []

    def __call__(self, texts: Sequence[tuple[str, str]]) -> Sequence[SqlFacts]:
        self.batches.append(list(texts))
        return [read(text, dialect) for text, dialect in texts]


def statements(files: dict[str, str], reader: Reader | None = None, settings: Settings | None = None) -> Statements:
    facts: dict[str, FileFacts] = {}
    for path, text in files.items():
        if path.endswith(".py"):
            found = extract(dedent(text).encode())
            assert isinstance(found, FileFacts)
            facts[path] = found
    return Project(
        files=facts,
        settings=settings or Settings(),
        knowledge=shipped_knowledge(),
        read_sql=reader or Reader(),
        sql_files={path: text for path, text in files.items() if path.endswith(".sql")},
    ).statements


def of(files: dict[str, str]) -> list[tuple[str, Confidence]]:
    return [(sql.text, sql.confidence) for sql in statements(files).all]


def db(*lines: str) -> str:
    """A module in which the lines stand in a function that has a `connection`."""
    head = "import sqlite3\n\n\ndef run(connection: sqlite3.Connection, x) -> None:\n"
    return head + "".join(f"    {line}\n" for line in lines)


def test_files_and_texts_that_reach_a_query() -> None:
    files = {"a.sql": "SELECT 1", "app.py": db("connection.execute('select a from b')")}
    assert of(files) == [("SELECT 1", Confidence.HIGH), ("select a from b", Confidence.HIGH)]


def test_everything_is_read_in_one_batch() -> None:
    reader = Reader()
    found = statements({"a.sql": "SELECT 1", "app.py": db("connection.execute('select a from b')")}, reader)
    assert found.parsed == 2
    assert found.unparsed == 0
    assert len(reader.batches) == 1


def test_what_only_looks_like_sql_is_a_guess() -> None:
    assert of({"app.py": "QUERY = 'SELECT a FROM b'"}) == [("SELECT a FROM b", Confidence.LOW)]


def test_prose_is_none() -> None:
    code = """
        '''SELECT a FROM b'''
        A = "Delete the item from the list"
        B = "Select * from the menu"
        C = "select a file from your computer"
        D = "Please SELECT a FROM b"
        E = "WITH THE BEST WISHES FROM US"
        F = "Update"
        def f():
            '''SELECT a FROM b'''
    """
    assert of({"app.py": code}) == []


def test_lower_case_counts_where_it_names_a_table_of_the_schema() -> None:
    files = {"schema.sql": "CREATE TABLE orders (id int)", "app.py": "A = 'select id from orders'\nB = 'select it from there'"}
    assert [sql.text for sql in statements(files).all if sql.module is not None] == ["select id from orders"]


def test_a_guessed_receiver_and_a_text_that_reads_like_sql_are_likely() -> None:
    code = "import sqlite3\ndef f(cursor):\n    cursor.execute('SELECT a FROM b')"
    assert of({"app.py": code}) == [("SELECT a FROM b", Confidence.MEDIUM)]


def test_a_method_that_takes_sql_by_its_name_is_believed_where_the_text_reads_like_sql() -> None:
    code = """
        def f(thing):
            thing.execute("SELECT a FROM b")
            thing.execute("select the item from the list")
            thing.zzz("SELECT c FROM d")
    """
    assert of({"app.py": code}) == [("SELECT a FROM b", Confidence.MEDIUM), ("SELECT c FROM d", Confidence.LOW)]


def test_parts_of_statements_are_not_counted() -> None:
    code = "from sqlalchemy import text\nA = text('now()')\nB = text(\"status IN ('a', 'b')\")"
    assert of({"app.py": code}) == []


def test_through_project_functions_and_methods() -> None:
    files = {
        "db.py": """
            import sqlite3

            class Database:
                def __init__(self, connection: sqlite3.Connection) -> None:
                    self.connection = connection

                def rows(self, sql, *args):
                    return self.connection.execute(sql, args)

                def page(self, sql, number):
                    return self.rows(f"{sql} limit 10", number)
            """,
        "app.py": """
            from db import Database

            def f(database: Database):
                database.rows("select a from b")
                database.page(number=1, sql="select c from d")
            """,
    }
    found = {sql.text: sql for sql in statements(files).all}
    assert found["select a from b"].sink is not None
    assert found["select c from d"].confidence is Confidence.HIGH


def test_lists_of_statements() -> None:
    code = """
        from django.db import migrations

        SQL = ["create table a (b int)", ("update a set b = %s", [1])]

        class Migration:
            operations = [migrations.RunSQL(SQL), migrations.RunSQL("drop table a", "select 1")]
    """
    assert [text for text, _ in of({"shop/migrations/0001.py": code})] == [
        "create table a (b int)",
        "update a set b = %s",
        "drop table a",
    ]


def test_a_long_list_that_is_looped_over() -> None:
    items = ", ".join(f"'drop table t{i}'" for i in range(20))
    code = db(f"for statement in [{items}]:", "    connection.execute(statement)")
    assert [confidence for _, confidence in of({"app.py": code})] == [Confidence.HIGH] * 20


def test_test_code_is_left_out_and_test_files_are_marked() -> None:
    found = statements({"tests/test_a.py": "A = 'SELECT a FROM b'", "tests/data/a.sql": "SELECT 1", "b.sql": "SELECT 2"}).all
    assert [(sql.path, sql.is_test) for sql in found] == [("b.sql", False), ("tests/data/a.sql", True)]


def test_places_in_files() -> None:
    code = db("connection.execute('select a, '", "    'b from c')")
    files = {"app.py": code}
    (sql,) = statements(files).all
    start = sql.text.index("b from")
    site = sql.site(start, start + 6)
    assert code[site.at : site.end] == "b from"
    assert sql.origin is not None
    assert sql.origin.name == "app.run"


def test_a_place_that_begins_and_ends_in_different_literals_or_files() -> None:
    files = {"a.py": "T = 'from b'", "app.py": "import a\n" + db("connection.execute('select x ' + a.T)")}
    (sql,) = statements(files).all
    site = sql.site(0, len(sql.text))
    assert site.path == "app.py"
    assert files["app.py"][site.at : site.end] == "s"


def test_holes_are_known() -> None:
    (sql,) = statements({"app.py": db("connection.execute(f'select a from {x}')")}).all
    start = sql.text.index("{x}")
    assert sql.is_hole(start, start + 3)
    assert not sql.is_hole(0, start)


def test_dialects() -> None:
    assert statements({"app.py": "import sqlite3\nimport asyncpg", "b.py": "import asyncpg"}).dialect == "postgres,sqlite,"
    assert statements({"app.py": ""}).dialect == ""
    assert statements({"app.py": "import sqlite3"}, settings=Settings(dialect="mysql")).dialect == "mysql"


def test_statements_that_do_not_parse_are_counted() -> None:
    found = statements({"a.sql": "SELECT 1; SELECT FROM WHERE ((; SELECT 2"})
    assert (found.parsed, found.unparsed) == (2, 1)


def test_one_text_at_one_place_counts_once() -> None:
    code = db("sql = 'select a from b'", "connection.execute(sql)", "connection.execute(sql)")
    found: tuple[Sql, ...] = statements({"app.py": code}).all
    assert len(found) == 1


def test_why_statements_were_not_parsed_is_counted_by_reason() -> None:
    files = {
        "a.sql": "SELECT 1; SELECT (1; SELECT (2; SELECT 'x",
        "app.py": db("connection.execute('select a from b')", "connection.execute('select a from b where')"),
    }
    found = statements(files)
    assert found.refused == {"Expecting )": 2, "Error tokenizing": 1, "Required keyword: … missing for Where": 1}
    assert (found.parsed, found.unparsed) == (2, 4)
