"""Whether a value that callers hand over comes to the place that writes it: branches around it that the callers decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.findings import Confidence
from archlint.project.model import Def
from archlint.project.names.switches import NOTHING, Standing

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.secrets.flows import Source
    from archlint.project.secrets.logged import LoggedValue


class Reached:
    def __init__(self, project: Project) -> None:
        self._switches = project.switches

    def judged(self, value: LoggedValue, source: Source) -> Source | None:
        """The source, None where its call switches the place off; a guess where a branch asks for what callers give and
        nobody knows whether this one gives it."""
        function = value.module.body.contexts[value.context].function
        if source.entered is None or source.handed_over is None or function < 0:
            return source
        call, given = source.entered
        caller = Def(value.module, value.module.name, function)
        known, own = NOTHING, ""
        if given.definition == caller:
            entering = Standing(call.module, call.site, call.call.context, call.caller, call)
            known, own = self._switches.handed(entering, caller, NOTHING), given.name
        decided = self._switches.decides(Standing(value.module, value.site, value.context, caller), known, own)
        if decided is None:
            return replace(source, confidence=Confidence.LOW)
        return source if decided else None
