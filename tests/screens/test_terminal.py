"""The pseudo-terminal that the tests of screens look through tells what is there and fails where it is not."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from terminal import CTRL_C, ENTER, Terminal

ECHO = """
import shutil, sys
size = shutil.get_terminal_size()
print(f"{size.lines} rows, {size.columns} columns", "\\x1b[31mred\\x1b[0m", "漢字")
while (line := input("say: ")) != "end":
    print("you said", line)
sys.exit(7)
"""
RESIZED = """
import signal, shutil, sys
def told(*_):
    print("now", *shutil.get_terminal_size(), flush=True)
signal.signal(signal.SIGWINCH, told)
print("ready", flush=True)
while True: signal.pause()
"""
ASKED = """
import sys, termios, tty
tty.setraw(0)
sys.stdout.write("\\x1b[6n"); sys.stdout.flush()
answer = b""
while not answer.endswith(b"R"): answer += sys.stdin.buffer.read(1)
print("answered", answer[1:].decode(), end="\\r\\n")
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-u", "-c", code]


@pytest.mark.parametrize(("rows", "cols"), [(24, 80), (60, 200)])
def test_keys_go_in_and_the_screen_comes_out(tmp_path: Path, rows: int, cols: int) -> None:
    with Terminal(python(ECHO), tmp_path, rows=rows, cols=cols) as terminal:
        terminal.wait_for(f"{rows} rows, {cols} columns red 漢字", "say:")
        assert terminal.colors == {"red"}
        terminal.send("hello", ENTER)
        terminal.wait_for("you said hello")
        terminal.send("end", ENTER)
        assert terminal.wait_exit() == 7


def test_a_command_that_ends_too_early_fails_the_wait_with_its_screen(tmp_path: Path) -> None:
    with (
        Terminal(python("print('that is all')"), tmp_path) as terminal,
        pytest.raises(AssertionError, match=r"ended before.*\n.*that is all"),
    ):
        terminal.wait_for("more")


def test_a_wait_in_vain_fails_too(tmp_path: Path) -> None:
    with Terminal(python(ECHO), tmp_path) as terminal, pytest.raises(AssertionError, match="in vain"):
        terminal.wait_for("what nobody says", timeout=0.5)


def test_the_environment_is_bare_but_for_what_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    code = "import os; print([os.environ.get(n) for n in ('CI', 'NO_COLOR')], os.getcwd())"
    with Terminal(python(code), tmp_path, cols=200, env={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for("[None, '1']", str(tmp_path.resolve()))


def test_it_is_resized(tmp_path: Path) -> None:
    with Terminal(python(RESIZED), tmp_path) as terminal:
        terminal.wait_for("ready")
        terminal.resize(60, 200)
        terminal.wait_for("now 200 60")


def test_it_answers_where_the_cursor_is(tmp_path: Path) -> None:
    with Terminal(python(ASKED), tmp_path) as terminal:
        terminal.wait_for("answered [1;1R")


@pytest.mark.parametrize("end", ["signal", "key"])
def test_what_ended_it_is_told(tmp_path: Path, end: str) -> None:
    with Terminal(python("print('ready'); import time; time.sleep(600)"), tmp_path) as terminal:
        terminal.wait_for("ready")
        if end == "signal":
            terminal.signal(signal.SIGKILL)
        else:
            terminal.send(CTRL_C)
        assert terminal.wait_exit() == (-signal.SIGKILL if end == "signal" else -signal.SIGINT)
