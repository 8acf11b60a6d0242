"""The contracts that a project has written down for import-linter, found and read where that tool looks for them.

In a folder that is the first of `setup.cfg`, `.importlinter` and `pyproject.toml` with a section for it.  The folder of a
configuration is where its root packages are looked up from.  Folders of tests and examples are passed over: what they
hold is broken on purpose.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from archlint.engine.discover import MAX_MANIFEST, Inventory
from archlint.engine.ignores import Patterns
from archlint.facts.settings import Contract, Linted, Misread, Settings
from archlint.facts.text import decode_text
from archlint.ports import Files

_NAMES = ("setup.cfg", ".importlinter", "pyproject.toml")
_SECTION = "importlinter"

Options = dict[str, Any]
"""One contract's or the session's: a string, or a list of strings, by name."""


def with_linted_contracts(files: Files, inventory: Inventory, settings: Settings) -> Settings:
    """The settings, and with them the contracts of import-linter's configurations, in order; what is wrong with one of
    these is kept to be told, since it is no fault of archlint's own."""
    if not settings.import_linter:
        return settings
    found = {path: text for path in _candidates(inventory, settings) if (text := _text(files, path)) is not None}
    if not found:
        return settings
    read = list(_said(found))
    contracts = tuple(part for part in read if isinstance(part, Contract))
    misread = tuple(part for part in read if isinstance(part, Misread))
    return replace(settings, contracts=(*settings.contracts, *contracts), misread=misread)


def _candidates(inventory: Inventory, settings: Settings) -> list[str]:
    excluded = Patterns(settings.exclude)
    found = []
    for path in inventory.others:
        if not path.endswith(_NAMES):
            continue
        if path.rpartition("/")[2] in _NAMES and not (excluded.verdict(path) or inventory.ignored(path)):
            found.append(path)
    return found


def _text(files: Files, path: str) -> str | None:
    """The text of a file that may be meant for import-linter."""
    try:
        if files.size(path) > MAX_MANIFEST:
            return None
        data = files.read(path)
        return decode_text(data) if _SECTION.encode() in data else None
    except (OSError, UnicodeDecodeError):
        return None


def _said(found: Mapping[str, str]) -> Iterator[Contract | Misread]:
    """What the files say; of those in one folder the first that has a section for it."""
    from archlint.project.source.module_roles import is_passed_over  # noqa: PLC0415  a project without contracts does not need it

    done: set[str] = set()
    for path in sorted(found, key=lambda path: (path.rpartition("/")[0], _NAMES.index(path.rpartition("/")[2]))):
        folder = path.rpartition("/")[0]
        if folder in done or is_passed_over(folder.split("/")):
            continue
        try:
            options = _toml(found[path]) if path.endswith(".toml") else _ini(found[path])
        except ValueError as error:
            yield Misread(path=path, reason=" ".join(str(error).split()), bad=True)
            continue
        if options is not None:
            done.add(folder)
            yield from _contracts(path, folder, *options)


def _ini(text: str) -> tuple[Options, list[Options]] | None:
    """Session and contracts; a value of several lines is a list. Raises ValueError."""
    import configparser  # noqa: PLC0415  as above

    parser = configparser.ConfigParser()
    try:
        parser.read_string(text)
        sections = {name: _split(parser[name]) for name in parser.sections() if name.partition(":")[0] == _SECTION}
    except configparser.Error as error:
        raise ValueError(str(error)) from None
    if _SECTION not in sections:
        return None
    return sections.pop(_SECTION), [{"id": name.rpartition(":")[2], **options} for name, options in sections.items()]


def _split(section: Mapping[str, str]) -> Options:
    return {key: value.strip().split("\n") if "\n" in value else value for key, value in section.items()}


def _toml(text: str) -> tuple[Options, list[Options]] | None:
    """Raises ValueError for what is no TOML, and for a table of another shape."""
    tool = tomllib.loads(text).get("tool", {})
    session = tool.get(_SECTION) if isinstance(tool, dict) else None
    if not session:
        return None
    contracts = session.pop("contracts", []) if isinstance(session, dict) else None
    if not isinstance(contracts, list) or not all(isinstance(contract, dict) for contract in contracts):
        raise ValueError("`tool.importlinter` must be a table, and its `contracts` a list of tables")
    return session, contracts


def _contracts(path: str, folder: str, session: Options, contracts: list[Options]) -> Iterator[Contract | Misread]:
    from archlint.engine.linted_options import contract_from, is_true, strings  # noqa: PLC0415  as above

    try:
        roots = strings(session.get("root_packages", session.get("root_package", [])))
        custom = {line.partition(":")[0].strip() for line in strings(session.get("contract_types", []))}
    except ValueError as error:
        yield Misread(path=path, reason=str(error), bad=True)
        return
    if not roots:
        yield Misread(path=path, reason="names no root package", bad=True)
        return
    linted = Linted(
        path=path,
        folder=folder,
        root_packages=roots,
        type_checking=not is_true(session.get("exclude_type_checking_imports")),
        external=is_true(session.get("include_external_packages")),
    )
    if not contracts:
        yield Misread(path=path, reason="holds no contract")
    for options in contracts:
        yield from contract_from(options, linted, custom)
