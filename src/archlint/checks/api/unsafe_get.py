"""API003: a GET or HEAD endpoint that writes to the database."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import Comparison, String
from archlint.project.control.asked_for_writing import is_asked_for_writing
from archlint.project.control.conditions import Path, is_failure_path
from archlint.project.control.made_if_missing import is_made_if_missing, leads_to_what_is_missing
from archlint.project.effects.effects import EffectPoint
from archlint.project.loops.incidental import is_left_over
from archlint.project.routes.acknowledged import only_acknowledges
from archlint.project.routes.any_method import answers_any_method
from archlint.project.routes.endpoints import SAFE, Endpoint
from archlint.project.spelling import last_name
from archlint.project.transactions.changed_rows import ways_to_change
from archlint.project.transactions.state_changes import sets_state
from archlint.project.transactions.working_tables import fills_working_table
from archlint.project.transactions.write_words import words_of_write
from archlint.project.words import words_of

_LONG_VERBS = ("create", "delete", "remove", "update", "withdraw", "generate", "register", "cancel")
"""What paths run together with other words: `createdb`."""
_EXPIRED = frozenset({"exp", "expired", "expires", "expiry", "expiration", "expire"})
"""`if paste.exp_date < now`: what is over is put away when somebody asks for it."""
_TRIED = frozenset({"testing", "tests", "debug"})
"""`if settings.TESTING: told(order)`, where the program proper hands it to a queue."""
_READING = frozenset({"get", "list", "show", "read", "retrieve", "fetch", "view", "find", "search"})
_CONDITIONS = frozenset({"if", "else", "case", "except", "while"})
_FAR = 2
"""Functions between the endpoint and the write: further down are conditions that nobody can weigh."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """Words in paths and in names of functions.  `not_asked`: of endpoints that a protocol makes write on GET; `links`: of
    those that people open from a mail; `traces`: of functions and models that only record that something was asked;
    `making`: of functions that make what is missing; `verbs`: of endpoints that say themselves that they change something;
    `states`: last words of columns that hold the state of a row."""

    not_asked: tuple[str, ...]
    links: tuple[str, ...]
    traces: tuple[str, ...]
    making: tuple[str, ...]
    verbs: tuple[str, ...]
    states: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each function that only answers GET, asks whether it does, or answers it as it answers POST, and writes then;
    a proof for each that only answers GET and does not."""
    conditions = ways_to_change(project)
    for definition, endpoints in project.endpoints.by_definition.items():
        safe = [endpoint for endpoint in endpoints if endpoint.only(SAFE)]
        is_safe = len(safe) == len(endpoints)
        if not definition.module.is_production:
            continue
        endpoint = min(endpoints, key=lambda each: (len(each.path), each.path))
        if not _words(endpoint).isdisjoint(params.not_asked):
            continue
        points = project.effects.points_of(definition, "db.write")
        is_for_any = not is_safe and bool(points) and answers_any_method(project, endpoints)
        is_safe = is_safe or is_for_any
        ways = [
            (point, path)
            for point in points
            if not is_failure_path(point.module, point.context)
            and (is_safe or _is_asked_by_get(point))
            and (path := conditions.path(point)) is not None
            and not is_asked_for_writing(project, path)
        ]
        if not ways and not is_safe:
            continue
        if not ways:
            yield Proof(definition.site, f"`{endpoint.label}` writes nothing")
            continue
        judged = [(_confidence(project, endpoint, point, path, params), point, path) for point, path in ways]
        confidence, point, path = max(judged, key=lambda way: (way[0], -len(way[2].steps), -way[1].site.at))
        if is_for_any and confidence is Confidence.LOW:
            continue  # what is said to change nothing may be meant for a POST alone
        label = endpoint.label if endpoint.only(SAFE) else f"GET {endpoint.path}"
        yield _hit(label, endpoint, point, path, confidence)


def _is_asked_by_get(point: EffectPoint) -> bool:
    """`if request.method == "GET":` around it, in what answers other methods too."""
    contexts, row = point.module.body.contexts, point.context
    while row >= 0 and contexts[row].kind not in ("function", "class", "module"):
        test = contexts[row].subject
        if contexts[row].kind == "if" and isinstance(test, Comparison) and test.ops == ("==",):
            named = {last_name(point.module.body, side) for side in test.operands}
            if "method" in named and any(isinstance(side, String) and side.value in SAFE for side in test.operands):
                return True
        row = contexts[row].parent
    return False


def _words(endpoint: Endpoint) -> frozenset[str]:
    return frozenset((*words_of(endpoint.path), *words_of(endpoint.definition.function.name)))


def _says_so(endpoint: Endpoint, params: Params) -> bool:
    """`/orders/{id}/cancel`, `createdb`, `def delete_user`; what comes behind a `get_` is got: `get_upload`."""
    named = words_of(endpoint.definition.function.name)
    words = _words(endpoint) if named[:1] != () and named[0] not in _READING else frozenset(words_of(endpoint.path))
    return not words.isdisjoint(params.verbs) or any(word.startswith(_LONG_VERBS) for word in words)


def _deletes(path: Path) -> bool:
    """The endpoint itself takes rows away."""
    return not path.through and "delete" in words_of(path.end.shown)


def _is_told_to(point: EffectPoint, path: Path, params: Params) -> bool:
    """What the endpoint calls in any case says what it does, and to what: `generate_permit_document`, not `save`.  Under a
    condition it is mostly a clean-up, a stamp or a copy that is fetched again when it is old."""
    words = words_of(path.through[0].function.name) if path.through else ()
    if len(words) < 2 or words[0] not in params.verbs:
        return False
    return _is_done_always(point)


def _is_done_always(point: EffectPoint) -> bool:
    """Under no condition, and before any answer."""
    contexts, row = point.module.body.contexts, point.context
    if any(s.kind == "return" and s.at < point.site.at for s in point.module.own_statements(contexts[row].function)):
        return False  # where it was found
    while row >= 0 and contexts[row].kind not in ("function", "class", "module"):
        if contexts[row].kind in _CONDITIONS:
            return False
        row = contexts[row].parent
    return True


def _only_writes(project: Project, endpoint: Endpoint, point: EffectPoint) -> bool:
    """It does so in any case, and tells no more than that it did: that is what it is for, however it is called."""
    return endpoint.only(SAFE) and _is_done_always(point) and only_acknowledges(project, endpoint.definition)


def _confidence(project: Project, endpoint: Endpoint, point: EffectPoint, path: Path, params: Params) -> Confidence:
    """Low where neither the endpoint says that it changes something nor a state is set: of such writes, which only come
    along, about half are caches, stamps and clean-ups. Low too for what is tolerated: a link in a mail, a trace of the
    request itself, what is made once and found from then on, a table that the question itself works on."""
    if path.kept or not _words(endpoint).isdisjoint(params.links):
        return Confidence.LOW
    is_for_it = _only_writes(project, endpoint, point)
    said = is_for_it or _says_so(endpoint, params) or _deletes(path) or sets_state(project, path.end, params.states)
    if not (said or _is_told_to(point, path, params)):
        return Confidence.LOW
    if any(is_left_over(project, step, (*_EXPIRED, *_TRIED)) for step in path.steps):
        return Confidence.LOW
    if not words_of_write(path).isdisjoint(params.making if is_for_it else (*params.traces, *params.making)):
        return Confidence.LOW
    if point.site.at < endpoint.definition.function.at:  # a decorator's, which finds out who comes
        return Confidence.LOW
    if any(not set(params.making).isdisjoint(words_of(each.function.name)) for each in path.through):
        return Confidence.LOW
    if any(is_made_if_missing(each.module, each.context, each.site.at) for each in (point, path.end)):
        return Confidence.LOW
    if leads_to_what_is_missing(project, path) or fills_working_table(project, path):
        return Confidence.LOW
    return min(path.confidence, Confidence.MEDIUM if len(path.through) > _FAR or not said else Confidence.HIGH)


def _hit(label: str, endpoint: Endpoint, point: EffectPoint, path: Path, confidence: Confidence) -> Hit:
    words = {"endpoint": label, "call": path.end.shown}
    if path.through:
        words["callee"] = path.through[0].name
    site = endpoint.definition.site
    steps = (Step(site, f"answers {label}"), *path.steps)
    return Hit(point.site, words, "through" if path.through else "default", confidence, path=steps)
