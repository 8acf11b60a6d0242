"""Every item of the checklist comes to each of its states, and to no pass without its evidence."""

from __future__ import annotations

from functools import cache

import pytest
from item_projects import HERE, STATES, ItemProject, read_item, without

from archlint import app
from archlint.facts.findings import ItemResult
from archlint.testing import analyse_files

ITEMS = [item for item in app.checklist().items if not item.same_as]
PROJECTS = [
    project
    for item in ITEMS
    if (HERE / f"{item.id}.md").is_file()
    for project in read_item(HERE / f"{item.id}.md")
    if project.files
]


def named(projects: list[ItemProject]) -> list[object]:
    return [pytest.param(project, id=f"{project.item}: {project.state}") for project in projects]


def result(item: str, files: dict[str, str]) -> ItemResult:
    return next(found for found in analyse_files(files).checklist if found.id == item)


@cache
def judged(item: str, state: str) -> ItemResult:
    project = next(p for p in PROJECTS if (p.item, p.state) == (item, state))
    return result(item, project.files)


def test_every_item_has_its_projects_and_no_other_has_any() -> None:
    assert sorted(path.stem for path in HERE.glob("*.md")) == sorted(item.id for item in ITEMS)


@pytest.mark.parametrize("item", [item.id for item in ITEMS])
def test_an_item_has_a_heading_for_every_state(item: str) -> None:
    assert [project.state for project in read_item(HERE / f"{item}.md")] == list(STATES)


@pytest.mark.parametrize("project", named(PROJECTS))
def test_the_state_is_the_expected_one(project: ItemProject) -> None:
    found = judged(project.item, project.state)
    assert (found.status, found.reason) == (project.expected, project.reason or found.reason)


@pytest.mark.parametrize("project", named([p for p in PROJECTS if p.state == "pass"]))
def test_without_any_one_line_of_evidence_there_is_no_pass(project: ItemProject) -> None:
    assert project.marked, "a pass needs lines that are marked as evidence"
    for place in project.marked:
        assert result(project.item, without(project.files, [place])).status != "pass", place


@pytest.mark.parametrize("project", named([p for p in PROJECTS if p.state == "fail"]))
def test_without_what_refutes_it_there_is_no_fail(project: ItemProject) -> None:
    """One line after the other: it fails as long as any is there, and then no more."""
    assert project.marked, "a fail needs lines that are marked as what refutes"
    if not project.is_reached:
        return
    for count in range(1, len(project.marked) + 1):
        left = result(project.item, without(project.files, list(project.marked[:count])))
        assert (left.status == "fail") == (count < len(project.marked)), project.marked[:count]


@pytest.mark.parametrize("project", named([p for p in PROJECTS if p.expected in ("pass", "fail")]))
def test_evidence_and_findings_are_in_the_files_of_the_project(project: ItemProject) -> None:
    found = judged(project.item, project.state)
    assert {e.location.path for e in found.evidence} <= project.files.keys()
    assert found.evidence or found.findings
