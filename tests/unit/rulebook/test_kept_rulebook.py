"""The rules are read from YAML once; later runs take them from the store."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from archlint.adapters.resources import check_modules, rule_documents
from archlint.rulebook import Rulebook, kept_rulebook, load_rulebook

RUN = {path: data for path, data in rule_documents().items() if path.startswith("run/")}


class DictStore:
    def __init__(self, **blobs: bytes) -> None:
        self.blobs = blobs

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        return {key: self.blobs[key] for key in keys if key in self.blobs}

    def put_many(self, blobs: dict[str, bytes]) -> None:
        self.blobs |= blobs


def told(book: Rulebook) -> list[object]:
    return [(rule.stem, rule.document, rule.document.info) for rule in book.rules]


def test_what_is_kept_is_what_the_documents_say() -> None:
    store = DictStore()
    read = kept_rulebook(rule_documents(), check_modules(), store, "one")
    kept = kept_rulebook({}, (), store, "one")
    assert told(kept) == told(read) == told(load_rulebook(rule_documents(), check_modules()))
    assert kept.problems == ()
    assert kept.rule("PRF001").bind({}) == read.rule("PRF001").bind({})
    assert told(kept_rulebook(RUN, (), store, "two")) != told(read)


def test_a_book_with_problems_is_not_kept() -> None:
    store = DictStore()
    book = kept_rulebook({**RUN, "sec/odd.yaml": b"id: 1"}, (), store, "one")
    assert book.problems
    assert store.blobs == {}


@given(st.binary(max_size=60))
def test_whatever_was_kept_the_documents_are_read_where_it_does_not_fit(damage: bytes) -> None:
    found = kept_rulebook(RUN, (), DictStore(one=damage), "one")
    assert found.rules or damage == b"\x90"  # no rule at all
