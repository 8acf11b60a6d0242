"""Answers in a whole run: what they watch, when they lapse, and that a kept report knows of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import msgspec
import pytest
from open_items import FILES, ITEM, TWIN

from archlint import app
from archlint.adapters.disk import DiskFiles
from archlint.adapters.processes import InProcess
from archlint.adapters.store import NoStore, SqliteStore
from archlint.checklist.answers import FILE, Answer, AnswersError
from archlint.engine.analyse import Tool, analyse
from archlint.engine.answering import AnswerBook
from archlint.engine.discover import discover
from archlint.engine.status import exit_status
from archlint.facts.findings import ItemResult, Report
from archlint.facts.settings import Settings
from archlint.ports import FactStore
from archlint.rulebook import Rulebook
from archlint.testing import TODAY, MemoryFiles, analyse_files

SAID = Answer(verdict="pass", why="The mesh does it.", by="Ada")


def book(files: dict[str, str | bytes], today: str = TODAY) -> AnswerBook:
    """The answers of a project in memory; what is saved is put into `files`."""
    tree = MemoryFiles(files)
    return AnswerBook(tree, discover(tree, Settings()), lambda data: files.update({FILE: data}), today)


def answered(files: dict[str, str | bytes], **changes: object) -> dict[str, str | bytes]:
    """The project with an answer to ITEM; `changes` are fields of it."""
    given = dict(files)
    said = msgspec.structs.replace(SAID, **changes)
    book(given).put(ITEM, book(given).signed(said))
    return given


def item(report: Report, name: str = ITEM) -> ItemResult:
    return next(result for result in report.checklist if result.id == name)


def state(files: dict[str, str | bytes], today: str = TODAY) -> tuple[str, str, str]:
    """(status, standing, problem) of ITEM."""
    result = item(analyse_files(files, today=today))
    return (result.status, *((result.answer.standing, result.answer.problem) if result.answer else ("", "")))


def test_an_answer_decides_what_the_code_leaves_open() -> None:
    before = item(analyse_files(FILES))
    assert before.status == "manual"
    assert state(answered(FILES)) == ("pass", "decides", "")
    shared = item(analyse_files(answered(FILES)), TWIN)
    assert (shared.status, shared.answer and shared.answer.by) == ("pass", "Ada")


def test_it_holds_through_its_last_day() -> None:
    files = answered(FILES, until="2026-02-01")
    assert state(files, "2026-02-01")[:2] == ("pass", "decides")
    status, standing, problem = state(files, "2026-02-02")
    assert (status, standing, problem) == (item(analyse_files(FILES)).status, "expired", "it held until 2026-02-01")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"docs/mesh.md": "nothing\n"}, "docs/mesh.md changed"),
        ({"docs/mesh.md": None}, "docs/mesh.md is gone"),
        ({"docs/more.md": ""}, "docs/more.md is new"),
        ({"deploy/nginx.conf": "server {}\n"}, "deploy/nginx.conf changed"),
        ({"orders/sales.sql": "SELECT id FROM sales;\n"}, "orders/sales.sql changed"),
        ({"README.md": "new"}, ""),
        ({"docs/mesh.md": b"outlier detection\r\n"}, ""),
        ({".gitignore": "*.local\n", "docs/my.local": "x"}, ""),
        ({"archlint-review.json": "{}"}, ""),
    ],
)  # fmt: skip
def test_it_is_stale_once_what_it_watches_is_another(change: dict[str, str | None], problem: str) -> None:
    files = answered({**FILES, "package.json": "{}"}, watch=("docs/", "*.conf", "*.json", "/orders/sales.sql"))
    changed = {path: data for path, data in {**files, **change}.items() if data is not None}
    assert state(changed)[1:] == ("stale" if problem else "decides", problem)


def test_the_file_itself_is_nothing_to_watch() -> None:
    files = answered(FILES, watch=("*.yaml",))
    book(files).put("caching.ttl", book(files).signed(SAID))
    assert state(files)[1] == "decides"


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"why": " ", "by": ""}, ["why is missing", "by is missing"]),
        ({"watch": ("docs/nope.md", "docs/")}, ["watch: `docs/nope.md` matches no file that archlint sees"]),
        ({"until": "2026-01-14"}, ["until: 2026-01-14 is over"]),
        ({"verdict": "accept"}, ["until is missing: a failure is accepted up to a day"]),
    ],
)
def test_what_is_wrong_with_an_answer_is_said_before_it_is_kept(changes: dict[str, object], problems: list[str]) -> None:
    with pytest.raises(AnswersError) as raised:
        answered(FILES, **changes)
    assert list(raised.value.problems) == problems


def test_an_answers_file_is_no_deployment_file() -> None:
    files = {**FILES, FILE: b"version: 1\nanswers:\n  services: {verdict: pass}\n"}
    report = analyse_files(files)
    assert report.completeness.read == analyse_files(FILES).completeness.read
    assert [stray.id for stray in report.stray_answers] == ["services"]


def test_a_file_that_cannot_be_taken_stops_the_run() -> None:
    with pytest.raises(AnswersError, match=":2: a merge conflict is not resolved"):
        analyse_files({**FILES, FILE: "version: 1\n<<<<<<< HEAD\n"})


def test_a_link_in_its_place_makes_the_run_incomplete_and_is_not_written(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "elsewhere.yaml").write_text("")
    (root / FILE).symlink_to(tmp_path / "elsewhere.yaml")
    files = DiskFiles(root)
    report = analyse(files, NoStore(), InProcess(), app.tool(), settings=Settings(), today=TODAY)
    assert [(f.rule, f.location.path) for f in report.findings if f.location.path == FILE] == [("RUN001", FILE)]
    assert exit_status(report) == 2
    with pytest.raises(AnswersError, match="link out of the project"):
        AnswerBook(files, discover(files, Settings()), lambda data: None, TODAY).put(ITEM, None)


def test_a_kept_report_knows_of_answers_their_days_and_what_they_watch(tmp_path: Path) -> None:
    root, store = tmp_path / "project", SqliteStore(tmp_path / "cache")
    files = answered(FILES, until="2026-02-01", watch=("docs/",))

    def write(changes: dict[str, str | bytes | None]) -> None:
        for path, data in changes.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            if data is None:
                (root / path).unlink()
            else:
                (root / path).write_bytes(data.encode() if isinstance(data, str) else data)

    def warm_and_cold(today: str) -> tuple[str, str]:
        def run(kept: SqliteStore | NoStore) -> Report:
            return analyse(DiskFiles(root), kept, InProcess(), app.tool(), settings=Settings(), today=today)

        run(store)
        warm, cold = run(store), run(NoStore())
        assert msgspec.json.encode(warm) == msgspec.json.encode(cold)
        answer = item(warm).answer
        return item(warm).status, answer.standing if answer else ""

    unanswered = item(analyse_files(FILES)).status
    write(dict(FILES))
    assert warm_and_cold("2026-01-15") == (unanswered, "")
    write({FILE: files[FILE]})
    assert warm_and_cold("2026-01-15") == ("pass", "decides")
    assert warm_and_cold("2026-02-02") == (unanswered, "expired")
    assert warm_and_cold("2026-01-15") == ("pass", "decides")
    write({"docs/mesh.md": "changed\n"})
    assert warm_and_cold("2026-01-15") == (unanswered, "stale")
    write({"docs/mesh.md": FILES["docs/mesh.md"]})
    assert warm_and_cold("2026-01-16") == ("pass", "decides")
    write({FILE: None})
    assert warm_and_cold("2026-01-16") == (unanswered, "")


def test_an_answer_does_not_make_the_code_be_looked_at_again(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)

    def broken(_: FactStore) -> Rulebook:
        raise AssertionError("the rules are asked for")

    def run(files: dict[str, str | bytes], tool: Tool) -> ItemResult:
        return item(analyse(MemoryFiles(files), store, InProcess(), tool, settings=Settings(), today=TODAY))

    assert run(FILES, app.tool()).status == "manual"
    warm = dataclasses.replace(app.tool(), rulebook=broken)
    assert run(answered(FILES), warm).status == "pass"
    assert run(answered(FILES, verdict="fail"), warm).status == "fail"
    assert run(FILES, warm).status == "manual"
