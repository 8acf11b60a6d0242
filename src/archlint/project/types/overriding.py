"""Methods whose names a library gives: they stand in place of one that a base outside the project has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Name

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project


def is_run_by_framework(project: Project, definition: Def) -> bool:
    """A method of a framework's view that nothing in the project calls: the framework does, and gave it its name."""
    function, module = definition.function, definition.module
    if function.klass < 0 or project.calls.callers(definition):
        return False
    klass = project.symbols.classes.get(f"{module.name}.{module.outline.classes[function.klass].qualname}")
    return klass is not None and project.types.role(project.types.inference.members.myself(klass)) == "view"


def overrides_library(project: Project, definition: Def) -> bool:
    """It calls `super()` for its own name, and no base within the project has a method of that name."""
    function, body = definition.function, definition.module.body
    if function.klass < 0:
        return False
    for site in project.calls.of(definition):
        callee = site.call.callee
        if isinstance(callee, Attribute) and callee.attr == function.name and isinstance(callee.base, CallRef):
            above = body.calls[callee.base.index].callee
            if isinstance(above, Name) and above.id == "super" and not any(t.definition is not None for t in site.targets):
                return True
    return False
