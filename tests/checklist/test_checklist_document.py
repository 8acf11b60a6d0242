"""`rules/checklist.yaml`: what is wrong with it is said at once, and what it names is there."""

from __future__ import annotations

from pkgutil import iter_modules

import pytest

from archlint import app
from archlint.adapters.resources import rule_documents
from archlint.checklist import evidence
from archlint.checklist.items import ChecklistError, Item, read_checklist
from archlint.rulebook.guides import read_guides

CHECKLIST = app.checklist()
RULES = {rule.id: rule for rule in app.rulebook().rules}
GOOD = """\
- id: cups.washed
  section: Kitchen
  title: Cups are washed
  question: Is every cup washed?
  guide: kitchen#cups
  why: Dirt spreads.
  example: a photo of the shelf
  subjects: cups
  proof: each is clean
  refutation: a cup is dirty
  rules: [CUP001]
  none: there is no cup
"""
TWIN = """\
- id: kitchen.clean
  section: House
  title: The kitchen is clean
  question: Is it?
  guide: house#kitchen
  why: Guests come.
  example: a photo of the kitchen
  same_as: cups.washed
"""


def problems(document: str) -> list[str]:
    with pytest.raises(ChecklistError) as caught:
        read_checklist(document.encode())
    assert str(caught.value) == "\n".join(caught.value.problems)
    return [problem.removeprefix("rules/checklist.yaml: ") for problem in caught.value.problems]


def test_a_good_document_is_read_in_its_order() -> None:
    found = read_checklist((TWIN + GOOD).encode())
    assert [item.id for item in found.items] == ["kitchen.clean", "cups.washed"]
    assert found.source(found.items[0]).id == "cups.washed"
    assert found.source(found.items[1]).id == "cups.washed"


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (GOOD + GOOD, "`cups.washed` stands twice"),
        (TWIN, "kitchen.clean: `same_as` names no item with a computation of its own"),
        (GOOD + TWIN + TWIN.replace("cups.washed", "kitchen.clean").replace("id: kitchen.clean", "id: a"), "a: `same_as`"),
        (GOOD.replace("  rules: [CUP001]\n", ""), "cups.washed: neither rules nor evidence"),
        (GOOD.replace("  none: there is no cup\n", ""), "cups.washed: none missing"),
        (GOOD.replace("  why: Dirt spreads.\n", ""), "cups.washed: why missing"),
        (GOOD + TWIN.replace("  example: a photo of the kitchen\n", ""), "kitchen.clean: example missing"),
        (GOOD.replace("  title: Cups are washed\n", ""), "`title`"),
        (GOOD.replace("proof:", "prof:"), "unknown field `prof`"),
        (GOOD.replace("[CUP001]", "CUP001"), "array"),
        ("- [", "expected"),
        ("a: 1", "array"),
        ("", "array"),
    ],
)
def test_what_is_wrong_is_said(document: str, problem: str) -> None:
    found = problems(document)
    assert any(problem in said for said in found), found


def test_everything_that_is_wrong_is_said_at_once() -> None:
    broken = GOOD.replace("  proof: each is clean\n", "").replace("  rules: [CUP001]\n", "")
    assert problems(broken + TWIN.replace("cups.washed", "cup")) == [
        "cups.washed: proof missing",
        "cups.washed: neither rules nor evidence",
        "kitchen.clean: `same_as` names no item with a computation of its own",
        "kitchen.clean: subjects, proof, refutation, none missing",
        "kitchen.clean: neither rules nor evidence",
    ]


def test_every_guide_resolves() -> None:
    guides = read_guides(rule_documents()["guides.yaml"])
    assert [item.id for item in CHECKLIST.items if not guides.resolve(item.guide)] == []


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_and_the_items_that_it_names_name_each_other(rule: str) -> None:
    by_id = {item.id: item for item in CHECKLIST.items}
    named = RULES[rule].document.checklist
    assert [ident for ident in named if ident not in by_id] == []
    assert [ident for ident in named if rule not in CHECKLIST.source(by_id[ident]).rules] == []


def test_every_rule_with_a_check_serves_an_item() -> None:
    served = {rule for item in CHECKLIST.items for rule in item.rules}
    assert [rule.id for rule in RULES.values() if rule.has_check and rule.id not in served] == []


def test_every_search_is_there() -> None:
    named = {item.evidence for item in CHECKLIST.items if item.evidence}
    assert named == {module.name for module in iter_modules(evidence.__path__)}


def test_the_guides_own_checklists_are_whole_and_in_order() -> None:
    """The 8 items and the 4 anti-patterns of backend-architecture, the 7 best practices of backend-patterns."""

    def of(section: str) -> list[Item]:
        return [item for item in CHECKLIST.items if item.section == section]

    assert [item.title for item in of("Architecture checklist")] == [
        "Clear service boundaries",
        "Database per service",
        "API gateway configured",
        "Circuit breakers for resilience",
        "Event-driven communication",
        "Distributed tracing",
        "Health checks for all services",
        "Horizontal scaling capability",
    ]
    assert len(of("Architecture anti-patterns")) == 4
    assert len(of("Best practices")) == 7
