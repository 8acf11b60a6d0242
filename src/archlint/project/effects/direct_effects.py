"""What the library callables of a point do themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence
from archlint.facts.knowledge import Operation
from archlint.facts.syntax import Call, Constant
from archlint.project.effects.blocking import BLOCKING, Blocking
from archlint.project.effects.closure import Direct, Way
from archlint.project.effects.handed_statements import Untold
from archlint.project.effects.points import Point
from archlint.project.effects.statement_kind import StatementKind
from archlint.project.model import Target, argument_of
from archlint.project.types.notation import parse_notation

if TYPE_CHECKING:
    from archlint.project.program import Project

_NONE: Direct = {}


class DirectEffects:
    """`untold`: the calls seen so far that execute a statement of which nothing is known where they stand."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._blocking = Blocking(project)
        self.statements = StatementKind(project.types.inference)
        self.untold: list[Untold] = []
        self._known: dict[int, Direct] = {}

    def of(self, point: Point) -> Direct:
        """The effects that the library callables of a point have themselves, with how sure they are. Points must live as
        long as this does."""
        for target in point.targets:
            if target.operation is not None:
                break
        else:
            return _NONE  # most of them: not worth an entry each
        known = self._known.get(id(point))
        if known is None:
            known = self._known[id(point)] = self._find_direct(point) or _NONE
        return known

    def _find_direct(self, point: Point) -> Direct:
        found: dict[str, tuple[Confidence, Target]] = {}
        for target in point.targets:
            if target.operation is None or (point.call is not None and self._makes_lazy(target.operation)):
                continue
            own = dict(self._operation_effects(point, target, target.operation))
            if self._blocking.holds(point, target, own):
                own[BLOCKING] = target.confidence
            for effect, confidence in own.items():
                if effect not in found or found[effect][0] < confidence:
                    found[effect] = (confidence, target)
        return found

    def _makes_lazy(self, operation: Operation) -> bool:
        if operation.returns is None or not operation.effect:
            return False
        notation = parse_notation(operation.returns)
        if notation.kind != "name":
            return False
        return any(info.lazy is not None for _, info in self._project.knowledge.infos(notation.name))

    def _operation_effects(self, point: Point, target: Target, operation: Operation) -> Iterator[tuple[str, Confidence]]:
        for effect in operation.effect if point.call is None or not is_withheld(point.call.call, operation) else ():
            yield effect, target.confidence
        if operation.by_statement is not None and point.call is not None and point.kind == "call":
            statement = point.call.argument(operation.by_statement)
            told = self.statements.effects(point.module, statement, point.context)
            if told is None:  # some statement is executed; that it reads is the better guess
                yield "db.read", min(target.confidence, Confidence.MEDIUM)
                if statement is not None:
                    self.untold.append(Untold(Way(0, target.confidence, point, target), statement))
            else:
                for effect in told:
                    yield effect, target.confidence


def is_withheld(call: Call, operation: Operation) -> bool:
    """What the call is given, or lacks, keeps its effects from taking place: `form.save(commit=False)`."""
    if operation.needs is not None:
        needed = argument_of(call, operation.needs)
        return needed is None or (isinstance(needed, Constant) and needed.value is None)
    if operation.withheld is None:
        return False
    given = argument_of(call, operation.withheld)
    return isinstance(given, Constant) and given.value is False
