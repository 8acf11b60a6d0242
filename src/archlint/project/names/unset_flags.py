"""Branches behind a flag that is off by default and that no caller sets: `def remove(key, *, with_prefix=False)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.project.names.arguments import arguments_by_parameter

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.model import Def
    from archlint.project.program import Project


def is_behind_unset_flag(project: Project, place: EffectPoint) -> bool:
    """The place is reached only with a flag that the function leaves off, and the program, its tests aside, never gives one.
    Of an endpoint the request gives it."""
    caller = place.caller
    if caller is None or caller in project.endpoints.by_definition:
        return False
    flags = project.switches.untouched(caller)
    return any(
        project.switches.rule_out(place, frozenset({flag})) and not _is_given(project, caller, flag[0]) for flag in flags
    )


def _is_given(project: Project, definition: Def, name: str) -> bool:
    return any(
        site.module.is_production and (site.is_open or name in arguments_by_parameter(site.call, definition))
        for site in project.calls.callers(definition)
    )
