"""What extraction costs beside libcst's parse alone: `python benchmarks/extraction.py FOLDER [EVERY]`.

Prints the CPU time of both over the folder's Python files (every EVERY-th of them) and the median of the files' ratios.
The budget is 1.25.  The cyclic collector is off for both, so that only the work is compared.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import libcst

from archlint.facts.text import decode_python
from archlint.parse.python import extract

_ROUNDS = 3


def seconds(work: Callable[[], object]) -> float:
    """The CPU time of the fastest of some rounds."""
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def parse(data: bytes) -> object:
    try:
        return libcst.parse_module(decode_python(data))
    except Exception:
        return None


def main() -> None:
    root = Path(sys.argv[1])
    every = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    ratios: list[float] = []
    total_parse = total_extract = 0.0
    size = 0
    gc.disable()
    for path in sorted(root.rglob("*.py"))[::every]:
        data = path.read_bytes()
        if len(data) < 500:
            continue
        parsing, extracting = seconds(lambda: parse(data)), seconds(lambda: extract(data))  # noqa: B023
        ratios.append(extracting / parsing)
        total_parse += parsing
        total_extract += extracting
        size += len(data)
    if not ratios:
        raise SystemExit(f"no Python files of 500 bytes or more below {root}")
    print(f"{len(ratios)} files, {size:,} bytes")
    print(f"parse {total_parse:.2f} s, extract {total_extract:.2f} s: ratio of totals {total_extract / total_parse:.2f}")
    print(f"median ratio {statistics.median(ratios):.2f}, worst {max(ratios):.2f}")


if __name__ == "__main__":
    main()
