"""Which public callables of an installed library does its knowledge document not mention?

    python benchmarks/knowledge_coverage.py rules/knowledge/*.yaml

Runs in an environment where the libraries are installed (and PyYAML). For each type and each module that a document
names it lists the public callables that are neither classified nor matched by `irrelevant`; exceptions and what a
module merely imports from elsewhere are left out. Exit status 1 if anything is listed.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml


def resolve(dotted: str) -> object | None:
    """The object of that dotted name, importing as many leading parts as are modules; None if it is not there."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:end]))
        except Exception:  # a library may fail to import in any way (missing extras, settings)
            continue
        for part in parts[end:]:
            found = inspect.getattr_static(found, part, None)
        return found
    return None


def public_callables(owner: object) -> Iterator[str]:
    """Names of an object's public callables. A top-level package publishes what its submodules define, a submodule
    what it defines itself."""
    module = owner.__name__ if isinstance(owner, ModuleType) else None
    for name in dir(owner):
        try:
            value = inspect.getattr_static(owner, name) if module is None else getattr(owner, name)
            value = getattr(value, "__func__", value)
        except Exception:  # a lazy object may ask for settings that are not there
            continue
        if name.startswith("_") or isinstance(value, ModuleType):
            continue
        if not callable(value) or (isinstance(value, type) and issubclass(value, BaseException)):
            continue
        home = getattr(value, "__module__", None) or ""
        if module is None or home == module or ("." not in module and home.lstrip("_").partition(".")[0] == module):
            yield name


def known_methods(types: dict[str, Any], name: str) -> set[str]:
    """Methods, chained methods and attributes of a type and of its bases within the document."""
    info = types.get(name) or {}
    found = {*info.get("methods", {}), *info.get("chain", ()), *info.get("attributes", {})}
    for base in info.get("bases", ()):
        found |= known_methods(types, base)
    return found


def ancestors(types: dict[str, Any], name: str) -> Iterator[str]:
    """The type itself and its bases, as far as the document has them."""
    yield name
    for base in (types.get(name) or {}).get("bases", ()):
        yield from ancestors(types, base)


def unmentioned(document: dict[str, Any]) -> Iterator[str]:
    types, functions = document.get("types", {}), document.get("functions", {})
    aliases, values = document.get("aliases", {}), document.get("values", {})
    ignored = document.get("irrelevant", ())
    named = {*types, *functions, *values, *aliases}
    owners = {name.rpartition(".")[0] for name in (*types, *functions, *values)} | {*types}
    for owner in sorted(owners):
        found = resolve(owner)
        if found is None:
            continue
        methods = known_methods(types, owner)
        for name in public_callables(found):
            dotted = f"{owner}.{name}"
            inherited = [f"{base}.{name}" for base in ancestors(types, owner)]
            if name in methods or any(known == dotted or known.startswith(dotted + ".") for known in named):
                continue
            if not any(fnmatchcase(one, glob) for one in inherited for glob in ignored):
                yield dotted


def main(paths: list[str]) -> int:
    whole: dict[str, Any] = {"types": {}, "functions": {}, "values": {}, "aliases": {}, "irrelevant": []}
    for path in paths:
        document = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        for key in ("types", "functions", "values", "aliases"):
            whole[key].update(document.get(key, {}))
        whole["irrelevant"] += document.get("irrelevant", ())
    total = 0
    for dotted in unmentioned(whole):
        print(dotted)
        total += 1
    print(f"{total} public callables neither classified nor irrelevant", file=sys.stderr)
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
