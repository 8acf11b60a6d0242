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


STORE = """\
from pathlib import Path

import boto3

from shop.settings import settings


def upload(name: str, content: bytes) -> None:
    if settings.store == "folder":
        Path(settings.root, name).write_bytes(content)
    {other}
"""
SENT = """\
from fastapi import FastAPI, UploadFile

from shop.store import upload

app = FastAPI()


@app.post("/files/{name}")
def send(name: str, file: UploadFile) -> None:
    upload(name, file.file.read())
"""


@pytest.mark.parametrize(
    ("other", "confidence"),
    [
        ('else:\n        boto3.client("s3").put_object(Bucket=settings.root, Key=name, Body=content)', Confidence.LOW),
        ("else:\n        print(name)", Confidence.MEDIUM),
    ],
)
def test_a_store_that_a_setting_chooses_is_a_note(other: str, confidence: Confidence) -> None:
    files = {"shop/__init__.py": "", "shop/store.py": STORE.format(other=other), "shop/api.py": SENT}
    assert [f.confidence for f in testing.run_rule("PRF006", files)] == [confidence]
