"""Loops over what the settings list: as many as whoever runs the program has written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name, Subscript
from archlint.project.parts import item_read

if TYPE_CHECKING:
    from archlint.project.loops.loops import Loop
    from archlint.project.program import Project

_STEPS = 6
"""From what a loop goes over back through names and entries of mappings."""
_APP, _CONFIG = "app", "config"


def goes_over_settings(project: Project, loop: Loop) -> bool:
    """`app.config["SHOPS"]`, `app.config.get("SHOPS", {}).get("open", [])`, also by names."""
    found: Expr | None = loop.place.subject if loop.mapping is None else None
    for _ in range(_STEPS):
        match found:
            case Name():
                sources = project.values.sources.of(loop.module, found, loop.place.parent)
                found = sources[0].expr if len(sources) == 1 and sources[0].module is loop.module else None
            case Subscript() | CallRef():
                read = item_read(loop.module.body, found)
                found = read[0] if read is not None else None
            case Attribute():
                base = project.types.all(loop.module, found.base, loop.place.parent)
                return found.attr == _CONFIG and any(project.types.role(t) == _APP for t in base if not t.is_class)
            case _:
                return False
    return False
