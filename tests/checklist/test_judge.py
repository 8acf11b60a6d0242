"""How what the rules said becomes the state of an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from item_projects import HERE, read_item
from msgspec.structs import replace

from archlint import app
from archlint.adapters.processes import InProcess
from archlint.adapters.store import NoStore
from archlint.checklist.items import Checklist, Item
from archlint.checklist.judge import Said, judge
from archlint.engine.analyse import understand
from archlint.facts.findings import Confidence, Finding, ItemResult, Location, Proof, Severity, Site
from archlint.facts.settings import Settings
from archlint.testing import MemoryFiles, analyse_files

ITEM = Item(
    id="cups.washed",
    section="Kitchen",
    title="Cups are washed",
    question="Is every cup washed?",
    guide="kitchen#cups",
    subjects="cups",
    proof="each is clean",
    refutation="a cup is dirty",
    rules=("CUP001",),
    none="there is no cup",
)
PROJECT = understand(MemoryFiles({"a.py": "x = 1\n"}), NoStore(), InProcess(), app.tool(), settings=Settings())
CLEAN = Proof(Site("a.py", 0, 1), "shines")


def finding(confidence: Confidence = Confidence.HIGH, *, suppressed: bool = False, line: int = 1) -> Finding:
    return Finding(
        rule="CUP001",
        name="dirty-cup",
        severity=Severity.WARNING,
        confidence=confidence,
        message="dirty",
        location=Location("a.py", line, 1, line, 2),
        fingerprint=f"{line:016}",
        state="suppressed" if suppressed else "new",
    )


def judged(
    *items: Item,
    findings: Sequence[Finding] = (),
    proofs: Sequence[Proof] = (),
    known: Sequence[str] = ("CUP001",),
    ran: Sequence[str] = ("CUP001",),
    crashed: Mapping[str, str] | None = None,
    failed: Sequence[str] = (),
) -> ItemResult:
    """The result of the last of the items."""
    said = Said(
        project=PROJECT,
        findings=findings,
        proofs={"CUP001": proofs},
        known=frozenset(known),
        ran=frozenset(ran),
        crashed=crashed or {},
        failed=failed,
        locate=lambda site: Location(site.path, 1, site.at + 1, 1, site.end + 1),
    )
    return judge(Checklist(items or (ITEM,)), said)[-1]


def state(found: ItemResult) -> tuple[str, str]:
    return found.status, found.reason


def test_every_subject_proven_is_a_pass() -> None:
    found = judged(proofs=[CLEAN, Proof(Site("a.py", 3, 4), "shines too")])
    assert state(found) == ("pass", "2 of 2 cups: each is clean")
    assert [e.text for e in found.evidence] == ["shines", "shines too"]


def test_a_place_that_two_rules_prove_is_one_subject() -> None:
    assert judged(proofs=[CLEAN, CLEAN]).subjects == 1


def test_no_subject_is_not_applicable() -> None:
    assert state(judged()) == ("not applicable", "there is no cup")


def test_one_finding_is_a_fail_whatever_is_proven() -> None:
    found = judged(findings=[finding()], proofs=[CLEAN])
    assert state(found) == ("fail", "a cup is dirty: 1 finding of CUP001; 1 of 2 cups proven")
    assert found.findings == (finding().fingerprint,)


def test_a_fail_says_how_many_of_its_findings_were_accepted() -> None:
    found = judged(findings=[finding(suppressed=True), finding(line=2)])
    assert found.accepted == 1
    assert found.status == "fail"
    assert judged(findings=[finding(suppressed=True)]).status == "fail"


def test_low_confidence_alone_is_for_a_person() -> None:
    assert state(judged(findings=[finding(Confidence.LOW)], proofs=[CLEAN])) == (
        "manual",
        "1 of 2 cups can be told from the code alone",
    )
    assert judged(findings=[finding(Confidence.MEDIUM)]).status == "fail"


def test_a_place_that_a_rule_cannot_decide_is_for_a_person() -> None:
    assert judged(proofs=[CLEAN, Proof(Site("a.py", 3, 4), "")]).status == "manual"


def test_the_items_own_words_are_said_to_the_person() -> None:
    item = replace(ITEM, manual="look into the cupboard")
    assert state(judged(item, findings=[finding(Confidence.LOW)])) == ("manual", "look into the cupboard")


def test_a_crashed_rule_proves_nothing() -> None:
    found = judged(proofs=[CLEAN], ran=[], crashed={"CUP001": "KeyError"})
    assert state(found) == ("unknown", "CUP001 crashed")
    assert judged(ran=[], crashed={"CUP001": "KeyError"}).status == "unknown"


def test_a_crash_hides_no_failure_that_another_rule_found() -> None:
    item = replace(ITEM, rules=("CUP001", "CUP002"))
    known = ["CUP001", "CUP002"]
    assert judged(item, findings=[finding()], known=known, crashed={"CUP002": "KeyError"}).status == "fail"


@pytest.mark.parametrize("proofs", [[], [CLEAN]])
def test_a_rule_that_did_not_run_proves_nothing(proofs: list[Proof]) -> None:
    assert state(judged(proofs=proofs, ran=[])) == ("unknown", "CUP001 did not run")


@pytest.mark.parametrize("proofs", [[], [CLEAN]])
def test_a_rule_that_is_not_in_this_version_keeps_from_a_pass(proofs: list[Proof]) -> None:
    item = replace(ITEM, rules=("CUP001", "CUP002", "CUP003"))
    assert state(judged(item, proofs=proofs)) == ("unknown", "CUP002, CUP003 are not in this version")
    assert judged(item, findings=[finding()]).status == "fail"


@pytest.mark.parametrize("proofs", [[], [CLEAN]])
def test_nothing_is_sure_while_a_file_is_not_parsed(proofs: list[Proof]) -> None:
    assert state(judged(proofs=proofs, failed=["b.py"])) == ("unknown", "1 file was not parsed")
    assert state(judged(proofs=proofs, failed=["b.py", "c.py"])) == ("unknown", "2 files were not parsed")
    assert judged(findings=[finding()], failed=["b.py"]).status == "fail"


def test_a_search_that_raises_costs_its_own_item() -> None:
    item = replace(ITEM, evidence="no_such_search")
    assert state(judged(item)) == ("unknown", "the search for cups crashed: ModuleNotFoundError")
    assert judged(item, replace(ITEM, id="cups.whole"), proofs=[CLEAN]).status == "pass"


def test_a_search_without_subjects_of_its_own_leaves_them_to_the_rules() -> None:
    served = {
        "a.py": "from fastapi import FastAPI\nimport uvicorn\n\napp = FastAPI()\n\n\n"
        "@app.get('/')\ndef home():\n    return {}\n\n\nuvicorn.run(app)\n"
    }
    project = understand(MemoryFiles(served), NoStore(), InProcess(), app.tool(), settings=Settings())
    item = replace(ITEM, evidence="apps")

    def of(*proofs: Proof) -> ItemResult:
        said = Said(project, (), {"CUP001": proofs}, frozenset(item.rules), frozenset(item.rules), {}, (), locate)
        return judge(Checklist((item,)), said)[0]

    def locate(site: Site) -> Location:
        return Location(site.path, 1, 1, 1, 2)

    assert of(CLEAN).status == "pass"
    assert state(of()) == ("manual", "0 of 0 cups can be told from the code alone")


def test_items_of_one_computation_say_the_same_in_their_own_words() -> None:
    twin = Item(id="kitchen.clean", section="House", title="Clean", question="?", guide="house#kitchen", same_as=ITEM.id)
    found = judged(ITEM, twin, proofs=[CLEAN])
    assert (found.id, found.section, found.title, found.status) == ("kitchen.clean", "House", "Clean", "pass")
    assert found.rules == ITEM.rules


# the same, through the whole pipeline

PASS = next(project.files for project in read_item(HERE / "caching.ttl.md") if project.state == "pass")
FAIL = next(project.files for project in read_item(HERE / "caching.ttl.md") if project.state == "fail")


def caching(files: Mapping[str, str | bytes], settings: Settings | None = None) -> ItemResult:
    return next(found for found in analyse_files(files, settings).checklist if found.id == "caching.ttl")


def test_a_file_that_is_not_parsed_keeps_from_a_pass() -> None:
    assert caching(PASS).status == "pass"
    assert state(caching({**PASS, "broken.py": "def ("})) == ("unknown", "1 file was not parsed")
    assert caching({"broken.py": "def ("}).status == "unknown"


def test_a_rule_that_is_not_selected_keeps_from_a_pass() -> None:
    for settings in (Settings(select=("SQL",)), Settings(ignore=("CCH001",)), Settings(severity={"CCH001": "off"})):
        assert state(caching(PASS, settings)) == ("unknown", "CCH001 did not run")


def test_a_suppressed_failure_is_an_accepted_failure() -> None:
    line = "json.dumps(product))\n"
    accepted = {path: text.replace(line, f"{line[:-1]}  # archlint: ignore[CCH001] small\n") for path, text in FAIL.items()}
    assert accepted != FAIL
    found = caching(accepted)
    assert (found.status, found.accepted) == ("fail", 1)


def test_code_of_tests_proves_nothing() -> None:
    found = caching({f"tests/test_{path.rpartition('/')[2]}": text for path, text in PASS.items()})
    assert found.status == "not applicable"
