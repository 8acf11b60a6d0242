"""CODEOWNERS as GitHub documents it ("About code owners", with its own examples)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from archlint.engine.owners import owners_of
from archlint.testing import MemoryFiles

DOCUMENTED = """\
# This is a comment.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/github
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("a.py", "@global-owner1 @global-owner2"),
        ("deep/down/a.py", "@global-owner1 @global-owner2"),
        ("web/a.js", "@js-owner"),
        ("a.go", "docs@example.com"),
        ("notes/a.txt", "@octo-org/octocats"),
        ("build/logs/today/a.py", "@octocat"),
        ("docs/a.py", "@doctocat"),
        ("src/docs/a.py", "@global-owner1 @global-owner2"),
        ("src/apps/deep/a.py", "@octocat"),
        ("scripts/a.py", "@doctocat @octocat"),
        ("src/scripts/a.py", "@global-owner1 @global-owner2"),
        ("deeply/nested/logs/a.py", "@octocat"),
        ("apps/github", ""),
        ("apps/github/a.py", ""),
    ],
)
def test_the_last_match_decides(path: str, owners: str) -> None:
    assert owners_of(MemoryFiles({".github/CODEOWNERS": DOCUMENTED}))(path) == tuple(owners.split())


@pytest.mark.parametrize(
    ("pattern", "matches", "others"),
    [
        ("docs/*", ["docs/a.py"], ["docs/build/a.py", "x/docs/a.py"]),
        ("/*.py", ["a.py"], ["x/a.py"]),
        ("src/**/models", ["src/models/a.py", "src/x/y/models/a.py"], ["models/a.py", "src/models2/a.py"]),
        ("src/**", ["src/a.py", "src/x/a.py"], ["a.py"]),
        ("shop/a?.py", ["shop/ab.py"], ["shop/a.py", "shop/abc.py"]),
        ("my\\ app/", ["my app/a.py"], ["my/a.py", "app/a.py"]),
        ("Shop/", ["Shop/a.py"], ["shop/a.py"]),
        ("a.py", ["a.py", "x/a.py"], ["aXpy", "a.pyc"]),
        ("!a.py", [], ["a.py", "!a.py"]),
        ("[ab].py", [], ["a.py", "[ab].py"]),
    ],
)
def test_patterns(pattern: str, matches: list[str], others: list[str]) -> None:
    owners = owners_of(MemoryFiles({"CODEOWNERS": f"{pattern} @team\n"}))
    assert {path for path in [*matches, *others] if owners(path)} == set(matches)


def test_a_line_with_an_owner_that_is_none_is_skipped() -> None:
    owners = owners_of(MemoryFiles({"CODEOWNERS": "* @team\n*.py team and others\n"}))
    assert owners("a.py") == ("@team",)


def test_of_several_files_the_first_place_counts_and_without_one_nobody_owns() -> None:
    files = {"docs/CODEOWNERS": "* @docs\n", "CODEOWNERS": "* @root\n", ".github/CODEOWNERS": "* @github\n"}
    assert owners_of(MemoryFiles(files))("a.py") == ("@github",)
    assert owners_of(MemoryFiles({k: v for k, v in files.items() if "/" not in k or "docs" in k}))("a.py") == ("@root",)
    assert owners_of(MemoryFiles({}))("a.py") == ()
    assert owners_of(MemoryFiles({"CODEOWNERS": b"\xff\xfe"}))("a.py") == ()


def test_the_file_of_the_repository_around_the_project_counts() -> None:
    class Inside(MemoryFiles):
        def above(self, name: str) -> Iterable[tuple[str, bytes]]:
            return [("backend", b"/src/ @wrong\n/backend/src/ @right\n")] if name == "CODEOWNERS" else []

    owners = owners_of(Inside({"CODEOWNERS": "* @wrong\n"}))
    assert owners("src/a.py") == ("@right",)
    assert owners("a.py") == ()
