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


def test_a_program_whose_database_is_a_file_of_the_machine_runs_alone_unless_copies_of_it_do() -> None:
    files = {"main.py": MAIN.format(then='return {"path": str(path)}')}
    files["settings.py"] = 'DATABASE_URL = "sqlite:///books.db"\n'
    assert [f.confidence for f in testing.run_rule("PRF006", files)] == [Confidence.LOW]
    files["compose.yaml"] = "services:\n  web:\n    command: uvicorn main:app\n    deploy: {replicas: 2}\n"
    assert [f.confidence for f in testing.run_rule("PRF006", files)] == [Confidence.HIGH]
