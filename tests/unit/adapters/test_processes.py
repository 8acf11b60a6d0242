"""Workers: the same results in any number of processes; a death or a hang costs one item."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import pytest

from archlint.adapters.processes import InProcess, Processes

AnyWorkers = InProcess | Processes


def square(number: int) -> int:
    return number * number


def square_or_die(number: int) -> int:
    if number in (7, 23):
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def square_or_hang(number: int) -> int:
    while number in (7, 23):
        time.sleep(0.01)
    return number * number


def hang_and_catch(number: int) -> int:
    """As a parser that takes every exception for bad input."""
    try:
        return square_or_hang(number)
    except Exception:
        return 0


def own_process(_number: int) -> int:
    return os.getpid()


def died(_number: int, _reason: str) -> int:
    return -1


def results(
    workers: AnyWorkers,
    function: Callable[[int], int],
    items: Sequence[int],
    bound: Callable[[int], float] = lambda _: math.inf,
) -> list[tuple[int, int]]:
    return sorted((item, result) for item, result, _ in workers.map(function, items, died, bound))


@pytest.mark.parametrize(
    "workers",
    [
        InProcess(),
        Processes(1),
        Processes(2, worth=1),
        Processes(2, worth=1000),
        Processes(2, worth=1, method="spawn"),
        Processes(3, worth=1, lifetime=15),
    ],
)
def test_every_item_gets_its_result(workers: AnyWorkers) -> None:
    assert results(workers, square, range(40)) == [(n, n * n) for n in range(40)]


def test_a_death_costs_its_one_item() -> None:
    assert dict(results(Processes(2, worth=1), square_or_die, range(30))) == {
        n: -1 if n in (7, 23) else n * n for n in range(30)
    }


@pytest.mark.parametrize("function", [square_or_hang, hang_and_catch])
@pytest.mark.parametrize("workers", [InProcess(), Processes(2, worth=1)])
def test_a_hang_costs_its_one_item(workers: AnyWorkers, function: Callable[[int], int]) -> None:
    found = dict(results(workers, function, range(30), lambda n: 0.2 if n in (7, 23) else 100.0))
    assert found == {n: -1 if n in (7, 23) else n * n for n in range(30)}


def test_the_reason_names_the_bound() -> None:
    reasons = [result for _, result, _ in InProcess().map(lambda _: time.sleep(9), [0], lambda _, why: why, lambda _: 0.1)]
    assert reasons == ["it was not done after 0 s"]


def test_an_alarm_that_is_not_ours_is_left_alone() -> None:
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _: rung.append(number))
    try:
        assert results(InProcess(), square, [1], lambda _: 0.001) == [(1, 1)]
        signal.raise_signal(signal.SIGALRM)
        assert rung
    finally:
        signal.signal(signal.SIGALRM, before)


def test_after_a_bound_the_alarm_is_as_it_was() -> None:
    results(InProcess(), square, [1, 2], lambda _: 50.0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_workers_are_replaced_in_time() -> None:
    used = {pid for _, pid in results(Processes(2, worth=1, lifetime=10), own_process, range(40))}
    assert len(used) >= 4
    assert os.getpid() not in used


def test_where_no_process_starts_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_self: Processes, _function: object) -> object:
        raise OSError("Resource temporarily unavailable")

    monkeypatch.setattr(Processes, "worker", refused)
    assert {pid for _, pid in results(Processes(2, worth=1), own_process, range(30))} == {os.getpid()}


UNGUARDED = """
import sys
sys.path.insert(0, sys.argv[1])
from test_processes import died, square
from archlint.adapters.processes import Processes
print(sorted(result for _, result, _ in Processes(2, worth=1, method="spawn").map(square, range(5), died)))
"""


def test_workers_that_end_before_they_have_begun_are_done_without(tmp_path: object) -> None:
    """A script without the guard that spawn needs: each worker runs it again, and ends by an error."""
    script = f"{tmp_path}/script.py"
    with open(script, "w") as file:  # noqa: PTH123
        file.write(UNGUARDED)
    here = os.path.dirname(__file__)  # noqa: PTH120
    done = subprocess.run([sys.executable, script, here], check=False, capture_output=True, text=True)
    assert done.stdout == "[0, 1, 4, 9, 16]\n", done.stderr


def test_an_exception_is_the_callers() -> None:
    with pytest.raises(TypeError):
        list(Processes(2, worth=1).map(square, ["a", "b"], died))  # type: ignore[arg-type]


def test_nothing_to_do_starts_nothing() -> None:
    assert list(Processes(2, worth=0).map(square, [], died)) == []


def test_who_stops_asking_leaves_no_process_behind() -> None:
    mapping = Processes(2, worth=1).map(own_process, range(30), died)
    _, pid, _ = next(mapping)
    mapping.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
