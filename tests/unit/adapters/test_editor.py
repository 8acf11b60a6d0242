"""Which command opens an editor at a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from archlint.adapters.editor import EditorError, command

FILE = Path("/p/a b.py")


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"EDITOR": "vi"}, ["vi", "+7", "/p/a b.py"]),
        ({"EDITOR": "/usr/bin/nvim -u NONE"}, ["/usr/bin/nvim", "-u", "NONE", "+7", "/p/a b.py"]),
        ({"EDITOR": "nano", "VISUAL": "emacs -nw"}, ["emacs", "-nw", "+7", "/p/a b.py"]),
        ({"EDITOR": "code"}, ["code", "--wait", "-g", "/p/a b.py:7"]),
        ({"EDITOR": "code -w"}, ["code", "-w", "-g", "/p/a b.py:7"]),
        ({"EDITOR": "'/opt/my editor' -x"}, ["/opt/my editor", "-x", "/p/a b.py"]),
        ({"EDITOR": "ed; rm -rf /"}, ["ed;", "rm", "-rf", "/", "/p/a b.py"]),
    ],
)
def test_the_command(environment: dict[str, str], words: list[str]) -> None:
    assert command(FILE, 7, environment) == words


@pytest.mark.parametrize("environment", [{}, {"EDITOR": ""}, {"EDITOR": " ", "VISUAL": ""}, {"EDITOR": "'vi"}])
def test_no_editor_is_said(environment: dict[str, str]) -> None:
    with pytest.raises(EditorError, match="EDITOR"):
        command(FILE, 7, environment)
