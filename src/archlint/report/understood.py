"""What was understood of a module's functions, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from archlint.report.escape import inert, json_text, visible

if TYPE_CHECKING:
    from archlint.project.understood import FoundEffect, UnderstoodFunction


def as_json(name: str, path: str, functions: Sequence[UnderstoodFunction]) -> str:
    """One object: `schema`, the module's `name` and `path`, and its `functions`."""
    return json_text({"schema": 1, "name": name, "path": path, "functions": msgspec.to_builtins(list(functions))})


def as_text(name: str, path: str, functions: Sequence[UnderstoodFunction]) -> str:
    """A block for each function: receivers, what it hands over, its effects with their ways, calls that stayed dark."""
    lines = [f"{name} ({path})", *(line for function in functions for line in ("", *_function(path, function)))]
    return inert("\n".join(visible(line) for line in lines)) + "\n"


def _function(path: str, function: UnderstoodFunction) -> Iterator[str]:
    kind = "async " if function.is_async else ""
    yield f"  {kind}{function.name} (line {function.line})" if function.name else "  at module level"
    for receiver in function.receivers:
        sure = "" if receiver.confidence == "high" else f" ({receiver.confidence})"
        yield f"    {receiver.text} is {receiver.type}{sure}, called on line {', '.join(map(str, receiver.lines))}"
    for given in function.handed_over:
        yield f"    {given.name} is handed over on line {given.line} and runs {given.when}"
    for effect in function.effects:
        yield from _effect(path, effect)
    if not function.effects and function.name:
        yield "    no effect"
    for call in function.unresolved:
        yield f"    {call.text}() on line {call.line} is not resolved"


def _effect(path: str, effect: FoundEffect) -> Iterator[str]:
    yield f"    {effect.effect} ({effect.confidence})"
    for station in effect.way:
        place = f"line {station.line}" if station.path == path else f"{station.path}:{station.line}"
        yield f"      {place} {station.message}"
