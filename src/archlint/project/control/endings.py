"""Calls behind which a function does not go on, since what is called ends in an error whatever it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project

_NOT_YET = "NotImplementedError"


def always_raises(definition: Def) -> bool:
    """`refuse(order)`, which ends in a `raise`: it returns nowhere."""
    own = definition.module.own_statements(definition.index)
    ends = any(s.kind == "raise" and s.context == definition.function.context for s in own)
    return ends and not definition.function.is_generator and not any(s.kind == "return" for s in own)


def ends_before(project: Project, definition: Def, at: int) -> bool:
    """The function calls such a one in front of an offset, in no branch of it; methods are left out, since another class may
    have one that goes on."""
    for site in project.calls.of(definition):
        if site.call.context != definition.function.context or site.call.end > at or not site.targets:
            continue
        called = [target.definition for target in site.targets]
        if all(each is not None and each.function.klass < 0 and _refuses(each) for each in called):
            return True
    return False


def _refuses(definition: Def) -> bool:
    body = definition.module.body
    raised = (s.value for s in definition.module.own_statements(definition.index) if s.kind == "raise")
    return always_raises(definition) and all(value is not None and last_name(body, value) != _NOT_YET for value in raised)
