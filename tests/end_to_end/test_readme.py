"""README.md says what is so: its table of rules is the rules', its commands and settings exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from typer.testing import CliRunner

from archlint import app
from archlint.cli import COMMANDS
from archlint.cli.root import group
from archlint.engine.config import settings_of
from archlint.engine.scopes import Scopes
from archlint.engine.select import select
from archlint.report.rules import markdown

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
OPEN, CLOSE = "<!-- rules: `archlint rules --output-format markdown` -->\n", "<!-- end of rules -->"


def test_the_table_of_rules_is_the_rules() -> None:
    table = README.partition(OPEN)[2].partition(CLOSE)[0]
    made = markdown([rule.document.info for rule in app.rulebook().rules])
    assert table.strip() == made.strip(), "paste what `archlint rules --output-format markdown` prints between the marks"


def test_the_commands_exist() -> None:
    block = README.partition("## Use\n\n```text\n")[2].partition("```")[0]
    assert {line.split()[1] for line in block.splitlines()} == set(COMMANDS)
    runner = CliRunner()
    for command in COMMANDS:
        assert runner.invoke(group(), [command, "--help"]).exit_code == 0


def test_the_configuration_is_valid() -> None:
    text = re.search(r"```toml\n(.+?)```", README, re.S)
    assert text is not None
    settings = settings_of(tomllib.loads(text[1])["tool"]["archlint"], "pyproject.toml")
    assert select(app.rulebook(), Scopes({"": settings})).rules
