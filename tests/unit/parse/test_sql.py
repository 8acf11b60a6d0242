"""SQL text → facts: statements, tables, stars and what they take; whatever cannot be read is listed."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archlint.facts.sql import Given, SqlFacts
from archlint.parse.sql import MAX_STATEMENT, MAX_TEXT, read
from archlint.parse.sql_lexer import tokens
from archlint.parse.sql_pieces import mask, split


def places(text: str, dialect: str = "") -> list[tuple[str, tuple[str, ...]]]:
    facts = read(text, dialect)
    assert not facts.unparsed, facts.unparsed
    stars = [star for statement in facts.statements for star in statement.stars]
    assert all(text[star.at : star.end] == "*" for star in stars)
    return [(star.place, star.sources) for star in stars]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * FROM shop.product p", [("select", ("shop.product",))]),
        ("SELECT p.*, c.name FROM product p JOIN category c ON true", [("select", ("product",))]),
        ("SELECT * FROM a, b", [("select", ("a", "b"))]),
        ("SELECT * FROM (a JOIN b ON true)", [("select", ("a", "b"))]),
        ("SELECT a FROM t UNION ALL SELECT * FROM u", [("select", ("u",))]),
        ("INSERT INTO a SELECT * FROM b", [("insert-select", ("b",))]),
        ("INSERT INTO a (SELECT * FROM b)", [("insert-select", ("b",))]),
        ("INSERT INTO a SELECT * FROM b UNION SELECT * FROM c", [("insert-select", ("b",)), ("insert-select", ("c",))]),
        ("CREATE VIEW v AS SELECT * FROM t", [("view", ("t",))]),
        ("CREATE MATERIALIZED VIEW v AS SELECT * FROM t", [("view", ("t",))]),
        ("CREATE TABLE copy AS SELECT * FROM t", [("copy", ("t",))]),
        ("DELETE FROM t WHERE a = 1 RETURNING *", [("returning", ("t",))]),
        ("INSERT INTO t (a) VALUES (1) RETURNING *", [("returning", ("t",))]),
        ("SELECT a FROM (SELECT * FROM t) x", [("narrowed", ("t",))]),
        ("SELECT a FROM (SELECT DISTINCT * FROM t) x", [("nested", ("t",))]),
        ("SELECT x.*, 1 FROM (SELECT * FROM t) x", [("over-named", ()), ("nested", ("t",))]),
        ("SELECT a, (SELECT * FROM one) FROM t", [("nested", ("one",))]),
        ("SELECT x.a FROM t JOIN LATERAL (SELECT * FROM u WHERE u.id = t.id LIMIT 1) x ON true", [("nested", ("u",))]),
        ("COPY (SELECT * FROM t) TO STDOUT", [("nested", ("t",))]),
    ],
)
def test_a_star_over_a_table_names_the_table(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert places(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT COUNT(*), count(t.*) FROM t", ["count", "count"]),
        ("SELECT 1 FROM a WHERE EXISTS (SELECT * FROM b)", ["exists"]),
        ("DELETE FROM a WHERE NOT EXISTS (SELECT * FROM b WHERE b.id = a.id)", ["exists"]),
        ("SELECT * FROM t LIMIT 0", ["exists"]),
        ("SELECT * FROM t WHERE FALSE", ["exists"]),
        ("SELECT * FROM t WHERE 1 = 0", ["exists"]),
        ("WITH c AS (SELECT 1 AS a) SELECT * FROM c", ["over-named"]),
        ("WITH c AS (SELECT 1 AS a) SELECT C.* FROM c", ["over-named"]),
        ("WITH RECURSIVE c(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM c) SELECT * FROM c", ["over-named"]),
        ("SELECT * FROM (SELECT a, b FROM t) x", ["over-named"]),
        ("SELECT * FROM (SELECT a FROM t UNION SELECT * FROM (SELECT b FROM u) y) x", ["over-named", "over-named"]),
        ("SELECT * FROM generate_series(1, 3)", ["function"]),
        ("SELECT * FROM json_to_record(x) AS (a int, b text)", ["function"]),
        ("SELECT * FROM unnest(ARRAY[1]) AS u(a)", ["function"]),
        ("SELECT * FROM ROWS FROM (f(1))", ["function"]),
        ("SELECT * FROM (VALUES (1, 2)) AS v(a, b)", ["function"]),
        ("SELECT (f(x)).* FROM t", ["function"]),
        ("SELECT NEW.*", ["function"]),
        ("INSERT INTO log VALUES (OLD.*)", ["function"]),
        ("SELECT * FROM ({inner_sql}) t WHERE row_number = 1", ["opaque"]),
        ("SELECT * FROM (SELECT {columns} FROM t) x", ["opaque"]),
        ("SELECT * FROM {function}(\n  a => 1\n)", ["function"]),
        ("WITH {cte} AS (SELECT 1 AS a) SELECT * FROM {cte}", ["over-named"]),
        ("GRANT ALL PRIVILEGES ON shop.* TO 'app'@'%'", []),
        ("EXPLAIN ANALYZE SELECT * FROM t", []),
        ("EXPLAIN (FORMAT JSON) SELECT * FROM t", []),
        ("SELECT a * b, '* from t' FROM t -- * FROM x", []),
    ],
)
def test_a_star_that_takes_no_tables_columns(text: str, expected: list[str]) -> None:
    assert [place for place, _ in places(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a FROM t WHERE x = %s AND y = %(name)s AND z = :z AND w = $1 AND v IN (?, ?2) AND u = @u",
        "SELECT a::int, data -> 'k' ? 'x', b ?| ARRAY['a'], c #>> '{a,b}' FROM t WHERE s LIKE 'a%%' AND i %% 2 = 0",
        "SELECT a FROM {table} {where} ORDER BY a {direction} LIMIT {limit}",
        "SELECT {distinct} * FROM t WHERE a {operator} %s",
        "SELECT a, prefix_{x}, {y}_suffix, {schema}.{table} FROM {schema}.{table}_{partition} WHERE {condition}",
        "{with_clause} SELECT a FROM t",
        "INSERT INTO t ({columns}) VALUES ({values}) ON CONFLICT (id) DO UPDATE SET {assignments}",
        "INSERT INTO t VALUES %s",
        "ALTER TABLE {table} ADD COLUMN {name} {kind}",
        "CREATE INDEX {name} ON {table} ({column})",
        "UPDATE t SET {assignments} WHERE id IN ({ids})",
        "SELECT a FROM t WHERE at > now() - INTERVAL '{n} days' AND x = ${value}",
        "SELECT a[1:2], 'it''s', E'it\\'s', '\\' FROM t WHERE x LIKE '%\\%' ESCAPE '\\'",
        "SELECT a FROM t WHERE x = {{ value|quote }} {% if y %} AND y = {{ y }}{% endif %}",
        "{# all #}SELECT {% if a %}a{% else %}b{% endif %} FROM t",
        "SELECT a FROM t /* outer /* inner */ ; */ WHERE b -- ; x's",
        "\\connect shop\nSELECT a FROM t;\n\\.\nSELECT b FROM u\n",
        "SET x = 1; BEGIN; SAVEPOINT a; GRANT SELECT ON t TO u; COMMIT;",
        "(SELECT a FROM t) UNION (SELECT b FROM u)",
    ],
)
def test_placeholders_holes_and_clients_commands_are_read_around(text: str) -> None:
    facts = read(text)
    assert not facts.unparsed
    assert facts.statements


def test_tables_and_writes_are_named_as_written() -> None:
    facts = read('INSERT INTO shop."Order" (a) SELECT x FROM {source} JOIN b ON true; TRUNCATE t; DROP TABLE d')
    assert [(s.verb, s.tables, s.writes, s.creates) for s in facts.statements] == [
        ("insert", ("shop.Order", "{source}", "b"), ("shop.Order",), ""),
        ("other", ("t",), ("t",), ""),
        ("drop", ("d",), ("d",), "table"),
    ]


def test_a_cte_is_no_table() -> None:
    (statement,) = read("WITH c AS (SELECT a FROM t) UPDATE u SET a = c.a FROM c").statements
    assert statement.tables == ("t", "u")
    assert statement.writes == ("u",)


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("SELECT `a` FROM `t` WHERE b = 'it\\'s' # comment's", ""),
        ("SELECT [a] FROM [t] WHERE x = ?", "sqlite"),
        ("SELECT TOP 3 a FROM dbo.t\nGO\nSELECT b FROM u\nGO", "tsql"),
        ("SELECT a FROM t WHERE b ~ 'x'", "postgres,sqlite"),
        ("SELECT a FROM t", "no-such-dialect"),
    ],
)
def test_dialects(text: str, dialect: str) -> None:
    assert not read(text, dialect).unparsed


def test_the_dialect_that_parsed_is_told() -> None:
    assert read("SELECT a FROM t").dialect == "postgres"
    assert read("SELECT `a` FROM t WHERE b = 'it\\'s'").dialect == "mysql"


def test_a_delete_without_from_has_no_table_in_its_tree() -> None:
    """sqlglot holds a flag in the table's place, for MySQL's deletes of several tables."""
    facts = read("DELETE orders WHERE id = 1; SELECT * FROM orders")
    assert [statement.verb for statement in facts.statements] == ["delete", "select"]


def test_a_bad_statement_costs_only_itself() -> None:
    text = "SELECT a FROM t; SELECT FROM WHERE ((; hello world; SELECT * FROM u;"
    facts = read(text)
    assert [s.tables for s in facts.statements] == [("t",), ("u",)]
    assert [text[u.at : u.end] for u in facts.unparsed] == ["SELECT FROM WHERE ((", "hello world"]
    assert all(u.reason for u in facts.unparsed)


def test_what_the_parser_takes_as_a_command_is_not_parsed() -> None:
    (unparsed,) = read("ALTER TABLE t OWNER TO somebody").unparsed
    assert "ALTER" in unparsed.reason


def test_what_makes_neither_tables_nor_queries_need_not_be_parsed() -> None:
    facts = read("CREATE STATISTICS s (mcv) ON a, b FROM t; ALTER TYPE t ADD VALUE 'x'; DROP ROLE r; VACUUM t")
    assert not facts.unparsed
    assert [(s.verb, s.creates) for s in facts.statements] == [
        ("create", "statistics"),
        ("alter", "type"),
        ("drop", "role"),
        ("other", ""),
    ]


def test_policies_are_no_tables() -> None:
    facts = read("CREATE POLICY p ON t FOR SELECT USING (EXISTS (SELECT 1 FROM u)); DROP POLICY IF EXISTS p ON t")
    assert not facts.unparsed
    assert [(s.verb, s.creates) for s in facts.statements] == [("create", "policy"), ("drop", "policy")]


def test_copied_rows_are_no_sql() -> None:
    facts = read("COPY t (a, b) FROM stdin;\n1\tit's; SELECT * FROM x\n\\.\nSELECT * FROM u;")
    assert not facts.unparsed
    assert [s.tables for s in facts.statements] == [("t",), ("u",)]


def test_statements_inside_a_routine() -> None:
    text = """
    CREATE OR REPLACE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $body$
    DECLARE r record;
    BEGIN
        IF EXISTS (SELECT 1 FROM a) THEN
            DELETE FROM b WHERE id = CASE WHEN NEW.x THEN 1 ELSE 2 END;
            INSERT INTO b SELECT * FROM c WHERE id = NEW.id ON CONFLICT (id) DO UPDATE SET x = 1;
        END IF;
        FOR r IN SELECT * FROM d LOOP
            PERFORM touch(r.id) FROM e;
        END LOOP;
        RETURN NEW;
    END $body$;
    SELECT f FROM g;
    """
    facts = read(text)
    assert not facts.unparsed
    assert [(s.verb, s.creates, s.tables) for s in facts.statements] == [
        ("create", "function", ()),
        ("delete", "", ("b",)),
        ("insert", "", ("b", "c")),
        ("select", "", ("d",)),
        ("select", "", ("e",)),
        ("select", "", ("g",)),
    ]
    stars = [star for s in facts.statements for star in s.stars]
    assert [(s.place, text.count("\n", 0, s.at)) for s in stars] == [("insert-select", 6), ("select", 8)]


def test_triggers_and_procedures_with_begin_and_end() -> None:
    facts = read(
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET x = CASE WHEN 1 THEN 2 END; DELETE FROM c; END;\n"
        "DELIMITER //\nCREATE PROCEDURE p() BEGIN IF 1 THEN SELECT * FROM d; END IF; END//\nDELIMITER ;\nSELECT e FROM f;"
    )
    assert not facts.unparsed
    assert [s.tables for s in facts.statements] == [(), ("b",), ("c",), (), ("d",), ("f",)]


def test_a_routine_in_another_language_is_left_alone() -> None:
    facts = read("CREATE FUNCTION f() RETURNS int AS $$ rows = plpy.execute('SELECT * FROM t') $$ LANGUAGE plpython3u;")
    assert [s.stars for s in facts.statements] == [()]
    assert not facts.unparsed


def test_of_template_branches_that_do_not_parse_together_the_first_counts() -> None:
    text = "{% if a %}SELECT * FROM t{% else %}SELECT a FROM t{% endif %} WHERE x = {{ y }}"
    assert places(text) == [("select", ("t",))]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT " + "(" * 300 + "1" + ")" * 300,
        "SELECT " + "(" * 90 + "1" + ")" * 90,
        "SELECT " + "NOT " * 3000 + "a",
        "SELECT " + "CASE WHEN a THEN " * 500 + "1" + " END" * 500,
        "SELECT * FROM " + "(SELECT * FROM " * 95 + "t" + ")" * 95,
        "SELECT a FROM t WHERE " + " OR ".join(["a = 1"] * 3000),
        "INSERT INTO t VALUES " + ", ".join(["(1, 'x')"] * (MAX_STATEMENT // 8)),
        "SELECT '" + "a" * MAX_TEXT,
        "$a$ $b$ " * 5000,
        "{{ " * 3000 + "/* " * 3000,
        "'" * 10001,
        "\x00\ufeff\u2028SELECT\x0c1",
    ],
    ids=range(12),
)
def test_hostile_text_costs_a_line_of_the_report(text: str) -> None:
    facts = read(text)
    assert facts.statements or facts.unparsed


_PIECES = """SELECT * FROM t WHERE ( ) , ; ' " $$ $a$ -- /* */ {x} {% if %} {% else %} %s :a ? ?1 BEGIN END CASE CREATE
    FUNCTION INSERT INTO VALUES UNION WITH c AS DELETE \\. GO DELIMITER // COPY stdin RETURNING EXISTS . 1 = LIMIT 0 E' ` [ ]"""
_WORDS = st.sampled_from([*_PIECES.split(), "\n", "\r\n"])


@settings(max_examples=150)
@given(st.one_of(st.text(max_size=80), st.lists(_WORDS, max_size=25).map(" ".join)), st.sampled_from(["", "mysql", "tsql"]))
def test_any_text_gives_facts_that_stay_inside_it(text: str, dialect: str) -> None:
    facts = read(text, dialect)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=SqlFacts) == facts
    ranges = [(s.at, s.end) for s in facts.statements] + [(u.at, u.end) for u in facts.unparsed]
    assert all(0 <= at < end <= len(text) for at, end in ranges)
    for star in (star for s in facts.statements for star in s.stars):
        assert text[star.at : star.end] == "*"


@settings(max_examples=100)
@given(st.lists(_WORDS, max_size=25).map(" ".join), st.booleans())
def test_masking_keeps_every_length_and_line(text: str, backslashes: bool) -> None:
    for piece in split(text, tokens(text, backslashes=backslashes)):
        masked = mask(text, piece.tokens)
        assert len(masked) == piece.end - piece.start
        written = text[piece.start : piece.end]
        assert [c for c in masked if c in "\r\n"] == [c for c in written if c in "\r\n"]


_FEW = st.integers(0, 9)


@settings(max_examples=50)
@given(st.sampled_from(["SELECT * FROM t", "INSERT INTO a SELECT b.* FROM b", "WITH c AS (SELECT 1) SELECT * FROM c"]), _FEW)
def test_blank_lines_before_only_shift(text: str, count: int) -> None:
    plain, moved = read(text).statements[0], read("\n" * count + text).statements[0]
    assert [s.at + count for s in plain.stars] == [s.at for s in moved.stars]
    assert [(s.place, s.sources) for s in plain.stars] == [(s.place, s.sources) for s in moved.stars]


@pytest.mark.parametrize("value", ["%s", "%(amount)s", ":amount", "?", "$1", "{amount}", "'{amount}'", "7", "lower(%s)"])
@pytest.mark.parametrize("dialect", ["postgres,", "sqlite,", "mysql,"])
def test_columns_that_are_asked_for_and_given(value: str, dialect: str) -> None:
    text = f"UPDATE stock SET amount = amount - {value}, seen = {value} WHERE id = {value} AND (kind IN ({value}))"
    (statement,) = read(text, dialect).statements
    assert statement.gives == (Given("amount", relative=True), Given("seen"))
    assert [(a.column, a.table, a.kind) for a in statement.asks] == [("id", "stock", "is"), ("kind", "stock", "is")]
    assert [text[a.at : a.at + len(a.column)] for a in statement.asks] == ["id", "kind"]
    (statement,) = read(
        f"SELECT s.id, amount AS a, max(b), * FROM stock s WHERE s.seen > {value} FOR UPDATE", "postgres"
    ).statements
    assert (statement.selects, statement.locks) == (("id", "amount"), True)
    assert [(a.column, a.table, a.kind) for a in statement.asks] == [("seen", "stock", "range")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT a FROM t WHERE a = 1 OR b = 2", []),
        ("SELECT a FROM t WHERE lower(a) = 'x' AND a + 1 = 2 AND a = b", []),
        ("SELECT a FROM t JOIN u ON t.id = u.id WHERE u.b = 1 AND c = 2", [("b", "u"), ("c", "")]),
        ("SELECT a FROM (SELECT a FROM t WHERE b LIKE 'x%') q WHERE q.a IS NULL", [("b", "t"), ("a", "")]),
        ("DELETE FROM shop.t WHERE a BETWEEN 1 AND 2", [("a", "shop.t")]),
        ("INSERT INTO t (a, b) SELECT a, b FROM u WHERE c = 1", [("c", "u")]),
    ],
)
def test_the_table_of_a_column_that_is_asked_for(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(a.column, a.table) for s in read(text).statements for a in s.asks] == expected
