"""API014: a POST that orders or pays, and does so again when it is sent again."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.project.control.already_there import AlreadyThere
from archlint.project.control.asking import Asking, Phrases
from archlint.project.control.conditions import Conditions, Path
from archlint.project.listings.makers import Makers
from archlint.project.model import Def, Type
from archlint.project.routes.endpoints import Endpoint
from archlint.project.spelling import last_name
from archlint.project.transactions.changed_rows import ways_to_change
from archlint.project.transactions.new_rows import makes_row
from archlint.project.words import words_of

_PLURAL = "s"
_UNKNOWN = "/{}"
"""How a path ends whose prefix is worked out when the program runs."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`subjects`: what must not be made twice; `verbs`: first words of functions that make it; `plain`: names of functions
    that say only that something is made; `paying`: what one does with what a path names; `tails`: words that may stand
    behind the subject; `making`: last names of library callables that make a row; `moving`: subjects for which a changed
    row is enough; `keys`: words for what tells a second request from a new one; `consumed`: for what the first request uses
    up; `states`: last words of attributes that say how far something has come; `admins`: words for those who run the
    installation; `not_asked`: words in paths and names of endpoints that other programs and tests call."""

    subjects: tuple[str, ...]
    verbs: tuple[str, ...]
    plain: tuple[str, ...]
    paying: tuple[str, ...]
    tails: tuple[str, ...]
    making: tuple[str, ...]
    moving: tuple[str, ...]
    keys: tuple[str, ...]
    consumed: tuple[str, ...]
    states: tuple[str, ...]
    admins: tuple[str, ...]
    not_asked: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each endpoint that makes such a row at every request, a proof for each that knows a request again."""
    conditions = ways_to_change(project)
    before = AlreadyThere(project, frozenset(params.states), frozenset(params.subjects))
    makers = Makers(project, params.admins)
    keyed = Asking(project, Phrases((*params.keys, *params.consumed)), refusals=frozenset())
    for definition, endpoints in project.endpoints.by_definition.items():
        endpoint = next((each for each in endpoints if "POST" in each.methods and _is_about(each, params)), None)
        if endpoint is None or not definition.module.is_production:
            continue
        path = _making(project, conditions, endpoint, params)
        if path is None:
            continue
        is_known = _is_keyed(project, definition, keyed, params) or _is_unique(project, definition, path)
        if is_known or before.is_asked(definition, path):
            yield Proof(definition.site, f"`{endpoint.label}` knows a request again")
        else:
            yield _hit(endpoint, path, params, is_typed=makers.is_for_admins(endpoint))


def _is_about(endpoint: Endpoint, params: Params) -> bool:
    """`def create_order`, `def place_order`, `def transfer`; `def post` under `/orders`."""
    words = words_of(endpoint.definition.function.name)
    segments = [segment for segment in endpoint.path.split("/") if segment and not segment.startswith(("{", "<"))]
    if not set(params.not_asked).isdisjoint((*words, *(word for part in segments for word in words_of(part)))):
        return False
    if words[-1:] and words[-1] in params.tails and _is_subject(words[-2:][0], params):
        words = words[:-1]
    if words and (len(words) == 1 or words[0] in params.verbs) and _is_subject(words[-1], params):
        return True
    does = {*params.verbs, *params.plain, *params.paying}
    if endpoint.definition.function.name not in params.plain and not (words and does.issuperset(words)):
        return False
    if endpoint.path.endswith(_UNKNOWN) and not any(_is_subject(segment.lower(), params) for segment in segments):
        # mounted where nobody can read: the class says of what
        named = words_of(endpoint.definition.function.qualname.rpartition(".")[0].rpartition(".")[2])
        return any(_is_subject(word, params) for word in named[:1])
    tail = segments[:-1] if segments and segments[-1] in does else segments
    return bool(tail) and not endpoint.path.endswith("}") and _is_subject(tail[-1].lower(), params)


def _is_subject(word: str, params: Params) -> bool:
    return word in params.subjects or word.removesuffix(_PLURAL) in params.subjects


def _making(project: Project, conditions: Conditions, endpoint: Endpoint, params: Params) -> Path | None:
    """The surest, shortest way to a new row; to any change, where what is asked for moves something."""
    making, definition = frozenset(params.making), endpoint.definition
    moves = not set(params.moving).isdisjoint((*words_of(definition.function.name), *words_of(endpoint.path)))
    ways = [path for _, path in conditions.ways(definition, "db.write") if moves or makes_row(project, path, making)]
    return min(ways, key=lambda path: (-path.confidence, len(path.steps), path.steps[0].site), default=None)


def _is_keyed(project: Project, definition: Def, keyed: Asking, params: Params) -> bool:
    """A key is read on the way, asked for by the signature or a decorator, or held by what is sent."""
    body, function, names = definition.module.body, definition.function, Phrases(params.keys)
    given = [*(each.name for each in function.parameters), *(last_name(body, each) for each in function.decorators)]
    if any(names.in_name(name) for name in given) or keyed.function_asks(definition):
        return True
    return any(names.in_name(name) for name in _sent(project, definition))


def _sent(project: Project, definition: Def) -> Iterator[str]:
    """The fields of the classes of the project that a request is read into."""
    types, function = project.types.inference.annotations, definition.function
    annotations = [each.annotation for each in function.parameters if each.annotation is not None]
    sent = (found for each in annotations for found in types.types(definition.module, each, function.outer))
    for found in sent:
        for ancestor in project.types.inference.members.ancestors(found) if isinstance(found, Type) else ():
            klass = project.symbols.classes.get(ancestor.name)
            if klass is not None and isinstance(found, Type) and project.types.role(found) != "db-model":
                body = klass.module.body
                fields = (s for s in body.statements if s.context == klass.klass.context and s.kind in ("annotate", "assign"))
                yield from (last_name(body, field.target) for field in fields)


def _is_unique(project: Project, definition: Def, path: Path) -> bool:
    """The table has a key that is made of what was sent: the same request a second time is refused."""
    call, sent = path.end.call, set(_sent(project, definition))
    for argument in call.call.arguments if call is not None and sent else ():
        assert call is not None  # noqa: S101 - nothing is gone through otherwise
        for made in project.types.all(path.end.module, argument.value, call.call.context):
            change = project.schemas.models.of_class(made.name)
            if change is not None and any(sent.issuperset(key.columns) for key in change.parts.uniques):
                return True
    return False


def _hit(endpoint: Endpoint, path: Path, params: Params, *, is_typed: bool) -> Hit:
    """A page is sent once by a browser that asks before it sends again; what is done to one thing may know its state.
    `is_typed`: an administrator enters it by hand."""
    last = endpoint.path.rpartition("/")[2]
    is_of_one = "{" in endpoint.path.removesuffix(_UNKNOWN) and not (last.endswith(_PLURAL) and _is_subject(last, params))
    is_note = "GET" in endpoint.methods or is_of_one or is_typed
    steps = (Step(endpoint.definition.site, f"answers {endpoint.label}"), *path.steps)
    words = {"endpoint": endpoint.label, "call": path.end.shown}
    confidence = Confidence.LOW if is_note else min(path.confidence, Confidence.MEDIUM)
    return Hit(endpoint.definition.site, words, "default", confidence, path=steps)
