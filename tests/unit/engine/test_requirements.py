"""What a program says it needs, in each kind of manifest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint import testing
from archlint.engine.discover import discover
from archlint.engine.requirements import with_requirements
from archlint.facts.settings import Settings
from archlint.testing import MemoryFiles


def needed(files: dict[str, str], settings: Settings | None = None) -> tuple[str, ...]:
    known = settings or Settings()
    held = MemoryFiles({"app.py": "", **files})
    return with_requirements(held, discover(held, known), known).requirements


@pytest.mark.parametrize(
    "files",
    [
        {
            "pyproject.toml": (
                "[project]\ndependencies = [\n  'Psycopg2_Binary>=2.9',\n  'flask[async] ; python_version > \"3\"',\n]\n"
            )
        },
        {"pyproject.toml": "[tool.poetry.dependencies]\nFlask = '^3'\npsycopg2-binary = {version = '2', optional = true}\n"},
        {"Pipfile": "[packages]\nflask = '*'\npsycopg2-binary = '*'\n[dev-packages]\npytest = '*'\n"},
        {
            "requirements.txt": "# the shop\n-r other.txt\n--hash=sha256:0\nflask==3 # web\npsycopg2.binary\ngit+https://example.org/x.git\n"
        },
        {"requirements/base.in": "flask\n", "back/requirements-prod.txt": "psycopg2-binary\n"},
    ],
)
def test_names_are_read_from_manifests(files: dict[str, str]) -> None:
    assert needed(files) == ("flask", "psycopg2-binary")


@pytest.mark.parametrize(
    "files",
    [
        {"requirements-dev.txt": "psycopg2-binary\n"},
        {"requirements/test.txt": "psycopg2-binary\n"},
        {"tests/requirements.txt": "psycopg2-binary\n"},
        {"examples/shop/pyproject.toml": "[project]\ndependencies = ['psycopg2-binary']\n"},
        {"pyproject.toml": "[dependency-groups]\ndev = ['psycopg2-binary']\n"},
        {"notes.txt": "psycopg2-binary\n"},
        {".gitignore": "requirements.txt\n", "requirements.txt": "psycopg2-binary\n"},
        {"pyproject.toml": "[project\ndependencies = ['psycopg2-binary']\n"},
        {"pyproject.toml": "project = 3\ntool = ['x']\n"},
        {"pyproject.toml": "[project]\ndependencies = [3, {a = 1}, '']\n"},
    ],
)
def test_what_is_for_others_or_cannot_be_read_says_nothing(files: dict[str, str]) -> None:
    assert needed(files) == ()


@given(st.text(max_size=200))
def test_no_text_is_too_odd(text: str) -> None:
    for path in ("pyproject.toml", "requirements.txt", "Pipfile"):
        needed({path: text})


MODEL = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


@pytest.mark.parametrize(
    ("declared", "told"), [("asyncpg\n", 1), ("flask\n", 0), ("aiosqlite\n", 0), ("aiosqlite\nPsycopg2-binary\n", 1), ("", 0)]
)
def test_a_declared_driver_tells_the_database(declared: str, told: int) -> None:
    found = testing.run_rule("DBS003", {"shop/orders.py": MODEL, "requirements.txt": declared})
    assert len(found) == told
