"""What `archlint init` found and proposes, for people and as data; and the change of a file as a diff."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archlint import __version__
from archlint.engine.setup.breaks import Breaks
from archlint.engine.setup.choice import Choice, contract_of, layers_contracts
from archlint.engine.setup.survey import Survey
from archlint.facts.settings import Settings
from archlint.report.escape import encodable, json_text, visible

SCHEMA = 1
_SHOWN = 4


def diff(name: str, before: str | None, after: str) -> str:
    """The change as a patch that `patch` and `git apply` take; empty where nothing changes."""
    old = (before or "").splitlines(keepends=True)
    new = after.splitlines(keepends=True)
    label = encodable(visible(name))
    lines: list[str] = []
    for line in difflib.unified_diff(old, new, f"a/{label}" if before is not None else "/dev/null", f"b/{label}"):
        lines.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(lines)


def text(found: Survey, choice: Choice, counted: Breaks) -> str:
    """The proposal in lines, each with what it rests on."""
    return "".join(f"{visible(line)}\n" for line in _lines(found, choice, counted))


def _lines(found: Survey, choice: Choice, counted: Breaks) -> Iterator[str]:
    yield from _row("roots", [root or "." for root in found.roots] or ["none found"])
    yield from _row("frameworks", [f"{f.name} ({_count(f.modules, 'module')})" for f in found.frameworks] or ["none known"])
    yield from _layers(found.project.settings, choice, counted)
    yield from _row("services", [f"{name} ({folder})" for name, folder in choice.services.items()] or ["one"])
    yield from _dialect(found, choice)
    for exclude in found.excludes:
        if exclude.pattern in choice.exclude:
            yield from _row("exclude", [f"{exclude.pattern}  {_count(exclude.files, 'file')}: {exclude.reason}"])
    for note in found.notes:
        yield from _row("note", [note])


def _row(name: str, words: Sequence[str]) -> Iterator[str]:
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    yield f"{name:<12}{', '.join(words[:_SHOWN])}{more}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _layers(settings: Settings, choice: Choice, counted: Breaks) -> Iterator[str]:
    if choice.layers is None or not choice.order:
        written_down = ["as the contracts say"] if layers_contracts(settings) else ["none that can be told"]
        yield from _row("layers", written_down if choice.style != "none" else ["none, by the style"])
        return
    yield from _row("style", ["its own order" if contract_of(choice) else choice.style])
    total = counted.all(choice.order)
    yield from _row("layers", [f"outermost first; {_count(total, 'import')} would break {'it' if total == 1 else 'them'}"])
    for layer in choice.order:
        packages = getattr(choice.layers, layer)
        more = f" and {len(packages) - _SHOWN} more" if len(packages) > _SHOWN else ""
        yield f"  {layer:<16}{_count(counted.modules[layer], 'module'):<13}{_breaking(layer, choice, counted)}"
        yield f"                  {', '.join(packages[:_SHOWN])}{more}"
    if choice.layers.cross_cutting:
        yield f"  cross-cutting   {', '.join(choice.layers.cross_cutting)}"


def _breaking(layer: Any, choice: Choice, counted: Breaks) -> str:
    here = f"{counted.of(layer, choice.order)} break it"
    others = []
    at = choice.order.index(layer)
    if at + 1 < len(choice.order):
        swapped = [*choice.order]
        swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
        others.append(f"{counted.all(swapped)} in all if it lay below {choice.order[at + 1]}")
    return "; ".join([here, *others])


def _dialect(found: Survey, choice: Choice) -> Iterator[str]:
    told = [f"{d} ({_count(len(places), 'place')}, first {places[0]})" for d, places in found.dialects.items()]
    if choice.dialect is not None:
        own = [words for words in told if words.startswith(f"{choice.dialect} (")]
        yield from _row("dialect", own or [f"{choice.dialect}, as configured"])
    else:
        yield from _row("dialect", [*told, "not written: several"] if len(told) > 1 else ["not known: all are tried"])


def json(found: Survey, choice: Choice, counted: Breaks, change: Mapping[str, Any]) -> str:
    """The proposal as data; `change`: `file`, `changes` and `diff`, and what was written."""
    return json_text(
        {
            "schema": SCHEMA,
            "tool": {"name": "archlint", "version": __version__},
            "roots": {"found": list(found.roots), "proposed": list(choice.roots)},
            "frameworks": [{"name": f.name, "kinds": list(f.kinds), "modules": f.modules} for f in found.frameworks],
            "style": choice.style,
            "layers": [
                {
                    "name": layer,
                    "packages": list(getattr(choice.layers, layer)),
                    "modules": counted.modules[layer],
                    "breaking": counted.of(layer, choice.order),
                }
                for layer in choice.order
            ],
            "cross_cutting": list(choice.layers.cross_cutting) if choice.layers else [],
            "orders": [
                {"order": list(order), "style": style, "breaking": count}
                for order, style, count in (counted.orders(choice.order) if choice.order else [])
            ],
            "contract": {"breaking": counted.by_contract} if contract_of(choice) else None,
            "services": dict(choice.services),
            "dialect": {"found": {d: list(places) for d, places in found.dialects.items()}, "proposed": choice.dialect},
            "exclude": [
                {"pattern": e.pattern, "reason": e.reason, "files": e.files}
                for e in found.excludes
                if e.pattern in choice.exclude
            ],
            "notes": list(found.notes),
            **change,
        }
    )
