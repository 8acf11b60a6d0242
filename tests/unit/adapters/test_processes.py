"""Workers: the same results in any number of processes, and a death costs one item."""

from __future__ import annotations

import os
import signal

import pytest

from archlint.adapters.processes import InProcess, Processes


def square(number: int) -> int:
    return number * number


def square_or_die(number: int) -> int:
    if number in (7, 23):
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def died(_number: int, _reason: str) -> int:
    return -1


@pytest.mark.parametrize("workers", [InProcess(), Processes(1), Processes(2, worth=1), Processes(2, worth=1000)])
def test_every_item_gets_its_result(workers: InProcess | Processes) -> None:
    assert sorted(workers.map(square, range(40), died)) == [(n, n * n) for n in range(40)]


def test_a_death_costs_its_one_item() -> None:
    results = dict(Processes(2, worth=1).map(square_or_die, range(30), died))
    assert results == {n: -1 if n in (7, 23) else n * n for n in range(30)}


def test_an_exception_is_the_callers() -> None:
    with pytest.raises(TypeError):
        list(Processes(2, worth=1).map(square, ["a", "b"], died))  # type: ignore[arg-type]


def test_nothing_to_do_starts_nothing() -> None:
    assert list(Processes(2, worth=0).map(square, [], died)) == []
