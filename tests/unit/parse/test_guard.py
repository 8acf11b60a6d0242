"""What is refused before the parser sees it, and what is not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from archlint.facts.syntax import Failure, FileFacts
from archlint.parse.guard import MAX_BYTES, refuse
from archlint.parse.python import extract
from archlint.parse.tokens import tokenize

Shape = Callable[[int], str]

DEEP: dict[str, Shape] = {
    "parentheses": lambda n: "x = " + "(" * n + "1" + ")" * n,
    "lists": lambda n: "x = " + "[" * n + "]" * n,
    "dicts": lambda n: "x = " + "{1:" * n + "1" + "}" * n,
    "calls in calls": lambda n: "x = " + "f(" * n + ")" * n,
    "subscripts": lambda n: "x = " + "a[" * n + "1" + "]" * n,
    "templates": lambda n: "x = " + "f'{" * n + "1" + "}'" * n,
    "format specifications": lambda n: "x = f'" + "{a:" * n + "}" * n + "'",
    "unclosed": lambda n: "x = " + "(" * n,
    "lambdas in parentheses": lambda n: "x = " + "(lambda: " * n + "1" + ")" * n,
}
LONG: dict[str, Shape] = {
    "calls": lambda n: "x = f" + "()" * n,
    "methods": lambda n: "x = f" + ".a()" * n,
    "attributes": lambda n: "x = f" + ".a" * n,
    "sum": lambda n: "x = a" + " + a" * n,
    "concatenated strings in a sum": lambda n: "x = 'a'" + " + 'a' 'b'" * n,
    "power": lambda n: "x = a" + " ** a" * n,
    "and": lambda n: "x = a" + " and a" * n,
    "not": lambda n: "x = " + "not " * n + "a",
    "minus": lambda n: "x = " + "-" * n + "a",
    "lambda": lambda n: "x = " + "lambda: " * n + "a",
    "lambda with parameters": lambda n: "x = " + "lambda a, b=1: " * n + "a",
    "conditional": lambda n: "x = " + "a if b else " * n + "a",
    "for": lambda n: "x = [a" + " for a in b" * n + "]",
    "elif": lambda n: "if a: pass\n" + "elif a: pass\n" * n,
    "dotted module": lambda n: "import a" + ".a" * n,
}


@pytest.mark.parametrize("shape", DEEP.values(), ids=DEEP.keys())
def test_deep_nesting_is_refused_with_its_place(shape: Shape) -> None:
    found = extract(shape(20_000).encode())
    assert isinstance(found, Failure)
    assert found.kind == "bound"
    assert (found.line, found.column > 50) == (1, True)


@pytest.mark.parametrize("shape", LONG.values(), ids=LONG.keys())
def test_long_chains_are_refused(shape: Shape) -> None:
    found = extract(shape(20_000).encode())
    assert isinstance(found, Failure)
    assert found.kind == "bound"


@pytest.mark.parametrize("shape", (DEEP | LONG).values(), ids=(DEEP | LONG).keys())
def test_what_people_write_is_read(shape: Shape) -> None:
    text = shape(60)
    assert refuse(text, tokenize(text)) is None


def test_the_largest_that_passes_kills_no_process() -> None:
    """In a process of its own, with the stack that a main thread has by default."""
    program = """
import resource, sys
resource.setrlimit(resource.RLIMIT_STACK, (8 << 20, resource.getrlimit(resource.RLIMIT_STACK)[1]))
from archlint.parse.python import extract
for source in sys.stdin.read().split("\\0"):
    extract(source.encode())
print("alive")
"""
    sources = [shape(90) for shape in DEEP.values()] + [shape(500) for shape in LONG.values()]
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="\0".join(sources),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr[-500:]


@pytest.mark.parametrize("opening", ["[", "{1: ", "A(", "A(x="])
def test_a_deep_pattern_costs_exponential_time_and_is_refused(opening: str) -> None:
    closing = {"[": "]", "{": "}", "A": ")"}[opening[0]]
    found = extract(f"match a:\n  case {opening * 30}1{closing * 30}: pass\n".encode())
    assert isinstance(found, Failure)
    assert (found.kind, found.line) == ("bound", 2)


def test_a_function_called_case_is_no_pattern() -> None:
    assert isinstance(extract(b"x = case((((((((((1))))))))))\n"), FileFacts)


@pytest.mark.parametrize(
    "source",
    [
        "self.check(a.b.c)\n" * 3_000,
        "x = [\n" + "  (-1, not a.b, f(c)[0] + 1),\n" * 3_000 + "]\n",
        "await f(x)\n" * 3_000,
        "if a:\n  b()\n" * 3_000,
        "x = f(" + "a=b.c + 1, " * 3_000 + ")\n",
        "assert not a, 'b'\n" * 3_000,
        "x = ('a'\n" + "  'b'\n" * 1_000 + ")\n",
        "x = '" + "(" * 5_000 + "' # " + "[" * 5_000 + "\n",
        'x = f"' + "{{(" * 5_000 + '"\n',
    ],
)
def test_much_of_the_same_is_not_deep(source: str) -> None:
    assert refuse(source, tokenize(source)) is None


def test_a_call_in_a_chain_of_calls_holds_the_one_before_it_by_number() -> None:
    assert isinstance(extract(b"x = query" + b".filter(a.b == 1)" * 300), FileFacts)


def test_facts_that_would_nest_too_deeply_are_refused_at_their_place() -> None:
    found = extract(b"y = 1\nx = a" + b".b" * 600)
    assert isinstance(found, Failure)
    assert (found.kind, found.line) == ("bound", 2)


def test_a_file_may_not_be_larger_than_the_bound() -> None:
    found = extract(b" " * (MAX_BYTES + 1))
    assert isinstance(found, Failure)
    assert found.kind == "bound"
