"""Which lines a suppression covers, and which findings it accepts."""

from __future__ import annotations

import textwrap

import pytest

from archlint.engine import suppress
from archlint.facts.findings import Location
from archlint.facts.syntax import FileFacts
from archlint.parse.python import extract


def of(code: str) -> list[suppress.Suppression]:
    facts = extract(textwrap.dedent(code).encode())
    assert isinstance(facts, FileFacts)
    return suppress.of_python("a.py", facts)


def covered(code: str) -> list[int]:
    """The lines that the only suppression of the code covers."""
    (only,) = of(code)
    return [n for n in range(1, 40) if only.covers(Location("a.py", n, 1, n, 1))] if not only.whole_file else [0]


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        pytest.param("x = 1\ny = 2  # archlint: ignore[A] why\nz = 3\n", [2], id="at the end of its line"),
        pytest.param("x = 1\n# archlint: ignore[A] why\ny = 2\nz = 3\n", [2, 3], id="above a statement"),
        pytest.param("# archlint: ignore[A] why\n\n# more\ny = (\n  2)\nz = 3\n", [1, 2, 3, 4, 5], id="above, after blanks"),
        pytest.param("q = '''\nSELECT\n'''  # archlint: ignore[A] why\nz = 3\n", [1, 2, 3], id="behind a long string"),
        pytest.param("f(\n  1,  # archlint: ignore[A] why\n  2,\n)\nz = 3\n", [1, 2, 3, 4], id="inside a statement"),
        pytest.param("def f():  # archlint: ignore[A] why\n    a\n    b\nz = 3\n", [1, 2, 3], id="beside a def"),
        pytest.param("class A:  # archlint: ignore[A] why\n    def f():\n        b\nz = 3\n", [1, 2, 3], id="beside a class"),
        pytest.param("@d\ndef f(\n  a,\n):  # archlint: ignore[A] why\n    b\nz\n", [1, 2, 3, 4, 5], id="behind a long head"),
        pytest.param("@d  # archlint: ignore[A] why\ndef f(a):\n    b\nz = 3\n", [1, 2, 3], id="beside a decorator"),
        pytest.param("# archlint: ignore[A] why\n@d\nasync def f(a):\n    b\nz = 3\n", [1, 2, 3, 4], id="above a def"),
        pytest.param("for x in y:  # archlint: ignore[A] why\n    b\nz = 3\n", [1], id="a loop's head only"),
        pytest.param("# archlint: ignore[A] why\nfor x in y:\n    b\nelse:\n    c\nz\n", [1, 2, 3, 4, 5], id="above a loop"),
        pytest.param("# archlint: ignore[A] why\ntry:\n    b\nexcept E:\n    c\nz = 3\n", [1, 2, 3, 4, 5], id="above a try"),
        pytest.param("# archlint: ignore[A] why\nif a:\n  b\nelif c:\n  c\nif d:\n  e\n", [1, 2, 3, 4, 5], id="above an if"),
        pytest.param("import a  # archlint: ignore[A] why\nimport b\n", [1], id="an import"),
        pytest.param("from a import (  # archlint: ignore[A] why\n    b,\n    c,\n)\nz\n", [1, 2, 3], id="a long import"),
        pytest.param("# archlint: ignore-file[A] why\nx = 1\n", [0], id="a whole file"),
        pytest.param("x = 1\n# archlint: ignore[A] why\n", [2], id="at the end of the file"),
    ],
)
def test_what_a_comment_covers(code: str, lines: list[int]) -> None:
    assert covered(code) == lines


@pytest.mark.parametrize(
    ("comment", "words", "reason", "until"),
    [
        ("# archlint: ignore[SQL001] a report", ("SQL001",), "a report", ""),
        ("#archlint:ignore[SQL001,select-star]: a report", ("SQL001", "select-star"), "a report", ""),
        ("# archlint: ignore[SQL001] - a report until 2027-01-31", ("SQL001",), "a report", "2027-01-31"),
        ("# archlint: ignore[SQL001] until 2027-01-31: a report", ("SQL001",), "a report", "2027-01-31"),
        ("# archlint: ignore[SQL001] until 2027-01-31", ("SQL001",), "", "2027-01-31"),
        ("# archlint: ignore[SQL001] a report, until 2027-01-31", ("SQL001",), "a report", "2027-01-31"),
        ("# archlint: ignore[SQL001]", ("SQL001",), "", ""),
        ("# archlint: ignore[SQL001] ---", ("SQL001",), "", ""),
        ("# archlint: ignore[SQL001]  # noqa: E501", ("SQL001",), "", ""),
        ("# archlint: ignore[SQL001] see issue #12 there  # noqa", ("SQL001",), "see issue #12 there", ""),
        ("# noqa: E501  # archlint: ignore[SQL001] why", ("SQL001",), "why", ""),
        ("# archlint: ignore[ SQL001 , , SQL001 ] why", ("SQL001",), "why", ""),
    ],
)
def test_what_a_comment_says(comment: str, words: tuple[str, ...], reason: str, until: str) -> None:
    (only,) = of(f"x = 1  {comment}\n")
    assert (only.words, only.reason, only.until, only.problem) == (words, reason, until, "")


@pytest.mark.parametrize("comment", ["# archlint: ignore", "# archlint: ignore[] why", "# archlint: disable[SQL001] why"])
def test_a_comment_that_covers_nothing_says_what_is_wrong(comment: str) -> None:
    (only,) = of(f"x = 1  {comment}\n")
    assert only.problem


def test_a_string_is_no_comment() -> None:
    assert of("x = '# archlint: ignore[A] why'\n") == []


def test_a_suppression_ends_with_its_last_day() -> None:
    (only,) = of("x = 1  # archlint: ignore[A] why until 2026-03-01\n")
    assert [only.expired(day) for day in ("2026-02-28", "2026-03-01", "2026-03-02")] == [False, False, True]


def test_sql_comments_cover_their_line_or_the_statement_below() -> None:
    text = "SELECT *\nFROM a; -- archlint: ignore[A] why\n-- archlint: ignore[B] why\nSELECT\n*\nFROM b;\nSELECT 1;\n"
    first, second = suppress.of_sql("a.sql", text)
    assert (first.words, first.first, first.last) == (("A",), 2, 2)
    assert (second.words, second.first, second.last) == (("B",), 3, 6)


def test_sql_file_comment() -> None:
    (only,) = suppress.of_sql("a.sql", "/* archlint: ignore-file[SQL001] a dump */\nSELECT 1;")
    assert (only.whole_file, only.reason) == (True, "a dump")
