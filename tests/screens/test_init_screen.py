"""The screen of `archlint init`: what it shows, what its keys do, and that nothing is written before the word is given."""

from __future__ import annotations

import signal
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from terminal import CTRL_C, DOWN, ENTER, ESCAPE, PAGE_DOWN, SPACE, UP, Terminal

FILES = {
    "src/shop/__init__.py": "",
    "src/shop/domain/__init__.py": "",
    "src/shop/domain/order.py": "from abc import ABC\nfrom shop.shared import now\nclass Orders(ABC): ...\n",
    "src/shop/usecase/close.py": "from shop.domain.order import Orders\nfrom shop.infrastructure.rows import Rows\n",
    "src/shop/infrastructure/rows.py": "import asyncpg\nfrom shop.domain.order import Orders\nclass Rows(Orders): ...\n",
    "src/shop/presentation/api.py": "from shop.usecase.close import Orders\n",
    "src/shop/shared.py": "from shop.presentation import api\ndef now(): ...\n",
    "third_party/lib.py": "",
}
PYPROJECT = '[project]\nname = "shop"  # the shop\n'
SIZES = [(24, 80, {}), (60, 200, {}), (24, 80, {"NO_COLOR": "1"}), (60, 200, {"NO_COLOR": "1"})]
CLEAN = ["interface", "infrastructure", "application", "domain"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "shop [red]"
    for path, text in (FILES | {"pyproject.toml": PYPROJECT}).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def opened(
    project: Path, rows: int = 24, cols: int = 80, env: Mapping[str, str] | None = None, arguments: tuple[str, ...] = ()
) -> Terminal:
    command = [sys.executable, "-m", "archlint", "init", "--root", str(project), "--jobs", "1", *arguments]
    return Terminal(command, project, rows, cols, env)


def table(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((project / "pyproject.toml").read_text())["tool"]["archlint"]
    return found


def chosen(terminal: Terminal) -> str:
    return next((line for line in terminal.screen if line.startswith(">")), "")


def choose(terminal: Terminal, words: str) -> None:
    """Goes down until the row with the words is the chosen one."""
    for _ in range(60):
        if any(line.startswith(">") and words in line for line in terminal.screen):
            return
        before = next(line for line in terminal.screen if line.startswith(">"))
        terminal.send(DOWN)
        terminal.wait_until(lambda before=before: before not in terminal.screen, f"another row than {before!r}")  # type: ignore[misc]
    raise AssertionError(f"no row {words!r}\n{terminal.text}")


def order(terminal: Terminal) -> list[str]:
    words = [line[1:].split() for line in terminal.screen]
    return [w[0] for w in words if w and w[0] in CLEAN and any(part.startswith("module") for part in w)]


@pytest.mark.parametrize(("rows", "cols", "env"), SIZES)
def test_the_proposal_the_change_and_the_writing(project: Path, rows: int, cols: int, env: dict[str, str]) -> None:
    with opened(project, rows, cols, env) as terminal:
        terminal.wait_for("w write  q quit", "clean: 2 imports break the layers", "[x] src", "third_party/**  1 file:")
        assert order(terminal) == CLEAN
        assert all(len(line) <= cols for line in terminal.screen)
        assert terminal.screen[0].startswith(" archlint init  shop [red]: pyproject.toml")
        assert bool(terminal.colors) == (not env)
        terminal.send("w")
        terminal.wait_for("y write this", "+[tool.archlint]", '+style = "clean"')
        assert (project / "pyproject.toml").read_text() == PYPROJECT
        terminal.send("y")
        assert terminal.wait_exit() == 0
        assert "Written: pyproject.toml" in terminal.text
    assert (project / "pyproject.toml").read_text().startswith(PYPROJECT)
    assert list(table(project)["layers"]) == CLEAN
    assert table(project)["exclude"] == ["third_party/**"]


def test_reordering_shows_what_would_break_at_once(project: Path) -> None:
    with opened(project, 40, 80) as terminal:
        terminal.wait_for("w write")
        choose(terminal, "infrastructure")
        assert any("infrastructure" in line and "one further in: 1 in all" in line for line in terminal.screen)
        terminal.send("]")
        terminal.wait_for("layered: 1 import breaks the layers")
        assert order(terminal) == ["interface", "application", "infrastructure", "domain"]
        terminal.send("]")
        terminal.wait_for("its own order, a contract")
        terminal.send("w")
        terminal.wait_for("whose findings are errors", "+[[tool.archlint.contracts]]")
        terminal.send(ESCAPE)
        terminal.wait_for("w write")
        terminal.send("uu")
        terminal.wait_for("clean: 2 imports break the layers")
        terminal.send("u")
        terminal.wait_for("nothing to undo")
        terminal.send("s", "s")
        terminal.wait_for("no layers are checked")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert "Nothing is written." in terminal.text
    assert (project / "pyproject.toml").read_text() == PYPROJECT


def test_packages_are_moved_renamed_dropped_and_added(project: Path) -> None:
    with opened(project) as terminal:
        terminal.wait_for("w write")
        first = chosen(terminal)
        choose(terminal, "  shop.infrastructure")
        terminal.wait_for("1 domain  2 application  3 infrastructure  4 interface  c in no layer")
        terminal.send("c")
        terminal.wait_for("shop.infrastructure  cross-cutting: in no layer")
        terminal.send("3")
        terminal.wait_gone("cross-cutting: in")
        terminal.wait_until(lambda: order(terminal) == CLEAN, "the order of the clean style")
        terminal.send("a")
        terminal.wait_for("LAYER=PACKAGE")
        terminal.send("domain=shop.sharde", ENTER)
        terminal.wait_for("`shop.shared`?")
        terminal.send("\x7f\x7f", "ed", ENTER)
        terminal.wait_for("  shop.shared")
        terminal.send(*[UP] * 20)
        terminal.wait_until(lambda: chosen(terminal) == first, "the first row")
        choose(terminal, "application")
        terminal.send("x")
        terminal.wait_for("shop.usecase  cross-cutting")
        terminal.send(*[UP] * 20)
        terminal.wait_until(lambda: chosen(terminal) == first, "the first row")
        choose(terminal, "interface")
        terminal.send("r")
        terminal.wait_for("Which layer is it")
        terminal.send("application", ENTER)
        terminal.wait_gone("Which layer is it")
        terminal.wait_until(lambda: order(terminal) == ["application", "infrastructure", "domain"], "three layers")
        terminal.send("w")
        terminal.wait_for("y write this")
        terminal.send("y")
        assert terminal.wait_exit() == 0
    assert table(project)["layers"] == {
        "infrastructure": ["shop.infrastructure"],
        "application": ["shop.presentation"],
        "domain": ["shop.domain", "shop.shared"],
        "cross-cutting": ["shop.usecase"],
    }


def test_each_part_can_be_left_and_more_be_taken(project: Path) -> None:
    with opened(project) as terminal:
        terminal.wait_for("w write")
        terminal.send(SPACE)
        terminal.wait_for("[ ] src")
        choose(terminal, "postgres")
        terminal.send(SPACE)
        terminal.wait_for("[ ] postgres")
        terminal.send("t")
        terminal.wait_for("SQL dialect")
        terminal.send("mysql", ENTER)
        terminal.wait_for("[x] mysql")
        terminal.send("e")
        terminal.wait_for("Files to leave out")
        terminal.send("old/**", ENTER)
        terminal.wait_for("[x] old/**")
        choose(terminal, "third_party/**")
        terminal.send(SPACE)
        terminal.wait_for("[ ] third_party/**")
        choose(terminal, "a baseline")
        terminal.send(SPACE, DOWN, SPACE, DOWN, SPACE)
        terminal.wait_for("[x] a baseline", "[x] the hook", "[x] the CI job for github")
        terminal.send(ENTER)
        terminal.wait_for("y write this")
        terminal.send(*[PAGE_DOWN] * 6)
        terminal.wait_for("+      - run: archlint check")
        terminal.send("y")
        assert terminal.wait_exit() == 0
        assert "findings of today" in terminal.text
    found = table(project)
    assert "roots" not in found
    assert (found["dialect"], found["exclude"]) == ("mysql", ["old/**"])
    assert (project / "archlint-baseline.json").is_file()
    assert (project / ".pre-commit-config.yaml").is_file()
    assert (project / ".github/workflows/archlint.yml").is_file()


@pytest.mark.parametrize("keys", [(), ("w",), ("a",), ("a", "domain=shop")], ids=["rows", "change", "field", "typed"])
def test_an_interrupt_writes_nothing(project: Path, keys: tuple[str, ...]) -> None:
    with opened(project, arguments=("--no-cache",)) as terminal:
        terminal.wait_for("w write")
        terminal.send(*keys)
        terminal.wait_for({"w": "y write this", "a": "LAYER=PACKAGE"}[keys[0]] if keys else "w write")
        terminal.send(CTRL_C)
        assert terminal.wait_exit() == 130
    assert (project / "pyproject.toml").read_text() == PYPROJECT


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_signal_writes_nothing(project: Path, number: int) -> None:
    with opened(project) as terminal:
        terminal.wait_for("w write")
        terminal.send("w")
        terminal.wait_for("y write this")
        terminal.signal(number)
        assert terminal.wait_exit() == (130 if number == signal.SIGINT else -number)
    assert (project / "pyproject.toml").read_text() == PYPROJECT


def test_a_file_that_changed_meanwhile_is_not_overwritten(project: Path) -> None:
    with opened(project) as terminal:
        terminal.wait_for("w write")
        (project / "pyproject.toml").write_text("# new\n")
        terminal.send("w")
        terminal.wait_for("y write this")
        terminal.send("y")
        assert terminal.wait_exit() == 2
        assert "was changed in the meantime; nothing is written" in terminal.text
    assert (project / "pyproject.toml").read_text() == "# new\n"


def test_a_small_screen_scrolls_with_the_row_that_is_chosen(project: Path) -> None:
    for i in range(20):
        (project / f"vendor{i}/third_party").mkdir(parents=True)
        (project / f"vendor{i}/third_party/lib.py").write_text("")
    with opened(project, 12, 60) as terminal:
        terminal.wait_for("more lines", "w write")
        choose(terminal, "vendor9/third_party")
        terminal.send(*[DOWN] * 40)
        terminal.wait_for("> ", "CI job for gitlab")
        terminal.send(*[UP] * 60)
        terminal.wait_for("frameworks")


def test_names_of_the_project_steer_no_terminal(project: Path) -> None:
    for name in ("es\x1b[31mc", "new\nline", "\u202eodd"):
        (project / name / "vendor").mkdir(parents=True)
        (project / name / "vendor" / "lib.py").write_text("")
    with opened(project, 60, 200) as terminal:
        terminal.wait_for("w write", "es\\x1b\\[31mc/vendor/**", "new\\nline/vendor/**", "\\u202eodd/vendor/**")
        terminal.send("w")
        terminal.wait_for("y write this")
        terminal.send("y")
        assert terminal.wait_exit() == 0
    assert sorted(table(project)["exclude"]) == sorted(
        ["es\x1b\\[31mc/vendor/**", "new\nline/vendor/**", "\u202eodd/vendor/**", "third_party/**"]
    )


def test_no_question_is_asked_where_nobody_can_answer(project: Path) -> None:
    with opened(project, env={"CI": "true"}) as terminal:
        assert terminal.wait_exit() == 2
        assert "--yes, --dry-run or --output-format json" in terminal.text
