"""What archlint costs on a folder of source, beside the parser alone and beside other tools, in one run.

    python benchmarks/run.py FOLDER [--rounds 3] [--jobs N] [--copies 1,2,4,10] [--peers BIN] [--no-peers]

Works on a copy in a temporary folder and downloads nothing.  Prints medians of CPU seconds (with `--jobs 1`, so that one
process's clock holds everything) and of wall seconds, each also as a ratio to the CPU time of `libcst.parse_module` over
the same files with the collector off; beside each what was understood (resolved calls) and found.  What is compared runs
in turn, A B A B.  BIN is the folder of the peers' commands (`benchmarks/peers.txt`); those that are not there are left out.
Linux only: peak memory comes from /proc.
"""

from __future__ import annotations

import argparse
import compileall
import gc
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import archlint

_PLACE = re.compile(rb"^\S+\.py[:@]\d+", re.MULTILINE)
_SKIPPED = shutil.ignore_patterns(".git", ".archlint_cache", "__pycache__", "*.pyc", ".venv", "node_modules")
_HERE = Path(__file__).parent
_INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment in which commands run: an installed package has its bytecode beside it."""


@dataclass
class Cost:
    """One run of a command: seconds, peak memory of each of its processes in MB (the biggest first), and its output."""

    wall: float
    cpu: float
    memory: list[int]
    output: bytes
    status: int


def cost(command: Sequence[str | Path], folder: Path) -> Cost:
    """Runs the command in the folder. The CPU time is that of the process and of the children that it waited for."""
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        words = [str(word) for word in command]
        process = subprocess.Popen(words, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env=_INSTALLED)
        peaks: dict[int, int] = {}
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            peaks.update(_peaks(process.pid))
            time.sleep(0.01)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return Cost(
            wall, used.ru_utime + used.ru_stime, sorted(peaks.values(), reverse=True), output.read(), process.returncode
        )


def _peaks(pid: int) -> dict[int, int]:
    """Process → the most memory that it ever had, in MB: the process and everything below it."""
    found: dict[int, int] = {}
    waiting = [pid]
    while waiting:
        current = waiting.pop()
        try:
            text = Path(f"/proc/{current}/status").read_text("utf-8")
            waiting += map(int, Path(f"/proc/{current}/task/{current}/children").read_text("utf-8").split())
        except (OSError, ValueError):
            continue
        peak = re.search(r"VmHWM:\s+(\d+)", text)
        if peak:
            found[current] = int(peak[1]) // 1024
    return found


@dataclass
class Row:
    """A line of the table, over all rounds."""

    name: str
    costs: list[Cost] = field(default_factory=list)
    said: str = ""

    def text(self, parse: float) -> str:
        cpu = statistics.median(c.cpu for c in self.costs)
        wall = statistics.median(c.wall for c in self.costs)
        memory = " + ".join(str(size) for size in self.costs[-1].memory[:6])
        return f"{self.name:<34}{cpu:>8.2f}{wall:>8.2f}{cpu / parse:>8.3f}  {memory:<24} {self.said}"


class Bench:
    """archlint over a copy of the source, whose files the scenarios change."""

    def __init__(self, source: Path, folder: Path, jobs: int) -> None:
        self.folder = folder
        self.jobs = jobs
        self.changes = 0
        shutil.copytree(source, folder / source.name, ignore=_SKIPPED, symlinks=True)
        (folder / "pyproject.toml").write_text("[tool.archlint]\n", encoding="utf-8")
        paths = [path for path in sorted(folder.rglob("*.py")) if path.is_file() and not path.is_symlink()]
        if len(paths) < 3:
            raise SystemExit(f"{source}: fewer than three Python files")
        by_size = sorted(paths, key=lambda path: (path.stat().st_size, path))
        self.typical = by_size[len(by_size) // 2 : len(by_size) // 2 + 3]
        self.typical += by_size[: 3 - len(self.typical)]

    def check(self, *words: str | Path, jobs: int = 1) -> Cost:
        made = cost([sys.executable, "-m", "archlint", "check", "--root", ".", "--jobs", str(jobs), "-q", *words], self.folder)
        if made.status not in (0, 1, 2):
            raise SystemExit(f"archlint failed with {made.status}:\n{made.output.decode(errors='replace')}")
        return made

    def said(self) -> str:
        """What the last run understood and found; it is looked up, not made again."""
        report = self.folder.parent / "report.json"
        self.check("--output-format", "json", "--output-file", report)
        told = json.loads(report.read_text("utf-8"))
        calls = told["completeness"]["calls"]
        return f"{calls['resolved']:,} of {calls['all']:,} calls resolved, {len(told['findings'])} findings"

    def forget(self) -> None:
        shutil.rmtree(self.folder / ".archlint_cache", ignore_errors=True)

    def edit(self, *paths: Path) -> None:
        self.changes += 1
        for path in paths:
            with path.open("a", encoding="utf-8") as file:
                file.write(f"\nCHANGE_{self.changes} = {self.changes}\n")

    def rename(self) -> None:
        self.changes += 1
        old = self.typical[0]
        self.typical[0] = old.rename(old.with_name(f"renamed_{self.changes}.py"))

    def configure(self, text: str) -> None:
        (self.folder / "pyproject.toml").write_text(f"[tool.archlint]\n{text}\n", encoding="utf-8")


def scenarios(bench: Bench) -> Iterator[tuple[str, Callable[[], Cost]]]:
    """Name → a run, in an order in which each finds what the one before it left."""

    def after(change: Callable[[], object], *words: str | Path) -> Callable[[], Cost]:
        def run() -> Cost:
            change()
            return bench.check(*words)

        return run

    yield "cold", after(bench.forget)
    yield "nothing changed", bench.check
    yield "one file changed", after(lambda: bench.edit(bench.typical[1]))
    yield "one file renamed", after(bench.rename)
    yield "another configuration", after(lambda: bench.configure('ignore = ["SQL001"]'))
    yield "a rule added", after(lambda: (bench.edit(bench.typical[1]), bench.check(), bench.configure("")))
    yield "three files, as pre-commit", after(lambda: bench.edit(*bench.typical), *bench.typical)


def over_files(work: str, folder: Path) -> None:
    """Runs in a process of its own: every file parsed by libcst alone, or extracted as archlint does."""
    import libcst  # noqa: PLC0415

    from archlint.facts.text import decode_python  # noqa: PLC0415
    from archlint.parse.python import extract  # noqa: PLC0415

    sources = [path.read_bytes() for path in sorted(folder.rglob("*.py")) if path.is_file()]
    gc.disable()
    began = time.process_time()
    for source in sources:
        if work == "extract":
            extract(source)
            continue
        try:
            libcst.parse_module(decode_python(source))
        except (SyntaxError, UnicodeDecodeError, ValueError, libcst.ParserSyntaxError):
            continue
    print(time.process_time() - began)


def parser_ratio(folder: Path, rounds: int) -> tuple[float, float]:
    """CPU seconds of the parser alone and of extraction, in turn."""
    seconds: dict[str, list[float]] = {"parse": [], "extract": []}
    for _ in range(rounds):
        for work, taken in seconds.items():
            taken.append(float(cost([sys.executable, __file__, "--only", work, folder], folder).output.split()[-1]))
    return statistics.median(seconds["parse"]), statistics.median(seconds["extract"])


def peers(bench: Bench, where: Path | None) -> dict[str, list[str | Path]]:
    """The other tools that are installed, with the command that checks the same files without a cache."""
    found = {}
    jobs = str(bench.jobs)
    rules = _HERE / "peers.semgrep.yaml"
    commands: dict[str, list[str | Path]] = {
        "ruff": ["check", "--no-cache", "--isolated", "--exit-zero", "--output-format", "concise", "."],
        "bandit": ["-r", "-q", "-f", "custom", "--msg-template", "{abspath}:{line}: {test_id}", "."],
        "semgrep": ["scan", "--metrics=off", "--disable-version-check", "--emacs", "-j", jobs, "--config", rules, "."],
        "fixit": ["lint", "."],
        "pylint": ["-j", jobs, "--recursive=y", "."],
        "lint-imports": ["--no-cache", "--config", bench.folder.parent / "contracts.ini"],
    }
    for name, words in commands.items():
        path = shutil.which(name, path=str(where) if where else None)
        if path is not None:
            found[name] = [path, *words]
    packages = sorted({path.parent.name for path in bench.folder.glob("*/__init__.py")})
    if "lint-imports" in found and not packages:
        del found["lint-imports"]
    (bench.folder.parent / "contracts.ini").write_text(
        _contract(bench.folder, packages[0]) if packages else "", encoding="utf-8"
    )
    return found


def _contract(folder: Path, package: str) -> str:
    inner = sorted(path.parent.name for path in (folder / package).glob("*/__init__.py"))
    modules = "".join(f"\n    {package}.{name}" for name in inner)
    return (
        f"[importlinter]\nroot_package = {package}\n\n[importlinter:contract:1]\nname = independent\n"
        f"type = independence\nmodules ={modules}\n"
    )


def grown(source: Path, copies: Sequence[int], jobs: int) -> Iterator[str]:
    """Cold runs over several copies of the source, each under a package name of its own."""
    first = 0.0
    for number in copies:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "project"
            bench = Bench(source, folder, jobs)
            for copy in range(1, number):
                copied = folder / f"{source.name}_{copy}"
                shutil.copytree(folder / source.name, copied, symlinks=True)
                for path in copied.rglob("*.py"):  # files of one content are parsed once
                    if path.is_file() and not path.is_symlink():
                        path.write_bytes(path.read_bytes() + f"\n# copy {copy}\n".encode())
            made = bench.check()
            first = first or made.cpu / number
            peak = max(made.memory, default=0)
            yield f"cold, ×{number:<4}{made.cpu:>8.2f} CPU s{made.cpu / number / first:>8.2f} a copy  {peak} MB  {bench.said()}"


def report(source: Path, options: argparse.Namespace) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(source, Path(temporary) / "project", options.jobs)
        files = [path.read_bytes() for path in bench.folder.rglob("*.py") if path.is_file()]
        compileall.compile_dir(Path(archlint.__file__).parent, quiet=2)
        yield f"{len(files):,} files, {sum(data.count(10) for data in files):,} lines, {sum(map(len, files)):,} bytes"
        parse, extraction = parser_ratio(bench.folder, options.rounds)
        yield f"parse alone {parse:.2f} CPU s; extraction {extraction:.2f} CPU s, ratio {extraction / parse:.2f}"
        yield f"{'':<34}{'CPU s':>8}{'wall s':>8}{'/parse':>8}  peak MB of each process"
        rows = {name: Row(name) for name, _ in scenarios(bench)}
        several = Row(f"cold, {options.jobs} jobs (CPU: main process)")
        starts = {word: Row(f"archlint {word}") for word in ("--version", "--help")}
        for _ in range(options.rounds):
            for name, run in scenarios(bench):
                rows[name].costs.append(run())
                rows[name].said = bench.said()
            bench.forget()
            several.costs.append(bench.check(jobs=options.jobs))
            several.said = bench.said()
            for word, row in starts.items():
                row.costs.append(cost([sys.executable, "-m", "archlint", word], bench.folder))
        for row in (*rows.values(), several, *starts.values()):
            yield row.text(parse)
        for name, command in ({} if options.no_peers else peers(bench, options.peers)).items():
            ours, other = Row("archlint, cold, beside"), Row(name)
            for _ in range(options.rounds):
                bench.forget()
                ours.costs.append(bench.check(jobs=options.jobs))
                other.costs.append(cost(command, bench.folder))
            found = len(_PLACE.findall(other.costs[-1].output))
            other.said = f"{found} findings, exit {other.costs[-1].status}"
            yield from (ours.text(parse), other.text(parse))
    yield from grown(source, options.copies, options.jobs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--copies", type=lambda text: [int(word) for word in text.split(",") if word], default=[1, 2, 4, 10])
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--only", choices=("parse", "extract"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        over_files(options.only, options.folder)
        return
    for line in report(options.folder.resolve(), options):
        print(line, flush=True)


if __name__ == "__main__":
    main()
