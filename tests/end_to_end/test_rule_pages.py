"""A rule's page: in the terminal with what the rule is in the project, and as documentation that is current."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from archlint import app
from archlint.cli.root import run
from archlint.report.rule_docs import pages
from archlint.rulebook import Rule

DOCS = Path(__file__).parents[2] / "docs/rules"
RULES = app.rulebook().rules
CACHE = """\
import redis

client = redis.Redis()


def put(body):
    client.set("cache:a", body)
    client.set("cache:b", body)
"""
Capture = pytest.CaptureFixture[bytes]


def archlint(capsysbinary: Capture, *arguments: str | Path) -> tuple[int, str, str]:
    status = run([str(argument) for argument in arguments])
    out, err = capsysbinary.readouterr()
    return status, out.decode(), err.decode()


def project(folder: Path, configuration: str = "", **files: str) -> Path:
    (folder / "pyproject.toml").write_text(f"[tool.archlint]\n{configuration}")
    (folder / "shop").mkdir()
    for path, text in {"shop/cache.py": CACHE, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def part(page: str, heading: str) -> list[str]:
    """The lines below a heading, up to the next one."""
    found = re.search(rf"^{heading}\n((?:(?:  .*)?\n)*)", page, re.MULTILINE)
    return [line.strip() for line in found[1].splitlines() if line.strip()] if found else []


def test_the_page_says_all_that_the_document_says(tmp_path: Path, capsysbinary: Capture) -> None:
    status, page, err = archlint(capsysbinary, "explain", "cache-write-without-ttl", project(tmp_path))
    assert (status, err) == (0, "")
    assert page.startswith("CCH001 cache-write-without-ttl  warning, stable, since 0.1\nA cache entry that never expires\n")
    headings = re.findall(r"^([A-Z][\w ]+)$", page, re.MULTILINE)
    assert headings[1:] == [
        "Why",
        "How to fix",
        "When not to",
        "Reported",
        "Not reported",
        "Parameters",
        "Guides",
        "Serves the checklist items",
        "Accept one finding",
    ]
    assert "    client.set(key, found)  # error: with no expiry" in page.replace("        client", "    client")


def test_where_it_fired_here_and_what_is_accepted(tmp_path: Path, capsysbinary: Capture) -> None:
    accepted = CACHE.replace('"cache:b", body)', '"cache:b", body)  # archlint: ignore[CCH001] kept on purpose')
    page = archlint(capsysbinary, "explain", "CCH001", project(tmp_path, **{"shop/cache.py": accepted}))[1]
    places = part(page, f"In {tmp_path.name}: fires once here, 1 accepted")
    assert " ".join(places).startswith('shop/cache.py:7  `client.set(…)` writes `"cache:a"` to redis with no expiry')
    assert "[suppressed: kept on purpose]" in " ".join(places)


def test_parameters_and_severity_are_those_of_the_project(tmp_path: Path, capsysbinary: Capture) -> None:
    configuration = 'severity = {CCH001 = "error"}\nrules = {CCH001 = {ignore_keys = ["cache:a"]}}\n'
    page = archlint(capsysbinary, "explain", "CCH001", project(tmp_path, configuration))[1]
    assert 'ignore_keys = ["cache:a"]  (configured here; the rule\'s own: [])' in part(page, "Parameters")
    assert "severity = error (configured)" in part(page, "Parameters")
    assert f"In {tmp_path.name}: fires once here" in page


def test_a_folder_with_its_own_configuration_shows_its_own_values(tmp_path: Path, capsysbinary: Capture) -> None:
    nested = {"jobs/archlint.toml": '[rules.CCH001]\nignore_keys = ["cache:b"]\n', "jobs/work.py": CACHE}
    page = archlint(capsysbinary, "explain", "CCH001", project(tmp_path, **nested))[1]
    assert "ignore_keys = []" in part(page, "Parameters in the root")
    assert 'ignore_keys = ["cache:b"]  (configured here; the rule\'s own: [])' in part(page, "Parameters in jobs")


@pytest.mark.parametrize(
    ("configuration", "words"),
    [('ignore = ["CCH"]\n', "does not run here: it is not selected"), ("", "finds nothing here")],
)
def test_a_rule_that_does_not_run_or_finds_nothing_says_so(
    tmp_path: Path, configuration: str, words: str, capsysbinary: Capture
) -> None:
    fine = CACHE.replace("body)\n", "body, ex=60)\n")
    page = archlint(capsysbinary, "explain", "CCH001", project(tmp_path, configuration, **{"shop/cache.py": fine}))[1]
    assert f"In {tmp_path.name}: {words}" in page


def test_rules_about_the_run_have_a_page_too(tmp_path: Path, capsysbinary: Capture) -> None:
    page = archlint(capsysbinary, "explain", "RUN002", project(tmp_path, **{"shop/old.py": "print 'x'\n"}))[1]
    assert f"In {tmp_path.name}: fires once here" in page
    assert "Accept one finding" not in page


def test_many_places_are_counted_unless_all_are_asked_for(tmp_path: Path, capsysbinary: Capture) -> None:
    many = CACHE + '    client.set("cache:c", body)\n' * 30
    root = project(tmp_path, **{"shop/cache.py": many})
    assert "  and 12 more\n" in archlint(capsysbinary, "explain", "CCH001", root)[1]
    assert "  and 12 more\n" not in archlint(capsysbinary, "explain", "CCH001", root, "--verbose")[1]


def test_without_a_project_the_rule_alone(tmp_path: Path, capsysbinary: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(CACHE)
    status, page, err = archlint(capsysbinary, "explain", "CCH001")
    assert (status, err) == (0, "")
    assert "here" not in page.rpartition("Parameters")[2]
    assert not (tmp_path / ".archlint_cache").exists()
    (tmp_path / "pyproject.toml").write_text("")
    assert "fires 2 times here" in archlint(capsysbinary, "explain", "CCH001")[1]
    assert "here" not in archlint(capsysbinary, "explain", "CCH001", "--rule-only")[1].rpartition("Parameters")[2]


def test_a_configuration_at_fault_costs_only_what_is_here(tmp_path: Path, capsysbinary: Capture) -> None:
    for configuration, words in (('selct = ["A"]\n', "unknown key `selct`"), ('select = ["SQL01"]\n', "no rule `SQL01`")):
        root = tmp_path / words[:4]
        root.mkdir()
        status, page, err = archlint(capsysbinary, "explain", "CCH001", project(root, configuration))
        assert (status, "How to fix" in page, words in err) == (2, True, True)


def test_wrong_use_of_explain(capsysbinary: Capture) -> None:
    status, _, err = archlint(capsysbinary, "explain", "CCH01")
    assert (status, "did you mean `CCH001`?" in err) == (2, True)
    status, out, err = archlint(capsysbinary, "explain", "CCH001", "--output-format", "html")
    assert (status, out, "`html` is none of text, markdown" in err) == (2, "", True)
    assert archlint(capsysbinary, "explain", "CCH001", "nowhere")[0] == 2


def made() -> dict[str, str]:
    return pages([(rule.document.info, rule.document.parameters) for rule in RULES])


def test_the_documentation_is_current(tmp_path: Path, capsysbinary: Capture) -> None:
    """`archlint rules --output-folder docs/rules` makes it; UPDATE_GOLDEN=1 does so here."""
    if os.environ.get("UPDATE_GOLDEN"):
        for old in DOCS.glob("*.md"):
            old.unlink()
        archlint(capsysbinary, "rules", "--output-folder", DOCS)
    found = {path.name: path.read_text("utf-8") for path in DOCS.iterdir()}
    assert sorted(found) == sorted(made())
    assert [name for name, text in made().items() if found[name] != text] == [], "archlint rules --output-folder docs/rules"


def test_the_command_writes_the_documentation(tmp_path: Path, capsysbinary: Capture) -> None:
    assert archlint(capsysbinary, "rules", "--output-folder", tmp_path / "new/rules") == (0, "", "")
    assert {path.name: path.read_text("utf-8") for path in (tmp_path / "new/rules").iterdir()} == made()


def test_a_page_is_what_explain_prints_as_markdown(capsysbinary: Capture) -> None:
    assert archlint(capsysbinary, "explain", "SQL001", "--output-format", "markdown") == (0, made()["SQL001.md"], "")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_parameters_of_a_page_can_be_copied_into_a_configuration(rule: Rule) -> None:
    block = re.search(r"```toml\n(.+?)```", made()[f"{rule.id}.md"], re.DOTALL)
    assert (block is not None) == bool(rule.document.parameters)
    if block is not None:
        given = tomllib.loads(block[1])["tool"]["archlint"]["rules"][rule.name]
        assert rule.bind(given) == rule.bind({})


def test_the_index_leads_to_every_page() -> None:
    assert re.findall(r"\]\((\w+\.md)\)", made()["README.md"]) == [f"{rule.id}.md" for rule in RULES]
