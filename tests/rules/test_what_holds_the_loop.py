"""How sure RES007 is: what a program does before it serves, and what it does once and keeps, are notes."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

SERVES = """\
import subprocess
from fastapi import FastAPI
app = FastAPI()
def key(): return subprocess.check_output(['key'])
"""


def confidences(code: str) -> list[Confidence]:
    return [finding.confidence for finding in testing.run_rule("RES007", {"a.py": SERVES + code})]


@pytest.mark.parametrize(
    "code",
    [
        "@app.get('/')\nasync def answer(): return key()",
        "@app.post('/setup')\nasync def setup(): return key()",
        "async def helper(): return key()\n@app.get('/')\nasync def answer(): return await helper()",
    ],
)
def test_what_serves_counts(code: str) -> None:
    assert confidences(code) == [Confidence.HIGH]


@pytest.mark.parametrize(
    ("code", "sure"),
    [
        (
            "import asyncio\ndef tree(): return asyncio.run(walk())\nasync def walk(): return await read()\n"
            "async def read(): return key()",
            Confidence.LOW,
        ),
        (
            "import asyncio\ndef tree(): return asyncio.run(walk())\nasync def walk(): return await read()\n"
            "async def read(): return key()\n@app.get('/')\nasync def answer(): return await read()",
            Confidence.HIGH,
        ),
        (
            "import asyncio\ndef tree(): return asyncio.run(walk())\nasync def walk():\n    asyncio.create_task(other())\n"
            "    return await read()\nasync def other(): ...\nasync def read(): return key()",
            Confidence.HIGH,
        ),
        (
            "import asyncio\ndef poll(): asyncio.run(walk())\nasync def walk(): return await read()\n"
            "async def read(): return key()",
            Confidence.HIGH,
        ),
    ],
)
def test_what_plain_code_runs_alone_on_a_loop_is_a_note(code: str, sure: Confidence) -> None:
    assert confidences(code) == [sure]


@pytest.mark.parametrize(
    "code",
    [
        "async def initialize(): return key()",
        "@traced\nasync def main(): return key()",
        "async def load(): return key()\nasync def init_users(): return await load()",
        "kept = None\nasync def answer():\n    global kept\n    if kept is None:\n        kept = first()\n    return kept\n"
        "def first():\n    global kept\n    if kept is None:\n        kept = key()\n    return kept",
    ],
)
def test_what_runs_once_is_a_note(code: str) -> None:
    assert confidences(code) == [Confidence.LOW]
