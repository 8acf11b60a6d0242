"""Documents of knowledge: what is asked of them when they are joined, and every mistake is said."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from project_builder import KNOWLEDGE, shipped_knowledge

from archlint.facts.knowledge import EFFECTS, Library
from archlint.project.types.notation import Notation, parse_notation
from archlint.rulebook.knowledge import KnowledgeError, kept_knowledge, load_knowledge, read_libraries

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


LAZY = """
library: rows
packages: [rows]
types:
  rows.Rows: {item: builtins.object, lazy: {by: [await, len]}, names: [found]}
"""
LEADING = """
library: shelf
packages: [shelf]
aliases: {old.Shelf: shelf.Shelf}
types:
  shelf.Shelf: {methods: {all: {returns: "builtins.list | rows.Rows"}}}
  shelves.Guess: {names: [shelf]}
  box.Plain: {item: builtins.str}
functions: {far.open: {returns: old.Shelf}}
"""


def test_what_an_import_may_come_to_is_lazy_in_the_ways_of_all_that_it_leads_to() -> None:
    ways = load_knowledge({"rows.yaml": LAZY, "shelf.yaml": LEADING}).lazy_ways
    assert ways == dict.fromkeys(("far", "old", "rows", "shelf"), ("await", "len"))  # `shelves` names what holds none


def test_each_lazy_type_that_is_shipped_is_lazy_by_its_own_import() -> None:
    knowledge = shipped_knowledge()
    lazy = {n: i.lazy.by for library in knowledge.libraries for n, i in library.types.items() if i.lazy is not None}
    assert lazy
    assert all(set(by) <= set(knowledge.lazy_ways[name.partition(".")[0]]) for name, by in lazy.items())


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
        ("library: x\npackages: [x]\nfunctions: {x.f: {timeout: {given: [':t'], default: never}}}", "`never` is no default"),
        ("library: x\npackages: [x]\nfunctions: {x.f: {retries: {given: [t]}}}", "`t` names no argument"),
        ("library: x\npackages: [x]\nfunctions: {x.f: {effect: [htpp]}}", "`htpp` is no effect (did you mean `http`?)"),
        ("library: x\npackages: [x]\ntypes: {x.A: {lazy: {effect: read}}}", "`read` is no effect"),
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


class DictStore:
    """Keeps blobs in memory, and counts those that were put there."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.put = 0

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        return {key: self.blobs[key] for key in keys if key in self.blobs}

    def put_many(self, blobs: dict[str, bytes]) -> None:
        self.put += len(blobs)
        self.blobs |= blobs


def test_what_is_kept_is_what_was_read() -> None:
    documents = {path.name: path.read_bytes() for path in sorted(KNOWLEDGE.glob("*.yaml"))}
    store = DictStore()
    read = kept_knowledge(documents, store, "one")
    kept = kept_knowledge({}, store, "one")
    assert store.put == 1
    assert kept.lazy_ways == read.lazy_ways
    assert list(kept.libraries) == [msgspec.structs.replace(library, examples=()) for library in read.libraries]
    assert kept_knowledge({"box.yaml": DOCUMENT}, store, "two").type("box.Row") is not None


@given(st.binary(max_size=60))
def test_whatever_was_kept_the_documents_are_read_where_it_does_not_fit(damage: bytes) -> None:
    store = DictStore()
    store.blobs["one"] = damage
    found = kept_knowledge({"box.yaml": DOCUMENT}, store, "one")
    assert found.type("box.Row") is not None or damage == b"\x92\x90\x80"  # no library at all


def test_a_document_at_fault_is_not_kept() -> None:
    store = DictStore()
    with pytest.raises(KnowledgeError):
        kept_knowledge({"c.yaml": "library: 1"}, store, "one")
    assert store.blobs == {}


def test_the_page_on_knowledge_tells_of_every_effect_and_key() -> None:
    page = (KNOWLEDGE.parents[1] / "docs/knowledge.md").read_text("utf-8")
    told = set(re.findall(r"`([\w.]+)`", page))
    assert told >= EFFECTS
    assert told >= {field.name for field in msgspec.structs.fields(Library)} - {"settings", "route_lists"}
