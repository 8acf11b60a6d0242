"""Whatever the files hold: no exception, every file accounted for, and blank lines above move findings and no more."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from archlint.facts.findings import Report
from archlint.testing import analyse_files

PIECES = [
    "import os\n",
    "from shop import models\n",
    "from . import a, b\n",
    "from .a import *\n",
    "class A(B, metaclass=C):\n    x: int = f()\n",
    "def f(x, *a, k=1, **kw):\n    for i in x:\n        session.execute(f'SELECT * FROM t WHERE a = {i}')\n    return f(x)\n",
    "async def g(session: Session):\n    return [await session.get(A, i) for i in g()]\n",
    "app = FastAPI()\n@app.get('/health')\ndef h(): return {'ok': 1}\n",
    "r = redis.Redis()\nr.set('k', 'v')\n",
    "logger.info('%s', password)\n",
    "x = 1  # archlint: ignore[SQL001,nope] why until 2020-01-01\n",
    "hashlib.md5(password.encode()).hexdigest()\n",
    "try:\n    x\nexcept (A, B) as e:\n    raise X from e\nfinally:\n    del x\n",
    "lambda: (yield)\n",
    "match x:\n    case A(b=[1, *_]) if x: pass\n",
    "def (:\n",
    "SELECT * FROM t; -- archlint: ignore[SQL001]\n",
    "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a}]}\n",
    "\x00",
    "é\u2028\U0001f600\r",
    "[tool.archlint]\n",
    "FROM python:3.12\nHEALTHCHECK CMD curl localhost/health\n",
]
PATHS = ["a.py", "shop/__init__.py", "shop/models.py", "shop/domain/b.py", "q.sql", "k8s.yaml", "Dockerfile", "tests/test_a.py"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(PATHS), TEXTS, max_size=5))
def test_any_project_gives_a_report(files: dict[str, str]) -> None:
    report = analyse_files({path: text.encode() for path, text in files.items()})
    assert report.completeness.crashed == ()
    read, failed = report.completeness.read, len(report.completeness.failed)
    sources = sum(path.endswith((".py", ".sql")) for path in files)
    assert sources <= read + failed <= len(files)


PYTHON = [piece for piece in PIECES[:14] if "ignore[" not in piece]


@settings(max_examples=25)
@given(st.lists(st.sampled_from(PYTHON), min_size=1, max_size=6).map("".join), st.integers(1, 5))
def test_blank_lines_above_move_findings_and_no_more(code: str, blank: int) -> None:
    before = analyse_files({"shop/a.py": code, "pyproject.toml": ""})
    after = analyse_files({"shop/a.py": "\n" * blank + code, "pyproject.toml": ""})

    def seen(report: Report, shift: int) -> list[tuple[str, int, int, str, str]]:
        return [
            (
                f.rule,
                f.location.line + (shift if f.location.path == "shop/a.py" else 0),
                f.location.column,
                f.message,
                f.fingerprint,
            )
            for f in report.findings
        ]

    assert seen(before, blank) == seen(after, 0)
