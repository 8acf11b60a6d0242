"""Where a run's time went, for a report of what is slow."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from archlint import __version__
from archlint.adapters.processes import available_jobs
from archlint.ports import Progress

SCHEMA = 1
_SLOWEST = 50
"""Pieces of a phase that are listed."""
_PACKAGES = ("libcst", "sqlglot", "msgspec", "PyYAML", "pathspec")
_RULES = "rules"
"""The phase whose pieces are rules, which are ours; those of the others are paths."""


@dataclass
class _Phase:
    name: str
    depth: int
    total: int
    begun: tuple[float, float]
    spent: tuple[float, float] | None = None
    pieces: list[tuple[float, str]] = field(default_factory=list)


class Profile:
    """Implements `ports.Progress` by taking the time; `document` may be asked at any moment, also when the run has failed.

    `wall_s` and `cpu_s` are of archlint's own process, those of inner phases (`depth`) included; `pieces_cpu_s` and `slowest`
    are processor seconds of pieces wherever they ran: of files, in the workers.
    """

    def __init__(self, wall: Callable[[], float] = time.perf_counter, cpu: Callable[[], float] = time.process_time) -> None:
        self._clocks = wall, cpu
        self._begun = self._now()
        self._last = self._begun[1]
        self._phases: list[_Phase] = []
        self._open: list[_Phase] = []

    @contextmanager
    def phase(self, name: str, total: int = 0) -> Iterator[None]:
        made = _Phase(name, len(self._open), total, self._now())
        self._last = made.begun[1]
        self._phases.append(made)
        self._open.append(made)
        try:
            yield
        finally:
            made.spent = self._since(made.begun)
            self._open.remove(made)

    def done(self, piece: str, seconds: float | None = None) -> None:
        now = self._now()[1]
        if self._open:
            self._open[-1].pieces.append((now - self._last if seconds is None else seconds, piece))
        self._last = now

    def document(self, *, complete: bool, paths: bool = True) -> dict[str, Any]:
        """Everything, for JSON. Without `paths` nothing in it is the project's own but numbers."""
        wall, cpu = self._since(self._begun)
        return {
            "schema": SCHEMA,
            "complete": complete,
            "archlint": __version__,
            "python": f"{platform.python_implementation()} {platform.python_version()}",
            "system": f"{platform.system()} {platform.machine()}",
            "processors": available_jobs(),
            "packages": {name: _version(name) for name in _PACKAGES},
            "wall_s": _rounded(wall),
            "cpu_s": _rounded(cpu),
            "peak_memory_mb": _peak_memory(),
            "phases": [self._shown(phase, paths=paths) for phase in self._phases],
        }

    def _shown(self, phase: _Phase, *, paths: bool) -> dict[str, Any]:
        wall, cpu = phase.spent or self._since(phase.begun)
        shown: dict[str, Any] = {"name": phase.name, "depth": phase.depth, "wall_s": _rounded(wall), "cpu_s": _rounded(cpu)}
        if phase.total or phase.pieces:
            slowest = sorted(phase.pieces, key=lambda piece: (-piece[0], piece[1]))[:_SLOWEST]
            named = paths or phase.name == _RULES
            shown |= {
                "pieces": phase.total,
                "pieces_done": len(phase.pieces),
                "pieces_cpu_s": _rounded(sum(seconds for seconds, _ in phase.pieces)),
                "slowest": [{"cpu_s": _rounded(s), **({"name": name} if named and name else {})} for s, name in slowest],
            }
        return shown

    def _now(self) -> tuple[float, float]:
        wall, cpu = self._clocks
        return wall(), cpu()

    def _since(self, begun: tuple[float, float]) -> tuple[float, float]:
        now = self._now()
        return now[0] - begun[0], now[1] - begun[1]


class Several:
    """Implements `ports.Progress` by telling others."""

    def __init__(self, *others: Progress) -> None:
        self._others = others

    @contextmanager
    def phase(self, name: str, total: int = 0) -> Iterator[None]:
        with ExitStack() as phases:
            for other in self._others:
                phases.enter_context(other.phase(name, total))
            yield

    def done(self, piece: str, seconds: float | None = None) -> None:
        for other in self._others:
            other.done(piece, seconds)


def _rounded(seconds: float) -> float:
    return round(seconds, 4)


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  every run imports this module

    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _peak_memory() -> float | None:
    """Of this process, in MB; None where the system does not say."""
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)
