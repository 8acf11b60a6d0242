"""Do the arguments that the documents of knowledge name stand where the installed libraries have them?

    python benchmarks/knowledge_arguments.py rules/knowledge/*.yaml

Runs in an environment where the libraries are installed (and PyYAML), beside `knowledge_coverage.py`. An argument
`2:timeout` must be the third parameter and bear that name, `:timeout` must be one; what takes anything (`*args`,
`**kwargs`) or tells nothing of its parameters is not judged. Exit status 1 if one does not fit.
"""

from __future__ import annotations

import inspect
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from knowledge_coverage import resolve

_ARGUMENT = re.compile(r"(\d*)(?::(\w+))?")
_NAMED = ("by_statement", "sql", "model", "many", "expires")
_LISTED = ("per_item", "once", "deferred", "threaded")
_LIMITS = ("timeout", "retries", "pool")


def arguments(operation: dict[str, Any]) -> Iterator[str]:
    """Every argument notation of an operation."""
    yield from (operation[key] for key in _NAMED if operation.get(key))
    for key in _LISTED:
        yield from operation.get(key, ())
    for key in _LIMITS:
        yield from (operation.get(key) or {}).get("given", ())
    cache = operation.get("cache") or {}
    yield from (cache[key] for key in ("key", "value", "lock") if cache.get(key))
    yield from (*cache.get("ttl", ()), *cache.get("keeps", ()))


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """(dotted name, operation, is its first parameter the object itself) of all that a document describes."""
    for name, operation in document.get("functions", {}).items():
        yield name, operation or {}, False
    for name, info in document.get("types", {}).items():
        yield name, (info or {}).get("construct") or {}, False
        for method, operation in (info or {}).get("methods", {}).items():
            yield f"{name}.{method}", operation or {}, True


def misfit(found: object, notation: str, is_method: bool) -> str | None:
    """What is wrong with a notation, if anything can be told."""
    match = _ARGUMENT.fullmatch(notation)
    if match is None or not callable(getattr(found, "__func__", found)):
        return None
    bound = not is_method or isinstance(found, classmethod | staticmethod)
    try:
        signature = inspect.signature(getattr(found, "__func__", found))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    parameters = list(signature.parameters.values())
    if not bound or isinstance(found, classmethod):
        parameters = parameters[1:]
    kinds = {parameter.kind for parameter in parameters}
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    position, name = match[1], match[2]
    is_open = inspect.Parameter.VAR_KEYWORD in kinds
    if name and name not in signature.parameters:
        return None if is_open else f"`{notation}`: no such parameter in {signature}"
    if position and inspect.Parameter.VAR_POSITIONAL not in kinds:
        at = int(position)
        if at >= len(names) or (name and names[at] != name):
            return f"`{notation}` stands elsewhere in {signature}"
    return None


def main(paths: list[str]) -> int:
    warnings.simplefilter("ignore")
    judged = wrong = 0
    for path in paths:
        document = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        for dotted, operation, is_method in operations(document):
            notations = sorted(set(arguments(operation)))
            found = resolve(dotted) if notations else None
            for notation in notations if found is not None else ():
                judged += 1
                problem = misfit(found, notation, is_method)
                if problem is not None:
                    wrong += 1
                    print(f"{dotted}: {problem}")
    print(f"{judged} arguments looked at, {wrong} do not fit")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
