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


UPLOAD = """\
from pathlib import Path

import boto3
from fastapi import FastAPI, UploadFile

from settings import settings, DEV_MODE, MAINTENANCE

app = FastAPI()


@app.post("/files/{name}")
def send(name: str, file: UploadFile) -> str:
    data = file.file.read()
    %s
    path = Path("var/uploads") / name
    path.write_bytes(data)
    return str(path)
"""


@pytest.mark.parametrize(
    ("before", "confidence"),
    [
        (
            'if settings.bucket:\n        boto3.client("s3").put_object(Bucket=settings.bucket, Key=name, Body=data)'
            "\n        return name",
            Confidence.LOW,
        ),
        (
            'if settings.bucket:\n        boto3.client("s3").head_object(Bucket="files", Key=name)\n        return name',
            Confidence.HIGH,
        ),
        (
            'if settings.bucket:\n        boto3.client("s3").put_object(Bucket=settings.bucket, Key=name, Body=data)',
            Confidence.HIGH,
        ),
        ("if not DEV_MODE:\n        return name", None),
        ("if DEV_MODE:\n        return name", Confidence.HIGH),
        ("if not MAINTENANCE:\n        return name", Confidence.HIGH),
    ],
)
def test_what_leaves_before_the_file_is_written(before: str, confidence: Confidence | None) -> None:
    found = testing.run_rule("PRF006", {"main.py": UPLOAD % before})
    assert [f.confidence for f in found] == ([] if confidence is None else [confidence])


@pytest.mark.parametrize(
    ("volume", "confidence"),
    [
        ("uploads:/srv/app/var/uploads", Confidence.LOW),
        ("{type: volume, source: uploads, target: /srv/app/var/uploads}", Confidence.LOW),
        ("./uploads:/srv/app/var/uploads", Confidence.HIGH),
        ("data:/var/lib/postgresql", Confidence.HIGH),
    ],
)
def test_a_named_volume_at_the_folder_is_a_note(volume: str, confidence: Confidence) -> None:
    compose = f"services:\n  web:\n    build: .\n    volumes:\n      - {volume}\n"
    files = {"main.py": UPLOAD % "pass", "compose.yaml": compose}
    assert [f.confidence for f in testing.run_rule("PRF006", files)] == [confidence]


PLAN = """\
import importlib

from fastapi import FastAPI

PLAN = ("shop.orders:router", "shop.lines:router", "shop.users:router")


def load(path):
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


app = FastAPI()
for path in PLAN:
    app.include_router(load(path))
"""
LISTED = """\
from fastapi import APIRouter, UploadFile

router = APIRouter()


@router.post("/files")
def send(file: UploadFile) -> str:
    path = "var/files/" + file.filename
    with open(path, "wb") as out:
        out.write(file.file.read())
    return path


def count() -> int:
    return 1
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("from shop.left import count", False),
        ("from shop.left import router", True),
        ("from shop import left", True),
        ('LATER = "shop.left:router"', True),
    ],
)
def test_routers_that_a_list_leaves_out_answer_nobody(text: str, told: bool) -> None:
    routers = {f"shop/{name}.py": LISTED for name in ("orders", "lines", "users", "left")}
    files = {"shop/__init__.py": "", "shop/main.py": PLAN, "shop/other.py": text, **routers}
    found = {f.location.path for f in testing.run_rule("PRF006", files)}
    assert found == routers.keys() - (set() if told else {"shop/left.py"})
