"""Rows that a loop adds one at a time, as objects or through a helper that does little else: one statement adds them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archlint.facts.syntax import Argument, Attribute, Await, Body, CallRef, Context, Expr, Name, Walrus
from archlint.project.control.searches import goes_down_a_path
from archlint.project.loops.plain_inserts import BETWEEN
from archlint.project.loops.stations import is_straight, stations
from archlint.project.model import Type
from archlint.project.names.arguments import arguments_by_parameter, parameter
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop
    from archlint.project.loops.repeated import Repeated
    from archlint.project.model import Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

ELSEWHERE = frozenset({"http", "rpc", "email", "publish", "enqueue", "process", "file.write", "file.tree"})
"""What is done beside the row: it takes longer than any statement, or has to be done for each by itself."""
_SAVING = frozenset({"save", "asave"})
_PLAIN = _SAVING | {"is_valid"}
_NOTING = frozenset({"add"})
_LISTING = frozenset({"append", "add"})
_SOME = frozenset({"if", "else", "except", "case"})
_OWN_HEAD = frozenset({"with"})
_FILES = frozenset({"file", "files", "image", "images", "picture", "pictures", "photo", "photos", "upload", "uploads"})
_FILES |= {"document", "documents", "attachment", "attachments", "video", "videos"}
_LITTLE = 2
_NEAR = 3
_STEPS = 2


class AddedRows:
    """`adding`: last names of calls that add one row; `locking`: of those by which a query locks its rows."""

    def __init__(self, project: Project, adding: frozenset[str], locking: frozenset[str]) -> None:
        self._project = project
        self._adding, self._locking = adding, locking

    def adds_one(self, query: Repeated) -> bool:
        """Each turn adds a row, asks nothing back of it and does nothing else that leaves the process."""
        places, through = stations(self._project, query.point, query.path), query.path.through
        if query.loop.mapping is not None or len(places) != len(through) + 1 or len(through) > _NEAR:
            return False
        if not self._adds(places) or any(self._does_more(definition) for definition in through):
            return False
        if self._goes_elsewhere(query) or goes_down_a_path(query.loop) or _is_made_for_some(query) or _are_files(query.loop):
            return False
        return self._is_plain(query) and (not through or is_straight(self._project, query.point, query.path))

    def changes_one(self, query: Repeated) -> bool:
        """Each turn runs a function that does nothing but write once, whatever it is given, and nothing else that leaves the
        process: `repository.update(row)`, `row.save()` of the model's own."""
        through, loop = query.path.through, query.loop
        if loop.mapping is not None or not 0 < len(through) < _NEAR:
            return False
        if not (BETWEEN | _OWN_HEAD).isdisjoint(loop.kinds_around(query.point.context)):
            return False
        if loop.derived.isdisjoint(names_in(loop.module.body, query.expression)):
            return False
        if _goes_one_by_one(loop):
            return False
        if any(self._does_more(definition, most=1) for definition in through) or self._goes_elsewhere(query):
            return False
        return is_straight(self._project, query.point, query.path)

    def saves_own(self, query: Repeated) -> bool:
        """`copied = deepcopy(line)`, `copied.save()` in the loop itself, and nobody looks at it behind that but a list."""
        loop, call = query.loop, query.point.call
        if loop.mapping is not None or query.path.through or call is None or not isinstance(call.call.callee, Attribute):
            return False
        base = call.call.callee.base
        if call.call.callee.attr not in _SAVING or not isinstance(base, Name) or base.id not in loop.derived - loop.targets:
            return False
        if not (BETWEEN | _OWN_HEAD | _SOME).isdisjoint(loop.kinds_around(query.point.context)):
            return False
        if _goes_one_by_one(loop):
            return False
        types = self._project.types
        if not any(types.role(t) == "db-model" for t in types.all(loop.module, base, query.point.context)):
            return False
        return not self._goes_elsewhere(query) and self._is_done_with(query, base.id)

    def _is_done_with(self, query: Repeated, name: str) -> bool:
        loop, body = query.loop, query.loop.module.body
        calls = [call for call in body.calls if loop.place.at <= call.at < loop.place.end]
        listed = {a.value.at for call in calls if last_name(body, call.callee) in _LISTING for a in call.arguments}
        heads = [context.subject for context in body.contexts if loop.place.at < context.at < loop.place.end]
        read = [part for root in (*(s.value for s in loop.statements), *heads) for part in parts_of(body, root)]
        named = [part for part in read if isinstance(part, Name) and part.id == name and part.at > query.point.site.end]
        return all(part.at in listed for part in named)

    def _adds(self, places: list[EffectPoint]) -> bool:
        """The last place makes a row of what was no row before."""
        end = places[-1]
        operation = end.call.operation if end.call is not None else None
        if operation is None or end.call is None or operation.many is not None:
            return False
        callee = end.call.call.callee
        name = last_name(end.module.body, callee)
        if name in self._adding:
            return True
        if name in _SAVING:
            return isinstance(callee, Attribute) and self._is_new(places, len(places) - 1, callee.base)
        is_kept = (operation.flushes and len(places) > 1) or "db.commit" in operation.effect
        return is_kept and any(self._is_new(places, len(places) - 1, noted) for noted in self._noted(end))

    def _noted(self, end: EffectPoint) -> list[Expr]:
        """What the function tells the session of, ahead of the place that keeps it: nothing, where it takes rows away too."""
        if end.caller is None:
            return []
        found: list[Expr] = []
        for site in self._project.calls.of(end.caller):
            if site.operation is None or not site.operation.pending or site.call.at > end.site.at:
                continue
            if last_name(end.module.body, site.call.callee) not in _NOTING:
                return []
            found += [argument.value for argument in site.call.arguments[:1]]
        return found

    def _is_new(self, places: list[EffectPoint], row: int, expr: Expr, steps: int = _STEPS) -> bool:
        """The object is made where it stands, in its function, or in the one that hands it over."""
        place = places[row]
        module = place.module
        if isinstance(expr, CallRef):
            return self._makes(module, expr, place.context)
        if not isinstance(expr, Name) or place.caller is None:
            return False
        own = [s for s in module.own_statements(place.caller.index) if isinstance(s.target, Name) and s.target.id == expr.id]
        given = [s.value.value if isinstance(s.value, Await) else s.value for s in own]
        if given:
            return all(isinstance(value, CallRef) and self._makes(module, value, own[0].context) for value in given)
        if parameter(place.caller.function, expr.id) is None or row == 0 or not steps:
            return False
        before = places[row - 1]
        handed = arguments_by_parameter(before.call.call, place.caller).get(expr.id) if before.call is not None else None
        return handed is not None and self._is_new(places, row - 1, handed, steps - 1)

    def _makes(self, module: Module, expr: CallRef, context: int) -> bool:
        """`Order(number=1)`, of a class whose objects are stored; a call of what creates one, too."""
        callee = module.body.calls[expr.index].callee
        if last_name(module.body, callee) in self._adding:
            return True
        types, given = self._project.types, module.body.calls[expr.index].arguments
        found = types.inference.entities(module, callee, context)
        roles = {types.role(entity) for entity in found if isinstance(entity, Type) and entity.is_class}
        return "db-model" in roles or ("serializer" in roles and _is_of_data(given))

    def _does_more(self, definition: Def, most: int = _LITTLE) -> bool:
        """It changes several things, locks rows, or goes somewhere else as well."""
        effects, body = self._project.effects, definition.module.body
        if any(effects.has(definition, effect) for effect in ELSEWHERE):
            return True
        written = {p.site for p in effects.points_of(definition, "db.write")}
        asked = {p.site for p in effects.points_of(definition, "db.read")} - written
        if len(asked) >= most:
            return True
        calls = self._project.calls.of(definition)
        return len(written) > most or any(last_name(body, site.call.callee) in self._locking for site in calls)

    def _goes_elsewhere(self, query: Repeated) -> bool:
        loop = query.loop
        return any(
            self._project.effects.does(site, *ELSEWHERE)
            for site in self._project.calls.in_module(loop.module)
            if loop.place.at <= site.call.at < loop.place.end
        )

    def _is_plain(self, query: Repeated) -> bool:
        """Of the row that the loop itself adds no more is asked than to be saved, and to stand on a list."""
        loop, body, site = query.loop, query.loop.module.body, query.point.site
        callee = query.point.call.call.callee if query.point.call is not None else None
        names = {s.target.id for s in loop.statements if isinstance(s.target, Name) and _holds(s.value, site.at)}
        if isinstance(callee, Attribute) and isinstance(callee.base, Name) and callee.attr in _SAVING:
            names.add(callee.base.id)
        calls = [call for call in body.calls if loop.place.at <= call.at < loop.place.end]
        saved = [call.callee.base for call in calls if isinstance(call.callee, Attribute) and call.callee.attr in _PLAIN]
        listed = [a.value for call in calls if last_name(body, call.callee) in _LISTING for a in call.arguments]
        allowed = {part.at for part in (*saved, *listed) if isinstance(part, Name)}
        heads = [context.subject for context in body.contexts if loop.place.at < context.at < loop.place.end]
        read = [part for root in (*(s.value for s in loop.statements), *heads) for part in parts_of(body, root)]
        return all(part.at in allowed for part in read if isinstance(part, Name) and part.id in names)


def _is_of_data(given: Sequence[Argument]) -> bool:
    """`Lines(data=row)`: it has no row yet."""
    names = {argument.name for argument in given}
    return "data" in names and names.isdisjoint({None, "*", "**", "instance"})


def _is_made_for_some(query: Repeated) -> bool:
    """`except DoesNotExist: create()`, `if row.price != old: create()`: for how many, nobody knows.  That there is
    something to add, or that it is valid, holds for most."""
    loop, body = query.loop, query.loop.module.body
    around = [body.contexts[row] for row in loop.chain(query.point.context)[:-1]]
    return any(each.kind in _SOME and not _is_ordinary(body, each) for each in around)


def _is_ordinary(body: Body, place: Context) -> bool:
    test = place.subject
    is_valid = isinstance(test, CallRef) and last_name(body, test) in _PLAIN
    return place.kind == "if" and (is_valid or isinstance(test, Name | Attribute | Walrus))


def _goes_one_by_one(loop: Loop) -> bool:
    """It may be left, finds each from the one before, or goes over files: what a turn writes is no part of one statement."""
    return any(s.kind == "break" for s in loop.statements) or goes_down_a_path(loop) or _are_files(loop)


def _are_files(loop: Loop) -> bool:
    """By their name: what is stored with each is more than a row."""
    body, subject = loop.module.body, loop.place.subject
    names = [*loop.targets, last_name(body, subject) if subject is not None else ""]
    return any(not _FILES.isdisjoint(words_of(name)) for name in names)


def _holds(expr: Expr | None, at: int) -> bool:
    return expr is not None and expr.at <= at < expr.end
