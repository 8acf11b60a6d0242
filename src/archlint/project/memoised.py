"""Functions whose answers are kept, so that asking again need not come to what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project


def is_memoised(project: Project, definition: Def, memo: tuple[str, ...]) -> bool:
    """A decorator that keeps results, known to the knowledge or by a word (`memo`) in its name."""
    if any(operation.cached for operation in project.types.inference.returns.decorations(definition)):
        return True
    names = [last_name(definition.module.body, decorator) for decorator in definition.function.decorators]
    return any(word in name.lower() for name in names for word in memo)


def fills_cache(project: Project, definition: Def, memo: tuple[str, ...]) -> bool:
    """The function looks into a cache and fills it; or it first asks something that is called so."""
    own = [p.effect for p in project.effects.points_in(definition.module, definition) if len(p.witness.steps) == 1]
    return {"cache.read", "cache.write"} <= set(own) or any(
        isinstance(site.call.callee, Attribute)
        and site.call.callee.attr.startswith("get")
        and any(word in last_name(definition.module.body, site.call.callee.base).lower() for word in memo)
        for site in project.calls.of(definition)
    )
