"""Which implementation of a port runs: what a container binds, else what production code makes or names."""

from __future__ import annotations

import pytest
from project_builder import project_of

from archlint.facts.findings import Confidence
from archlint.project.model import Def

PORTS = """
from abc import ABC, abstractmethod
import sqlite3, httpx
class Repo(ABC):
    @abstractmethod
    def load(self): ...
class SqlRepo(Repo):
    def load(self):
        return sqlite3.connect("a").execute("SELECT 1")
class HttpRepo(Repo):
    def load(self):
        return httpx.get("http://a")
class Service:
    def __init__(self, repo: Repo):
        self.repo = repo
    def run(self):
        return self.repo.load()
"""
ELSEWHERE = "from app.ports import *\ndef other(): return HttpRepo(), SqlRepo()\n"
"""Both are made somewhere: what is bound decides."""


def effects_of(wiring: str, **more: str) -> dict[str, Confidence]:
    files = {"app/ports.py": PORTS, "app/wiring.py": "from app.ports import *\n" + wiring, **more}
    project = project_of(files)
    module = project.modules.by_path["app/ports.py"]
    row = next(i for i, f in enumerate(module.outline.functions) if f.qualname == "Service.run")
    found = project.effects.of(Def(module, module.name, row))
    return {effect: witness.confidence for effect, witness in found.items() if effect != "blocking"}


@pytest.mark.parametrize(
    "wiring",
    [
        pytest.param("import punq\nbox = punq.Container()\nbox.register(Repo, SqlRepo)", id="registered"),
        pytest.param("box.register(Repo, instance=SqlRepo())", id="registered-instance"),
        pytest.param("box.register(Repo, lambda: SqlRepo())", id="registered-maker"),
        pytest.param("def configure(binder):\n    binder.bind(Repo, to=SqlRepo)", id="bound"),
        pytest.param(
            "import injector\nclass M(injector.Module):\n    @injector.provider\n    def a(self) -> Repo: return SqlRepo()",
            id="provider-of-a-module",
        ),
        pytest.param(
            "from dishka import Provider, provide\nclass P(Provider):\n    repo = provide(SqlRepo, provides=Repo)",
            id="provides",
        ),
        pytest.param(
            "from dishka import Provider, provide\nclass P(Provider):\n    @provide\n    def a(self) -> Repo: return SqlRepo()",
            id="provider-with-an-annotation",
        ),
        pytest.param("class Box(dict): ...\nbox = Box()\nbox[Repo] = SqlRepo", id="own-container"),
        pytest.param("BINDINGS = {Repo: SqlRepo}", id="table"),
    ],
)
def test_what_is_bound_runs(wiring: str) -> None:
    assert effects_of(wiring, **{"app/elsewhere.py": ELSEWHERE}) == {"db.read": Confidence.HIGH}


def test_what_is_only_made_runs_where_nothing_is_bound() -> None:
    assert effects_of("def make():\n    return Service(SqlRepo())") == {"db.read": Confidence.HIGH}
    providers = "from dependency_injector import containers, providers\nclass C(containers.DeclarativeContainer):\n"
    assert effects_of(providers + "    repo = providers.Factory(SqlRepo)") == {"db.read": Confidence.HIGH}
    assert effects_of("BACKENDS = {'sql': SqlRepo}") == {"db.read": Confidence.HIGH}


@pytest.mark.parametrize(
    "wiring",
    [
        pytest.param(
            "def f(box, a):\n    if a:\n        box.register(Repo, SqlRepo)\n    else:\n        box.register(Repo, HttpRepo)",
            id="either",
        ),
        pytest.param("def make(a):\n    return Service(SqlRepo() if a else HttpRepo())", id="both-made"),
        pytest.param("", id="neither-is-named"),
        pytest.param("NAMES = {'sql': 'app.ports.SqlRepo', 'http': 'app.ports:HttpRepo'}", id="named-by-settings"),
        pytest.param("load('app.ports.HttpRepo')\nService(SqlRepo())", id="one-named-by-a-text"),
        pytest.param("def f(box):\n    box.register(SqlRepo, HttpRepo)\n    Service(SqlRepo())", id="bound-to-something-else"),
    ],
)
def test_both_may_run(wiring: str) -> None:
    assert effects_of(wiring) == {"db.read": Confidence.MEDIUM, "http": Confidence.MEDIUM}


def test_what_tests_bind_does_not_run() -> None:
    tests = {"tests/test_service.py": "from app.ports import *\nbox.register(Repo, HttpRepo)\n"}
    assert effects_of("box.register(Repo, SqlRepo)", **tests) == {"db.read": Confidence.HIGH}
