"""The hook in `.pre-commit-config.yaml`: lines are added where that is right, or nothing is done."""

from __future__ import annotations

import pytest
import yaml

from archlint.engine.setup.pre_commit import SNIPPET, with_hook

ENTRY = yaml.safe_load(SNIPPET)["repos"][0]
CHANGED = {
    "plain": "repos:\n- repo: https://example.com/a\n  rev: v1\n  hooks:\n  - id: a\n",
    "indented, with comments and more behind": (
        "# ours\nexclude: ^old/\nrepos:\n  - repo: https://example.com/a  # pinned\n    rev: v1\n    hooks:\n      - id: a\n"
        "        args: [--fix,\n               --all]\n\n  # the end\nci:\n  skip: [a]\n"
    ),
    "no last line end": "repos:\n  - repo: local\n    hooks: [{id: a}]",
    "windows": "repos:\r\n  - repo: local\r\n    hooks:\r\n      - id: a\r\n",
    "a block at the end": "repos:\n  - repo: local\n    hooks:\n      - id: a\n        entry: |\n          1\n          2\n",
    "folded and more": "repos:\n- repo: local\n  hooks:\n  - id: a\n    files: >-\n      one\n      two\n\nfail_fast: true\n",
    "mark": "\ufeffrepos:\n- repo: local\n  hooks: []\n",
    "anchors": "repos:\n- &one\n  repo: local\n  hooks: []\n- repo: other\n  hooks: []\n",
    "quoted words over lines": 'repos:\n- repo: local\n  hooks:\n  - id: "a\n      b"\nx: 1\n',
}


@pytest.mark.parametrize("text", CHANGED.values(), ids=CHANGED)
def test_lines_are_added_and_none_is_touched(text: str) -> None:
    made = with_hook(text)
    assert made is not None
    before = yaml.safe_load(text.removeprefix("\ufeff"))
    assert yaml.safe_load(made.removeprefix("\ufeff")) == before | {"repos": [*before["repos"], ENTRY]}
    left = made.splitlines()
    for line in text.splitlines():
        del left[: left.index(line) + 1]
    assert ("\r\n" in made) == ("\r\n" in text)
    assert with_hook(made) == made


@pytest.mark.parametrize(
    "text",
    [
        "repos: [{repo: local, hooks: []}]\n",
        "repos: []\n",
        "repos:\n",
        "- repo: local\n",
        "repos: {a: b}\n",
        "repos:\n- repo: local\n  hooks: [\n",
        "a: *nothing\n",
        "repos:\n-\n  repo: local\n  hooks: []\n",
        "repos: !!python/object/apply:os.system ['true']\n",
        "[" * 3000,
        "repos:\n- repo: local\n  hooks: []\n---\nrepos: []\n",
        "7",
    ],
)
def test_what_is_not_surely_right_is_left_alone(text: str) -> None:
    assert with_hook(text) is None


def test_where_there_is_none_the_file_is_the_entry() -> None:
    assert with_hook(None) == with_hook("") == SNIPPET
