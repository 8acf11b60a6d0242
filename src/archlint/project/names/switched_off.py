"""Places that no caller lets the program come to: all that call the function around them say so with a constant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Constant, Name
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.names.known_callers import known_callers
from archlint.project.names.switches import NOTHING, Known, Stand, Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project


def is_switched_off(project: Project, stand: Stand, leads_on: Callable[[Known], bool] = lambda known: True) -> bool:  # noqa: ARG005
    """`listed(user, False)`, or with a name that is always false, is the only call there is, and the place stands below
    `if whole:`.  `leads_on`: whether the place goes on to what is asked about, with what a call decides: `show(user, whole)`
    may ask for it."""
    definition = stand.caller
    if definition is None:
        return False
    decided = {_decided(project, site, definition) for site in known_callers(project, definition)}
    return bool(decided) and all(project.switches.rule_out(stand, known) or not leads_on(known) for known in decided)


def _decided(project: Project, site: CallSite, definition: Def) -> Known:
    at = Standing(site.module, site.site, site.call.context, site.caller, site)
    known = dict(project.switches.handed(at, definition, NOTHING))
    given = {} if site.is_open else arguments_by_parameter(site.call, definition)
    for name, expr in given.items():
        if name not in known and isinstance(expr, Name):
            sources = project.values.sources.of(site.module, expr, site.call.context)
            if len(sources) == 1 and not sources[0].is_parameter and isinstance(sources[0].expr, Constant):
                known[name] = sources[0].expr.value
    return frozenset(known.items())
