"""archlint's own architecture: one direction of dependencies, one importer for each parser, no I/O where none belongs."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path

import grimp
import msgspec
import pytest
import yaml

from archlint.facts import syntax

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src/archlint"
LAYERS = (
    {"cli"},
    {"screens"},
    {"testing"},
    {"app"},
    {"adapters", "report"},
    {"engine"},
    {"checklist"},
    {"rulebook"},
    {"checks", "parse", "fixes"},
    {"project"},
    {"ports"},
    {"facts"},
)
SOURCES = sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Top-level names of everything the file imports at run time, wherever it does."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def within(path: Path, *parts: str) -> bool:
    return any(path.is_relative_to(PACKAGE / part) for part in parts)


def test_dependencies_point_one_way() -> None:
    graph = grimp.build_graph("archlint", exclude_type_checking_imports=True, cache_dir=None)
    present = {module.split(".")[1] for module in graph.modules if "." in module}
    layers = [layer & present for layer in LAYERS if layer & present]
    illegal = graph.find_illegal_dependencies_for_layers(
        layers=tuple(grimp.Layer(*sorted(layer), independent=False) for layer in layers), containers={"archlint"}
    )
    assert sorted((chain.importer, chain.imported) for chain in illegal) == []


def test_every_part_has_its_place_in_the_layers() -> None:
    parts = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in SOURCES}
    assert parts - set().union(*LAYERS) == {"__init__", "__main__"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_parsers_disk_and_terminal_stay_in_their_places(path: Path) -> None:
    names = imported(path)
    if not within(path, "parse", "fixes"):
        assert "libcst" not in names
    if not path.is_relative_to(PACKAGE / "parse") or not path.name.startswith("sql"):
        assert "sqlglot" not in names
    if within(path, "checks", "project", "facts", "checklist", "report", "parse"):
        assert not names & {"os", "subprocess", "socket", "shutil", "tempfile", "urllib3", "requests", "multiprocessing"}
        assert "open(" not in re.sub(r"\w\.open\(|_open\(", "", path.read_text("utf-8"))
    if not within(path, "cli", "report", "screens"):
        assert not names & {"rich", "typer"}
    if not within(path, "screens"):
        assert "prompt_toolkit" not in names
    assert "pickle" not in names


@cache
def library_words() -> frozenset[str]:
    """The import names of the libraries described as data. The standard library's, and those of a protocol, a format, a
    platform whose files are read, a method that other code has too or what everybody sends, are plain words."""
    words: set[str] = set()
    for document in sorted((ROOT / "rules/knowledge").glob("*.yaml")):
        words |= {package.partition(".")[0] for package in yaml.load(document.read_bytes(), yaml.CSafeLoader)["packages"]}
    return frozenset(words - sys.stdlib_module_names - {"grpc", "jwt", "backoff", "kubernetes", "docker", "emails"})


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if within(p, "checks", "project")], ids=lambda p: p.relative_to(PACKAGE).as_posix()
)
def test_no_library_is_named_in_code(path: Path) -> None:
    """What is known of libraries is data: a name in code would be a rule that only fires on that library."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body and isinstance(node.body[0], ast.Expr)
    }
    strings = [
        n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in docs
    ]
    found = {word for word in library_words() for text in strings if re.search(rf"(?<![\w.]){re.escape(word)}(?![\w])", text)}
    assert found == set()


def test_the_vocabulary_needs_no_parser() -> None:
    for path in SOURCES:
        if within(path, "facts"):
            assert {n for n in imported(path) if n not in ("archlint", "msgspec")} <= {
                "__future__", "array", "bisect", "enum", "io", "re", "sys", "tokenize", "typing"
            }  # fmt: skip
    assert msgspec.Struct is not None


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "util", "common", "helpers", "helper", "misc", "manager", "base"}
    assert [p.relative_to(PACKAGE).as_posix() for p in SOURCES if p.stem in drawers] == []


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if "facts.syntax" in path.read_text("utf-8")],
    ids=lambda p: p.relative_to(PACKAGE).as_posix(),
)
def test_expressions_are_made_with_their_length(path: Path) -> None:
    """`CallRef(call.at, call.end, row)` passes the type checker, and is wrong: the second number is a length."""
    tree = ast.parse(path.read_text("utf-8"))
    made = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "archlint.facts.syntax"
        for alias in node.names
        if "length" in getattr(getattr(syntax, alias.name), "__struct_fields__", ())
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in made and len(node.args) > 1:
            first, second = node.args[:2]
            name = second.attr if isinstance(second, ast.Attribute) else second.id if isinstance(second, ast.Name) else ""
            is_sum = isinstance(second, ast.BinOp) and isinstance(second.op, ast.Add)
            is_same = ast.dump(first) == ast.dump(second) and not isinstance(first, ast.Constant)
            assert not (name == "end" or is_sum or is_same), f"line {node.lineno}: a place where the length is meant"
            is_place = getattr(first, "attr", getattr(first, "id", "")) in ("at", "start", "end")
            before = "before" in getattr(syntax, made[node.func.id]).__struct_fields__
            assert not (before and is_place), f"line {node.lineno}: a place where the distance to the base is meant"
