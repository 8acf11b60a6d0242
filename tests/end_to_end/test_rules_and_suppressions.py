"""Rules through the pipeline: one that raises, severities, suppressions used and unused, selection."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from msgspec import Struct

from archlint.adapters.processes import InProcess
from archlint.adapters.resources import rule_documents
from archlint.adapters.store import NoStore
from archlint.app import checklist, knowledge
from archlint.engine.analyse import Tool, analyse
from archlint.engine.check import MAX_HITS
from archlint.engine.config import ConfigError
from archlint.engine.select import SelectionError
from archlint.engine.status import exit_status, narrowed
from archlint.facts.findings import Confidence, Hit, Proof, Report, Severity, Site
from archlint.facts.settings import Settings
from archlint.project import Project
from archlint.rulebook import Rulebook, load_rulebook
from archlint.testing import TODAY, MemoryFiles

DOCUMENT = """
id: TST00{n}
name: {name}
title: A rule for tests
severity: warning
status: {status}
since: "0.1"
why: Because.
fix: Do not.
when_not: Never.
guides: []
messages:
  default: "call of `{{name}}`"
  mild: {{text: "mild call of `{{name}}`", severity: note}}
parameters: {{names: [bad]}}
bad: [x]
good: [y]
"""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    names: tuple[str, ...]


def calls_of_bad(project: Project, params: Params) -> Iterator[Hit | Proof]:
    for path, facts in project.files.items():
        for call in facts.body.calls:
            name = getattr(call.callee, "id", "")
            site = Site(path, call.at, call.end)
            if name in params.names:
                yield Hit(site, {"name": name})
            elif name == "mild":
                yield Hit(site, {"name": name}, "mild")
            elif name == "unsure":
                yield Hit(site, {"name": name}, confidence=Confidence.LOW)
            elif name == "grave":
                yield Hit(site, {"name": name}, severity=Severity.ERROR)
            elif name == "wordless":
                yield Hit(site, {})
            elif name == "good":
                yield Proof(site, "good")


def raising(project: Project, params: Params) -> Iterator[Hit]:
    yield from ()
    raise ValueError("boom\nat once")


def module(name: str, check: object) -> ModuleType:
    made = ModuleType(name)
    made.check, made.Params = check, Params  # type: ignore[attr-defined]
    return made


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Rulebook:
    """Three rules of a family of their own, beside the RUN rules."""
    checks = {"bad_call": calls_of_bad, "raising": raising, "shy": calls_of_bad}
    documents = {path: data for path, data in rule_documents().items() if path.startswith("run/")}
    for number, (stem, check) in enumerate(checks.items(), 1):
        monkeypatch.setitem(sys.modules, f"archlint.checks.tst.{stem}", module(stem, check))
        status = "preview" if stem == "shy" else "stable"
        text = DOCUMENT.format(n=number, name=stem.replace("_", "-"), status=status)
        documents[f"tst/{stem}.yaml"] = text.encode()
    return load_rulebook(documents, [f"tst/{stem}" for stem in checks])


def run(book: Rulebook, files: dict[str, str], **settings: Any) -> Report:
    tool = Tool(lambda _: book, knowledge, checklist, "parsers", "program")
    chosen = Settings(**{"ignore": ("TST002",), **settings})
    return analyse(MemoryFiles(files), NoStore(), InProcess(), tool, settings=chosen, today=TODAY)


def lines(report: Report) -> list[tuple[str, int]]:
    return [(f.rule, f.location.line) for f in report.active]


def test_hits_become_findings_with_places_symbols_and_snippets(book: Rulebook) -> None:
    report = run(book, {"pkg/a.py": "class A:\n    def f(self):\n\treturn  bad(1)\n".replace("\t", "        ")})
    (finding,) = report.findings
    assert finding.message == "call of `bad`"
    assert (finding.location.line, finding.location.column, finding.location.end_column) == (3, 17, 23)
    assert (finding.symbol, finding.snippet) == ("A.f", "        return  bad(1)")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.HIGH)
    assert exit_status(report) == 1
    assert exit_status(report, exit_zero=True) == 0


@pytest.mark.parametrize(
    ("code", "settings", "severity"),
    [
        ("mild()", {}, Severity.NOTE),
        ("grave()", {}, Severity.ERROR),
        ("unsure()", {}, Severity.NOTE),
        ("bad()", {"severity": {"TST001": "error"}}, Severity.ERROR),
        ("mild()", {"severity": {"bad-call": "error"}}, Severity.ERROR),
        ("unsure()", {"severity": {"TST001": "error"}}, Severity.NOTE),
    ],
)
def test_severities(book: Rulebook, code: str, settings: dict[str, object], severity: Severity) -> None:
    (finding,) = run(book, {"a.py": code}, **settings).findings
    assert finding.severity is severity


def test_a_note_does_not_fail_a_run_unless_asked(book: Rulebook) -> None:
    assert exit_status(run(book, {"a.py": "mild()"})) == 0
    assert exit_status(run(book, {"a.py": "mild()"}, fail_level=Severity.NOTE)) == 1


def test_a_rule_that_raises_costs_its_own_findings_only(book: Rulebook) -> None:
    report = run(book, {"a.py": "bad()\n"}, ignore=())
    assert [f.rule for f in report.findings] == ["TST001", "RUN005"]
    crash = report.findings[1].message
    assert crash.startswith("rule TST002 crashed: ValueError: boom at once (")
    assert crash.endswith("in raising)")
    assert "/" not in crash.partition("(")[2]
    assert report.completeness.crashed == ("TST002",)
    assert report.completeness.rules == ("TST001",)
    assert exit_status(report, exit_zero=True) == 2


def test_a_message_without_its_words_is_a_crash(book: Rulebook) -> None:
    report = run(book, {"a.py": "wordless()\nbad()\n"})
    assert [f.rule for f in report.findings] == ["RUN005"]
    assert "the message wants `name`" in report.findings[0].message


def test_a_rule_with_nothing_to_look_at_is_named(book: Rulebook) -> None:
    assert run(book, {"a.py": "x = 1\n"}).completeness.idle == ("TST001",)
    assert run(book, {"a.py": "good()\n"}).completeness.idle == ()


def test_too_many_findings_are_cut_and_said(book: Rulebook) -> None:
    report = run(book, {"a.py": "bad()\n" * (MAX_HITS + 3)})
    assert sum(f.rule == "TST001" for f in report.findings) == MAX_HITS
    (cut,) = (f for f in report.findings if f.rule == "RUN006")
    assert cut.message == f"TST001 has {MAX_HITS + 3} findings here; the first {MAX_HITS} are shown"
    assert exit_status(report) == 2


def test_suppressions_accept_and_are_told_apart(book: Rulebook) -> None:
    code = (
        "bad()  # archlint: ignore[TST001] a test\n"
        "bad()  # archlint: ignore[bad-call] by name\n"
        "bad()  # archlint: ignore[TST001]\n"
        "good()  # archlint: ignore[TST001] nothing here\n"
        "good()  # archlint: ignore[TST002] did not run\n"
        "good()  # archlint: ignore[TST0001] misspelt\n"
        "bad()  # archlint: ignore[TST001] over until 2026-01-14\n"
        "bad()  # archlint: ignore[TST001] holds until 2026-01-15\n"
        "bad()  # archlint: ignore\n"
        "good()  # archlint: ignore[RUN002] no\n"
    )
    report = run(book, {"a.py": code})
    accepted = [(f.location.line, f.justification) for f in report.findings if f.state == "suppressed"]
    assert accepted == [(1, "a test"), (2, "by name"), (3, ""), (8, "holds")]
    assert [(f.rule, f.location.line, f.message) for f in report.active] == [
        ("RUN008", 3, "no reason is given for ignoring TST001"),
        ("RUN007", 4, "nothing to suppress: TST001 finds nothing here"),
        ("RUN007", 6, "there is no rule `TST0001`, did you mean `TST001`?"),
        ("TST001", 7, "call of `bad`"),
        ("RUN007", 7, "the suppression of TST001 ended on 2026-01-14"),
        ("TST001", 9, "call of `bad`"),
        ("RUN007", 9, "not understood: name the rules: `archlint: ignore[RULE] reason`"),
        ("RUN007", 10, "RUN002 cannot be suppressed: it is about the run itself"),
    ]


def test_a_suppression_removes_its_finding_and_no_other(book: Rulebook) -> None:
    code = "bad()\nbad()\nbad()\n"
    for line in (1, 2, 3):
        marked = code.splitlines()
        marked[line - 1] += "  # archlint: ignore[TST001] why"
        assert lines(run(book, {"a.py": "\n".join(marked)})) == [("TST001", n) for n in (1, 2, 3) if n != line]


def test_per_file_ignores(book: Rulebook) -> None:
    files = {"tools/a.py": "bad()\n", "b.py": "bad()\n"}
    report = run(book, files, per_file_ignores={"tools/**": ("TST",)})
    assert [(f.location.path, f.state, f.justification) for f in report.findings] == [
        ("b.py", "new", ""),
        ("tools/a.py", "suppressed", "per-file-ignores of tools/**"),
    ]


def test_fingerprints_survive_moves_and_layout(book: Rulebook) -> None:
    before = run(book, {"a.py": "def f():\n    bad(1, 'x')\n"})
    moved = 'import os\n\n\ndef g():\n    pass\n\n\ndef f():\n    bad(\n        1,\n        "x",\n    )\n'
    after = run(book, {"a.py": moved})
    assert [f.fingerprint for f in before.findings] == [f.fingerprint for f in after.findings]


def test_fixing_one_of_two_twins_makes_nothing_new(book: Rulebook) -> None:
    both = {f.fingerprint for f in run(book, {"a.py": "bad()\nx = 1\nbad()\n"}).findings}
    one = {f.fingerprint for f in run(book, {"a.py": "x = 1\nbad()\n"}).findings}
    assert len(both) == 2
    assert one < both


def test_preview_rules_wait_to_be_asked_for(book: Rulebook) -> None:
    files = {"a.py": "bad()\n"}
    assert lines(run(book, files)) == [("TST001", 1)]
    assert lines(run(book, files, preview=True)) == [("TST001", 1), ("TST003", 1)]
    assert lines(run(book, files, select=("TST003",))) == [("TST003", 1)]
    assert lines(run(book, files, select=("TST",))) == [("TST001", 1)]
    assert lines(run(book, files, preview=True, severity={"shy": "off"})) == [("TST001", 1)]


def test_parameters_replace_the_documents(book: Rulebook) -> None:
    report = run(book, {"a.py": "bad()\nworse()\n"}, rules={"bad-call": {"names": ["worse"]}})
    assert lines(report) == [("TST001", 2)]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"select": ("TST01",)}, "select: there is no rule `TST01`, did you mean `TST001`?"),
        ({"ignore": ("bad-cal",)}, "ignore: there is no rule `bad-cal`, did you mean `bad-call`?"),
        ({"severity": {"TST009": "off"}}, "severity: there is no rule `TST009`, did you mean `TST003`?"),
        ({"rules": {"TSTOO1": {}}}, "rules: there is no rule `TSTOO1`, did you mean `TST001`?"),
        ({"rules": {"TST001": {"name": ["a"]}}}, "TST001 bad-call has no parameter `name`, did you mean `names`?"),
        ({"rules": {"TST001": {"names": "a"}}}, "parameters of TST001 bad-call: Expected `array`, got `str` - at `$.names`"),
        ({"per_file_ignores": {"a/**": ("NOPE",)}}, "per-file-ignores: there is no rule `NOPE`"),
        ({"ignore": ("ALL",)}, "no rule is selected"),
    ],
)
def test_settings_that_do_not_fit_are_wrong_use(book: Rulebook, settings: dict[str, object], words: str) -> None:
    with pytest.raises(SelectionError) as raised:
        run(book, {"a.py": "x = 1\n"}, **settings)
    assert raised.value.problems == (words,)


def test_paths_restrict_what_is_reported_not_what_is_analysed(book: Rulebook) -> None:
    report = run(book, {"a/x.py": "bad()\n", "ab/y.py": "bad()\n", "c.py": "def f(:\n"})
    assert [f.location.path for f in narrowed(report, ["a"]).findings] == ["a/x.py", "c.py"]
    assert [f.location.path for f in narrowed(report, ["ab/y.py"]).findings] == ["ab/y.py", "c.py"]
    assert narrowed(report, []) == report
    assert exit_status(narrowed(report, ["a"])) == 2


MONOREPO = {
    "a.py": "bad()\nworse()\n",
    "services/orders/archlint.toml": 'severity = {TST001 = "error"}\n[per-file-ignores]\n"old/**" = ["TST001"]\n',
    "services/orders/b.py": "bad()\nworse()\n",
    "services/orders/old/c.py": "bad()\n",
    "services/users/pyproject.toml": "[tool.archlint]\nrules.TST001.names = ['worse']\nroots = ['nowhere']\n",
    "services/users/d.py": "bad()\nworse()\n",
    "services/quiet/pyproject.toml": "[tool.archlint]\nignore = ['TST']\n",
    "services/quiet/e.py": "bad()\n",
    "services/other/pyproject.toml": "[tool.ruff]\n",
    "services/other/f.py": "bad()\n",
}


def test_configurations_further_down_hold_for_their_folders(book: Rulebook) -> None:
    report = run(book, MONOREPO)
    assert [(f.location.path, f.location.line, f.severity.name, f.state) for f in report.findings] == [
        ("a.py", 1, "WARNING", "new"),
        ("services/orders/b.py", 1, "ERROR", "new"),
        ("services/orders/old/c.py", 1, "ERROR", "suppressed"),
        ("services/other/f.py", 1, "WARNING", "new"),
        ("services/users/d.py", 2, "WARNING", "new"),
    ]


def test_what_the_command_line_selects_stays_selected_everywhere(book: Rulebook) -> None:
    files = {"a.py": "bad()\n", "p/archlint.toml": 'select = ["TST003"]\n', "p/b.py": "bad()\n"}
    assert [(f.rule, f.location.path) for f in run(book, files).findings] == [("TST001", "a.py"), ("TST003", "p/b.py")]
    fixed = run(book, files, select=("TST001",), fixed=("select",))
    assert [(f.rule, f.location.path) for f in fixed.findings] == [("TST001", "a.py"), ("TST001", "p/b.py")]


def test_a_mistake_in_a_configuration_further_down_is_wrong_use(book: Rulebook) -> None:
    with pytest.raises(ConfigError) as raised:
        run(book, {"a.py": "x = 1", "p/archlint.toml": "selct = []\n"})
    assert raised.value.problems == ("p/archlint.toml: unknown key `selct`, did you mean `select`?",)
