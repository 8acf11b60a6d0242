"""The configuration: a TOML document in, `Settings` out, or every mistake in it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from archlint.engine.contract_config import OWN_KEYS, contract_of
from archlint.engine.ignores import is_pattern
from archlint.facts.findings import SEVERITIES, Severity
from archlint.facts.settings import Contract, LayerMap, Settings

_LEVELS = (*SEVERITIES, "off")
_STYLES = ("auto", "clean", "layered", "none")


class ConfigError(Exception):
    """A configuration that cannot be used; `problems` are all its mistakes, each with the file."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def table_of(path: str, text: str) -> dict[str, Any] | None:
    """archlint's own table in a configuration file: all of `archlint.toml`, `[tool.archlint]` of `pyproject.toml`.

    None where a pyproject.toml has none.  Raises ConfigError for a file that is not TOML.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path}: not TOML: {error}"]) from None
    if not path.endswith("pyproject.toml"):
        return document
    tool = document.get("tool")
    table = tool.get("archlint") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError([f"{path}: `tool.archlint` must be a table"])
    return table


def settings_of(table: Mapping[str, Any], path: str) -> Settings:
    """Raises ConfigError with every unknown key and every wrong value."""
    problems: list[str] = []
    values: dict[str, Any] = {"config_path": path}
    for key, value in table.items():
        read = _KEYS.get(key)
        if read is None:
            problems.append(f"{path}: unknown key `{key}`{_suggestion(key.replace('_', '-'), _KEYS)}")
            continue
        try:
            values[key.replace("-", "_")] = read(value)
        except (msgspec.ValidationError, ValueError) as error:
            problems.append(f"{path}: `{key}`: {error}")
    if problems:
        raise ConfigError(problems)
    return Settings(**values)


def severity_of(word: object) -> Severity:
    """Raises ValueError."""
    if word not in SEVERITIES:
        raise ValueError(f"`{word}` is none of {', '.join(SEVERITIES)}{_suggestion(str(word), SEVERITIES)}")
    return SEVERITIES[str(word)]


def _suggestion(word: str, known: Iterable[str]) -> str:
    from archlint.rulebook.document import suggestion  # noqa: PLC0415  only a mistake needs it, and it needs the rules' reader

    return suggestion(word, known)


def _typed(type_: Any) -> Callable[[Any], Any]:
    return lambda value: msgspec.convert(value, type_)


def _one_of(words: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"`{value}` is none of {', '.join(words)}{_suggestion(str(value), words)}")
        return str(value)

    return read


def _below_the_root(value: Any) -> str:
    """What archlint writes on a project's word lies inside the project."""
    path = msgspec.convert(value, str).replace("\\", "/").removeprefix("./")
    if path.startswith("/") or ":" in path.partition("/")[0] or ".." in path.split("/"):
        raise ValueError(f"`{path}` must be a path below the project's root")
    return path


def _globs(value: Any) -> tuple[str, ...]:
    return tuple(_glob(each) for each in msgspec.convert(value, tuple[str, ...]))


def _glob(text: str) -> str:
    if not is_pattern(text):
        raise ValueError(f"`{text}` is no pattern as in a .gitignore")
    return text


def _ignores(value: Any) -> dict[str, tuple[str, ...]]:
    return {_glob(glob): words for glob, words in msgspec.convert(value, dict[str, tuple[str, ...]]).items()}


def _levels(value: Any) -> dict[str, str]:
    level = _one_of(_LEVELS)
    return {rule: level(word) for rule, word in msgspec.convert(value, dict[str, str]).items()}


def _layers(value: Any) -> LayerMap:
    return LayerMap(**_fields(value, LayerMap))


def _contracts(value: Any) -> tuple[Contract, ...]:
    contracts = msgspec.convert(value, tuple[dict[str, Any], ...])
    return tuple(contract_of(contract, lambda table: _fields(table, Contract, OWN_KEYS)) for contract in contracts)


def _fields(value: Any, type_: type[msgspec.Struct], names: frozenset[str] | None = None) -> dict[str, Any]:
    """The table's values, each of its field's type; an unknown key gets the closest known one. `names`: of these fields."""
    fields = [field for field in msgspec.structs.fields(type_) if names is None or field.name in names]
    known = {field.name.replace("_", "-"): field for field in fields}
    table = msgspec.convert(value, dict[str, Any])
    for key in table:
        if key not in known:
            raise ValueError(f"unknown key `{key}`{_suggestion(key.replace('_', '-'), known)}")
    return {known[key].name: msgspec.convert(item, known[key].type) for key, item in table.items()}


_KEYS: dict[str, Callable[[Any], Any]] = {
    "roots": _typed(tuple[str, ...]),
    "exclude": _globs,
    "respect-gitignore": _typed(bool),
    "tests": _globs,
    "select": _typed(tuple[str, ...]),
    "ignore": _typed(tuple[str, ...]),
    "preview": _typed(bool),
    "fail-level": severity_of,
    "severity": _levels,
    "rules": _typed(dict[str, dict[str, Any]]),
    "per-file-ignores": _ignores,
    "style": _one_of(_STYLES),
    "layers": _layers,
    "contracts": _contracts,
    "import-linter": _typed(bool),
    "dialect": _typed(str),
    "services": _typed(dict[str, str]),
    "baseline": _below_the_root,
}
