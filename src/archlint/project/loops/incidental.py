"""Writes that only come along with an answer: a stamp of the asking, what was missing, what is left over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, Await, Call, CallRef, Collection, Constant, Expr, Name
from archlint.project.control.made_if_missing import is_made_if_missing
from archlint.project.spelling import last_name, spell
from archlint.project.transactions.write_words import words_of_write
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.facts.findings import Step
    from archlint.project.control.conditions import Path
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.program import Project

_MARKS = frozenset({"update_fields", "commit", "force_update", "using"})
"""Keywords of a write that hold no value of the row."""
_STEPS = 3
"""Names behind names that are followed: `row = insert(Order)`, `row = row.values(…)`."""
_TOUCHED = frozenset({"updated_at", "modified_at", "updated", "modified", "updated_on", "modified_on"})
"""Columns that alone say only that somebody was there."""


class IncidentalWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words in names.  traces: of functions and models that only record that something was asked; stamps: an expression for
    columns that do; making: of functions that make what is missing; creating: of functions that make a row; leftovers: in the
    conditions under which something old is put away."""

    traces: tuple[str, ...]
    stamps: str
    making: tuple[str, ...]
    creating: tuple[str, ...]
    leftovers: tuple[str, ...]


def is_left_over(project: Project, step: Step, words: Iterable[str]) -> bool:
    """`if token.expires_at < now: token.delete()`: one of the words stands in a test around the step."""
    body = project.modules.by_path[step.site.path].body
    tests = (c.subject for c in body.contexts if c.kind == "if" and c.at <= step.site.at < c.end)
    return any(not set(words_of(spell(body, test))).isdisjoint(words) for test in tests)


class Incidental:
    """Judges ways from a place (`point`) down to a write (`path.end`)."""

    def __init__(self, project: Project, words: IncidentalWords) -> None:
        self._project = project
        self._words = words

    def is_incidental(self, point: EffectPoint, path: Path) -> bool:
        """The names on the way, the values that are set, the conditions or the shape of the function say so."""
        words = self._words
        between = {word for each in path.through for word in words_of(each.function.qualname)}
        if not (words_of_write(path) | between).isdisjoint((*words.traces, *words.making)):
            return True
        creates = self._creates(point) or self._creates(path.end) or self._calls_creating(path)
        if any(
            is_left_over(self._project, step, words.leftovers) or self._is_made_once(step, creates=creates)
            for step in path.steps
        ):
            return True
        return (
            self._is_kept_copy(path.end)
            or any(self._sets_stamps(step) for step in path.steps)
            or any(
                self._is_stamped_by_sql(each) or is_made_if_missing(each.module, each.context, each.site.at)
                for each in ((point, path.end) if path.through else (point,))
            )
        )

    def _is_kept_copy(self, point: EffectPoint) -> bool:
        """The statement that is executed was made for a table of such records: `row = insert(RightsCache).values(…)`."""
        given = point.call.call.arguments[:1] if point.call is not None else ()
        named = (argument.value for argument in given if isinstance(argument.value, Name))
        return any(self._is_made_for_record(point, name, _STEPS) for name in named)

    def _is_made_for_record(self, point: EffectPoint, name: Name, steps: int) -> bool:
        calls = point.module.body.calls
        for source in self._sources(point, name):
            made = source
            while isinstance(made, CallRef) and isinstance(callee := calls[made.index].callee, Attribute):
                made = callee.base
            if isinstance(made, Name) and steps and self._is_made_for_record(point, made, steps - 1):
                return True
            table = calls[made.index].arguments[:1] if isinstance(made, CallRef) else ()
            if any(not set(words_of(last_name(point.module.body, t.value))).isdisjoint(self._words.traces) for t in table):
                return True
        return False

    def _sets_stamps(self, step: Step) -> bool:
        """All that is set before the object is saved, or by the update itself, says when or how often it was asked for."""
        module = self._project.modules.by_path[step.site.path]
        body = module.body
        call = next((each for each in body.calls if (each.at, each.end) == (step.site.at, step.site.end)), None)
        row = body.contexts[call.context].function if call is not None else -1
        if call is None or row < 0:
            return False
        named = _columns(call)
        function = module.outline.functions[row]
        written = spell(body, _written(call))
        for statement in body.statements:
            target = statement.target
            if function.at <= statement.at < call.at and isinstance(target, Attribute) and spell(body, target.base) == written:
                named.append(target.attr)
        return bool(named) and all(re.search(self._words.stamps, name) for name in named)

    def _is_stamped_by_sql(self, point: EffectPoint) -> bool:
        """The texts that the call may be given set nothing else, or write only to tables of such records."""
        call = point.call
        texts = self._project.statements.by_sink.get((call.path, call.index), ()) if call is not None else ()
        written = [each for sql in texts for each in sql.facts.statements if each.writes]
        return bool(written) and all(
            (each.verb == "update" and bool(each.gives) and all(self._stamps(given.column) for given in each.gives))
            or not {word for table in each.writes for word in words_of(table)}.isdisjoint(self._words.traces)
            for each in written
        )

    def _stamps(self, column: str) -> bool:
        return bool(re.search(self._words.stamps, column.lower())) or column.lower() in _TOUCHED

    def _is_made_once(self, step: Step, *, creates: bool) -> bool:
        """What was found is answered before: `if found: return found`, then a row is made, or what was answered is set."""
        module, at = self._project.modules.by_path[step.site.path], step.site.at
        body = module.body
        places = [c for c in body.contexts if c.kind == "function" and c.at <= at < c.end]
        own = module.own_statements(places[-1].function) if places else ()
        before = [s for s in own if s.kind == "return" and s.at < at and _is_found(s.value)]
        if not before:
            return False
        if creates:
            return True
        answered = {spell(body, s.value) for s in before}
        later = [s.target for s in own if s.at > before[0].at and s.kind == "assign"]
        if any(isinstance(target, Attribute) and spell(body, target) in answered for target in later):
            return True
        columns = {s.value.attr for s in before if isinstance(s.value, Attribute)}
        call = next((each for each in body.calls if (each.at, each.end) == (step.site.at, step.site.end)), None)
        given = _columns(call) if call is not None else []
        return bool(given) and columns.issuperset(given)  # `.filter(pk=self.pk).update(total=found)`

    def _calls_creating(self, path: Path) -> bool:
        return any(not set(words_of(each.function.name)).isdisjoint(self._words.creating) for each in path.through)

    def _creates(self, point: EffectPoint) -> bool:
        """`Model.objects.create(…)`, `session.add(Model(…))`, `Model(…).save()`."""
        call = point.call.call if point.call is not None else None
        if call is None:
            return False
        body = point.module.body
        if not set(words_of(last_name(body, call.callee))).isdisjoint(self._words.creating):
            return True
        written = _written(call)
        made = list(self._sources(point, written)) if isinstance(written, Name) else [written]
        return any(self._is_new(point, each) for each in made if each is not None)

    def _sources(self, point: EffectPoint, name: Name) -> Iterator[Expr | None]:
        for source in self._project.values.sources.of(point.module, name, point.context):
            if source.module is point.module and not source.is_parameter:
                yield source.expr

    def _is_new(self, point: EffectPoint, expr: Expr) -> bool:
        while isinstance(expr, Await):
            expr = expr.value
        if not isinstance(expr, CallRef):
            return False
        callee = point.module.body.calls[expr.index].callee
        if not set(words_of(last_name(point.module.body, callee))).isdisjoint((*self._words.creating, *self._words.making)):
            return True
        return any(found.is_class for found in self._project.types.all(point.module, callee, point.context))


def _columns(call: Call) -> list[str]:
    """What a write is given by keyword for the row."""
    return [a.name for a in call.arguments if a.name is not None and a.name.isidentifier() and a.name not in _MARKS]


def _written(call: Call) -> Expr | None:
    """What a call writes: what is given to it, else what it is called on."""
    given = next((argument.value for argument in call.arguments if argument.name is None), None)
    return given if given is not None else call.callee.base if isinstance(call.callee, Attribute) else None


def _is_found(value: Expr | None) -> bool:
    """It is no `None`, `False`, `[]`: something was there."""
    return not (value is None or isinstance(value, Constant) or (isinstance(value, Collection) and not value.items))
