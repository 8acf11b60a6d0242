"""SVC009: one operation changes things at several other services, and nothing takes the first back when a later one fails."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from msgspec import Struct

from archlint.checks.rule_api import Hit, Project, Proof, Step
from archlint.facts.syntax import Attribute, CallRef, Expr, Name, String, Template
from archlint.project.control.conditions import Conditions, Path, is_failure_path
from archlint.project.control.sequence import chain, may_follow
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import Def
from archlint.project.spelling import last_name, spell
from archlint.project.words import words_of

_REMOTE = ("http", "rpc")
_HANDLERS = frozenset({"except", "finally"})
_MADE = ".__call__"
_MOST = 8
"""Of more calls in one function the first are compared."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`acting`: first words of the names of functions that begin what can be taken back; `things`: words in paths under
    which it is begun; `undoing`: words for taking it back; `passing`: for what is told or asked in passing.  `changing`: last
    names of library calls that change something elsewhere."""

    acting: tuple[str, ...]
    things: tuple[str, ...]
    undoing: tuple[str, ...]
    passing: tuple[str, ...]
    changing: tuple[str, ...]


class _Request(Struct, frozen=True):
    """A place in a function from which a changing request goes out. `whom`: who is asked, as far as it is told."""

    point: EffectPoint
    path: Path
    whom: str


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each function that begins things at two others and takes none back, a proof for each that does."""
    requests = _Requests(project, params)
    for definition in requests.callers:
        pair = requests.pair(definition)
        if pair is None:
            continue
        first, second = pair
        if requests.takes_back(definition):
            yield Proof(second.point.site, f"what `{first.point.shown}` began is taken back when a later step fails")
            continue
        words = {"function": definition.function.name, "first": first.point.shown, "second": second.point.shown}
        steps = (Step(first.point.site, "begins something elsewhere"), *second.path.steps)
        yield Hit(second.point.site, words, confidence=min(first.path.confidence, second.path.confidence), path=steps)


class _Requests:
    def __init__(self, project: Project, params: Params) -> None:
        self._project = project
        self._params = params
        self._conditions = Conditions(project)

    @property
    def callers(self) -> list[Def]:
        """Functions of production code with two places from which something goes out, by place."""
        places: dict[Def, set[int]] = {}
        for effect in _REMOTE:
            for point in self._project.effects.points(effect):
                if point.caller is not None and point.module.is_production:
                    places.setdefault(point.caller, set()).add(point.site.at)
        return sorted((d for d, found in places.items() if len(found) > 1), key=lambda d: d.site)

    def pair(self, definition: Def) -> tuple[_Request, _Request] | None:
        """The first two that begin things at different others, one after the other."""
        found = [request for point in self._points(definition) if (request := self._request(point)) is not None]
        for first, second in combinations(found[:_MOST], 2):
            one, two = ((r.point.context, r.point.site.at) for r in (first, second))
            is_step = first.whom != second.whom and not self._is_aside(second.path)
            if is_step and may_follow(definition.module, one, two):
                return first, second
        return None

    def _points(self, definition: Def) -> list[EffectPoint]:
        points = {p.site: p for effect in _REMOTE for p in self._project.effects.points_of(definition, effect)}
        return [points[site] for site in sorted(points) if not is_failure_path(points[site].module, points[site].context)]

    def _request(self, point: EffectPoint) -> _Request | None:
        path = self._conditions.path(point) if point.call is not None and not _is_own_base(point) else None
        if path is None or path.end.witness.target.rpartition(".")[2] not in self._params.changing:
            return None
        return _Request(point, path, self._whom(point)) if self._begins(point) else None

    def _is_aside(self, path: Path) -> bool:
        """What goes out is a question, or a sign-in on the way to a database: by the function that sends it (`refresh_token`),
        and of a client that makes its methods as they are asked for by the method (`download_file`)."""
        named = [path.through[-1].function.name] if path.through else []
        call = path.end.call
        if call is not None and path.end.witness.target.endswith(_MADE):
            method = last_name(path.end.module.body, call.call.callee)
            if not {*words_of(method)[:1]}.isdisjoint(self._params.passing):
                return True
        return any(not {*words_of(name)}.isdisjoint(self._params.passing) for name in named)

    def _begins(self, point: EffectPoint) -> bool:
        """By the name of the function that is called, or by the path that a library is given."""
        body, call = point.module.body, point.call
        if call is None:
            return False
        if point.is_direct:
            texts = [text for argument in call.call.arguments[:2] for text in _texts(argument.value)]
            words = {word for text in texts for word in words_of(text)}
            begun = words.intersection(self._params.things)
        else:
            named = words_of(last_name(body, call.call.callee))
            words = set(named)
            begun = {*named[:1]}.intersection(self._params.acting)
        return bool(begun) and words.isdisjoint((*self._params.passing, *self._params.undoing))

    def _whom(self, point: EffectPoint) -> str:
        """The class or module of the function that is called; of a library's call what it is called on, and the start of
        its address."""
        call = point.call
        if call is None:
            return ""
        owners = [t.definition for t in call.targets if t.definition is not None]
        if owners and not point.is_direct:
            return f"{owners[0].module_name}.{owners[0].function.qualname.rpartition('.')[0]}"
        callee = call.call.callee
        on = spell(point.module.body, callee.base) if isinstance(callee, Attribute) else ""
        address = call.call.arguments[0].value if call.call.arguments else None
        return f"{on} {_host(point, address)}"

    def takes_back(self, definition: Def) -> bool:
        """A handler in the function, or in one that calls it, calls something that undoes."""
        callers = [s.caller for s in self._project.calls.callers(definition)[:_MOST] if s.caller is not None]
        return any(self._undoes(each) for each in (definition, *callers))

    def _undoes(self, definition: Def) -> bool:
        module, function = definition.module, definition.function
        for call in module.body.calls:
            if function.at <= call.at < function.end and self._is_handled(definition, call.context):
                words = words_of(last_name(module.body, call.callee))
                if not set(words).isdisjoint(self._params.undoing):
                    return True
        return False

    @staticmethod
    def _is_handled(definition: Def, context: int) -> bool:
        contexts = definition.module.body.contexts
        return any(contexts[row].kind in _HANDLERS for row in chain(definition.module, context))


def _is_own_base(point: EffectPoint) -> bool:
    """`super().provision()` is a part of the same step."""
    callee = point.call.call.callee if point.call is not None else None
    return isinstance(callee, Attribute) and last_name(point.module.body, callee.base) == "super"


def _texts(expr: Expr) -> Iterator[str]:
    parts = expr.parts if isinstance(expr, Template) else (expr,)
    yield from (part.value for part in parts if isinstance(part, String))


def _host(point: EffectPoint, address: Expr | None) -> str:
    """What an address begins with: a name, a setting, a host."""
    if isinstance(address, String):
        return "/".join(address.value.split("/")[:3]) if "://" in address.value else ""
    if isinstance(address, Template):
        return _host(point, address.parts[0]) if address.parts else ""
    return spell(point.module.body, address) if isinstance(address, Name | Attribute | CallRef) else ""
