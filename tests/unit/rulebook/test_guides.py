"""Every reference to a guide resolves, and every heading of the guides has a rule, a checklist item or a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml

from archlint import app
from archlint.adapters.resources import rule_documents
from archlint.rulebook.guides import Guides, Heading, UnknownGuideError, read_guides

GUIDES = read_guides(rule_documents()["guides.yaml"])


def references() -> Iterator[tuple[str, str]]:
    """(who refers, reference)."""
    for rule in app.rulebook().rules:
        yield from ((rule.id, guide) for guide in rule.document.guides)
    checklist = rule_documents().get("checklist.yaml")
    if checklist is not None:
        yield from (("checklist", match) for match in re.findall(r"\b[a-z-]+#[\w/-]+", checklist.decode()))


def covered() -> set[str]:
    """Every heading that something refers to, and those above it."""
    found = set()
    for _, reference in references():
        stem, _, path = GUIDES.resolve(reference).partition("#")
        parts = path.split("/")
        found |= {f"{stem}#{'/'.join(parts[: depth + 1])}" for depth in range(len(parts))}
    return found


def headings() -> Iterator[tuple[str, Heading]]:
    for stem, paths in GUIDES.files.items():
        for path, heading in paths.items():
            yield f"{stem}#{path}", heading


def slug(heading: str) -> str:
    words = re.sub(r"[^\w\s-]", "", heading.lower()).split()
    return re.sub("-{2,}", "-", "-".join(words)).strip("-")


@pytest.mark.parametrize("reference", sorted({reference for _, reference in references()}))
def test_reference_resolves(reference: str) -> None:
    GUIDES.resolve(reference)


def test_each_heading_has_a_rule_a_checklist_item_or_a_reason() -> None:
    taken = covered()
    assert [name for name, heading in headings() if name not in taken and not heading.not_covered] == []


def test_no_reason_is_kept_for_a_heading_that_something_refers_to() -> None:
    taken = covered()
    assert [name for name, heading in headings() if name in taken and heading.not_covered] == []


def test_slugs_are_those_of_the_headings() -> None:
    assert [name for name, heading in headings() if slug(heading.heading) != name.rpartition("#")[2].rpartition("/")[2]] == []


def test_the_last_slug_is_enough_where_it_is_unambiguous() -> None:
    guides = Guides(
        {"g": {"a": Heading("A"), "a/b": Heading("B"), "c": Heading("C"), "c/b": Heading("B"), "c/d": Heading("D")}}
    )
    assert guides.resolve("g#d") == "g#c/d"
    assert guides.resolve("g#a/b") == "g#a/b"
    for wrong in ("g#b", "g#x", "h#a"):
        with pytest.raises(UnknownGuideError):
            guides.resolve(wrong)


def test_document_is_yaml_of_plain_text() -> None:
    assert isinstance(yaml.safe_load(rule_documents()["guides.yaml"]), dict)
