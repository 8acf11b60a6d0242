"""What a loop goes over, where the code says that there is more of it the more data there is: rows, what a request sends,
lines of files, a list that callers hand over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Collection,
    Comprehension,
    Conditional,
    Expr,
    Mapping,
    Name,
    Operation,
    Slice,
    Starred,
    Subscript,
    Walrus,
)
from archlint.project.effects.own_files import names_own_file
from archlint.project.effects.statement_kind import StatementKind
from archlint.project.loops.loop_items import goes_over_keys, is_pairs
from archlint.project.model import CallSite
from archlint.project.names.descent import Descent
from archlint.project.names.filled import Filled, is_empty
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name
from archlint.project.values.sent_parts import SentParts

if TYPE_CHECKING:
    from archlint.project.loops.loops import Loop
    from archlint.project.loops.repeated import LoopWords
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

Growth = Literal["rows", "request", "answer", "lines", "read", "listed", "shipped", ""]
"""What the items are: rows of a query, parts of a request's body, of another service's answer, of a file; what a
function gives that asks a database or a cache; items of a parameter that is annotated as a list; `shipped`:
lines of a file that comes with the program.  Empty: the code does not say."""

_BEST: tuple[Growth, ...] = ("rows", "request", "answer", "lines", "read", "listed", "shipped")
_DEPTH = 10
_DOCUMENTS = frozenset({"request", "answer", "lines"})
"""Any part of these may be long."""
_SERVICE = frozenset({"http", "rpc"})
_READ = "db.read"
_ASKING = (_READ, "cache.read")
_ROLES = frozenset({"db-query", "db-result", "db-manager", "relation"})
_LISTS = frozenset({"list", "tuple", "set", "frozenset"})
_LIST_TYPES = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset"}) | frozenset(
    f"{package}.{name}"
    for package in ("typing", "collections.abc")
    for name in ("Iterable", "Sequence", "Collection", "Iterator", "AsyncIterator", "AsyncIterable", "Set", "AbstractSet")
)
_SAME_ITEMS = _LISTS | {"enumerate", "sorted", "reversed", "iter", "dict", "filter", "map", "zip", "chain", "from_iterable"}
_SAME_ITEMS |= {"tqdm", "fromkeys", "groupby", "OrderedDict", "Counter", "deque", "unique", "range", "len"}
_OF_RECEIVER = frozenset({"items", "keys", "values", "copy", "all", "iterator", "difference", "union", "intersection", "split"})
_OF_RECEIVER |= {"splitlines", "strip", "most_common", "itertuples", "iterrows", "to_dict", "tolist", "decode", "read"}
_MATCHES = frozenset({"findall", "finditer"})
_OWN = frozenset({"self", "cls"})


class Growths:
    """`words`: the names that requests, files and fetched rows have."""

    def __init__(self, project: Project, words: LoopWords) -> None:
        self._project = project
        self._words = words
        self._origins = Origins(project)
        self._sent = SentParts(project, self._origins)
        self._kinds = StatementKind(project.types.inference)
        self._known: dict[tuple[str, int, int], Growth] = {}

    def of(self, loop: Loop) -> Growth:
        """The best that is known of the items of a loop."""
        module, place = loop.module, loop.place
        if loop.mapping is not None:
            items = [a.value for a in loop.mapping.arguments if a.name in (None, "*")][1:]
            return _best(self._read(Descent(module, loop.context, _DEPTH), item) for item in items)
        if place.subject is None or self._is_of_arguments(module, place.subject, place.parent):
            return ""
        if self._gives_rows(loop):
            return "rows"
        found = self._read(Descent(module, place.parent, _DEPTH), place.subject)
        # the fields of a document, or what goes by name in it
        return "" if found in _DOCUMENTS and (is_pairs(module, place.subject) or goes_over_keys(loop)) else found

    def _is_of_arguments(self, module: Module, subject: Expr, context: int) -> bool:
        """`for value in arguments.values()`: as many as a call is written with; what these look up is another matter."""
        names = [part for part in self._gone_over(module, subject) if isinstance(part, Name)]
        return any(
            isinstance(origin, Parameter) and origin.kind in ("*", "**")
            for name in names
            for origin in self._origins.of(module, name, context)
        )

    def _gone_over(self, module: Module, subject: Expr) -> Iterator[Expr]:
        """The parts of what a loop goes over but for what is told to a query in it."""
        calls = module.body.calls
        waiting = [subject]
        while waiting:
            part = waiting.pop()
            if isinstance(part, CallRef):
                callee = calls[part.index].callee
                is_function = isinstance(callee, Name)
                waiting += [argument.value for argument in calls[part.index].arguments] if is_function else []
                waiting += [callee.base] if isinstance(callee, Attribute) else []
            elif isinstance(part, Attribute):
                waiting.append(part.base)
            else:
                yield from parts_of(module.body, part)

    def _gives_rows(self, loop: Loop) -> bool:
        """The loop's variable is an object that is stored, and the loop does not put such a one in its place."""
        end, types, subject = loop.place.end, self._project.types, loop.place.subject
        if isinstance(subject, Name) and types.inference.is_named_row(loop.module, subject, loop.place.parent):
            return False  # callers may give names as well, or what rows are to be made of
        rebound = {s.target.id for s in loop.statements if s.kind != "for" and type(s.target) is Name}
        found = [t for name in loop.targets - rebound for t in types.all(loop.module, Name(end, name), loop.context)]
        return any(not t.is_class and types.role(t) == "db-model" for t in found)

    def _read(self, place: Descent, expr: Expr) -> Growth:
        if place.depth <= 0:
            return ""
        key = place.module.path, expr.at, expr.end
        if key not in self._known:
            self._known[key] = ""  # recursion ends here
            self._known[key] = self._typed(place, expr) or self._found(place, expr)
        return self._known[key]

    def _typed(self, place: Descent, expr: Expr) -> Growth:
        types, knowledge = self._project.types, self._project.knowledge
        if isinstance(expr, Name) and types.inference.is_named_row(place.module, expr, place.context):
            return ""
        for found in types.all(place.module, expr, place.context):
            if found.is_class:
                continue
            if types.role(found) == "request":
                return "request"
            infos = [info for a in types.inference.members.ancestors(found) for _, info in knowledge.infos(a.name)]
            if any(info.lazy is not None or info.role in _ROLES for info in infos):
                return "rows"
            if any(types.role(argument) == "db-model" for argument in found.arguments):
                return "rows"
        return ""

    def _found(self, place: Descent, expr: Expr) -> Growth:
        match expr:
            case Await() | Starred() | Walrus():
                return self._read(place, expr.value)
            case Conditional():
                return _best(self._read(place, side) for side in (expr.body, expr.orelse))
            case Operation():
                return _best(self._read(place, part) for part in expr.operands)
            case Collection():
                return _best(self._read(place, item.value) for item in expr.items if isinstance(item, Starred))
            case Mapping():
                pairs = zip(expr.keys, expr.values, strict=True)
                return _best(self._read(place, value) for key, value in pairs if key is None)
            case Comprehension():
                return self._around(place, expr.context)
            case Subscript():
                base = self._read(place, expr.base)
                return base if base in _DOCUMENTS or isinstance(expr.index[0], Slice) else ""
            case CallRef():
                return self._called(place, self._project.calls.in_module(place.module)[expr.index])
            case Name() | Attribute():
                return self._named(place, expr)
            case _:
                return ""

    def _around(self, place: Descent, context: int) -> Growth:
        """What the loops around a place go over."""
        contexts, found = place.module.body.contexts, list[Growth]()
        while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
            inner = contexts[context]
            if inner.kind in ("for", "comprehension") and inner.subject is not None:
                found.append(self._read(place.at(place.module, inner.parent), inner.subject))
            context = inner.parent
        return _best(found)

    def _called(self, place: Descent, site: CallSite) -> Growth:
        name = last_name(place.module.body, site.call.callee)
        if name in self._words.received:
            return "request"
        if name in self._words.fetching or (name == "all" and not site.call.arguments):
            return "rows"
        if self._is_managed(site.call.callee, place.module):
            return "rows"
        here = place.at(place.module, site.call.context)
        found: list[Growth] = ["lines"] if name in self._words.reading else []
        found.append(self._asked(site))
        definitions = [target.definition for target in site.targets if target.definition is not None]
        for definition in definitions[:3]:
            for statement in self._project.symbols.scopes(definition.module).returns.get(definition.index, [])[-4:]:
                if statement.value is not None:
                    found.append(self._read(place.at(definition.module, statement.context), statement.value))
        if not definitions:
            found.append(self._carried(here, site, name))
        best = _best(found)
        is_own = best == "lines" and names_own_file(self._project, place.module, site.expr, site.call.context)
        return "shipped" if is_own else best

    def _is_managed(self, callee: Expr, module: Module) -> bool:
        """`User.objects.filter(…)`, also where nothing is known of such a manager."""
        while isinstance(callee, Attribute | CallRef):
            if isinstance(callee, Attribute) and callee.attr in self._words.managers:
                return True
            callee = callee.base if isinstance(callee, Attribute) else module.body.calls[callee.index].callee
        return False

    def _asked(self, site: CallSite) -> Growth:
        """What a call gives by what it does."""
        effects = self._project.effects
        for target in site.targets:
            own, definition = target.operation, target.definition
            if own is not None and (own.by_statement or "db.read" in own.effect):
                return "rows"
            if own is not None and not _SERVICE.isdisjoint(own.effect):
                return "answer"
            if definition is not None and any(effects.has(definition, effect) for effect in _ASKING):
                return "rows" if self._kinds.of_handed(site) == (_READ,) else "read"  # `store.fetch("SELECT …")`
        return ""

    def _carried(self, place: Descent, site: CallSite, name: str) -> Growth:
        """What a call of a library hands on of its receiver and its arguments."""
        values = [argument.value for argument in site.call.arguments]
        if name == "range":  # a number that is sent is no list; one for each item of a list is
            values = [v for v in values if isinstance(v, CallRef) and last_name(place.module.body, v) == "len"]
        given: Growth = _best(self._read(place, value) for value in values)
        if name in _MATCHES:  # places of one text, not what the text holds; nodes of a tree are of the receiver
            given = ""
        base = site.call.callee.base if isinstance(site.call.callee, Attribute) else None
        receiver = self._read(place, base) if base is not None else ""
        is_same, is_of_receiver = name in _SAME_ITEMS, name in _OF_RECEIVER
        return _best(
            (given if is_same or given in _DOCUMENTS else "", receiver if is_of_receiver or receiver in _DOCUMENTS else "")
        )

    def _named(self, place: Descent, expr: Name | Attribute) -> Growth:
        found: list[Growth] = []
        origins = self._origins.of(place.module, expr, place.context)
        for origin in origins:
            if isinstance(origin, Parameter):
                found.append(self._parameter(place, origin, is_own=isinstance(expr, Attribute)))
                continue
            here = place.at(origin.module, origin.context)
            if isinstance(expr, Name) and is_empty(origin.module, origin.expr):
                found.append(self._filled(here, expr.id))
            elif not origin.each or isinstance(expr, Name):
                found.append(self._origin(here, origin))
        if not any(isinstance(origin, Origin) for origin in origins):
            found.append(self._called_so(last_name(place.module.body, expr)))
        if isinstance(expr, Attribute):
            base = self._read(place, expr.base)
            found += [base if base in _DOCUMENTS else "", self._declared(place, expr)]
        return _best(found)

    def _called_so(self, name: str) -> Growth:
        """What a value that comes from outside is by its name."""
        if name in self._words.received:
            return "request"
        return "lines" if name in self._words.reading else ""

    def _origin(self, place: Descent, origin: Origin) -> Growth:
        found = self._read(place, origin.expr)
        if origin.each or origin.path:  # an item of it
            return found if found in _DOCUMENTS else ""
        return found

    def _declared(self, place: Descent, expr: Attribute) -> Growth:
        """A field of what the function works on, declared as a list; what an object has itself are its own parts."""
        types = self._project.types
        root = expr.base
        while isinstance(root, Attribute):
            root = root.base
        if not isinstance(root, Name) or root.id in _OWN:
            return ""
        found = types.all(place.module, expr, place.context)
        if not any(t.name in _LIST_TYPES and not t.is_class for t in found):
            return ""
        return "request" if self._sent.is_part(place.module, expr.base, place.context) else "listed"

    def _filled(self, place: Descent, name: str) -> Growth:
        filled = Filled(place.module, place.context, name)
        found = [self._read(place.at(place.module, context), expr) for expr, context in filled.whole]
        found += [self._typed(place.at(place.module, context), expr) for expr, context in filled.items]
        found += [self._around(place, context) for context in filled.places]
        return _best(found)

    def _parameter(self, place: Descent, parameter: Parameter, *, is_own: bool) -> Growth:
        """What callers give; that they give a list says something too, but for what an object is made with once."""
        module, function = parameter.definition.module, parameter.definition.function
        annotation = function.parameters[parameter.position].annotation
        found = [self._read(place.at(o.module, o.context), o.expr) for o in self._origins.given_anywhere(parameter)]
        if annotation is not None and not is_own:
            admitted = self._project.types.inference.annotations.types(module, annotation, function.outer)
            told: Growth = "request" if self._sent.is_sent(parameter) else "listed"
            found += [told for entity in admitted if getattr(entity, "name", "") in _LIST_TYPES]
        name = function.parameters[parameter.position].name
        if annotation is None and name in self._words.bodies and parameter.definition in self._sent.handlers:
            found.append("request")
        return _best(found)


def _best(found: Iterable[Growth]) -> Growth:
    known = set(found)
    return next((growth for growth in _BEST if growth in known), "")
