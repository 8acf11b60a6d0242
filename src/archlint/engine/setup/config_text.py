"""A configuration file's text with some keys changed and every other character kept, or a refusal."""

from __future__ import annotations

import copy
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import tomlkit
from tomlkit.items import Array

from archlint.engine.config import ConfigError

_WIDTH = 100
_BOM = "\ufeff"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
"""A line of TOML, which only these characters end: Python's own lines end at U+0085 and others as well."""
_HEADED = re.compile(r"^((?:#[^\n]*\n)+)(\[[^\n]*\n)", re.M)
"""Comments, and the header of a table right below them."""

Changes = Mapping[str, Any]
"""Key → its new value: a string, a list of strings, or a table of those whose keys are set (an empty list: taken out).
`contracts` is a list of tables: one of a name that is there is replaced (taken out if it holds nothing but its name),
others are added."""


def edited(path: str, text: str, changes: Changes) -> str:
    """The text of the file at `path` (`pyproject.toml`, or archlint's own) with the changes in archlint's table.

    Comments, order, line ends, a byte order mark and the last line's end stay.  What comes out is read again and must say
    just what was said before and the changes.  Raises ConfigError for a file that is not TOML and for one that cannot be
    changed so.
    """
    if not changes:
        return text
    mark, body = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    try:
        before = tomllib.loads(body)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError([f"{path}: not TOML: {error}"]) from None
    keys = ("tool", "archlint") if path.rpartition("/")[2] == "pyproject.toml" else ()
    wanted = _merged(path, before, keys, changes)
    ways: list[Callable[[], str]] = [
        lambda: _above_headings(body, lambda rest: _changed(rest, keys, changes, _table_item)),
        lambda: _changed(body, keys, changes, _table_item),
        lambda: _changed(body, keys, changes, _inline_item),  # below an inline table or dotted keys
        lambda: _appended(body, keys, changes),
    ]
    if _table(before, keys) is None:
        ways.reverse()
    for way in ways:
        try:
            made = _with_line_ends(body, way())
            if tomllib.loads(made) == wanted and not _comments(body) - _comments(made):
                return mark + made
        except Exception:  # noqa: S112  the library's own bugs are of many kinds; what comes out is judged above
            continue
    block = _block(keys, changes)
    raise ConfigError([f"{path}: cannot be changed without touching the rest of it; write by hand:", *block.splitlines()])


def _table(document: Mapping[str, Any], keys: tuple[str, ...]) -> Mapping[str, Any] | None:
    found: Any = document
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _merged(path: str, before: dict[str, Any], keys: tuple[str, ...], changes: Changes) -> dict[str, Any]:
    """The document that the changes make."""
    wanted = copy.deepcopy(before)
    table = wanted
    for key in keys:
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            raise ConfigError([f"{path}: `{'.'.join(keys)}` must be a table"])
    for key, value in changes.items():
        if key == "contracts":
            table[key] = _with_contracts(table.get(key, []), value)
            if not table[key]:
                del table[key]
        elif isinstance(value, Mapping):
            inner = {**table.get(key, {}), **value}
            table[key] = {name: item for name, item in inner.items() if item != []}
        else:
            table[key] = value
    return wanted


def _with_contracts(given: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {contract["name"]: contract for contract in new}
    kept = [names.pop(contract.get("name"), contract) for contract in given]
    return [contract for contract in (*kept, *names.values()) if len(contract) > 1]


def _changed(body: str, keys: tuple[str, ...], changes: Changes, new: Callable[[Any], Any]) -> str:
    """The table changed in place; `new` makes the tables that it had not."""
    document = tomlkit.parse(body)
    table: Any = document
    for key in keys:
        if key not in table:
            table[key] = new({})
        table = table[key]
    for key, value in changes.items():
        if key == "contracts":
            _change_contracts(table, value, new)
        elif isinstance(value, Mapping):
            _change_table(table, key, value, new)
        elif isinstance(value, list) and isinstance(table.get(key), Array):
            _change_array(table[key], value)
        else:
            table[key] = _item(value)
    return _spaced(body, tomlkit.dumps(document))


def _above_headings(body: str, change: Callable[[str], str]) -> str:
    """The change made without the comments right above a header of a table: they go with it, and what is new goes above."""
    made = change(_HEADED.sub(lambda found: found[2], body))
    for comment, header in _HEADED.findall(body):
        if body.count(header) != 1 or made.count(header) != 1:
            raise ValueError(header)
        made = made.replace(header, comment + header)
    return made


def _change_table(table: Any, key: str, value: Mapping[str, Any], new: Callable[[Any], Any]) -> None:
    if key not in table:
        table[key] = new(value)
        return
    inner = table[key]
    for name, item in value.items():
        if item == []:
            inner.pop(name, None)
        elif isinstance(item, list) and isinstance(inner.get(name), Array):
            _change_array(inner[name], item)
        else:
            inner[name] = _item(item)


def _change_array(array: Array, wanted: list[str]) -> None:
    """Takes out and adds single items, so that the comments between the others stay."""
    for i in range(len(array) - 1, -1, -1):
        if array[i] not in wanted:
            del array[i]
    present = list(array)
    for item in wanted:
        if item not in present:
            array.append(item)
    if list(array) != wanted:
        array.clear()
        array.extend(wanted)


def _change_contracts(table: Any, given: list[dict[str, Any]], new: Callable[[Any], Any]) -> None:
    if "contracts" not in table:
        table["contracts"] = tomlkit.aot() if new is _table_item else tomlkit.array()
    contracts = table["contracts"]
    for contract in given:
        at = next((i for i, other in enumerate(contracts) if other.get("name") == contract["name"]), None)
        if len(contract) == 1:
            del contracts[at]
        elif at is None:
            contracts.append(new(contract))
        else:
            for key, value in contract.items():
                contracts[at][key] = _item(value)
    if not contracts:
        del table["contracts"]


def _table_item(values: Mapping[str, Any]) -> Any:
    return _filled(tomlkit.table(), values)


def _inline_item(values: Mapping[str, Any]) -> Any:
    return _filled(tomlkit.inline_table(), values)


def _filled(made: Any, values: Mapping[str, Any]) -> Any:
    for key, value in values.items():
        if value != []:
            made.append(key, _item(value))
    return made


def _item(value: Any) -> Any:
    """A value as it is written: lists that are too long for a line take one for each item."""
    if not isinstance(value, list):
        return tomlkit.item(value)
    array = tomlkit.array()
    array.extend(value)
    if len(array.as_string()) > _WIDTH:
        array.multiline(True)
    return array


def _spaced(before: str, made: str) -> str:
    """A blank line between what was added and the header behind it."""
    known = Counter(line.rstrip("\r\n") for line in _LINE.findall(before))
    lines = _LINE.findall(made)
    spaced: list[str] = []
    for line in lines:
        above = spaced[-1].rstrip("\r\n") if spaced else ""
        if line.startswith("[") and above.strip() and above not in known:
            spaced.append("\n")
        spaced.append(line)
    return "".join(spaced)


def _appended(body: str, keys: tuple[str, ...], changes: Changes) -> str:
    """The table, or more of it, behind everything else."""
    block = _block(keys, changes)
    if not body:
        return block
    if body.endswith("\n"):
        blank = "" if body.endswith(("\n\n", "\r\n\r\n")) else "\n"
        return body + blank + block
    return body + "\n\n" + block.removesuffix("\n")


def _block(keys: tuple[str, ...], changes: Changes) -> str:
    """The changes as a text of their own, tables last."""
    values = {key: value for key, value in changes.items() if not isinstance(value, Mapping) and key != "contracts"}
    tables = {key: value for key, value in changes.items() if isinstance(value, Mapping)}
    lines = [f"[{'.'.join(keys)}]"] if keys else []
    lines += _lines(values)
    for key, value in tables.items():
        lines += ["", f"[{'.'.join((*keys, key))}]", *_lines(value)]
    for contract in changes.get("contracts", ()):
        lines += ["", f"[[{'.'.join((*keys, 'contracts'))}]]", *_lines(contract)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _lines(values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if value != []:
            yield f"{_key(key)} = {_item(value).as_string()}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else tomlkit.item(name).as_string()


def _with_line_ends(before: str, made: str) -> str:
    """Lines end as those of the file do, if all of its do so alike."""
    ends = Counter(re.findall(r"\r\n|\n", before))
    if set(ends) == {"\r\n"}:
        return re.sub(r"(?<!\r)\n", "\r\n", made)
    return made


def _comments(text: str) -> Counter[str]:
    return Counter(line.strip() for line in text.split("\n") if line.lstrip().startswith("#"))
