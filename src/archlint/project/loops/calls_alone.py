"""Calls in a loop for which no one call could do: prompts, pages that are fetched, messages that come in, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Comparison, Constant, Context, Expr, Name, Operation, String, Subscript
from archlint.project.loops.repeated import LoopWords
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.names.name_uses import attributes_of
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.words import compounds_of, words_of

if TYPE_CHECKING:
    from archlint.project.loops.loops import Loop
    from archlint.project.loops.repeated import Repeated
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project

_SETS = frozenset({"difference", "symmetric_difference"})
_SAME_ITEMS = frozenset({"sorted", "list", "tuple", "set", "enumerate", "reversed", "frozenset", "items", "values", "keys"})
_DEPTH = 4
_RENEWING = frozenset({"refresh", "token"})
"""Words of a function that renews the access of one account."""
MODEL = "each is a question to a model"
HOST = "each has a host of its own"
PAGES = "it goes through the pages of another site"
COMING = "it takes what comes in, one after the other"
SETTINGS = "its items are settings"
_MODEL_SERVICE, _SLEEP = "model-service", "sleep"


class AloneWords(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words in names. many: of calls that carry many items each; scraping: of programs that fetch pages; missing: of what
    is asked for because it is not there; settings: of what holds a deployment's settings; many_prompts: of calls of a
    model that takes many texts; own_credentials: of what somebody proves himself with; accounts: of an item that is
    somebody's access; models: of models that are asked; hooks: of addresses that somebody leaves; acts: of what is done
    once for each, like a payment."""

    many: tuple[str, ...]
    scraping: tuple[str, ...]
    missing: tuple[str, ...]
    settings: tuple[str, ...]
    many_prompts: tuple[str, ...]
    own_credentials: tuple[str, ...]
    accounts: tuple[str, ...]
    models: tuple[str, ...]
    hooks: tuple[str, ...]
    acts: tuple[str, ...]


class CallsAlone:
    """Tells by names (`words`), by where the items come from, and by what stands around the loop."""

    def __init__(self, project: Project, words: AloneWords) -> None:
        self._project = project
        self._words = words

    def why(self, call: Repeated, names: list[frozenset[str]]) -> str:
        """Why each call stands for itself; empty if nothing says so.  `names`: the words of the names on the way."""
        loop = call.loop
        if any(not own.isdisjoint(self._words.many) for own in names):
            return "each carries many items"
        if self._asks_model(call, names):
            return MODEL
        if any(not own.isdisjoint(self._words.hooks) for own in _words_of_ways(call)):
            return HOST
        if any(not own.isdisjoint(self._words.acts) for own in _words_of_ways(call)):
            return "each is an act of its own"
        if not {*self._words.scraping}.isdisjoint(self._placed(call)):
            return PAGES
        if loop.mapping is None and self._is_paced(call):
            return "it waits between them"
        if self._takes_what_comes(loop):
            return COMING
        if self._asks_as_item(call) or any(own >= _RENEWING for own in _words_of_ways(call)):
            return "each asks with credentials of its own"
        if self._are_missing(loop):
            return "only what is missing, or too many, is asked for"
        if self._are_settings(loop):
            return SETTINGS
        return ""

    def _asks_model(self, call: Repeated, names: list[frozenset[str]]) -> bool:
        end = call.path.end.witness.target
        is_model = _MODEL_SERVICE in self._project.knowledge.package_kinds(end)
        said = {*words_of(end.rpartition(".")[2]), *(word for own in names for word in own)}
        homes = (frozenset(words_of(definition.module.name)) for definition in call.path.through)
        is_called_so = any(not own.isdisjoint(self._words.models) for own in (said, *_words_of_ways(call), *homes))
        made = call.path.end.call
        written = words_of(spell(made.module.body, made.call.callee)) if made is not None else ()
        return (is_model or is_called_so) and {*said, *written}.isdisjoint(self._words.many_prompts)

    def _asks_as_item(self, call: Repeated) -> bool:
        """The call is given a credential that the item holds, or the item, of which the function takes one."""
        loop, site, words = call.loop, call.point.call, {*self._words.own_credentials}
        if loop.mapping is not None or site is None:
            return False
        body = loop.module.body
        if self._are_accounts(loop) and not loop.derived.isdisjoint(names_in(body, call.expression)):
            return True
        handed = [a.value.id for a in site.call.arguments if isinstance(a.value, Name) and a.value.id in loop.derived]
        if self._is_account(handed):  # what is made of an item
            return True
        for argument in site.call.arguments:
            for part in parts_of(body, argument.value):
                is_own = isinstance(part, Attribute) and not loop.derived.isdisjoint(names_in(body, part.base))
                if is_own and isinstance(part, Attribute) and not words.isdisjoint(_all_words(part.attr)):
                    return True
        first = call.path.through[0] if call.path.through else None
        given = arguments_by_parameter(site.call, first) if first is not None else {}
        items = {name for name, expr in given.items() if isinstance(expr, Name) and expr.id in loop.targets}
        return first is not None and bool(items) and any(self._takes_credential(first, name) for name in items)

    def _are_accounts(self, loop: Loop) -> bool:
        """`for account in …`, `for each in accounts`: what each is about is somebody's own over there."""
        subject = loop.place.subject
        return self._is_account([*loop.targets, last_name(loop.module.body, subject) if subject is not None else ""])

    def _is_account(self, names: list[str]) -> bool:
        """One of the names is called so."""
        last = {words[-1] for name in names if (words := words_of(name))}
        return not last.isdisjoint({form for word in self._words.accounts for form in (word, f"{word}s")})

    def _takes_credential(self, definition: Def, name: str) -> bool:
        credentials = {*self._words.own_credentials}
        return any(not credentials.isdisjoint(_all_words(attribute)) for attribute in attributes_of(definition, name))

    def _placed(self, call: Repeated) -> frozenset[str]:
        """The words of the names of the functions, classes and modules that hold the loop, and what it calls."""
        found: set[str] = set()
        caller = call.point.caller
        for definition in (*call.path.through[:1], *((caller,) if caller is not None else ())):
            for name in (*definition.module.name.split(".")[-1:], *definition.function.qualname.split(".")):
                found.update(words_of(name))
        return frozenset(found)

    def _is_paced(self, call: Repeated) -> bool:
        """It sleeps beside the call, in each turn but the first or the last, or in those of a loop inside."""
        loop, contexts = call.loop, call.loop.module.body.contexts
        for site in self._project.calls.in_module(loop.module):
            if not loop.place.at <= site.call.at < loop.place.end or not _sleeps(site):
                continue
            around = [contexts[row] for row in loop.chain(site.call.context)[:-1] if row >= 0]
            is_beside = site.call.context in loop.chain(call.point.context)
            if is_beside or all(self._lets_through(loop, c) for c in around) or _is_in_inner(around):
                return True
        return False

    @staticmethod
    def _lets_through(loop: Loop, place: Context) -> bool:
        return place.kind == "if" and not loop.targets.isdisjoint(names_in(loop.module.body, place.subject))

    def _takes_what_comes(self, loop: Loop) -> bool:
        """The loop stands in an endless one: `while True:`, `while self.running:`."""
        contexts, row = loop.module.body.contexts, loop.place.parent
        while row >= 0 and contexts[row].kind not in ("function", "class", "module"):
            test = contexts[row].subject
            if contexts[row].kind == "while" and isinstance(test, Constant | Name | Attribute):
                return True
            row = contexts[row].parent
        return False

    def _are_missing(self, loop: Loop) -> bool:
        subject = loop.place.subject if loop.mapping is None else None
        return subject is not None and any(
            self._is_difference(loop, part) or not {*self._words.missing}.isdisjoint(words_of(_called(part)))
            for part in self._made(loop, subject, _DEPTH)
        )

    def _is_difference(self, loop: Loop, expr: Expr) -> bool:
        body = loop.module.body
        if isinstance(expr, CallRef):
            return last_name(body, expr) in _SETS
        if isinstance(expr, Operation) and expr.op == "-":
            return not any(isinstance(operand, Constant) for operand in expr.operands)
        return False

    def _are_settings(self, loop: Loop) -> bool:
        """`self.config.regions`: what is listed there is a deployment's, not its data."""
        subject = loop.place.subject if loop.mapping is None else None
        return subject is not None and any(
            not {*self._words.settings}.isdisjoint(words_of(name))
            for part in self._made(loop, subject, _DEPTH)
            for base in parts_of(loop.module.body, part)
            for name in _bases(base)
        )

    def _made(self, loop: Loop, expr: Expr, depth: int) -> Iterator[Expr]:
        """What the items come from, through local names and calls that give the same items."""
        yield expr
        body = loop.module.body
        if depth <= 0:
            return
        if isinstance(expr, CallRef) and last_name(body, expr) in _SAME_ITEMS:
            call = body.calls[expr.index]
            inner = [a.value for a in call.arguments[:1]]
            inner += [call.callee.base] if isinstance(call.callee, Attribute) else []
            for part in inner:
                yield from self._made(loop, part, depth - 1)
        elif isinstance(expr, Name):
            for source in self._project.values.sources.of(loop.module, expr, loop.place.parent):
                if source.module is loop.module and source.expr is not None and source.expr is not expr:
                    yield from self._made(loop, source.expr, depth - 1)


def _is_in_inner(around: list[Context]) -> bool:
    """Each turn of a loop in the loop waits, where it has something: `for part in parts: if part: …; sleep(1)`."""
    kinds = {place.kind for place in around}
    plain = all(place.kind != "if" or isinstance(place.subject, Name) for place in around)
    return "for" in kinds and kinds <= {"for", "if", "else", "try", "with"} and plain


def keeps_on_self(definition: Def) -> bool:
    """`if self.info: return self.info`, and below it `self.info` is set."""
    body = definition.module.body
    own = definition.module.own_statements(definition.index)
    kept = {_attribute(s.target) for s in own if s.kind in ("assign", "annotate")} - {""}
    for statement in own:
        place = body.contexts[statement.context]
        given = _attribute(statement.value) if statement.kind == "return" and place.kind == "if" else ""
        if given in kept and given in _tested(place.subject):
            return True
    return False


def _attribute(expr: Expr | None) -> str:
    is_own = isinstance(expr, Attribute) and isinstance(expr.base, Name) and expr.base.id in ("self", "cls")
    return expr.attr if is_own and isinstance(expr, Attribute) else ""


def _tested(test: Expr | None) -> set[str]:
    match test:
        case Operation(op="and"):
            return {name for operand in test.operands for name in _tested(operand)}
        case Comparison(ops=("is not",), operands=(left, Constant(value=None))):
            return {_attribute(left)}
        case _:
            return {_attribute(test)}


def _all_words(name: str) -> frozenset[str]:
    """`api`, `key` and `apikey` of `api_key`."""
    return frozenset((*words_of(name), *compounds_of(name)))


def _words_of_ways(call: Repeated) -> list[frozenset[str]]:
    """The words in the names of the functions on the way."""
    return [frozenset(words_of(definition.function.name)) for definition in call.path.through]


def _sleeps(site: CallSite) -> bool:
    return any(t.operation is not None and _SLEEP in t.operation.effect for t in site.targets)


def _called(expr: Expr) -> str:
    return expr.id if isinstance(expr, Name) else expr.attr if isinstance(expr, Attribute) else ""


def _bases(expr: Expr) -> Iterator[str]:
    """The names before the last of a dotted one, or before a key: `conf` of `self.conf["regions"]`."""
    if not isinstance(expr, Attribute | Subscript) or (isinstance(expr, Subscript) and not isinstance(expr.index[0], String)):
        return
    step = expr.base
    while isinstance(step, Attribute):
        yield step.attr
        step = step.base
    if isinstance(step, Name):
        yield step.id
