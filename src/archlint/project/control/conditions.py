"""Effects that a flag switches off: `create(row)` where `create(row, commit=False)` commits only if it is told to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from archlint.facts.findings import Confidence, Step
from archlint.facts.knowledge import Operation as Library
from archlint.facts.syntax import (
    Attribute,
    Name,
    Operation,
    String,
    Subscript,
    Template,
)
from archlint.project.effects.effects import EffectPoint, Effects
from archlint.project.effects.kept_by import Kept, kept_by
from archlint.project.model import Def
from archlint.project.names.arguments import arguments_by_parameter, parameter
from archlint.project.names.switches import NOTHING, Known
from archlint.project.parts import parts_of
from archlint.project.program import Project
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name, spell

_ORDINARY = re.compile(r"DoesNotExist|NotFound|NoResult|KeyError|Lookup|Integrity|Exists|Empty|Missing|Duplicate|Attribute|404")

_PASSED = frozenset({"with", "try"})
"""Blocks behind which the function goes on, where what stands in them has not failed."""


class Path(Struct, frozen=True):
    """A way from a place down to the library call that has the effect (`end`), and the project functions on it.

    kept: where the answer is kept, so that asking again costs nothing: on the object that was asked, or for good.
    asks: the effect is the evaluation of this parameter, which may be a list as well.
    """

    confidence: Confidence
    steps: tuple[Step, ...]
    end: EffectPoint
    through: tuple[Def, ...] = ()
    kept: Kept = ""
    asks: str = ""

    def ends_in(self, names: tuple[str, ...]) -> bool:
        """The library call is one of the names, or its own begins with one that ends in a dot."""
        target = self.end.witness.target
        return any(target == name or (name.endswith(".") and target.startswith(name)) for name in names)


class Conditions:
    """Follows an effect from a place into the functions of the project, past the branches that the arguments of the
    calls on the way (or the defaults of those they leave out) never enter."""

    def __init__(
        self,
        project: Project,
        schema_verbs: frozenset[str] = frozenset(),
        counts: Callable[[Library], bool] = lambda operation: not operation.pending,
        also: Callable[[EffectPoint], bool] = lambda point: False,  # noqa: ARG005
        *,
        goes_on: bool = False,
    ) -> None:
        """`schema_verbs`: first words of SQL that is no query of the caller's when it is handed to the project's own
        functions, as where a connection is set up.  `counts`: whether a library operation is an end that is asked about;
        `also`: whether a place is one, whatever its operation.  `goes_on`: only ways count behind which the caller goes on,
        and not those of which the branch ends in a `raise`."""
        self._project = project
        self._schema_verbs = schema_verbs
        self._counts = counts
        self._also = also
        self._goes_on = goes_on
        self._effects: Effects = project.effects
        self._switches = project.switches
        self._known: dict[tuple[Def, str, Known], Path | None] = {}

    def path(self, point: EffectPoint, known: Known = NOTHING) -> Path | None:
        """A sure and short way from a point to its effect on which nothing is switched off and whose end counts (what is
        only noted down for later does not, if nothing else is said); None if there is none.

        `known`: the values of the function's parameters that its caller has decided.
        """
        ways: list[Path] = []
        for target in point.point.targets:
            definition = target.definition
            if definition is None:
                is_own = len(point.witness.steps) == 1 and target.name == point.witness.target
                if is_own and (target.operation is None or self._counts(target.operation) or self._also(point)):
                    kept: Kept = "object" if _is_held(point) else ""
                    ways.append(Path(point.confidence, point.witness.steps, point, (), kept, _asked_parameter(point)))
            elif self._hands_schema(point):
                continue
            elif point.is_handed:
                ways.append(Path(point.confidence, point.witness.steps, point))
            elif self._effects.has(definition, point.effect):
                below = self._through(definition, point.effect, self._switches.handed(point, definition, known))
                handed = self._handed_on(point, definition, below) if below is not None else None
                if below is not None and handed is not None:
                    step = Step(point.site, f"calls {definition.name}")
                    confidence = min(target.confidence, below.confidence)
                    through = (definition, *below.through)
                    ways.append(Path(confidence, (step, *below.steps), below.end, through, below.kept, handed))
        return min(ways, key=_rank, default=None)

    def within(self, definition: Def, effect: str) -> Path | None:
        """A sure and short way to the effect from the beginning of a function that is called with its defaults."""
        return self._through(definition, effect, NOTHING)

    def ways(self, definition: Def, effect: str) -> Iterator[tuple[EffectPoint, Path]]:
        """The places of a function that come to the effect, by place, each with its way, where its caller leaves the flags
        as they are."""
        known = self._switches.untouched(definition)
        for point in self._effects.points_of(definition, effect):
            path = None if self._switches.rule_out(point, known) else self.path(point, known)
            if path is not None:
                yield point, path

    def _hands_schema(self, point: EffectPoint) -> bool:
        """`connection.execute("CREATE SCHEMA …")`, where `execute` is the project's."""
        given = point.call.call.arguments if point.call is not None and self._schema_verbs else ()
        for argument in given:
            value = argument.value.parts[0] if isinstance(argument.value, Template) and argument.value.parts else argument.value
            words = value.value.split(None, 1) if isinstance(value, String) else []
            if len(words) > 1 and words[0].lower() in self._schema_verbs:
                return True
        return False

    def _handed_on(self, point: EffectPoint, definition: Def, below: Path) -> str | None:
        """The caller's own parameter that is handed to the one which `below` evaluates (empty: none is in question);
        None where what is handed over is not known to be lazy."""
        if not below.asks or point.call is None:
            return ""
        given = arguments_by_parameter(point.call.call, definition).get(below.asks)
        if given is None:
            return None
        if isinstance(given, Name) and point.caller is not None:
            own = parameter(point.caller.function, given.id)
            if own is not None and own.annotation is None:
                return given.id
        types = self._project.types.all(point.module, given, point.context)
        lazy = any(info.lazy is not None for t in types for _, info in self._project.knowledge.infos(t.name))
        return "" if lazy else None

    def _through(self, definition: Def, effect: str, known: Known) -> Path | None:
        key = (definition, effect, known)
        if key not in self._known:
            self._known[key] = None  # recursion ends here
            self._known[key] = self._first(definition, effect, known)
        return self._known[key]

    def _first(self, definition: Def, effect: str, known: Known) -> Path | None:
        points = sorted(
            self._effects.points_of(definition, effect), key=lambda p: (-p.confidence, len(p.witness.steps), p.site.at)
        )
        for point in points:
            is_failure = is_failure_path(point.module, point.context) or (self._goes_on and _raises_behind(point))
            if not is_failure and not self._switches.rule_out(point, known):
                found = self.path(point, known)
                if found is not None:
                    return found if found.kept else replace(found, kept=kept_by(point))
        return None


def _is_held(point: EffectPoint) -> bool:
    """`self._rows` is evaluated: a lazy value that an object holds, and evaluates once."""
    return point.kind == "evaluation" and isinstance(point.point.expr, Attribute)


def _asked_parameter(point: EffectPoint) -> str:
    """The parameter that is evaluated, where its annotation also allows what is not lazy, or there is none: what one
    caller hands over says nothing of the others."""
    expr = point.point.expr
    if point.kind != "evaluation" or not isinstance(expr, Name) or point.caller is None:
        return ""
    own = parameter(point.caller.function, expr.id)
    if own is None:
        return ""
    if own.annotation is None:
        return expr.id
    if not isinstance(own.annotation, Operation | Subscript):
        return ""
    text = spell(point.module.body, own.annotation)
    return expr.id if "|" in text or "Union[" in text else ""


def _raises_behind(point: EffectPoint) -> bool:
    """`if code.is_wrong: code.attempts += 1; code.save(); raise Refused`, also where the write stands in a block of its own
    there; or a function that does so in any case."""
    body, row = point.module.body, point.context
    rows = {row}
    while body.contexts[row].kind in _PASSED:
        row = body.contexts[row].parent
        rows.add(row)
    can_end = body.contexts[row].kind in ("if", "else", "case", "function")
    own = point.module.own_statements(body.contexts[row].function) if can_end else ()
    return any(s.kind == "raise" and s.context in rows and s.at > point.site.at for s in own)


def _rank(path: Path) -> tuple[int, int, str]:
    return (-path.confidence, len(path.steps), path.steps[0].message)


def is_failure_path(module: Module, context: int, until: int = -1) -> bool:
    """A handler encloses the place (up to the context `until`), and it is not of the kind that belongs to the ordinary
    way, as in `except DoesNotExist: create()`."""
    contexts = module.body.contexts
    while context not in (until, -1) and contexts[context].kind not in ("function", "class", "module"):
        place = contexts[context]
        if place.kind == "except":
            caught = [last_name(module.body, part) for part in parts_of(module.body, place.subject)]
            raises = any(s.kind == "raise" and s.context == context for s in module.own_statements(place.function))
            if raises or not any(_ORDINARY.search(name) for name in caught):
                return True
        context = place.parent
    return False
