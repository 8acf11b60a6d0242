"""Annotations as GitHub's runner reads them."""

from __future__ import annotations

from msgspec.structs import replace
from report_sample import CACHE, LOOP, SILENCED, report
from runner_log import Command, commands, lines_of

from archlint.facts.findings import Finding, Location, Severity
from archlint.report import Layout, render


def annotated(*findings: Finding, layout: Layout | None = None) -> list[Command]:
    return commands(render(report(*findings), "github", layout))


def many(number: int, severity: Severity) -> list[Finding]:
    return [replace(CACHE, severity=severity, location=Location("a.py", n + 1, 1, n + 1, 4)) for n in range(number)]


def test_an_annotation_stands_on_the_very_characters_and_says_the_path() -> None:
    (found,) = annotated(LOOP)
    assert found.name == "error"
    assert found.properties == {
        "file": "shop/orders.py",
        "line": "3",
        "col": "9",
        "endColumn": "22",
        "endLine": "3",
        "title": "PRF001 n-plus-one-query",
    }
    assert found.data.splitlines() == [
        "`load` queries the database on every turn",
        "1. shop/orders.py:3  calls `load`",
        "2. shop/store.py:9  queries `orders`",
        "How to fix: Ask once for all ids.",
    ]


def test_columns_are_left_out_where_the_place_has_several_lines() -> None:
    (found,) = annotated(replace(CACHE, location=Location("a.py", 3, 5, 6, 2)))
    assert {"col", "endColumn"}.isdisjoint(found.properties)
    assert (found.properties["line"], found.properties["endLine"]) == ("3", "6")


def test_paths_are_those_of_the_repository() -> None:
    (found,) = annotated(CACHE, layout=Layout(folder="backend/"))
    assert found.properties["file"] == "backend/shop/cache.py"


def test_what_has_a_meaning_in_a_command_is_escaped_as_the_toolkit_does() -> None:
    place = Location("a,b:c%41\n.py", 1, 1, 1, 2)
    line = render(report(replace(CACHE, message="50%\r\n::stop-commands::x, y: z", location=place)), "github").splitlines()[0]
    assert "file=a%2Cb%3Ac%2541%0A.py" in line
    assert "::50%25%0D%0A::stop-commands::x, y: z" in line
    (found,) = annotated(replace(CACHE, message="50%\r\n::stop-commands::x", location=place))
    assert found.properties["file"] == place.path
    assert found.data.startswith("50%\r\n::stop-commands::x")


def test_the_most_severe_come_first_and_no_level_has_more_than_ten() -> None:
    found = annotated(*many(12, Severity.NOTE), *many(3, Severity.WARNING), *many(11, Severity.ERROR))
    assert [c.name for c in found] == ["error"] * 10 + ["warning"] * 3 + ["notice"] * 10


def test_what_is_left_out_is_counted_with_where_it_is_named() -> None:
    findings = many(12, Severity.NOTE)
    alone = render(report(*findings), "github")
    assert "2 findings more than GitHub shows as annotations; `archlint check` with the format text shows them." in alone
    summarised = render(report(*findings), "github", Layout(summarised=True))
    assert "2 findings more than GitHub shows as annotations; the job summary names them." in summarised
    assert "more than GitHub shows" not in render(report(*findings[:10]), "github")


def test_accepted_findings_are_no_annotations_and_the_end_says_what_was_looked_at() -> None:
    text = render(report(SILENCED), "github", Layout(show_suppressed=True))
    assert commands(text) == []
    assert lines_of(text)[-2].startswith("Looked at: 2 files read")
