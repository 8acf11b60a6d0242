"""How much of the installed libraries' public callables do the documents of knowledge speak of?

    python benchmarks/knowledge_coverage.py [--list] rules/knowledge/*.yaml

Runs in an environment where the libraries are installed (and PyYAML); give it all documents, since types have bases in
others. For each type and each module that a document names it counts the public callables that are classified, that an
entry of `irrelevant` matches, that only a sweeping entry (`package.*`) matches, and that nothing mentions. Exceptions and
what a module merely imports from elsewhere are left out. `absent` are types and modules that are not there: another
version, a part made when the program runs, or a name of the document's own. `--list` prints the swept, the unmentioned
and the absent. Exit status 1 if anything is unmentioned.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
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
            try:
                found = inspect.getattr_static(found, part, None)
            except Exception:  # a lazy object may ask for settings that are not there
                return None
        return found
    return None


def public_callables(owner: object) -> Iterator[str]:
    """Names of an object's public callables. A top-level package publishes what its submodules define, a submodule
    what it defines itself."""
    module = owner.__name__ if issubclass(type(owner), ModuleType) else None
    names: list[str] = []
    with suppress(Exception):  # a lazy object may ask for settings that are not there
        names = dir(owner)
    for name in names:
        if name.startswith("_"):
            continue
        with suppress(Exception):
            value = inspect.getattr_static(owner, name) if module is None else getattr(owner, name)
            value = getattr(value, "__func__", value)
            if isinstance(value, ModuleType) or not callable(value):
                continue
            if isinstance(value, type) and issubclass(value, BaseException):
                continue
            home = getattr(value, "__module__", None) or ""
            if module is None or home == module or ("." not in module and home.lstrip("_").partition(".")[0] == module):
                yield name


def known_methods(types: dict[str, Any], name: str) -> set[str]:
    """Methods, chained methods and attributes of a type and of its bases within the document."""
    info = types.get(name) or {}
    found = {*info.get("methods", {}), *info.get("chain", ()), *info.get("attributes", {})}
    for base in (base.partition("[")[0] for base in info.get("bases", ())):
        found |= known_methods(types, base)
    return found


def ancestors(types: dict[str, Any], name: str) -> Iterator[str]:
    """The type itself and its bases, as far as the document has them."""
    yield name
    for base in (base.partition("[")[0] for base in (types.get(name) or {}).get("bases", ())):
        yield from ancestors(types, base)


def sweeping(glob: str) -> bool:
    """The entry takes whatever a module has, of which only the rest was looked at."""
    return glob.endswith(".*") and not any(sign in glob[:-2] for sign in "*?[") and "." not in glob[:-2]


def owners_of(document: dict[str, Any]) -> list[str]:
    """The types and modules that a document names."""
    types = document.get("types", {})
    named = (*types, *document.get("functions", {}), *document.get("values", {}))
    return sorted({name.rpartition(".")[0] for name in named} | {*types})


def verdicts(owner: str, whole: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(dotted name, what the documents say of it) of each public callable of a type or module."""
    types, named = whole["types"], whole["named"]
    found = resolve(owner)
    if found is None:
        yield owner, "absent"
        return
    methods = known_methods(types, owner)
    for name in public_callables(found):
        dotted = f"{owner}.{name}"
        if name in methods or dotted in named or any(known.startswith(dotted + ".") for known in named):
            yield dotted, "classified"
            continue
        inherited = [f"{base}.{name}" for base in ancestors(types, owner)]
        globs = [glob for glob in whole["irrelevant"] if any(fnmatchcase(one, glob) for one in inherited)]
        if any(not sweeping(glob) for glob in globs):
            yield dotted, "irrelevant"
        else:
            yield dotted, "swept" if globs else "unmentioned"


def joined(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """All documents as one, with the names that any of them speaks of."""
    whole: dict[str, Any] = {"types": {}, "functions": {}, "values": {}, "aliases": {}, "irrelevant": []}
    for document in documents:
        for key in ("types", "functions", "values", "aliases"):
            whole[key].update(document.get(key, {}))
        whole["irrelevant"] += document.get("irrelevant", ())
    whole["named"] = {*whole["types"], *whole["functions"], *whole["values"], *whole["aliases"]}
    return whole


def main(arguments: list[str]) -> int:
    warnings.simplefilter("ignore")
    paths = [Path(argument) for argument in arguments if argument != "--list"]
    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths]
    whole = joined(documents)
    kinds = ("classified", "irrelevant", "swept", "unmentioned", "absent")
    print(f"{'':24}" + "".join(f"{kind:>12}" for kind in kinds))
    total: Counter[str] = Counter()
    listed: dict[str, list[str]] = defaultdict(list)
    for document in documents:
        counts: Counter[str] = Counter()
        for owner in owners_of(document):
            for dotted, kind in verdicts(owner, whole):
                counts[kind] += 1
                listed[kind].append(dotted)
        total += counts
        print(f"{document['library']:24}" + "".join(f"{counts[kind]:12,}" for kind in kinds))
    print(f"{'all':24}" + "".join(f"{total[kind]:12,}" for kind in kinds))
    if "--list" in arguments:
        for kind in kinds[2:]:
            for dotted in listed[kind]:
                print(f"{kind}: {dotted}")
    return 1 if total["unmentioned"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
