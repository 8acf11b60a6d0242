"""Documents of knowledge: what is asked of them when they are joined, and every mistake is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project_builder import shipped_knowledge

from archlint.project.notation import Notation, parse_notation
from archlint.rulebook.knowledge import KnowledgeError, load_knowledge, read_libraries

DOCUMENT = """
library: box
packages: [box, box.extra]
kinds: [orm]
aliases: {box.core.*: box.*, box.Old: box.Client, loop.a: loop.b, loop.b: loop.a}
types:
  box.Base: {role: db-session, methods: {get: {effect: [db.read], returns: T}}, parameters: [T]}
  box.Client: {bases: ["box.Base[box.Row]"], chain: [where]}
  box.Row: {}
functions:
  box.open: {returns: box.Client}
values: {box.default: box.Client}
"""


def test_names_are_canonical_and_methods_are_inherited() -> None:
    box = load_knowledge({"box.yaml": DOCUMENT})
    assert box.canonical("box.core.Client.get") == "box.Client.get"
    assert box.canonical("box.Old") == "box.Client"
    assert box.canonical("loop.a") in ("loop.a", "loop.b")
    assert box.canonical("other.name") == "other.name"
    assert box.method("box.Client", "get") == ("box.Base", box.function("box.Base.get"))
    assert box.function("box.core.Client.get") is box.function("box.Base.get")
    found = box.method("box.Client", "where")
    assert found is not None
    assert found[1].returns == "self"
    assert box.method("box.Client", "missing") is None
    assert box.role("box.Client") == "db-session"
    assert box.role("box.Row") == ""
    assert box.value("box.core.default") == "box.Client"
    assert box.package_kinds("box.extra.thing") == ("orm",)
    assert box.package_kinds("boxer") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("library: [", "not YAML"),
        ("library: x", "packages"),
        ("library: x\npackages: [x]\nfunctoins: {}", "functoins"),
        ("library: x\npackages: [x]\nfunctions: {x.f: {effects: [log]}}", "effects"),
        ("library: x\npackages: [x]\nfunctions: {x.f: {returns: 'a['}}", "`a[`"),
        ("library: x\npackages: [x]\nfunctions: {x.f: {sql: first}}", "`first` names no argument"),
        ("library: x\npackages: [x]\naliases: {x.*: y}", "prefix"),
        ("library: x\npackages: [x]\ntypes: {x.A: {chain: [a], methods: {a: {}}}}", "both in chain and in methods"),
        ("- 1", "object"),
    ],
)
def test_a_mistake_is_said_with_its_document(text: str, words: str) -> None:
    libraries, problems = read_libraries({"x.yaml": text})
    assert libraries == []
    assert len(problems) == 1
    assert problems[0].startswith("x.yaml: ")
    assert words in problems[0]


def test_all_mistakes_are_said_at_once_and_doubles_too() -> None:
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge({"a.yaml": DOCUMENT, "b.yaml": DOCUMENT, "c.yaml": "library: 1"})
    problems = caught.value.problems
    assert any("is also in a.yaml" in problem for problem in problems)
    assert any(problem.startswith("c.yaml") for problem in problems)


def test_what_is_shipped_loads_and_bases_are_known() -> None:
    knowledge = shipped_knowledge()
    for library in knowledge.libraries:
        for name, info in library.types.items():
            for base in info.bases:
                assert knowledge.type(parse_notation(base).name) is not None, (name, base)


@given(st.text(max_size=30))
def test_any_text_is_a_type_or_an_error(text: str) -> None:
    try:
        notation = parse_notation(text)
    except ValueError as error:
        assert str(error)
    else:
        assert isinstance(notation, Notation)
