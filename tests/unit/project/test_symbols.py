"""Names across modules, without types: definitions, re-exports, alternatives, namespace packages, circles."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from project_builder import project_of

from archlint.facts.syntax import Call, Name
from archlint.project import Project
from archlint.project.source.modules import Module


def found(project: Project, dotted: str) -> list[tuple[str, str]]:
    return [(d.kind, d.name) for d in project.symbols.resolve(dotted)]


def test_a_dotted_name_is_followed_through_reexports() -> None:
    project = project_of(
        {
            "shop/__init__.py": "from .orders import Order, place as do\nfrom . import orders\nVERSION = 1",
            "shop/orders.py": (
                "import json as codec\nclass Order:\n    class Line: ...\n    def total(self): ...\ndef place(): ..."
            ),
        }
    )
    assert found(project, "shop.Order") == [("class", "shop.orders.Order")]
    assert found(project, "shop.do") == [("function", "shop.orders.place")]
    assert found(project, "shop.Order.Line") == [("class", "shop.orders.Order.Line")]
    assert found(project, "shop.Order.total") == [("function", "shop.orders.Order.total")]
    assert found(project, "shop.orders.codec") == [("external", "json")]
    assert found(project, "shop.VERSION") == [("value", "shop.VERSION")]
    assert found(project, "shop.nothing") == []
    assert found(project, "json.dumps") == [("external", "json.dumps")]


def test_library_names_are_canonical() -> None:
    project = project_of({"a.py": "from sqlalchemy.orm.session import Session as S"})
    (definition,) = project.symbols.resolve("a.S")
    assert definition.name == "sqlalchemy.orm.Session"


def test_namespace_packages_and_source_roots() -> None:
    project = project_of(
        {
            "src/shop/core/orders.py": "class Order: ...",
            "src/shop/api.py": (
                "import shop.core.orders\nfrom shop.core import orders as o\nshop.core.orders.Order()\no.Order()"
            ),
        }
    )
    api = project.modules.by_path["src/shop/api.py"]
    assert [_callee(project, api, call) for call in api.body.calls] == ["shop.core.orders.Order"] * 2


def _callee(project: Project, module: Module, call: Call) -> str | None:
    return project.types.name_of(module, call.callee, call.context)


def test_two_projects_with_one_package_name_stay_apart() -> None:
    project = project_of(
        {
            "users/app/models.py": "class User: ...",
            "users/app/main.py": "from app.models import User\nUser()",
            "users/pyproject.toml.py": "",
            "orders/app/models.py": "class User: ...",
            "orders/app/main.py": "from app.models import User\nUser()",
        }
    )
    for folder in ("users", "orders"):
        main, models = (project.modules.by_path[f"{folder}/app/{name}.py"] for name in ("main", "models"))
        assert _callee(project, main, main.body.calls[0]) == f"{models.name}.User"


def test_star_imports_respect_all_and_end_in_circles() -> None:
    project = project_of(
        {
            "a.py": "from b import *\nfrom c import *",
            "b.py": "from a import *\n__all__ = ['shown']\ndef shown(): ...\ndef hidden(): ...",
            "c.py": "def _private(): ...\ndef public(): ...",
        }
    )
    assert found(project, "a.shown") == [("function", "b.shown")]
    assert found(project, "a.hidden") == []
    assert found(project, "a.public") == [("function", "c.public")]
    assert found(project, "a._private") == []
    assert found(project, "b.missing") == []


def test_the_last_definition_at_module_level_holds_and_branches_are_alternatives() -> None:
    project = project_of(
        {
            "a.py": "def f(): ...\ndef f(): ...\nif x:\n    def g(): ...\nelse:\n    from b import g\n",
            "b.py": "def g(): ...",
        }
    )
    (f,) = project.symbols.resolve_in(project.modules.by_name["a"], "f")
    assert f.index == 1
    assert [d.name for d in project.symbols.resolve_in(project.modules.by_name["a"], "g")] == ["a.g", "b.g"]


NAMES = st.sampled_from(["a", "b", "c"])
LINES = st.lists(
    st.one_of(
        st.builds("from {} import *".format, NAMES),
        st.builds("from {} import x as y, y as x".format, NAMES),
        st.builds("import {} as x".format, NAMES),
        st.builds("x = y.x({})".format, NAMES),
        st.just("class x(y): z = x()"),
        st.just("def y(x=y()): return x(y)(x)"),
        st.just("for x in y: x()"),
        st.just("with x() as y: y.x()"),
        st.just("x = [y.x(x) for x in y]"),
    ),
    max_size=6,
)


@given(st.dictionaries(st.builds("{}.py".format, NAMES), LINES, min_size=1))
def test_no_tangle_of_names_hangs_or_crashes(files: dict[str, list[str]]) -> None:
    project = project_of({path: "\n".join(lines) for path, lines in files.items()})
    assert project.calls.resolved <= project.calls.total
    project.effects.points()
    for module in project.modules.all:
        for call in module.body.calls:
            if isinstance(call.callee, Name):
                project.types.of(module, call.callee, call.context)


def test_long_chains_of_calls_are_followed_and_deep_ones_only_bounded() -> None:
    chain = "q" + ".filter(a=1)" * 120 + ".first()"
    project = project_of(
        {
            "m.py": "from django.db import models\nclass Book(models.Model): ...",
            "a.py": f"from m import Book\ndef f():\n    q = Book.objects\n    {chain}",
        }
    )
    assert "db.read" in project.effects.of(project.symbols.functions["a.f"])
    hops = "\n".join(f"def f{n}(): return f{n + 1}()" for n in range(400))
    deep = project_of({"a.py": f"import time\n{hops}\ndef f400(): time.sleep(1)"})
    witness = deep.effects.of(deep.symbols.functions["a.f0"])["sleep"]
    assert witness.target == "time.sleep"
    assert len(witness.steps) == 30
    assert witness.steps[-1].message == "runs time.sleep"
