"""Where something that a function was handed, or reads for itself, goes on from there: into names, calls and functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Call, CallRef, Collection, Comparison, Conditional, Expr, Mapping, Name, Statement
from archlint.project.control.conditions import Path
from archlint.project.model import Def
from archlint.project.parts import children, names_in, parts_of
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project

_UNPACKED = frozenset({"*", "**"})
_FILLING = frozenset({"append", "extend", "add", "insert", "update", "setdefault"})
_TRUTH, _COUNTED = "bool", "enumerate"
_SETTING, _NAMED = "setattr", 1
_PAIRS = frozenset({"items", "keys"})
_DELETING = frozenset({"delete", "remove"})
_UPDATING = frozenset({"update", "find", "replace"})
_ELSEWHERE = frozenset({"http", "rpc"})
_QUERIES = frozenset({"db-query", "db-manager", "db-statement", "db-result"})
_NARROWING = frozenset({"filter", "filter_by", "where", "get", "find", "exclude"})


class HandedValues:
    """`names`: under which the function knows what it was handed, and whatever is given a part of it; `is_source`: whether
    an expression is it; `is_other`: whether an expression is a part of it that is not asked about."""

    def __init__(
        self,
        project: Project,
        definition: Def,
        names: set[str],
        is_source: Callable[[Expr], bool] = lambda _: False,
        is_other: Callable[[Expr], bool] = lambda _: False,
    ) -> None:
        self._project = project
        self._definition = definition
        self._module, self._function = definition.module, definition.function
        self._is_source = is_source
        self._is_other = is_other
        self.names = names
        self.statements = [each for each in self._module.body.statements if self.is_own(each.at)]
        self._spread()

    def is_own(self, at: int) -> bool:
        """The place is in the function."""
        return self._function.at <= at < self._function.end

    def holds(self, expr: Expr | None) -> bool:
        """Something of it is in the expression; a row that was looked up by it, or what a write gives back, holds nothing."""
        waiting = [expr] if expr is not None else []
        while waiting:
            part = waiting.pop()
            if self._is_other(part):
                continue
            if (isinstance(part, Name) and part.id in self.names) or self._is_source(part):
                return True
            waiting += self._inside(part)
        return False

    def reach(self, path: Path) -> bool:
        """Each call on a way to an effect is given something of it, or an object of which an attribute was.  What only says
        which rows are meant (`filter(pk__in=body)`) is none."""
        here = self
        inside = path.through if len(path.through) == len(path.steps) - 1 else ()
        for step, below in zip(path.steps, (*inside, None), strict=False):
            calls = [each for each in here._module.body.calls if (each.at, each.end) == (step.site.at, step.site.end)]
            if below is None:
                return any(here._enters(each) for each in calls) or here.sets()
            names = {name for each in calls for name in here.handed_to(each, below)}
            if not names:
                return False
            here = HandedValues(self._project, below, names)
        return False

    def are_weighed(self, path: Path) -> bool:
        """A function on a way to an effect tests something of it, or looks up what is there by it."""
        here = self
        for step, below in zip(path.steps, path.through, strict=False):
            calls = [each for each in here._module.body.calls if (each.at, each.end) == (step.site.at, step.site.end)]
            names = {name for each in calls for name in here.handed_to(each, below)}
            if not names:
                return False
            here = HandedValues(self._project, below, names)
            if here._weighs():
                return True
        return False

    def _weighs(self) -> bool:
        """The value itself is compared: of a whole body a part is, and the rest goes on."""
        tests = [each.value for each in self.statements if each.kind in ("test", "assert")]
        compared = [p for test in tests for p in parts_of(self._module.body, test) if isinstance(p, Comparison)]
        sides = [side for each in compared for side in (each.operands[:1] if "in" in each.ops[0] else each.operands)]
        if any(isinstance(side, Name) and self._is_handed(side.id) for side in sides):
            return True
        own = ((row, call) for row, call in enumerate(self._module.body.calls) if self.is_own(call.at))
        return any(
            last_name(self._module.body, call.callee) in _NARROWING
            and any(isinstance(a.value, Name) and self._is_handed(a.value.id) for a in call.arguments)
            and self.looks_up(CallRef(call.at, call.length, row))
            for row, call in own
        )

    def _is_handed(self, name: str) -> bool:
        return name in self.names and any(each.name == name for each in self._function.parameters)

    def _enters(self, call: Call) -> bool:
        """What is deleted, and the first document of `update_one({"name": name}, …)`, only say which rows are meant."""
        base = call.callee.base if isinstance(call.callee, Attribute) else None
        if base is not None and isinstance(base, Name) and self.holds(base):
            return True
        verb = words_of(last_name(self._module.body, call.callee))[:1]
        if base is not None and not _DELETING.isdisjoint(verb):
            return False
        is_told = len(call.arguments) > 1 and isinstance(call.arguments[0].value, Mapping) and not _UPDATING.isdisjoint(verb)
        return any(self.holds(argument.value) for argument in call.arguments[1 if is_told else 0 :])

    def sets(self) -> bool:
        """An attribute of something is given a part of it, or whatever attributes it names are."""
        return self._sets_all() or any(
            each.kind in ("assign", "augment")
            and isinstance(each.target, Attribute)
            and each.value is not None
            and self._goes_on(each.value)
            for each in self.statements
        )

    def _sets_all(self) -> bool:
        """`for name, value in body.items(): setattr(row, name, value)`, and none of a closed set (`ALLOWED & body.keys()`)."""
        body = self._module.body
        calls = [call for call in body.calls if self.is_own(call.at) and last_name(body, call.callee) == _SETTING]
        said = [call.arguments[_NAMED].value for call in calls if len(call.arguments) > _NAMED]
        names = {each.id for each in said if isinstance(each, Name)}
        return any(
            each.kind == "for" and not names.isdisjoint(names_in(body, each.target)) and self._is_all(each.value)
            for each in self.statements
        )

    def _is_all(self, subject: Expr | None) -> bool:
        """`body`, `body.items()`."""
        if isinstance(subject, CallRef):
            callee = self._module.body.calls[subject.index].callee
            return isinstance(callee, Attribute) and callee.attr in _PAIRS and self._is_all(callee.base)
        return isinstance(subject, Name | Attribute | CallRef) and self.holds(subject)

    def handed_to(self, call: Call, below: Def) -> set[str]:
        """The parameters under which another function of the project gets something of it."""
        parameters = below.function.parameters
        bound = below.function.klass >= 0 and isinstance(call.callee, Attribute) and bool(parameters)
        placed = [p.name for p in parameters[1 if bound else 0 :]]
        found: set[str] = set()
        for number, argument in enumerate(call.arguments):
            if not self.holds(argument.value):
                continue
            if argument.name in _UNPACKED or (argument.name is None and number >= len(placed)):
                found |= set(placed)
            else:
                found.add(placed[number] if argument.name is None else argument.name)
        base = call.callee.base if isinstance(call.callee, Attribute) else None
        if bound and isinstance(base, Name) and self.holds(base):
            found.add(parameters[0].name)
        return found

    def _spread(self) -> None:
        """The names that are given something of it, in the order of the code."""
        changes: list[tuple[int, Statement | Call]] = [(each.at, each) for each in self.statements]
        changes += [(call.at, call) for call in self._module.body.calls if self.is_own(call.at) and _fills(call)]
        for _, each in sorted(changes, key=lambda pair: pair[0]):
            if isinstance(each, Call):
                if any(self.holds(argument.value) for argument in each.arguments):
                    self.names |= set(names_in(self._module.body, each.callee))
            elif each.kind in ("assign", "annotate", "for", "with") and each.value is not None and self._goes_on(each.value):
                self.names |= set(names_in(self._module.body, self._items(each)))

    def _goes_on(self, expr: Expr) -> bool:
        """What is only true or false (`bool(body["open"])`, `body["open"] == "on"`) is none of it any more."""
        is_truth = isinstance(expr, Comparison) or (isinstance(expr, CallRef) and last_name(self._module.body, expr) == _TRUTH)
        return not is_truth and self.holds(expr)

    def _items(self, each: Statement) -> Expr | None:
        """`item` of `for place, item in enumerate(body)`."""
        is_counted = (
            each.kind == "for" and isinstance(each.value, CallRef) and last_name(self._module.body, each.value) == _COUNTED
        )
        pair = each.target.items if is_counted and isinstance(each.target, Collection) else ()
        return pair[1] if len(pair) > 1 else each.target

    def _inside(self, part: Expr) -> tuple[Expr, ...]:
        """Of `"on" if body["open"] else "off"` not what was tested, of what another program answers not what it was asked."""
        if isinstance(part, Conditional):
            return part.body, part.orelse
        inside = children(self._module.body, part)
        return inside[:1] if isinstance(part, CallRef) and (self.looks_up(part) or self._asks_elsewhere(part)) else inside

    def _asks_elsewhere(self, expr: CallRef) -> bool:
        site = self._project.calls.in_module(self._module)[expr.index]
        return any(target.operation is not None and _ELSEWHERE & {*target.operation.effect} for target in site.targets)

    def looks_up(self, expr: CallRef) -> bool:
        """The call asks for a row, or writes one and says how it went."""
        site = self._project.calls.in_module(self._module)[expr.index]
        operations = [target.operation for target in site.targets if target.operation is not None]
        if any("db.read" in operation.effect for operation in operations):
            return True
        definitions = [target.definition for target in site.targets if target.definition is not None]
        if any(self._project.effects.has(each, effect) for each in definitions for effect in ("db.read", "db.write")):
            return True  # a row, or how it went
        found = {self._project.types.role(each) for each in self._project.types.all(self._module, expr, site.call.context)}
        return not found.isdisjoint(_QUERIES) and last_name(self._module.body, site.call.callee) in _NARROWING


def _fills(call: Call) -> bool:
    """`rows.append(body["name"])`."""
    return isinstance(call.callee, Attribute) and call.callee.attr in _FILLING and isinstance(call.callee.base, Name)
