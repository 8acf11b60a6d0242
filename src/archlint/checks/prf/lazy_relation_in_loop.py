"""PRF002: a relation of a stored object that is loaded when it is read, for each item of a loop or of a list that is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import groupby

from msgspec.structs import replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, Expr, Name
from archlint.project.control.group_breaks import begins_group
from archlint.project.listings.many_rows import kind_of
from archlint.project.listings.view_rows import names_meant
from archlint.project.loops.loop_items import is_put_in_brackets
from archlint.project.loops.loops import Loop, Loops
from archlint.project.loops.owners import are_those_of, has_one_row, is_among_all, is_of_its_owner
from archlint.project.loops.repeated import LoopWords
from archlint.project.model import Def, Type
from archlint.project.names.switched_off import is_switched_off
from archlint.project.names.switches import Standing
from archlint.project.relations.absent_keys import is_read_without_key
from archlint.project.relations.detached import DetachedRows
from archlint.project.relations.handed_rows import HandedRow, HandedRows
from archlint.project.relations.lazy_relations import LazyRelation, LazyRelations
from archlint.project.relations.loaded import LoadedRelations
from archlint.project.relations.read_before import is_read_before
from archlint.project.relations.serialized_loads import SerializedLoad, SerializedLoads
from archlint.project.source.modules import Module
from archlint.project.source.one_off import OneOff
from archlint.project.spelling import shorten, spell
from archlint.project.words import singulars

_MOST_NAMES = 4


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`ahead`: last names of calls that load relations together with their owners; `few`: last words in names of stored classes
    of which there is a handful; `awaitable`: attributes by which a relation is awaited that would raise otherwise; `keeping`:
    arguments by which sessions are told whether they keep what they have read.  The rest: see `LoopWords`."""

    ahead: tuple[str, ...]
    few: tuple[str, ...]
    awaitable: tuple[str, ...]
    keeping: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for the first read of each lazy relation in a loop, a proof where it was loaded with the list."""
    reads = _Reads(project, params)
    yield from reads.own()
    yield from reads.handed()
    by_serializer: dict[tuple[str, bool], list[SerializedLoad]] = defaultdict(list)
    for load in SerializedLoads(project, params.ahead, params.few).all():
        if load.is_ahead:
            yield Proof(load.site, f"`{load.relation.name}` is loaded with the list")
        else:
            by_serializer[load.serializer.name, load.confidence == Confidence.LOW].append(load)
    for loads in by_serializer.values():
        yield _shown(loads)


def _through(hit: Hit, loop: Loop, row: HandedRow, *, writes: bool) -> Hit:
    """`writes`: it writes for each item as well, which no loading ahead takes away."""
    steps = (Step(loop.site, f"the loop `{loop.text}`"), Step(row.site, f"hands its item to `{row.shown}`"), *row.read.steps)
    most = Confidence.MEDIUM if row.read.always and not writes else Confidence.LOW
    words = {**hit.words, "read": row.shown}
    return replace(hit, site=row.site, message="through", words=words, confidence=min(hit.confidence, most), path=steps)


def _shown(loads: list[SerializedLoad]) -> Hit:
    """One hit for all that a serializer loads: one query is to be mended for it."""
    first, others = loads[0], loads[1:]
    names = list(dict.fromkeys(load.relation.name for load in loads))
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    words = {
        "read": first.read,
        "serializer": first.serializer.klass.name,
        "owner": first.relation.owner.name.rpartition(".")[2],
        "name": first.relation.name,
        "names": ", ".join(names[:_MOST_NAMES]) + more,
        "loop": first.listed.label,
        "cure": first.cure,
        "doubt": "; they may be loaded where the list comes from" if first.confidence == Confidence.LOW else "",
    }
    related = (
        Step(first.listed.site, "lists them"),
        *(Step(o.site, f"loads `{o.relation.name}` too: {o.cure}") for o in others),
    )
    return Hit(
        first.site, words, "shown_many" if len(names) > 1 else "shown", first.confidence, related=related, path=first.steps
    )


def _loop_of(loops: Loops, module: Module, expr: Expr, context: int) -> Loop | None:
    """The open loop whose variable the attribute is read from, through other attributes."""
    root: Expr = expr
    while isinstance(root, Attribute):
        root = root.base
    if not isinstance(root, Name):
        return None
    for loop in loops.around(module, context):
        if root.id in loop.targets:
            return loop if loop.place.subject is not None and loops.excuse(loop, context, expr.at) is None else None
    return None


def _class_around(loop: Loop) -> Type | None:
    row = loop.place.klass
    return Type(f"{loop.module.name}.{loop.module.outline.classes[row].qualname}") if row >= 0 else None


def _is_stored(loop: Loop, expr: Attribute) -> bool:
    """The loop sets the attribute itself."""
    body = loop.module.body
    text = spell(body, expr)
    return any(isinstance(s.target, Attribute) and spell(body, s.target) == text for s in loop.statements)


def _on_the_way(expr: Attribute) -> Iterator[Attribute]:
    """`line.order` and `line.order.customer`: of one order there is one customer."""
    current: Expr = expr
    while isinstance(current, Attribute):
        yield current
        current = current.base


class _Judge:
    """Compares what a loop reads with what its list was loaded with."""

    def __init__(self, project: Project, params: Params) -> None:
        self._project = project
        self._loaded, self._detached = LoadedRelations(project, params.ahead), DetachedRows(project)
        self._awaitable, self._few = frozenset(params.awaitable), frozenset(params.few)
        self._keeping = frozenset(params.keeping)

    def judged(self, loop: Loop, expr: Attribute, context: int, relation: LazyRelation) -> Iterator[Hit | Proof]:
        """`context`: where in the loop the relation is read."""
        subject, body = loop.place.subject, loop.module.body
        raises = self._raises(relation) and not (isinstance(expr.base, Attribute) and expr.base.attr in self._awaitable)
        function = body.contexts[loop.context].function
        if subject is None or any(is_of_its_owner(self._project, loop, each) for each in _on_the_way(expr)):
            return
        if has_one_row(self._project, loop) or is_read_without_key(loop.module, expr, context):
            return
        if raises and loop.module.outline.functions[function].is_async:
            return
        view = _class_around(loop)
        rows = names_meant(self._project, view, "rows") if view is not None else frozenset[str]()
        items = self._loaded.by(loop.module, subject, loop.place.parent, view if rows else None, rows)
        anywhere = self._loaded.anywhere
        if items.holds(relation.name):
            yield Proof(Site(loop.path, expr.at, expr.end), f"`{relation.name}` is loaded with the list")
            return
        confidence, doubt = relation.confidence, ""
        if raises:
            confidence, doubt = Confidence.LOW, "; an asynchronous session raises instead"
        elif not items.is_known and (anywhere.holds(relation.name) or not anywhere.is_known):
            confidence, doubt = Confidence.LOW, "; it may be loaded where the list comes from"
        elif is_put_in_brackets(loop.module, subject):
            confidence, doubt = Confidence.LOW, "; it may be a single one"
        elif begins_group(loop, context):
            confidence, doubt = Confidence.LOW, "; it is read only as a group of them begins"
        elif "except" in loop.kinds_around(context):
            confidence, doubt = Confidence.LOW, "; it is read only where something fails"
        elif self._is_asked_for(loop, expr, relation):
            confidence, doubt = Confidence.LOW, "; the session may have it: it is asked for by its key"
        elif relation.loading.shared and self._leads_to_few(loop, expr):
            confidence, doubt = Confidence.LOW, "; there are few of them, and the session keeps each"
        elif self._detached.are(loop.module, subject, loop.place.parent):
            confidence, doubt = Confidence.LOW, "; the session that they are of is closed by then"
        elif relation.loading.shared and is_among_all(self._project, loop, expr):
            confidence, doubt = Confidence.LOW, "; the session has it: it is one of those that the loop goes over"
        elif relation.loading.shared and are_those_of(self._project, loop, expr):
            confidence, doubt = Confidence.LOW, "; the session has it: the list was asked for by those that it has"
        elif relation.loading.shared or not items.is_known:
            confidence = min(confidence, Confidence.MEDIUM)
        if confidence > Confidence.LOW and relation.loading.shared and self._forgets(loop):
            confidence, doubt = Confidence.LOW, "; each turn commits, after which all is asked for again"
        if confidence > Confidence.LOW and (unreached := self._unreached(loop, expr)):
            confidence, doubt = Confidence.LOW, unreached
        yield _hit(loop, expr, relation, confidence, doubt)

    def _leads_to_few(self, loop: Loop, expr: Attribute) -> bool:
        """`member.role`, which is named for one object, of a kind of which there is a handful."""
        types = self._project.types
        found = (t for t in types.all(loop.module, expr, loop.context) if not t.is_class and types.role(t) == "db-model")
        is_one = not singulars(expr.attr)
        return is_one and any(not kind_of(each.name).isdisjoint(self._few) for each in found)

    def _unreached(self, loop: Loop, expr: Attribute) -> str:
        function = loop.module.body.contexts[loop.context].function
        if function < 0:
            return ""
        caller = Def(loop.module, loop.module.name, function)
        stand = Standing(loop.module, Site(loop.path, expr.at, expr.end), loop.context, caller)
        is_idle = self._project.unrun.holds_at(loop.module, expr.at)
        return "; no call comes to it" if is_idle or is_switched_off(self._project, stand) else ""

    def _forgets(self, loop: Loop) -> bool:
        """Every turn commits: what a session has read is read again then, whatever it was loaded with."""
        place = loop.place
        return not self._keeps and any(
            site.call.context == loop.context and self._project.effects.does(site, "db.commit")
            for site in self._project.calls.in_module(loop.module)
            if place.at <= site.call.at < place.end
        )

    def _is_asked_for(self, loop: Loop, expr: Attribute, relation: LazyRelation) -> bool:
        """`load(session, line.order_id)` in the loop before `line.order` is read."""
        key = f"{relation.name}_id"
        own, begin, end = spell(loop.module.body, expr.base), loop.place.at, expr.base.at
        return any(
            isinstance(argument.value, Attribute)
            and argument.value.attr == key
            and spell(loop.module.body, argument.value.base) == own
            and self._project.effects.does(site, "db.read")
            for site in self._project.calls.in_module(loop.module)
            if begin <= site.call.at and site.call.end <= end
            for argument in site.call.arguments
        )

    @cached_property
    def _keeps(self) -> bool:
        """Sessions of the program keep what they have read when they commit."""
        calls = (site.call for site in self._project.calls.all)
        return any(argument.name in self._keeping for call in calls for argument in call.arguments)

    def _raises(self, relation: LazyRelation) -> bool:
        """The program has sessions with which reading raises."""
        return any(name in self._receivers for name in relation.loading.not_with)

    @cached_property
    def _receivers(self) -> frozenset[str]:
        return frozenset(site.receiver.name for site in self._project.calls.all if site.receiver is not None)


class _Reads:
    """What loops read of their items: themselves, and by what they hand them to.  Of each relation the first."""

    def __init__(self, project: Project, params: Params) -> None:
        self._project = project
        self._relations, self._judge = LazyRelations(project), _Judge(project, params)
        self._loops, self._once = Loops(project, frozenset(params.listings)), OneOff(project, params)
        self._seen: set[tuple[str, int, str]] = set()

    def own(self) -> Iterator[Hit | Proof]:
        for module in self._project.modules.production:
            for expr, context in self._relations.named_in(module):
                loop = _loop_of(self._loops, module, expr, context)
                relation = self._first(module, expr, context, loop) if loop is not None else None
                if loop is not None and relation is not None:
                    yield from self._judge.judged(loop, expr, context, relation)

    def handed(self) -> Iterator[Hit | Proof]:
        """By functions, methods and properties; one hit for all that one of them loads."""
        for _, rows in groupby(HandedRows(self._project, self._relations).all(), key=lambda row: row.site):
            found = [each for row in rows for each in self._handed(row)]
            hits = [each for each in found if isinstance(each, Hit)]
            yield from (each for each in found if isinstance(each, Proof))
            if hits:
                first, names = max(hits, key=lambda hit: hit.confidence), dict.fromkeys(hit.words["name"] for hit in hits)
                others = [name for name in names if name != first.words["name"]]
                yield replace(first, words={**first.words, "name": " and ".join([first.words["name"], *others])})

    def _handed(self, row: HandedRow) -> Iterator[Hit | Proof]:
        loop = _loop_of(self._loops, row.module, row.name, row.context)
        expr = Attribute(0, row.name.length, row.name, row.read.relation)
        relation = self._first(row.module, expr, row.context, loop) if loop is not None else None
        if loop is not None and relation is not None:
            for found in self._judge.judged(loop, expr, row.context, relation):
                writes = self._project.effects.has(row.definition, "db.write")
                yield _through(found, loop, row, writes=writes) if isinstance(found, Hit) else replace(found, site=row.site)

    def _first(self, module: Module, expr: Attribute, context: int, loop: Loop) -> LazyRelation | None:
        """The relation, where neither this loop nor one before has read it, it is not set here, and the loop runs often."""
        key = module.path, loop.context, spell(module.body, expr)
        relation = self._relations.read_by(module, expr, context)
        if relation is None or key in self._seen or _is_stored(loop, expr):
            return None
        self._seen.add(key)
        if is_read_before(self._relations, self._loops, loop, expr):
            return None
        function = module.body.contexts[context].function
        is_daily = function >= 0 and not self._once.runs_once(module, Def(module, module.name, function))
        return relation if is_daily else None


def _hit(loop: Loop, expr: Attribute, relation: LazyRelation, confidence: Confidence, doubt: str) -> Hit:
    body = loop.module.body
    words = {
        "read": shorten(spell(body, expr), 60),
        "owner": relation.owner.rpartition(".")[2],
        "name": relation.name,
        "loop": loop.text,
        "cure": relation.cure,
        "doubt": doubt,
    }
    site = Site(loop.path, expr.at, expr.end)
    steps = (Step(loop.site, f"the loop `{loop.text}`"), Step(site, f"loads `{relation.name}`"))
    return Hit(site, words, "default", confidence, related=(Step(loop.site, "reads it for each item"),), path=steps)
