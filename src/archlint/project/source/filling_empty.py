"""Code that fills a table while it is empty: a seed that the program lays down by itself, however it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Comparison, Constant, Operation
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.facts.syntax import Body, Expr
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project

_COUNTING = frozenset({"count", "acount"})
_ANY = frozenset({"exists", "aexists", "has_table"}) | _COUNTING
_STEPS = 3


def fills_what_is_empty(project: Project, definition: Def, steps: int = _STEPS) -> bool:
    """All that call it do so under `if Country.objects.count() == 0:`, or are called so themselves."""
    sites = [site for site in project.calls.callers(definition) if site.module.is_production and site.caller != definition]
    return (
        steps > 0
        and bool(sites)
        and definition not in project.endpoints.by_definition
        and all(
            is_under_empty(project, site) or (site.caller is not None and fills_what_is_empty(project, site.caller, steps - 1))
            for site in sites
        )
    )


def is_under_empty(project: Project, site: CallSite) -> bool:
    """The call stands where it has been asked whether there are any rows, or the table, and there are none."""
    tests = project.switches.tests_around(site.module, site.call.context, site.call.at)
    return any(_says_empty(site.module.body, test, holds=holds) for test, holds in tests)


def _says_empty(body: Body, test: Expr, *, holds: bool) -> bool:
    if isinstance(test, Operation) and test.op == "not":
        return _says_empty(body, test.operands[0], holds=not holds)
    if isinstance(test, Comparison) and test.ops == ("==",):
        counted, number = test.operands
        return holds and last_name(body, counted) in _COUNTING and isinstance(number, Constant) and number.value == 0
    return not holds and isinstance(test, CallRef) and last_name(body, test) in _ANY
