"""Every example in a knowledge document is executed: its marked lines are understood as they say."""

from __future__ import annotations

import re

import msgspec
import pytest
import yaml
from project_builder import KNOWLEDGE, project_of, shipped_knowledge

from archlint.facts.knowledge import Example, Library
from archlint.project import Project
from archlint.project.knowledge import Knowledge

_MARK = re.compile(r"#\s*=>\s*(.*?)\s*$")


def _examples() -> list[tuple[str, Example]]:
    found = []
    for path in sorted(KNOWLEDGE.glob("*.yaml")):
        library = msgspec.convert(yaml.safe_load(path.read_text("utf-8")), Library)
        found += [(f"{path.stem}: {example.title}", example) for example in library.examples]
    return found


def _understood(project: Project, line: int) -> dict[str, set[str]]:
    """Dotted name of what is called or evaluated on a line → its effects."""
    (module,) = project.modules.all
    found: dict[str, set[str]] = {}
    for point in project.effects.edges(module):
        if module.lines.line(point.end - 1 if point.call else point.at) == line:
            names = {target.name for target in point.targets}
            if point.call is not None and point.call.receiver is not None:  # named by the type it is called on, too
                names |= {f"{point.call.receiver.name}.{name.rpartition('.')[2]}" for name in sorted(names)}
            effects = set(project.effects.direct(point)) | set(project.effects.at(point.call) if point.call else ())
            for name in sorted(names):
                found.setdefault(name, set()).update(effects)
    return found


@pytest.mark.parametrize("example", [e for _, e in _examples()], ids=[title for title, _ in _examples()])
def test_an_example_is_understood_as_it_says(example: Example) -> None:
    project = project_of({"example.py": example.code})
    marked = 0
    for number, text in enumerate(example.code.splitlines(), start=1):
        mark = _MARK.search(text)
        if mark is None:
            continue
        marked += 1
        words = mark.group(1).split()
        found = _understood(project, number)
        if words == ["nothing"]:
            assert not any(found.values()), (text, found)
        else:
            assert words[0] in found, (text, sorted(found))
            assert found[words[0]] == set(words[1:]), text
    assert marked, "an example without a mark shows nothing"


def test_what_is_left_out_for_want_of_lazy_values_holds_no_point() -> None:
    shipped = shipped_knowledge()
    all_ways = sorted({way for ways in shipped.lazy_ways.values() for way in ways})
    unsifted = Knowledge(shipped.libraries, {"builtins": tuple(all_ways)})
    for title, example in _examples():
        points = []
        for knowledge in (shipped, unsifted):
            project = project_of({"example.py": example.code}, knowledge)
            (module,) = project.modules.all
            points.append([(p.kind, p.at, p.length, [t.name for t in p.targets]) for p in project.effects.edges(module)])
        assert points[0] == points[1], title


def test_every_document_that_tells_of_effects_has_an_example() -> None:
    texts = {path.stem: path.read_text("utf-8") for path in sorted(KNOWLEDGE.glob("*.yaml"))}
    assert [stem for stem, text in texts.items() if "effect: [" in text and "examples:" not in text] == []
