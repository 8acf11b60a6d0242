"""How sure it is that a file is kept for later requests."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

MAIN = """\
from pathlib import Path

from fastapi import FastAPI, UploadFile

app = FastAPI()
FOLDER = Path("/srv/books")


@app.post("/books")
async def book(file: UploadFile) -> dict[str, str]:
    path = FOLDER / str(file.filename)
    path.write_bytes(await file.read())
    {then}
"""


@pytest.mark.parametrize(
    ("then", "confidence"),
    [
        ('return {"path": str(path)}', Confidence.HIGH),
        ("return {}", Confidence.MEDIUM),
        ('return {"lines": str(parsed(path))}', Confidence.LOW),
        ("path.unlink()", None),
    ],
)
def test_what_becomes_of_the_path_says_how_sure_it_is(then: str, confidence: Confidence | None) -> None:
    found = testing.run_rule("PRF006", {"main.py": MAIN.format(then=then)})
    assert [f.confidence for f in found] == ([] if confidence is None else [confidence])
