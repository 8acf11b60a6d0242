"""How GitHub's runner reads a log: which of its lines are commands, and what they say (actions/runner, ActionCommand.cs)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_V2 = re.compile(r"\s*::(?P<name>[^ :]+)(?: (?P<properties>.*?))?::(?P<data>.*)", re.DOTALL)
_V1 = re.compile(r"##\[(?P<name>[\w-]+)|##(?:vso|teamcity)\[")
_MAPPINGS = (("%0D", "\r"), ("%0A", "\n"))


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    data: str


def lines_of(log: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", log)


def command(line: str) -> Command | None:
    """What the runner takes the line for."""
    match = _V2.fullmatch(line)
    if match:
        given = (pair.partition("=") for pair in (match["properties"] or "").split(",") if pair)
        return Command(match["name"], {name: unescaped(value, prop=True) for name, _, value in given}, unescaped(match["data"]))
    found = _V1.search(line)
    return Command(found[0], {}, "") if found else None


def commands(log: str) -> list[Command]:
    return [found for found in map(command, lines_of(log)) if found is not None]


def unescaped(text: str, *, prop: bool = False) -> str:
    for written, meant in (*_MAPPINGS, *((("%3A", ":"), ("%2C", ",")) if prop else ()), ("%25", "%")):
        text = text.replace(written, meant)
    return text
