"""The import graph by names is grimp's, built from the same files."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import grimp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from import_graphs import project_of_sources

from archlint.facts.settings import Linted
from archlint.project.layers.contract_graph import ContractGraph
from archlint.project.source.named_imports import NamedImports, named_imports

Edges = set[tuple[str, str]]

FOLDERS = ["", "a/", "a/b/", "a/b/c/", "d/", "d/e/", "not-a-name/"]
WRITTEN = [
    *("import {0}", "import {0} as other", "from {0} import x", "from {0} import *", "import {0}.x.deeper", "import {0}.gone"),
    *("import os.path", "from google.cloud import storage", "from {0} import m, n", "import {0}, json"),
]
RELATIVE = ["from {0} import m", "from {0}m import x", "from {0}a import b", "from {0} import *", "from {0}a.b import m, gone"]
GUARDS = [
    "{0}",
    "def f():\n    {0}",
    "if TYPE_CHECKING:\n    {0}",
    "if t.TYPE_CHECKING:\n    {0}",
    "if TYPE_CHECKING:\n    pass\nelse:\n    {0}",
    "if x:\n    pass\nelif TYPE_CHECKING:\n    {0}",
    "if TYPE_CHECKING and x:\n    {0}",
    "if not TYPE_CHECKING:\n    {0}",
    "if False:\n    {0}",
    "if TYPE_CHECKING:\n    if x:\n        {0}",
    "class A:\n    {0}",
    "try:\n    {0}\nexcept ImportError:\n    pass",
    "while TYPE_CHECKING:\n    {0}",
]


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    """Path → text, below two top-level packages; some folders have no `__init__.py`."""
    root = draw(st.sampled_from(["p", "q/r"]))
    paths = {f"{root}/m.py"}
    for folder in draw(st.lists(st.sampled_from(FOLDERS), max_size=5)):
        paths |= {f"{root}/{folder}{draw(st.sampled_from(['m', 'n', 'b', '__init__', 'dotted.name']))}.py"}
    for folder in draw(st.lists(st.sampled_from(FOLDERS), max_size=5)):
        paths.add(f"{root}/{folder}__init__.py")
    names = sorted(
        {path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in paths if "-" not in path}
        | {"q", "q.s"}
    )
    return {path: draw(_texts(names, path.count("/") - root.count("/"))) for path in sorted(paths)}


def _texts(names: list[str], depth: int) -> st.SearchStrategy[str]:
    """`depth`: of dots may lead no further than to the root package."""
    absolute = st.builds(str.format, st.sampled_from(WRITTEN), st.sampled_from(names))
    relative = st.builds(str.format, st.sampled_from(RELATIVE), st.integers(1, depth).map(lambda level: "." * level))
    statement = st.builds(str.format, st.sampled_from(GUARDS), st.one_of(absolute, relative))
    return st.lists(statement, max_size=4).map(lambda lines: "\n".join([*lines, ""]))


@contextmanager
def importable(sources: Mapping[str, str]) -> Iterator[None]:
    with TemporaryDirectory() as folder:
        for path, text in sources.items():
            file = Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        sys.path.insert(0, folder)
        importlib.invalidate_caches()
        try:
            yield
        finally:
            sys.path.remove(folder)
            for name in [name for name in sys.modules if name.partition(".")[0] in ("p", "q")]:
                del sys.modules[name]


def theirs(sources: Mapping[str, str], linted: Linted) -> tuple[set[str], Edges]:
    with importable(sources):
        graph = grimp.build_graph(
            *linted.root_packages,
            include_external_packages=linted.external,
            exclude_type_checking_imports=not linted.type_checking,
            cache_dir=None,
        )
    edges = {(name, other) for name in graph.modules for other in graph.find_modules_directly_imported_by(name)}
    return graph.modules, {(a, b) for a, b in edges if a != b}


def ours(sources: Mapping[str, str], linted: Linted) -> tuple[set[str], Edges]:
    graph = found_in(sources, linted).graph
    return set(graph.names), {(graph.names[a], graph.names[b]) for a, b in graph.links()}


def found_in(sources: Mapping[str, str], linted: Linted) -> NamedImports:
    return named_imports(project_of_sources(sources), linted)


@settings(max_examples=80)
@given(trees(), st.booleans(), st.booleans())
def test_modules_and_imports(sources: dict[str, str], external: bool, type_checking: bool) -> None:
    root = "p" if "p/m.py" in sources else "q.r"
    linted = Linted(path="", folder="", root_packages=(root,), external=external, type_checking=type_checking)
    assert ours(sources, linted) == theirs(sources, linted)


def linted(*roots: str, folder: str = "") -> Linted:
    return Linted(path="", folder=folder, root_packages=roots)


def test_root_packages_are_looked_up_from_the_configuration() -> None:
    sources = {
        "api/src/shop/a.py": "import shop.b",
        "api/src/shop/b.py": "",
        "jobs/shop/a.py": "import shop.c",
        "jobs/shop/c.py": "",
    }
    assert ours(sources, linted("shop", folder="jobs"))[1] == {("shop.a", "shop.c")}
    assert ours(sources, linted("shop", folder="api"))[1] == {("shop.a", "shop.b")}


def test_a_package_that_is_not_there_is_told() -> None:
    assert found_in({"shop/a.py": ""}, linted("shop", "shpo")).missing == ("shpo",)


@pytest.mark.parametrize(("root", "unlinked"), [("src", True), ("shop", False)])
def test_a_root_by_whose_names_nobody_imports_is_told(root: str, unlinked: bool) -> None:
    sources = {"src/shop/__init__.py": "", "src/shop/a.py": "import shop.b", "src/shop/b.py": ""}
    assert found_in(sources, linted(root)).unlinked is unlinked


def test_modules_without_imports_are_not_unlinked() -> None:
    assert not found_in({"shop/a.py": "import os", "shop/b.py": ""}, linted("shop")).unlinked


def test_both_ends_keep_their_lines() -> None:
    sources = {"shop/a.py": "import shop.b\nfrom shop import b\n", "shop/b.py": ""}
    graph: ContractGraph = found_in(sources, linted("shop")).graph
    ((source, target),) = graph.links()
    assert [given.at for given in graph.link(source, target).imports] == [7, 31]
