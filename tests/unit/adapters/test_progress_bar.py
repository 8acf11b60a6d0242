"""The bar: what it draws in how much room, and that a short run draws nothing."""

from __future__ import annotations

import io
import signal

import pytest

from archlint.adapters.progress_bar import Bar, _line, _Phase, is_wanted


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns", [200, 80, 60, 40, 30, 10, 1])
@pytest.mark.parametrize("cells", [("█", "░"), ("#", "-")])
def test_a_line_leaves_the_last_column_free(columns: int, cells: tuple[str, str]) -> None:
    for done in (0, 1, 1234, 4300, 5000):
        assert len(_line(_Phase("Python files", 4300, done), columns, cells)) < columns


def test_what_a_line_says() -> None:
    assert (
        _line(_Phase("Python files", 4300, 2150), 80, ("#", "-"))
        == f"archlint: Python files {'#' * 15}{'-' * 15} 2,150 of 4,300"
    )
    assert _line(_Phase("Python files", 4300, 2150), 40, ("#", "-")) == "archlint: Python files 2,150 of 4,300"
    assert _line(_Phase("Python files", 43, 43), 40, ("#", "-")) == "archlint: Python files ####### 43 of 43"
    assert _line(_Phase("link", 0), 40, ("#", "-")) == "archlint: link"


def test_a_short_run_draws_nothing() -> None:
    stream = Tty()
    with Bar(stream) as bar, bar.phase("Python files", 2):
        bar.done("a.py")
        bar.done("b.py")
    assert stream.getvalue() == ""


def test_it_leaves_signals_as_they_were() -> None:
    with Bar(Tty()):
        assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert is_wanted(Tty())
    assert not is_wanted(io.StringIO())
    monkeypatch.setenv("CI", "true")
    assert not is_wanted(Tty())
    monkeypatch.delenv("CI")
    monkeypatch.setenv("TERM", "dumb")
    assert not is_wanted(Tty())
