"""Mappings that live as long as the process and lose an entry only where somebody asks for it after its time.

`get(key)` finds that what it kept under `key` is too old: what nobody asks for again stays.  Taking out entries by their key,
because what they are copies of has changed, bounds nothing either.  What does: going over all of them and comparing ages,
asking how many there are, emptying the whole; and what is handed on may be emptied by whoever has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Call, CallRef, Collection, Comparison, Constant, Expr, Name, Subscript
from archlint.project.effects.process_state import Container, Touch
from archlint.project.names.growing_mappings import Entry, hands_on, is_growing
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project

_ORDER = frozenset({"<", ">", "<=", ">="})
_CLOCK = frozenset({"now", "utcnow", "time", "time_ns", "monotonic"})
_OVER_ALL = frozenset({"for", "while", "comprehension"})
_READING = frozenset({"list", "tuple", "sorted", "set", "iter", "dict", "enumerate", "str", "bool", "isinstance"})
_LOOKING = frozenset({"get", "pop", "setdefault"})
_SIZE, _BEGINS, _STEPS = "len", "__init__", 3


class LateEntries:
    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def all(self) -> list[tuple[Container, Entry]]:
        """Each such mapping, with the first place that puts something into it under a key."""
        found = []
        state, written = self._project.process_state, self._project.calls.written
        with_clocks = {module.path for name in _CLOCK for module, _ in written(name)}
        for container in state.made:
            if not _begins_empty(container) or not state.is_filled(container, lambda _: True):
                continue
            if not any(each.asks_its_age for each in _handling(container, state.touches(container, with_clocks))):
                continue  # most: they are not looked for elsewhere
            touches = list(state.touches(container))
            entry = next(_entries(container, touches), None)
            if entry is not None and self._is_late(_handling(container, touches)):
                found.append((container, entry))
        return found

    def _is_late(self, handling: list[_Handling]) -> bool:
        if any(each.is_handed_on for each in handling):
            return False
        asking = [each for each in handling if each.asks_its_age]
        others = [each for each in handling if not each.asks_its_age]
        if not asking or any(each.sweeps for each in others):
            return False
        is_taken_late = any(each.takes for each in asking)  # else what is taken out at all is taken when it is done with
        return not any(
            (each.empties or (each.takes and not is_taken_late)) and self._is_run(each.definition) for each in others
        )

    def _is_run(self, definition: Def) -> bool:
        return bool(self._project.effects.callers.get(definition) or self._project.endpoints.running.get(definition))


class _Handling:
    """What one function does with a mapping that it calls `name`."""

    def __init__(self, name: str, definition: Def, touches: list[Touch]) -> None:
        self.definition = definition
        self._name, self._body = name, definition.module.body
        self._places = {(t.use.expr.at, t.use.expr.end) for t in touches}
        self._statements = definition.module.own_statements(definition.index)
        self._calls = definition.module.own_calls(definition.index)

    @cached_property
    def asks_its_age(self) -> bool:
        """It compares a time that is kept under a key with the clock; what it takes out is that."""
        looked = {spell(self._body, key) for key in self._looked_at()}
        is_own = all(spell(self._body, key) in looked and not self._is_repeated(context) for key, context in self._taken)
        return bool(looked) and is_own and not self._is_emptied and self._compares_ages

    @property
    def takes(self) -> bool:
        return bool(self._taken)

    @property
    def sweeps(self) -> bool:
        """It takes out what is too old, or too much, of all."""
        return bool(self._taken) and bool(self._comparisons)

    @property
    def empties(self) -> bool:
        """It lets go of all, or of what nobody names; what is of a key, or of a beginning of keys, that it is given bounds
        nothing."""
        function = self.definition.function
        is_told = len(function.parameters) > (function.klass >= 0)
        return self._is_emptied or (bool(self._taken) and not is_told)

    @property
    def is_handed_on(self) -> bool:
        """The mapping goes further, the oldest entry is taken, or how many there are decides something."""
        for call in self._calls:
            name = last_name(self._body, call.callee)
            if isinstance(call.callee, Attribute) and self._is_it(call.callee.base) and name == "popitem":
                return True
            is_given = name not in _READING and any(self._is_it(argument.value) for argument in call.arguments)
            if is_given and not (name == _SIZE and self._is_told(call)):
                return True
        return any(
            statement.kind in ("assign", "annotate", "return", "yield")
            and statement.value is not None
            and hands_on(self._body, statement.value, self._name)
            for statement in self._statements
        )

    def _is_told(self, call: Call) -> bool:
        """`return len(kept)`: a number to be shown."""
        return any(s.kind == "return" and s.at <= call.at < s.end for s in self._statements)

    @cached_property
    def _comparisons(self) -> list[Comparison]:
        """Of times or sizes."""
        values = (s.value for s in self._statements if s.value is not None)
        parts = (part for value in values for part in parts_of(self._body, value))
        return [part for part in parts if isinstance(part, Comparison) and not _ORDER.isdisjoint(part.ops)]

    @property
    def _compares_ages(self) -> bool:
        kept, clock = self._made_of(self._is_looked_at), self._made_of(self._is_clock)
        return any(
            self._holds(each, kept, self._is_looked_at) and self._holds(each, clock, self._is_clock)
            for each in self._comparisons
        )

    def _made_of(self, is_it: Callable[[Expr], bool]) -> set[str]:
        """The names that are set to such an expression, to something made of it, or to an item of that."""
        found = set[str]()
        for _ in range(_STEPS):
            for statement in self._statements:
                target, value = statement.target, statement.value
                is_set = isinstance(target, Name | Collection) and value is not None and statement.kind != "augment"
                if is_set and value is not None and self._holds(value, found, is_it):
                    found.update(names_in(self._body, target))
        return found

    def _holds(self, expr: Expr, names: set[str], is_it: Callable[[Expr], bool]) -> bool:
        parts = parts_of(self._body, expr)
        return any(is_it(part) or (isinstance(part, Name) and part.id in names) for part in parts)

    def _is_looked_at(self, expr: Expr) -> bool:
        """`kept[key]`, `kept.get(key)`"""
        if isinstance(expr, CallRef):
            callee = self._body.calls[expr.index].callee
            return isinstance(callee, Attribute) and callee.attr in _LOOKING and self._is_it(callee.base)
        return isinstance(expr, Subscript) and self._is_it(expr.base)

    def _is_clock(self, expr: Expr) -> bool:
        return isinstance(expr, CallRef) and last_name(self._body, expr) in _CLOCK

    @cached_property
    def _is_emptied(self) -> bool:
        """`kept.clear()`, `kept = {}`"""
        is_made_anew = self.definition.function.name != _BEGINS and any(
            isinstance(s.target, Name | Attribute) and last_name(self._body, s.target) == self._name for s in self._statements
        )
        return is_made_anew or any(callee.attr == "clear" for callee, _ in self._asked)

    @property
    def _asked(self) -> Iterator[tuple[Attribute, Call]]:
        """The methods of the mapping that it calls."""
        for call in self._calls:
            if isinstance(call.callee, Attribute) and self._is_it(call.callee.base):
                yield call.callee, call

    @cached_property
    def _taken(self) -> list[tuple[Expr, int]]:
        """(key, context) of what it takes out: `del kept[key]`, `kept.pop(key)`, `kept[key] = None`."""
        found = [(c.arguments[0].value, c.context) for callee, c in self._asked if callee.attr == "pop" and c.arguments]
        for statement in self._statements:
            is_none = isinstance(statement.value, Constant) and statement.value.value is None
            gone = [statement.target, statement.value] if statement.kind == "delete" else [statement.target] if is_none else []
            found += [(e.index[0], statement.context) for e in gone if isinstance(e, Subscript) and self._is_it(e.base)]
        return found

    def _looked_at(self) -> Iterator[Expr]:
        """The keys of what it looks at: `kept.get(key)`, `kept[key]`."""
        for callee, call in self._asked:
            if callee.attr == "get" and call.arguments:
                yield call.arguments[0].value
        for statement in self._statements:
            for part in parts_of(self._body, statement.value) if statement.kind != "delete" else ():
                if isinstance(part, Subscript) and self._is_it(part.base):
                    yield part.index[0]

    def _is_repeated(self, context: int) -> bool:
        contexts = self._body.contexts
        while contexts[context].kind not in ("function", "class", "module"):
            if contexts[context].kind in _OVER_ALL:
                return True
            context = contexts[context].parent
        return False

    def _is_it(self, expr: Expr) -> bool:
        return (expr.at, expr.end) in self._places


def _handling(container: Container, touches: Iterable[Touch]) -> list[_Handling]:
    """By function."""
    by_function: dict[Def, list[Touch]] = defaultdict(list)
    for touch in touches:
        by_function[touch.definition].append(touch)
    return [_Handling(container.name, definition, own) for definition, own in by_function.items()]


def _begins_empty(container: Container) -> bool:
    statements = container.module.body.statements
    made = next((s.value for s in statements if s.target is not None and s.target.at == container.site.at), None)
    return made is not None and is_growing(container.module, made)


def _entries(container: Container, touches: list[Touch]) -> Iterator[Entry]:
    """The places of the functions that put something into it under a key."""
    for touch in touches:
        module, use = touch.definition.module, touch.use
        if not use.adds:
            continue
        for statement in module.own_statements(touch.definition.index):
            target = statement.target
            if isinstance(target, Subscript) and (target.base.at, target.base.end) == (use.expr.at, use.expr.end):
                site = Site(module.path, target.at, target.end)
                yield Entry(module, container.module, container.name, target.index[0], use.context, site, touch.definition)
