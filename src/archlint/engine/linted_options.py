"""The options of a contract of import-linter's, as a contract of ours.

Known as release 2.17 knows them: its types, what each option may say, and which values it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from msgspec.structs import replace

from archlint.engine.contract_config import layer_problems
from archlint.facts.settings import Allow, Contract, ContractKind, Linted, Misread

Options = Mapping[str, Any]
_Reader = Callable[[Any], Any]
_Fields = dict[str, tuple[str, _Reader]]

_TRUE = ("True", "true", True)


def is_true(value: object) -> bool:
    """A switch of the session."""
    return value in _TRUE


def contract_from(options: Options, linted: Linted, custom: set[str]) -> Iterator[Contract | Misread]:
    """The contract of a section, and what cannot be said of it. `custom`: types that the project's own code defines."""
    name = str(options.get("name") or options.get("id") or linted.path)
    type_ = str(options.get("type", ""))

    def misread(reason: str, *, bad: bool = True) -> Misread:
        return Misread(path=linted.path, contract=name, reason=reason, bad=bad)

    if type_ in custom:
        yield misread(f"the type `{type_}` is the project's own, and its code is not run", bad=False)
        return
    if type_ not in _TYPES:
        yield misread(f"there is no type `{type_}`" if type_ else "names no type")
        return
    kind, needed, besides = _TYPES[type_]
    known = {**needed, **besides, **_EVERY}
    values, problems = _read(options, known, needed)
    yield from (misread(problem) for problem in problems)
    if problems:
        return
    for option in sorted(options.keys() - known.keys() - {"id", "name", "type"}):
        yield misread(f"the option `{option}` is not known, and was not looked at", bad=False)
    held = replace(linted, unmatched=values.pop("unmatched", "error"))
    contract = Contract(name=name, kind=kind, linted=held, **values)
    wrong = list(_impossible(contract))
    yield from (misread(problem) for problem in wrong)
    if not wrong:
        yield contract


def _read(options: Options, known: _Fields, needed: _Fields) -> tuple[dict[str, Any], list[str]]:
    """The contract's fields, and every option at fault."""
    values: dict[str, Any] = {}
    problems = [f"`{option}` is missing" for option in needed if option not in options]
    for option, (field, read) in known.items():
        if option in options:
            try:
                values[field] = read(options[option])
            except ValueError as error:
                problems.append(f"`{option}`: {error}")
    return values, problems


def _impossible(contract: Contract) -> Iterator[str]:
    if contract.kind == "layers":
        yield from layer_problems(contract.layers)
        if contract.exhaustive and not contract.containers:
            yield "`exhaustive` needs `containers`"
    if contract.kind == "acyclic":
        yield from (f"`{name}` is an ancestor, and skipped" for name in sorted({*contract.modules} & {*contract.skip}))
    if contract.kind == "private":
        private = [name for name in contract.modules if any(part.startswith("_") for part in name.split("."))]
        yield from (f"`{name}` is private itself" for name in private)


def strings(value: object) -> tuple[str, ...]:
    """One or more, a line each. Raises ValueError."""
    given = value if isinstance(value, list) else [value]
    lines = [line for line in given if isinstance(line, str)]
    if len(lines) < len(given):
        raise ValueError(f"`{value}` is neither a text nor a list of texts")
    return tuple(line.strip() for line in lines if line.strip())


def _one(value: object) -> str:
    if isinstance(value, list):
        raise ValueError("holds several values where one is meant")
    return str(value).strip()


def _expression(text: str) -> str:
    """A module, or several by wildcards that each stand for whole names."""
    parts = text.split(".")
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        if "*" in part and part not in ("*", "**"):
            raise ValueError(f"`{text}`: a wildcard stands for a whole name")
        if "**" in (part, following) and "*" in part and "*" in following:
            raise ValueError(f"`{text}`: `**` stands beside another wildcard")
    return text


def _modules(value: object) -> tuple[str, ...]:
    return tuple(_expression(line) for line in strings(value))


def _imports(value: object) -> tuple[Allow, ...]:
    found = []
    for line in strings(value):
        importer, _, imported = (part.strip() for part in line.partition("->"))
        if not (importer and imported):
            raise ValueError(f"`{line}` is not of the form `importer -> imported`")
        found.append(Allow(importer=_expression(importer), imported=_expression(imported), reason=""))
    return tuple(found)


def _boolean(value: object) -> bool:
    word = _one(value).lower()
    if word not in ("true", "false"):
        raise ValueError(f"`{value}` is neither true nor false")
    return word == "true"


def _depth(value: object) -> int:
    word = _one(value)
    if not word.isdecimal():
        raise ValueError(f"`{value}` is no number of levels")
    return int(word)


def _alert(value: object) -> Literal["error", "note", "off"]:
    levels: dict[str, Literal["error", "note", "off"]] = {"": "error", "error": "error", "warn": "note", "none": "off"}
    word = _one(value)
    if word not in levels:
        raise ValueError(f"`{word}` is none of error, warn, none")
    return levels[word]


def _prose(value: object) -> str:
    return "\n".join(strings(value))


_EVERY: _Fields = {
    "ignore_imports": ("allow", _imports),
    "unmatched_ignore_imports_alerting": ("unmatched", _alert),
    "broken_contract_guidance": ("guidance", _prose),
}
_TYPES: dict[str, tuple[ContractKind, _Fields, _Fields]] = {
    "layers": (
        "layers",
        {"layers": ("layers", strings)},
        {
            "containers": ("containers", _modules),
            "exhaustive": ("exhaustive", _boolean),
            "exhaustive_ignores": ("exhaustive_ignores", strings),
        },
    ),
    "forbidden": (
        "forbidden",
        {"source_modules": ("source", _modules), "forbidden_modules": ("forbidden", _modules)},
        {
            "allow_indirect_imports": ("indirect", lambda value: not _boolean(value)),
            "as_packages": ("as_packages", _boolean),
        },
    ),
    "independence": ("independence", {"modules": ("modules", _modules)}, {}),
    "protected": (
        "protected",
        {"protected_modules": ("modules", _modules), "allowed_importers": ("importers", _modules)},
        {"as_packages": ("as_packages", _boolean)},
    ),
    "private_modules": ("private", {}, {"packages_with_private_modules": ("modules", _modules)}),
    "acyclic_siblings": (
        "acyclic",
        {"ancestors": ("modules", _modules)},
        {"depth": ("depth", _depth), "skip_descendants": ("skip", _modules)},
    ),
}
"""Type → kind, the options that it needs, and those that it may have besides; each with the field that it becomes."""
