"""Effects that take place once per item of an open loop, in the loop or in anything that it calls."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.control.conditions import Conditions, Path, is_failure_path
from archlint.project.control.tolerated import is_tolerated
from archlint.project.effects.effects import EffectPoint
from archlint.project.loops.already_asked import AlreadyAsked
from archlint.project.loops.batches import Batches, expression_of
from archlint.project.loops.held_rows import is_kept_by_value
from archlint.project.loops.loops import Loop, Loops
from archlint.project.loops.one_by_one import OneByOne
from archlint.project.model import Def, Type
from archlint.project.names.switches import Known
from archlint.project.parts import names_in
from archlint.project.relations.unloaded import is_seen_unloaded
from archlint.project.source.one_off import OneOff, OneOffWords
from archlint.project.spelling import last_name
from archlint.project.transactions.transactions import Transactions

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module


_READ = "db.read"
_ABSTRACT = "abstractmethod"
_SESSIONS = frozenset({"db-session", "db-connection"})


class LoopWords(OneOffWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The names by which loops are told that run over little, or once in a deployment's life.

    membership: ends of the names of arguments and methods that take many keys at once; key_lists: ends of the names of
    arguments that do; batch_classes: ends of the names of classes that answer many keys at once.
    listings: names of what lists a program's own tables, models or fields; abstract_bases: classes whose subclasses are
    kinds of behaviour, not rows; schema_verbs: first words of SQL that changes tables, not rows; session_verbs: of SQL
    that sets variables of the connection; pings: SQL that asks whether a database is there.
    acknowledging: last names of calls that take a message off a queue.
    loading: calls that load relations with their owners; whole: methods of a relation that such a load answers.
    received: names of what a request sends, bodies: of what a decorator hands of it to the function that answers; managers:
    names by which a model gives its rows; fetching: calls that give rows; reading: calls that give what a file holds.
    few_people: names of those who run an installation, a handful; getting: first words of names of functions that look
    something up.
    key_types: types of the keys of rows; row_keys: what the answer to an INSERT tells of the new row's key; uploads: names
    of what holds uploaded files.
    """

    membership: tuple[str, ...]
    key_lists: tuple[str, ...]
    batch_classes: tuple[str, ...]
    listings: tuple[str, ...]
    abstract_bases: tuple[str, ...]
    schema_verbs: tuple[str, ...]
    session_verbs: tuple[str, ...]
    pings: tuple[str, ...]
    acknowledging: tuple[str, ...]
    loading: tuple[str, ...]
    whole: tuple[str, ...]
    received: tuple[str, ...]
    bodies: tuple[str, ...]
    managers: tuple[str, ...]
    fetching: tuple[str, ...]
    reading: tuple[str, ...]
    few_people: tuple[str, ...]
    getting: tuple[str, ...]
    key_types: tuple[str, ...]
    row_keys: tuple[str, ...]
    uploads: tuple[str, ...]


class Repeated(Struct, frozen=True):
    """One place that comes to an effect for each item of `loop`, on `path`. `made`: the place to show: for a lazy value
    that is evaluated by name, where that name was set. `isolated`: in a transaction that the loop opens per item.
    `asks`: of a place that writes, how it comes to a query as well; `inner`: the place in a loop below this one through
    which all its ways go."""

    point: EffectPoint
    made: Site
    loop: Loop
    path: Path
    isolated: bool = False
    asks: Repeated | None = None
    inner: tuple[str, int] | None = None

    @property
    def expression(self) -> Expr | None:
        return expression_of(self.point)


class RepeatedEffects:
    """`find` asks for one or more effects at once, so that of two at one place the surer and nearer is taken."""

    def __init__(self, project: Project, words: LoopWords) -> None:
        self._project = project
        self._words = words
        self._loops = Loops(project, frozenset(words.listings))
        self._batches = Batches(project, words)
        self._asked = AlreadyAsked(project, words)
        self._one_by_one = OneByOne(project, words)
        self._one_off = OneOff(project, words)
        self._conditions = Conditions(project, frozenset(words.schema_verbs))
        self._transactions = Transactions(project)

    def find(self, effects: tuple[str, ...], *, around: bool = False) -> tuple[list[Repeated], list[Site]]:
        """(the places that repeat one of the effects, the direct ones that stand in no open loop), each by site; one is
        enough of those that a loop isolates. `around`: also those that lead into a loop which is among them."""
        found: dict[Site, list[Repeated]] = defaultdict(list)
        outside: set[Site] = set()
        for effect in effects:
            for point in self._project.effects.points(effect):
                if not self._is_steady(point):
                    continue
                made = self._made_at(point)
                loop = self._loop_of(point)
                if loop is None:
                    if len(point.witness.steps) == 1:
                        outside.add(made)
                    continue
                if not loop.holds(made) and loop.holds(point.site) and not self._asked.keeps(point):
                    made = point.site
                if loop.holds(made) and not self._is_expected(point, loop):
                    path = self._conditions.path(point)
                    if path is not None and not self._is_no_query_per_item(point, loop, path):
                        found[made].append(Repeated(point, made, loop, path, self._is_isolated(point, loop, path)))
        best = {place: repeated for place, repeated in self._nearest(found).items() if around or repeated.inner is None}
        isolated: dict[Loop, Repeated] = {}
        for repeated in best.values():
            if repeated.isolated:
                isolated.setdefault(repeated.loop, repeated)
        shown = [r for r in best.values() if not r.isolated or isolated[r.loop] is r]
        return shown, sorted(outside - found.keys())

    def leads_on(self, point: EffectPoint, known: Known) -> bool:
        """The place comes to its effect where its function is called with these values."""
        return self._conditions.path(point, known) is not None

    def _nearest(self, found: dict[Site, list[Repeated]]) -> dict[tuple[str, int], Repeated]:
        """Of several effects at one place the surest and nearest, which has an `inner` where each leads into a loop that is
        shown itself: what is said there is not said again for the loops around it."""
        ranked: dict[tuple[str, int], list[Repeated]] = {}
        for site in sorted(found):  # of `get(…).delete()` one is enough
            ways = sorted(found[site], key=lambda r: (-r.path.confidence, self._only_flushes(r.path), len(r.path.steps)))
            ranked.setdefault((site.path, site.at), ways)
        best: dict[tuple[str, int], Repeated] = {}
        for place, ways in sorted(ranked.items(), key=lambda item: (len(item[1][0].path.steps), item[0])):
            below = [next((inner for inner in _places(r.path) if inner in best), None) for r in ways]
            own = [r for r, inner in zip(ways, below, strict=True) if inner is None]
            asks = next((r for r in (own or ways)[1:] if r.point.effect == _READ), None)
            best[place] = replace(own[0], asks=asks) if own else replace(ways[0], asks=asks, inner=below[0])
        return dict(sorted(best.items()))

    def _loop_of(self, point: EffectPoint) -> Loop | None:
        if point.kind == "per item" and point.call is not None:
            mapping = self._loops.open_mapping(point.module, point.context, point.call.call)
            if mapping is not None:
                return mapping
        return self._loops.open_loop(point.module, point.context, point.site.at)

    def _made_at(self, point: EffectPoint) -> Site:
        expr = point.point.expr
        if point.kind == "evaluation" and isinstance(expr, Name):
            sources = self._project.values.sources.of(point.module, expr, point.context)
            if len(sources) == 1 and sources[0].expr is not None and not sources[0].is_parameter:
                made = sources[0].expr
                return Site(sources[0].module.path, made.at, made.end)
        return point.site

    def _only_flushes(self, path: Path) -> bool:
        """The write sends what others have noted down, ahead of a question that its own function asks."""
        end = path.end
        if end.caller is None or not any(t.operation is not None and t.operation.flushes for t in end.point.targets):
            return False
        if any(self._notes_down(definition) for definition in (*path.through, end.caller)):
            return False
        points = self._project.effects.points_in(end.module, end.caller, {"db.read"})
        return any(p.is_direct and p.site.at > end.site.at for p in points)

    def _notes_down(self, definition: Def) -> bool:
        """Changes an object, or tells the session of one."""
        module, function, effects = definition.module, definition.function, self._project.effects
        return any(isinstance(s.target, Attribute) for s in module.statements_between(function.at, function.end)) or any(
            t.operation is not None and t.operation.pending and effects.direct(point)
            for point in effects.edges_of(definition)
            for t in point.targets
        )

    # code that runs once

    def _is_steady(self, point: EffectPoint) -> bool:
        """Production code that runs again and again: no script, command, start-up hook or module body."""
        module, caller = point.module, point.caller
        if caller is None or self._is_batch_method(module, caller):
            return False
        return not self._one_off.runs_once(module, caller)

    def _is_batch_method(self, module: Module, caller: Def) -> bool:
        """A method of a loader that gets all keys at once: its loops go over groups."""
        klass = caller.function.klass
        bases = module.outline.classes[klass].bases if klass >= 0 else ()
        return any(last_name(module.body, base).endswith(self._words.batch_classes) for base in bases)

    def _is_isolated(self, point: EffectPoint, loop: Loop, path: Path) -> bool:
        """Each item is meant to be done by itself: in a transaction of its own, as a message that is acknowledged, or
        (a write) beside what is done outside of the database."""
        if loop.mapping is not None:
            return False
        contexts = point.module.body.contexts
        heads = [contexts[row].subject for row in loop.chain(point.context) if row >= 0 and contexts[row].kind == "with"]
        sites = [Site(point.module.path, head.at, head.end) for head in heads if head is not None]
        if any(p.is_direct and p.site in sites for p in self._project.effects.points("tx.begin")):
            return True
        if self._one_by_one.acknowledges(point, loop, path):
            return True
        if point.effect != _READ and any(self._opens(point.module, head, point.context) for head in heads):
            return True
        if is_tolerated(point, loop) and any(self._transactions.holder(each) == "own" for each in path.through):
            return True  # the function that the loop calls opens one
        if point.effect == _READ:
            return self._one_by_one.asks_others_below(path) or self._one_by_one.asks_others(point, loop)
        if self._one_by_one.waits(point.module, loop):
            return True
        if not point.effect.startswith("db."):
            return False
        if self._one_by_one.asks_for_key(point, loop) or self._one_by_one.stores_upload(loop) or is_tolerated(point, loop):
            return True
        own = self._one_by_one.keeps_work(point) or not loop.derived.isdisjoint(
            names_in(point.module.body, expression_of(point))
        )
        return own and self._one_by_one.acts_outside(point, loop, path)

    def _opens(self, module: Module, head: Expr | None, context: int) -> bool:
        """`with Session() as session:`, a session or a connection for each item."""
        types = self._project.types
        made = types.all(module, head, context) if isinstance(head, CallRef) else ()
        return any(types.role(t) in _SESSIONS for t in made)

    # what is not one per item of data

    def _is_expected(self, point: EffectPoint, loop: Loop) -> bool:
        return (
            self._batches.is_batch(point, loop)
            or self._is_loaded_ahead(point, loop)
            or (loop.mapping is None and is_failure_path(point.module, point.context, loop.context))
            or self._is_strategy(point, loop)
        )

    def _is_loaded_ahead(self, point: EffectPoint, loop: Loop) -> bool:
        """Some list in the file is loaded with it, unless the query of the loop's own is in sight and is not."""
        return self._asked.is_loaded_ahead(point) and not is_seen_unloaded(self._project, point, loop, self._words.loading)

    def _is_no_query_per_item(self, point: EffectPoint, loop: Loop, path: Path) -> bool:
        return (
            self._changes_no_rows(path)
            or self._asked.is_asked_once(point, loop, path)
            or self._asked.is_handed_loaded(point, path)
            or self._batches.is_batch_below(point, loop, path)
            or is_kept_by_value(self._project, point, loop)
            or self._one_by_one.is_own_table(point, loop, path)
            or self._one_by_one.is_own_statement(point, loop, path)
        )

    def _is_strategy(self, point: EffectPoint, loop: Loop) -> bool:
        """The loop goes over objects of an abstract class: as many as the program has kinds of that behaviour."""
        call = point.call
        if call is None or call.receiver is None or not isinstance(call.call.callee, Attribute):
            return False
        base = call.call.callee.base
        is_item = isinstance(base, Name) and base.id in loop.targets
        return is_item and (
            self._project.types.is_a(call.receiver, *self._words.abstract_bases) or self._is_abstract(call.receiver)
        )

    def _is_abstract(self, type_: Type) -> bool:
        """A class with methods that are said to be abstract, whatever makes it so."""
        klass = self._project.symbols.classes.get(type_.name)
        return klass is not None and any(
            last_name(klass.module.body, decorator) == _ABSTRACT
            for function in klass.module.outline.functions
            if function.klass == klass.index
            for decorator in function.decorators
        )

    def _changes_no_rows(self, path: Path) -> bool:
        """`ALTER TABLE` and the like: one statement per table or column, never one for all; and what sets a variable of
        the connection."""
        call = path.end.call
        if call is None or call.operation is None:
            return False
        statement = call.argument(call.operation.sql or call.operation.by_statement)
        if statement is None:
            return False
        text = self._project.values.text(call.module, statement, call.call.context)
        said = " ".join(text.rendered.lower().split()) if text is not None else ""
        verbs = (*self._words.schema_verbs, *self._words.session_verbs)
        return said.rstrip("; ") in self._words.pings or any(re.match(rf"{re.escape(verb)}(?!\w)", said) for verb in verbs)


def _places(path: Path) -> list[tuple[str, int]]:
    """The places of a way below its first."""
    return [(step.site.path, step.site.at) for step in path.steps[1:]]
