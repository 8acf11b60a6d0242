"""ARC012: what is called a query and writes to the database."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import Constant
from archlint.project.control.asked_for_writing import is_asked_for_writing
from archlint.project.control.conditions import Path
from archlint.project.effects.effects import EffectPoint
from archlint.project.effects.task_retries import is_decorated_task
from archlint.project.loops.incidental import Incidental, IncidentalWords
from archlint.project.model import Def, Type
from archlint.project.names.class_attributes import method_in
from archlint.project.routes.endpoints import VERBS
from archlint.project.spelling import last_name
from archlint.project.transactions.changed_rows import ways_to_change
from archlint.project.transactions.table_changes import changes_tables
from archlint.project.transactions.working_tables import fills_working_table
from archlint.project.types.entities import FunctionRef
from archlint.project.types.overriding import is_run_by_framework, overrides_library
from archlint.project.words import words_of

_GETTING_OR_MAKING = ("get_or_create", "aget_or_create")
_SENDING = ("post", "patch")
_FAR = 2
"""Functions between the query and the write: further down are conditions that nobody can weigh."""


class Params(IncidentalWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`verbs`: first words of names of functions that only ask; `queries`: last words of names of classes that answer a
    query, by the methods `answers`; `changing`: words in a name that say that it does more than ask; `taking`: last words of
    names of classes from which to get is to take, `takes`: words in names of functions that do; `commands`: words in names
    of decorators of what changes a state; `handles`: last words of names of functions that give what is asked, and no
    answer; `keeping`: words in names of classes and modules that keep copies; `copying`: methods that bring rows along and
    change none; `schema_verbs`: first words of SQL that changes tables, not rows."""

    verbs: tuple[str, ...]
    queries: tuple[str, ...]
    answers: tuple[str, ...]
    changing: tuple[str, ...]
    taking: tuple[str, ...]
    takes: tuple[str, ...]
    commands: tuple[str, ...]
    handles: tuple[str, ...]
    keeping: tuple[str, ...]
    copying: tuple[str, ...]
    schema_verbs: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each function that is called a query and writes, a proof for each that reads alone."""
    effects = project.effects
    conditions, incidental = ways_to_change(project), Incidental(project, params)
    writing = _queries(project, effects.points("db.write"), params)
    for query in _queries(project, effects.points("db.read"), params):
        if query not in writing:
            yield Proof(query.site, f"`{query.function.qualname}` asks and changes nothing")
    made = _making(project)

    def is_by_the_way(query: Def, point: EffectPoint, path: Path) -> bool:
        return point.site.at < query.function.at or incidental.is_incidental(point, path)  # before it stand its decorators

    for query in writing:
        ways = [
            way
            for way in conditions.ways(query, "db.write")
            if writing.keys().isdisjoint(way[1].through) and not is_asked_for_writing(project, way[1])
        ]
        if ways:
            is_kept = effects.has(query, "http") or query in made or _keeps_copies(query, params)
            is_kept = is_kept or any(_is_aside(project, path, params) for _, path in ways)
            judged = [
                (Confidence.LOW if is_kept or path.kept or is_by_the_way(query, point, path) else _sure(path), point, path)
                for point, path in ways
            ]
            confidence, point, path = max(judged, key=lambda way: (way[0], -len(way[2].steps), -way[1].site.at))
            yield _hit(query, point, path, confidence)


def _keeps_copies(query: Def, params: Params) -> bool:
    """It is of what keeps copies of others' answers, which drops and renews them by the way."""
    names = (*query.function.qualname.split(".")[:-1], query.module.name.rpartition(".")[2])
    return not set(params.keeping).isdisjoint(word for name in names for word in words_of(name))


def _making(project: Project) -> frozenset[Def]:
    """The functions that get or make a row by a call that says so; what they write besides repairs that row."""
    called = ((module, call) for name in _GETTING_OR_MAKING for module, call in project.calls.written(name))
    rows = ((module, module.body.contexts[call.context].function) for module, call in called)
    return frozenset(Def(module, module.name, row) for module, row in rows if row >= 0)


def _sure(path: Path) -> Confidence:
    return min(path.confidence, Confidence.LOW if len(path.through) > _FAR else Confidence.HIGH)


def _is_aside(project: Project, path: Path, params: Params) -> bool:
    """No row of anybody's is changed (it puts together what it asks in a table of its own, or sees to an index), or the
    function takes something rather than asks for it."""
    words = {word for each in path.through for word in words_of(each.function.name)}
    if not words.isdisjoint(params.takes) or path.end.shown.rpartition(".")[2] in params.copying:
        return True
    return changes_tables(project, path.end, params.schema_verbs) or fills_working_table(project, path)


def _queries(project: Project, points: tuple[EffectPoint, ...], params: Params) -> dict[Def, None]:
    """The functions in which the points stand and that are called queries, by place."""
    found = {point.caller for point in points if point.caller is not None and point.caller.module.is_production}
    answering = project.endpoints.by_definition
    named = [each for each in found if each not in answering and _is_query(each, params) and _answers(each)]
    named = [each for each in named if not _is_told(each, params) and not _is_hook(project, each)]
    named = [each for each in named if not _answers_requests(project, each)]
    named = [each for each in named if not is_decorated_task(project, each)]
    steps = _steps(project, named)
    asked = [each for each in named if each not in steps]
    return dict.fromkeys(sorted(asked, key=lambda each: (each.site.path, each.site.at)))


def _steps(project: Project, named: list[Def]) -> frozenset[Def]:
    """Those that nobody calls and that are handed to what runs them when something comes in: `MessageHandler(text, get_name)`
    is the step that gets a name. What a framework asks for its handlers is asked all the same."""
    uncalled = {each.name: each for each in named if not project.calls.callers(each)}
    found: set[Def] = set()
    for name in sorted({each.function.name for each in uncalled.values()}):
        for module, row, given in project.calls.given(name):
            site = project.calls.in_module(module)[row]
            if site.operation is not None and site.operation.register == "dependency":
                continue
            if any(argument.value is given for argument in site.call.arguments):
                entities = project.types.inference.entities(module, given, site.call.context)
                found.update(e.definition for e in entities if isinstance(e, FunctionRef) and e.definition.name in uncalled)
    return frozenset(found)


def _is_hook(project: Project, definition: Def) -> bool:
    return overrides_library(project, definition) or is_run_by_framework(project, definition)


def _answers_requests(project: Project, definition: Def) -> bool:
    """`GET`, and `get` of a class that is one of resources: it, one that it derives from, or one beside it there has a `post`
    or a `patch` besides.  It is the method of HTTP, whatever runs it; stores are not asked by these names."""
    function, module = definition.function, definition.module
    if function.klass < 0 or function.name.upper() not in VERBS:
        return False
    if function.name in VERBS:
        return True
    members, own = project.types.inference.members, f"{module.name}.{module.outline.classes[function.klass].qualname}"
    above = [each.name for each in members.ancestors(Type(own)) if each.name in project.symbols.classes]
    beside = [each for name in above for each in members.subclasses.get(name, ())]
    return any(method_in(project, Type(name), verb) is not None for name in (*above, *beside) for verb in _SENDING)


def _is_query(definition: Def, params: Params) -> bool:
    function = definition.function
    words, owner = tuple(words_of(function.name)), tuple(words_of(function.qualname.rpartition(".")[0]))
    if words and words[0] in params.verbs:
        told = {*params.changing}.isdisjoint(words) and {*params.taking}.isdisjoint(owner[-1:])
        return told and words[-1] not in params.handles
    return function.name in params.answers and not set(params.queries).isdisjoint(owner[-1:])


def _is_told(definition: Def, params: Params) -> bool:
    """A flag among the parameters says that it may write, or a decorator that it changes a state."""
    function, body = definition.function, definition.module.body
    decorators = {word for each in function.decorators for word in words_of(last_name(body, each))}
    flags = (p.name for p in function.parameters if isinstance(p.default, Constant) and isinstance(p.default.value, bool))
    told = {word for name in flags for word in words_of(name)}
    return not decorators.isdisjoint(params.commands) or not told.isdisjoint(params.changing)


def _answers(definition: Def) -> bool:
    """It gives something: what is called like a query and gives nothing is a command."""
    function = definition.function
    body = definition.module.body
    return function.is_generator or any(
        s.kind == "return"
        and s.value is not None
        and not (isinstance(s.value, Constant) and s.value.value is None)
        and body.contexts[s.context].function == definition.index
        for s in body.statements
    )


def _hit(query: Def, point: EffectPoint, path: Path, confidence: Confidence) -> Hit:
    words = {"query": query.function.qualname, "call": path.end.shown}
    if path.through:
        words["callee"] = path.through[0].name
    return Hit(
        point.site,
        words,
        "aside" if confidence is Confidence.LOW else "through" if path.through else "default",
        confidence,
        path=(Step(query.site, "is called a query"), *path.steps),
    )
