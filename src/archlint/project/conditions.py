"""Effects that a flag switches off: `create(row)` where `create(row, commit=False)` commits only if it is told to."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Literal

from archlint.facts.findings import Confidence, Step
from archlint.facts.syntax import (
    Attribute,
    CallRef,
    Comparison,
    Constant,
    Expr,
    Function,
    Name,
    Operation,
    Statement,
    String,
    Subscript,
    Template,
)
from archlint.project.arguments import arguments_by_parameter, parameter, receives_itself
from archlint.project.effects import EffectPoint, Effects
from archlint.project.model import Def, argument_of
from archlint.project.modules import Module
from archlint.project.parts import names_in, parts_of
from archlint.project.program import Project
from archlint.project.spelling import last_name, spell

_ORDINARY = re.compile(r"DoesNotExist|NotFound|NoResult|KeyError|Lookup|Integrity|Exists|Empty|Missing|Duplicate|Attribute|404")
Kept = Literal["", "object", "program"]


@dataclass(frozen=True, slots=True)
class Path:
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


class Conditions:
    """Follows an effect from a place into the functions of the project, past the branches that the arguments of the
    calls on the way (or the defaults of those they leave out) never enter."""

    def __init__(self, project: Project, schema_verbs: frozenset[str] = frozenset()) -> None:
        """`schema_verbs`: first words of SQL that is no query of the caller's when it is handed to the project's own
        functions, as where a connection is set up."""
        self._project = project
        self._schema_verbs = schema_verbs
        self._effects: Effects = project.effects
        self._points: dict[str, dict[tuple[Def | None, str], list[EffectPoint]]] = {}
        self._known: dict[tuple[Def, str, frozenset[str]], Path | None] = {}

    def path(self, point: EffectPoint, off: frozenset[str] = frozenset()) -> Path | None:
        """A sure and short way from a point to its effect on which nothing is switched off and at whose end nothing is
        only noted down for later; None if there is none.

        `off`: names that are false or None where the point stands.
        """
        ways: list[Path] = []
        for target in point.point.targets:
            definition = target.definition
            if definition is None:
                is_own = len(point.witness.steps) == 1 and target.name == point.witness.target
                if is_own and not (target.operation is not None and target.operation.pending):
                    kept: Kept = "object" if _is_held(point) else ""
                    ways.append(Path(point.confidence, point.witness.steps, point, (), kept, _asked_parameter(point)))
            elif self._effects.has(definition, point.effect) and not self._hands_schema(point):
                below = self._through(definition, point.effect, _switched_off(point, definition, off))
                handed = self._handed_on(point, definition, below) if below is not None else None
                if below is not None and handed is not None:
                    step = Step(point.site, f"calls {definition.name}")
                    confidence = min(target.confidence, below.confidence)
                    through = (definition, *below.through)
                    ways.append(Path(confidence, (step, *below.steps), below.end, through, below.kept, handed))
        return min(ways, key=_rank, default=None)

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

    def _through(self, definition: Def, effect: str, off: frozenset[str]) -> Path | None:
        key = (definition, effect, off)
        if key not in self._known:
            self._known[key] = None  # recursion ends here
            self._known[key] = self._first(definition, effect, off)
        return self._known[key]

    def _first(self, definition: Def, effect: str, off: frozenset[str]) -> Path | None:
        points = sorted(self._of(definition, effect), key=lambda p: (-p.confidence, len(p.witness.steps), p.site.at))
        for point in points:
            if not _is_skipped(point, off):
                found = self.path(point, off)
                if found is not None:
                    return found if found.kept else replace(found, kept=_kept_by(point))
        return None

    def _of(self, definition: Def, effect: str) -> list[EffectPoint]:
        module = definition.module
        table = self._points.get(module.path)
        if table is None:
            table = self._points[module.path] = defaultdict(list)
            for point in self._effects.points_in(module):
                table[point.caller, point.effect].append(point)
        return table.get((definition, effect), [])


def _is_held(point: EffectPoint) -> bool:
    """`self._rows` is evaluated: a lazy value that an object holds, and evaluates once."""
    return point.kind == "evaluation" and isinstance(point.point.expr, Attribute)


def _kept_by(point: EffectPoint) -> Kept:
    """`self._x = query()` is set only where it is not set yet; the same for a global name, and for what a registry has."""
    module = point.module
    if point.caller is None:
        return ""
    function, body, at = point.caller.function, module.body, point.site.at
    if any(_answers_from(module, row, at) for row, place in enumerate(body.contexts) if function.at <= place.at < at):
        return "program"
    own = [s for s in body.statements if function.at <= s.at < function.end]
    for statement in own:
        target = statement.target
        if not (statement.at <= at < statement.end and isinstance(target, Attribute | Name)):
            continue
        if isinstance(target, Name) and not any(
            s.kind == "global" and target.id in names_in(body, s.target or s.value) for s in own
        ):
            continue
        name = spell(body, target)
        if any(s.at < statement.at and s.kind in ("test", "return") and name in spell(body, s.value) for s in own):
            return _keeper(point, target)
    return ""


def _keeper(point: EffectPoint, target: Attribute | Name) -> Kept:
    """What a value is kept on: `self` for a time, a name of the module for good, a local object not at all."""
    base = target.base if isinstance(target, Attribute) else None
    if base is None:
        return "program"
    if not isinstance(base, Name) or point.caller is None:
        return ""
    parameters = point.caller.function.parameters
    if parameters and parameters[0].name == base.id and receives_itself(point.caller):
        return "object"
    body = point.module.body
    shared = {name for s in body.statements if s.context == 0 for name in names_in(body, s.target)}
    return "program" if base.id in shared else ""


def _answers_from(module: Module, row: int, at: int) -> bool:
    """`if key in known: return known[key]` before the place."""
    body = module.body
    place, test = body.contexts[row], body.contexts[row].subject
    if place.kind != "if" or place.end > at or not (isinstance(test, Comparison) and test.ops == ("in",)):
        return False
    known = spell(body, test.operands[1])
    inside = [s for s in body.statements if s.context == row]
    return any(s.kind == "return" for s in inside) and any(f"{known}[" in spell(body, s.value) for s in inside)


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


def _rank(path: Path) -> tuple[int, int, str]:
    return (-path.confidence, len(path.steps), path.steps[0].message)


def _switched_off(point: EffectPoint, definition: Def, off: frozenset[str]) -> frozenset[str]:
    """The parameters of a callee that are false or None in this call."""
    call = point.call
    function = definition.function
    if call is None or point.kind != "call" or call.is_open:
        return frozenset()
    given = arguments_by_parameter(call.call, definition)
    return _popped_off(definition, {argument.name for argument in call.call.arguments}) | frozenset(
        p.name
        for p in function.parameters
        if p.kind in ("positional", "either", "keyword")
        and (_is_false(given[p.name], off) if p.name in given else p.default is not None and _is_false(p.default, frozenset()))
    )


def _popped_off(definition: Def, given: set[str | None]) -> frozenset[str]:
    """`commit = options.pop("commit", False)` where the call gives no `commit`."""
    function, body = definition.function, definition.module.body
    rest = next((p.name for p in function.parameters if p.kind == "**"), None)
    if rest is None:
        return frozenset()
    found = set()
    for statement in body.statements:
        if not (function.at <= statement.at < function.end and isinstance(statement.target, Name)):
            continue
        if isinstance(statement.value, CallRef):
            call = body.calls[statement.value.index]
            key, default = argument_of(call, "0"), argument_of(call, "1")
            is_taken = spell(body, call.callee) in (f"{rest}.pop", f"{rest}.get")
            is_given = isinstance(key, String) and key.value in given
            if is_taken and not is_given and (default is None or _is_false(default, frozenset())):
                found.add(statement.target.id)
    return frozenset(found)


def _is_false(expr: Expr, off: frozenset[str]) -> bool:
    if isinstance(expr, Name):
        return expr.id in off
    return isinstance(expr, Constant) and not expr.value


def _is_skipped(point: EffectPoint, off: frozenset[str]) -> bool:
    """Does the point stand where only a failure leads, in a branch that the switched-off names are not let into, or
    behind a return that they take?"""
    if is_failure_path(point.module, point.context):
        return True
    if not off:
        return False
    module, contexts = point.module, point.module.body.contexts
    index = point.context
    while index >= 0 and contexts[index].kind not in ("function", "class", "module"):
        place = contexts[index]
        if place.subject is not None and place.kind in ("if", "else"):
            truth = _truth(place.subject, off)
            if truth is not None and truth == (place.kind == "else"):
                return True
        index = contexts[index].parent
    function = point.caller.function if point.caller is not None else None
    return function is not None and _is_left_before(module, function, point.site.at, off)


def is_failure_path(module: Module, context: int, until: int = -1) -> bool:
    """A handler encloses the place (up to the context `until`), and it is not of the kind that belongs to the ordinary
    way, as in `except DoesNotExist: create()`."""
    contexts = module.body.contexts
    while context not in (until, -1) and contexts[context].kind not in ("function", "class", "module"):
        place = contexts[context]
        if place.kind == "except":
            caught = [last_name(module.body, part) for part in parts_of(module.body, place.subject)]
            raises = any(s.kind == "raise" and s.context == context for s in module.body.statements)
            if raises or not any(_ORDINARY.search(name) for name in caught):
                return True
        context = place.parent
    return False


def _is_left_before(module: Module, function: Function, at: int, off: frozenset[str]) -> bool:
    """`if not flag: return` at the function's own level, before the place."""
    contexts = module.body.contexts

    def leaves(statement: Statement) -> bool:
        place = contexts[statement.context]
        return (
            statement.kind in ("return", "raise")
            and statement.end <= at
            and place.kind == "if"
            and place.parent == function.context
            and place.subject is not None
            and _truth(place.subject, off) is True
        )

    return any(leaves(s) for s in module.body.statements if function.at <= s.at < function.end)


def _truth(test: Expr, off: frozenset[str]) -> bool | None:
    """What a test gives when the names in `off` are false; None where that does not decide it."""
    match test:
        case Name():
            return False if test.id in off else None
        case Operation(op="not"):
            inner = _truth(test.operands[0], off)
            return None if inner is None else not inner
        case Operation(op="and"):
            return False if any(_truth(side, off) is False for side in test.operands) else None
        case Operation(op="or"):
            truths = [_truth(side, off) for side in test.operands]
            return False if all(truth is False for truth in truths) else None
        case Comparison(ops=("is not",), operands=(Name(id=name), Constant(value=None))):
            return False if name in off else None
        case Comparison(ops=("is",), operands=(Name(id=name), Constant(value=None))):
            return True if name in off else None
        case _:
            return None
