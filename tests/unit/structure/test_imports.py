"""Where imports lead."""

from __future__ import annotations

from import_graphs import project_of_sources

from archlint.project.source.imports import View


def edges(sources: dict[str, str], importer: str, view: View = "runtime") -> list[str]:
    project = project_of_sources(sources)
    return [edge.imported.name for edge in project.imports.edges(project.modules.by_path[importer], view)]


SHOP = {
    "shop/__init__.py": "",
    "shop/orders/__init__.py": "from .close import close",
    "shop/orders/close.py": "def close(): ...",
}


def test_a_submodule_is_meant_before_a_name_of_the_package() -> None:
    assert edges(SHOP | {"shop/a.py": "from shop.orders import close"}, "shop/a.py") == ["shop.orders.close"]


def test_a_name_of_the_package_leads_to_the_package() -> None:
    assert edges(SHOP | {"shop/a.py": "from shop.orders import Order"}, "shop/a.py") == ["shop.orders"]


def test_relative_imports_climb() -> None:
    sources = SHOP | {
        "shop/web/__init__.py": "",
        "shop/web/a.py": "from ..orders.close import close\nfrom . import b",
        "shop/web/b.py": "",
    }
    assert edges(sources, "shop/web/a.py") == ["shop.orders.close", "shop.web.b"]


def test_a_relative_import_above_the_top_leads_nowhere() -> None:
    project = project_of_sources({"a.py": "from ...b import c", "b.py": ""})
    assert project.imports.count == 0
    assert [r.given.name for r in project.imports.unresolved] == ["c"]


def test_a_package_imports_from_itself() -> None:
    assert edges(SHOP, "shop/orders/__init__.py") == ["shop.orders.close"]


def test_a_star_and_an_alias() -> None:
    sources = SHOP | {"shop/a.py": "from shop.orders import *\nimport shop.orders.close as c"}
    assert edges(sources, "shop/a.py") == ["shop.orders", "shop.orders.close"]


def test_views_tell_when_an_import_is_made() -> None:
    text = """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            import shop.typed
        import shop.eager
        def f():
            import shop.late
    """
    sources = {"shop/__init__.py": "", "shop/a.py": text, **{f"shop/{n}.py": "" for n in ("typed", "eager", "late")}}
    assert edges(sources, "shop/a.py", "eager") == ["shop.eager"]
    assert edges(sources, "shop/a.py", "runtime") == ["shop.eager", "shop.late"]
    assert edges(sources, "shop/a.py", "all") == ["shop.eager", "shop.late", "shop.typed"]


def test_a_name_that_the_own_package_does_not_bind_makes_no_edge() -> None:
    sources = {"shop/__init__.py": "from shop.a import f", "shop/a.py": "from shop import _fast\nfrom shop import VERSION"}
    assert edges(sources, "shop/a.py") == []
    assert edges(sources | {"shop/__init__.py": "VERSION = 1\nfrom shop.a import f"}, "shop/a.py") == ["shop"]


def test_a_namespace_package_holds_modules() -> None:
    sources = {"src/shop/orders/a.py": "from shop.orders import b\nimport shop.orders", "src/shop/orders/b.py": ""}
    assert edges(sources, "src/shop/orders/a.py") == ["shop.orders.b"]


def test_external_names_are_kept_whole() -> None:
    project = project_of_sources(
        {"a.py": "import os.path\nfrom google.cloud import storage\nfrom fastapi import *\nimport b", "b.py": ""}
    )
    module = project.modules.by_path["a.py"]
    assert [r.external for r in project.imports.external(module)] == ["os.path", "google.cloud.storage", "fastapi"]


def test_a_chain_names_each_import_with_its_line() -> None:
    project = project_of_sources({"a.py": "\nimport b", "b.py": "def f():\n    from c import x", "c.py": "x = 1"})
    by_name = project.modules.by_name
    chain = project.imports.chain([by_name["a"]], [by_name["c"]])
    assert chain is not None
    assert [(e.importer.lines.position(e.step().site.at)[0], e.step().message) for e in chain] == [
        (2, "`a` imports `b`"),
        (2, "`b` imports `c`"),
    ]
    assert project.imports.chain([by_name["a"]], [by_name["c"]], "eager") is None


def test_components_are_those_of_loading() -> None:
    project = project_of_sources({"a.py": "import b", "b.py": "import c", "c.py": "def f():\n    import a"})
    assert project.imports.strongly_connected() == []
    assert [[m.name for m in group] for group in project.imports.strongly_connected("runtime")] == [["a", "b", "c"]]
