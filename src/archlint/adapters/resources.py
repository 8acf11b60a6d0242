"""The rule documents that come with archlint, and fingerprints of its own sources."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from archlint.adapters.disk import DiskFiles
from archlint.adapters.installed import installed_version

_PARSERS = ("libcst", "sqlglot", "PyYAML")
_PACKAGE = Path(__file__).resolve().parents[1]


def rules_dir() -> Path:
    """The folder of the rule documents: inside the package when installed, else in the checkout around it."""
    packaged = _PACKAGE / "rules"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / "rules"


@cache
def rule_documents() -> dict[str, bytes]:
    """Every YAML document below `rules/`: path with `/` → bytes. Raises OSError when the folder is missing."""
    root = rules_dir()
    if not root.is_dir():
        raise FileNotFoundError(f"archlint's rule documents are missing: {root}")
    return _files(root, ".yaml")


@cache
def check_modules() -> frozenset[str]:
    """The stems `family/name` of all check modules of the package."""
    root = _PACKAGE / "checks"
    return frozenset(
        path.relative_to(root).with_suffix("").as_posix() for path in root.glob("*/*.py") if path.name != "__init__.py"
    )


@cache
def parser_fingerprint() -> str:
    """Changes with everything that a file's facts depend on besides the file: our sources and the parsers' versions, and
    Python's own, which knows names and escapes of its time."""
    packages = " ".join(map(installed_version, _PARSERS))
    return _digest([packages.encode(), _python().encode(), *_sources("facts"), *_sources("parse")])


@cache
def program_fingerprint() -> str:
    """Changes with everything that a report depends on besides the project: all our sources and rule documents,
    and what matches their patterns."""
    documents = (part for name, data in rule_documents().items() for part in (name.encode(), data))
    patterns = installed_version("pathspec").encode()
    return _digest([parser_fingerprint().encode(), patterns, *_sources(""), *documents])


def _python() -> str:
    return f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}"


def _sources(folder: str) -> Iterable[bytes]:
    for path, data in _files(_PACKAGE / folder, ".py").items():
        yield f"{folder}/{path}".encode()
        yield data


def _files(root: Path, ending: str) -> dict[str, bytes]:
    """Path below `root` → bytes, sorted. Read as a project's own files are: each run asks for all."""
    files = DiskFiles(root)
    found = (entry.path for entry in files.walk(lambda folder: not folder.endswith("__pycache__")))
    return {path: files.read(path) for path in sorted(found, key=lambda path: path.split("/")) if path.endswith(ending)}


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()
