"""Changing a configuration: what was asked for is in it, and every other character is where it was."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
import tomlkit
from hypothesis import example, given
from hypothesis import strategies as st

from archlint.engine.config import ConfigError
from archlint.engine.setup.config_text import edited

CHANGES: dict[str, Any] = {
    "roots": ["src"],
    "exclude": ["old/**", "vendor/**"],
    "style": "clean",
    "layers": {"interface": ["shop.api"], "domain": ["shop.domain"]},
    "services": {"the orders": 'services/"orders"'},
    "contracts": [{"name": "One way", "kind": "layers", "layers": ["shop.api", "shop.domain"]}],
}


def table(text: str) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(text.removeprefix("\ufeff"))["tool"]["archlint"]
    return found


KEPT = {
    "empty": "",
    "no table": '[project]\nname = "x"  # the name\n\n# the end\n',
    "no last line end": '[project]\nname = "x"',
    "windows": '[project]\r\nname = "x"\r\n\r\n[tool.archlint]\r\nexclude = ["old/**"] # why\r\n',
    "mark": '\ufeff[project]\nname = "x"\n',
    "own keys": '[tool.archlint]\n# first\nfail-level = "error"\nexclude = [\n  "old/**", # legacy\n] # more\n\n[z]\nx = 1\n',
    "apart": "[tool.archlint]\npreview = true\n\n[tool.ruff]\nx = 1\n\n[tool.archlint.severity]\nselect-star = 'note'\n\n[z]\n",
    "no header": "[tool.archlint.severity]\nselect-star = 'note' # why\n[z]\na = 1\n",
    "contracts first": '[[tool.archlint.contracts]]\nname = "Q"\nkind = "layers"\nlayers = ["q"]\n\n[tool.ruff]\n',
    "inline": '[tool]\narchlint = {exclude = ["old/**"], preview = true}\n[z]\na = 1\n',
    "inline tool": "tool = {archlint = {exclude = []}, ruff = {x = 1}}\n",
    "inline nothing": "tool = {}\n",
    "dotted": '[tool]\nruff.x = 1\narchlint.style = "auto" # taken\narchlint.preview = true\n',
    "inline layers": '[tool.archlint]\nlayers = {application = ["shop.app"]}\nservices.a = "b"\n',
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_the_changes_are_in_it_and_the_rest_is_as_it_was(text: str) -> None:
    made = edited("pyproject.toml", text, CHANGES)
    found = table(made)
    assert {key: found[key] for key in ("roots", "exclude", "style")} == {
        key: CHANGES[key] for key in ("roots", "exclude", "style")
    }
    assert found["layers"].items() >= CHANGES["layers"].items()
    assert found["services"].items() >= CHANGES["services"].items()
    assert CHANGES["contracts"][0] in found["contracts"]
    assert made.startswith("\ufeff") == text.startswith("\ufeff")
    if text:
        assert made.endswith("\n") == text.endswith("\n")
    assert ("\r\n" in made) == ("\r\n" in text)
    assert "\n" not in made.replace("\r\n", "") or "\r\n" not in text
    for line in text.splitlines():
        if "archlint" not in line and "old/**" not in line and "layers = {" not in line and "tool = {" not in line:
            assert line in made.splitlines()
    assert edited("pyproject.toml", made, {}) == made


def test_only_items_of_a_list_change_and_their_comments_stay() -> None:
    text = '[tool.archlint]\nexclude = [\n    "old/**", # legacy\n    "gone/**", # no more\n    "kept/**",\n]\n'
    made = edited("pyproject.toml", text, {"exclude": ["old/**", "kept/**", "new/**"]})
    assert made == '[tool.archlint]\nexclude = [\n    "old/**", # legacy\n    "kept/**",\n    "new/**",\n]\n'


def test_a_comment_stays_above_the_header_that_it_is_about() -> None:
    heading = (
        "# each context is layered\n# on its own\n[[tool.archlint.contracts]]\nname = 'Q'\nkind = 'layers'\nlayers = ['q']\n"
    )
    text = f"[tool.archlint]\n{heading}# other tools\n[z]\n"
    changed = edited("pyproject.toml", text, {"roots": ["src"], "style": "clean"})
    assert changed == f'[tool.archlint]\nroots = ["src"]\nstyle = "clean"\n\n{heading}# other tools\n[z]\n'


def test_a_role_without_packages_goes_and_a_contract_of_the_name_is_replaced_or_taken_out() -> None:
    text = edited("pyproject.toml", "", CHANGES)
    made = edited(
        "pyproject.toml", text, {"layers": {"interface": []}, "contracts": [{**CHANGES["contracts"][0], "layers": []}]}
    )
    assert table(made)["layers"] == {"domain": ["shop.domain"]}
    assert [contract["layers"] for contract in table(made)["contracts"]] == [[]]
    assert "contracts" not in table(edited("pyproject.toml", made, {"contracts": [{"name": "One way"}]}))


def test_archlints_own_file_has_the_keys_at_its_top() -> None:
    made = edited("archlint.toml", '# ours\nexclude = ["old/**"]\n\n[severity]\nselect-star = "note"\n', CHANGES)
    assert made.startswith("# ours\n")
    assert tomllib.loads(made)["style"] == "clean"
    assert tomllib.loads(made)["severity"] == {"select-star": "note"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool\n", "not TOML"),
        ("x = " + "[" * 2000, "not TOML"),
        ("tool = 3\n", "`tool.archlint` must be a table"),
        ("[tool]\narchlint = []\n", "`tool.archlint` must be a table"),
    ],
)
def test_a_file_that_cannot_be_changed_is_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        edited("pyproject.toml", text, CHANGES)


def test_no_change_touches_nothing_not_even_a_broken_file() -> None:
    assert edited("pyproject.toml", "[tool\n", {}) == "[tool\n"


WORDS = st.text(max_size=8)
LISTS = st.lists(WORDS, max_size=3)


@given(
    before=st.fixed_dictionaries({}, optional={"exclude": LISTS, "dialect": WORDS, "services": st.dictionaries(WORDS, WORDS)}),
    changes=st.fixed_dictionaries(
        {}, optional={"exclude": LISTS, "dialect": WORDS, "services": st.dictionaries(WORDS, WORDS, max_size=2)}
    ),
    after=st.sampled_from(["", "\n[tool.ruff]\nx = 1\n", "\n# the end"]),
)
@example(before={}, changes={"services": {"": "\x85["}}, after="")
@example(before={}, changes={"services": {"a": "\x85#"}}, after="\n# the end")
def test_any_words_come_back(before: dict[str, Any], changes: dict[str, Any], after: str) -> None:
    text = tomlkit.dumps({"tool": {"archlint": before}}) + after
    made = table(edited("pyproject.toml", text, changes))
    for key, value in changes.items():
        assert made[key] == ({**before.get(key, {}), **value} if key == "services" else value)
    assert {k: v for k, v in made.items() if k not in changes} == {k: v for k, v in before.items() if k not in changes}
