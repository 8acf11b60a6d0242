"""What a call gives to the text that it enters: methods of strings, functions of the language, functions of the project."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from archlint.facts.findings import Step
from archlint.facts.syntax import (
    Argument,
    Attribute,
    Call,
    CallRef,
    Collection,
    Comprehension,
    Constant,
    Expr,
    Lambda,
    Name,
    String,
)
from archlint.project.control.named_checks import tests_something
from archlint.project.model import CallSite, Def
from archlint.project.names.carrying import CARRYING_FUNCTIONS, CARRYING_METHODS
from archlint.project.secrets.flows import Frame, Place
from archlint.project.spelling import last_name
from archlint.project.values import substituted
from archlint.project.values.closed_places import checks
from archlint.project.values.insertions import Inserted, Part, Reach, Spot, has_fields, in_front_of_field
from archlint.project.values.request_parsers import READS, RequestParsers
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.values.inserted_values import Found, InsertedValues

_READING = frozenset(
    {"get", "pop", "getlist", "get_list", "getall", "getone", "get_argument", "get_query_argument", "setdefault"}
)
_SENT = "request-value"
"""What a method of a framework's view gives is a text of the request."""
_PARSED = "parsed"
"""What a function gives was read out of the text, or the file, that it is handed first."""
_CONVERTERS = frozenset({"int", "float", "UUID"})
_CLOSED = frozenset(
    {"int", "float", "bool", "len", "abs", "round", "id", "hash", "ord", "sum", "range", "isoformat", "timestamp", "hexdigest"}
    | {"uuid1", "uuid4", "token_hex", "strftime", "total_seconds", "count", "index", "find", "type", "isinstance", "time"}
    | {"randint", "randrange", "getrandbits", "randbelow"}
)
_ENDS = frozenset("'\"`\\;")
"""Characters that end a literal or a statement."""
_READ = "read"
"""A method of what a text comes out of: a stream, a file."""
_SAME_ITEMS = frozenset(
    {"sorted", "list", "tuple", "set", "frozenset", "reversed", "iter", "dict", "OrderedDict", "copy", "deepcopy"}
)
_OF_DATA = "asdict"
_OF_FIELDS = frozenset({"vars", "dict", _OF_DATA})
"""Of an object they make a mapping under the names of its fields."""
_SAME_KEYS = frozenset({"copy", "dict", "model_dump"})
_STREAMS = frozenset({"StringIO", "BytesIO", "TextIOWrapper"})
"""Of a text or of bytes, which they are read out of again."""
_SEPARATELY = frozenset({"substitute", "safe_substitute"})
_MOST_RETURNS = 6
_MOST_FRAMES = 4
_MOST_TARGETS = 3


class InsertedCalls:
    def __init__(self, values: InsertedValues) -> None:
        self._values = values
        self._project = values.project
        words = values.words
        self._quoting = frozenset(words.quoting)
        self._checking = frozenset(words.checking)
        self._testing = frozenset(words.checks) | frozenset(words.leaving)
        self._parsers = RequestParsers(self._project)
        self._objects = frozenset({"db-statement", "db-query", "db-column", "db-quoted"})

    def of(self, expr: CallRef, spot: Spot) -> Found:
        module = spot.place.module
        site = self._project.calls.in_module(module)[expr.index]
        spot = spot.moved(module, site.call.context)
        name = last_name(module.body, site.call.callee)
        if self.is_closed_function(name) or name in self._quoting or self._is_closed(expr, site, spot.place):
            return iter(())
        operation = site.operation
        if operation is not None and operation.sanitizes:
            return iter(())
        if operation is not None and operation.register == READS:
            return self._parsed(expr, site, spot)
        if operation is not None and operation.register == _SENT:
            return self._values.leaf(expr, spot, Reach.SENT)
        if operation is not None and operation.register == _PARSED and site.call.arguments:
            return self._read_out_of(expr, site.call.arguments[0].value, spot)
        definitions = list(dict.fromkeys(t.definition for t in site.targets if t.definition is not None))[:_MOST_TARGETS]
        if definitions:
            return self._defined(expr, site, definitions, spot)
        if operation is not None and (operation.sql or operation.returns == "arg(0)"):
            handed = site.argument(operation.sql or "0")
            is_executed = bool(operation.effect or operation.by_statement)  # and gives rows, not its text
            if handed is not None and not is_executed:
                return self._values.walk(handed, spot)
        if spot.taken and spot.taken[0] is Part.EACH and self._gives_fields(site):
            return iter(())
        if name in substituted.NAMES and substituted.text_of_call(site) is not None:
            return self._substituted(site, spot)
        if name in _STREAMS and site.call.arguments:
            return self._values.walk(site.call.arguments[0].value, spot.whole())
        if isinstance(site.call.callee, Attribute):
            return self._method(expr, site.call, site.call.callee, name, spot)
        return self._function(expr, site.call, name, spot)

    def _parsed(self, expr: CallRef, site: CallSite, spot: Spot) -> Found:
        """An argument that a parser has read out of a request."""
        name = spot.taken[0] if spot.taken else None
        is_text = self._parsers.is_text(site, name) if isinstance(name, str) else None
        if is_text is False:
            return iter(())
        return self._values.leaf(expr, spot, Reach.SENT if is_text else Reach.UNPROVED)

    def _read_out_of(self, expr: CallRef, text: Expr, spot: Spot) -> Found:
        """`json.loads(request.body)`: whoever sends the text, or has given it as an answer, decides what is in it; of another
        one nobody says who wrote it."""
        if spot.entry is None:
            return iter(())
        told = [found for found in self._values.walk(text, spot.parsed()) if found.reach in (Reach.SENT, Reach.READ)]
        return iter(told) if told else self._values.leaf(expr, spot)

    def _substituted(self, site: CallSite, spot: Spot) -> Found:
        """`re.sub(pattern, "", text)`: the text without what is looked for."""
        text = substituted.text_of_call(site)
        if substituted.leaves_harmless(self._project, site, spot.place):
            return iter(())
        return self._values.walk(text, spot.capped() if substituted.escapes(self._project, site, spot.place) else spot)

    def _gives_fields(self, site: CallSite) -> bool:
        """A library's method that makes a mapping of an object of the project, or of any whose class declares its fields:
        these are its keys."""
        receiver, operation = site.receiver, site.operation
        if receiver is None or receiver.is_class or operation is None or operation.returns != "builtins.dict":
            return False
        infos = self._project.knowledge.infos(receiver.name)
        return receiver.name in self._project.symbols.classes or any(info.serializing is not None for _, info in infos)

    def is_closed_function(self, name: str) -> bool:
        """By its name it gives a number, or a text that the program makes."""
        return name in _CLOSED or words_of(name)[-1:] == ("int",)

    def _is_closed(self, expr: CallRef, site: CallSite, place: Place) -> bool:
        values = self._values
        given = site.call.arguments
        if any(type(a.value) is Name and a.value.id in _CONVERTERS for n, a in enumerate(given) if n or a.name is not None):
            return True  # `get_list(request.POST, "ids", map_fn=int)`
        types = self._project.types.all(place.module, expr, place.context)
        if types and all(self._project.types.role(t) in self._objects for t in types):
            return site.operation is None or site.operation.sql is None
        return values.closed.by_type(types)

    # of the language

    def _method(self, expr: CallRef, call: Call, callee: Attribute, name: str, spot: Spot) -> Found:
        values, place = self._values, spot.place
        plain = [a for a in call.arguments if a.name is None]
        if name == "join" and len(plain) == 2 and isinstance(callee.base, Name) and callee.base.id == "str":
            return chain(values.walk(plain[0].value, spot), self._joined(plain[1].value, spot))
        if name == "join" and plain:
            return chain(values.walk(callee.base, spot), self._joined(plain[0].value, spot))
        if name in ("format", "format_map") or name in _SEPARATELY:
            pattern = "" if name in _SEPARATELY else values.pattern(callee.base, place)
            if name == "format" and self._has_no_fields(callee.base, place):
                return iter(())
            return chain(
                values.walk(callee.base, spot), *(self._filled(a, row, pattern, spot) for row, a in enumerate(call.arguments))
            )
        if name == "replace" and len(plain) > 1:
            base = spot.capped() if self._ends_literals(plain[0].value, place) else spot
            put = spot if spot.entry is not None else spot.entering(plain[1].value)
            return chain(values.walk(callee.base, base), values.walk(plain[1].value, put))
        if values.parameters.is_sent(callee, place):  # `request.get_json()`
            return values.leaf(expr, spot, Reach.SENT)
        if name in _READING and plain:
            if values.closed.is_checked(expr, place):
                return iter(())
            default = values.all([a.value for a in plain[1:2]], spot)
            return chain(values.items.under(callee.base, plain[0].value, spot), default)
        if name == "intersection" and plain:  # what is in both
            own = list(values.walk(callee.base, spot))
            return values.walk(plain[0].value, spot) if own else iter(())
        if name in ("items", "keys", "values"):
            return values.walk(callee.base, _of_mapping(name, spot))
        if name in CARRYING_METHODS:
            return values.walk(callee.base, spot if name in _SAME_KEYS else spot.whole())
        if name == _READ:
            return self._read_out_of(expr, callee.base, spot)
        parsed = self._of_parsed(callee.base, spot)
        return iter(parsed) if parsed else values.leaf(expr, spot)

    def _of_parsed(self, base: Expr, spot: Spot) -> list[Inserted]:
        """`table.iterrows()`, of a table that was read out of a file: what is sent in the file."""
        if spot.entry is None or spot.most < Reach.SENT:
            return []
        return [found for found in self._values.walk(base, spot.whole()) if found.reach == Reach.SENT and found.is_parsed]

    def _has_no_fields(self, pattern: Expr, place: Place) -> bool:
        """Nothing is put into it, whatever it is given."""
        text = self._project.values.constant(place.module, pattern, place.context)
        return isinstance(text, str) and not has_fields(text)

    def _ends_literals(self, replaced: Expr, place: Place) -> bool:
        """What is taken out, or doubled, ends a literal or a statement: `"'"`, `chr(39)`."""
        call = place.module.body.calls[replaced.index] if isinstance(replaced, CallRef) else None
        is_code = call is not None and last_name(place.module.body, call.callee) == "chr" and len(call.arguments) == 1
        code = call.arguments[0].value if call is not None and is_code else None
        text = replaced.value if isinstance(replaced, String) else ""
        if isinstance(code, Constant) and isinstance(code.value, int):
            text = chr(code.value)
        return not _ENDS.isdisjoint(text)

    def _joined(self, joined: Expr, spot: Spot) -> Found:
        """The items of a list that become one text, each for itself."""
        if isinstance(joined, Comprehension):
            inside = spot.moved(spot.place.module, joined.context)
            return self._values.walk(joined.element, inside.entering(joined.element))
        if isinstance(joined, Collection):
            return chain.from_iterable(self._values.walk(item, spot.entering(item)) for item in joined.items)
        return self._values.walk(joined, spot.entering(joined).taking(Part.EACH))

    def _filled(self, argument: Argument, row: int, pattern: str, spot: Spot) -> Found:
        value = argument.value
        return self._values.walk(value, spot.entering(value, in_front_of_field(pattern, row, argument.name)))

    def _function(self, expr: CallRef, call: Call, name: str, spot: Spot) -> Found:
        values = self._values
        plain = [a.value for a in call.arguments if a.name in (None, "*")]
        if name in ("map", "filter") and len(plain) > 1:
            told = last_name(spot.place.module.body, plain[0])
            if name == "map" and isinstance(plain[0], Lambda):
                made = Def(spot.place.module, spot.place.module.name, plain[0].function)
                return self.returned(made, spot.place.frame, spot.inside())
            closes = (
                told in _CLOSED or told in self._quoting if name == "map" else self._keeps_closed(plain[0], told, spot.place)
            )
            return iter(()) if closes else values.walk(plain[1], spot)
        if name == "next" and plain:
            return chain(values.walk(plain[0], spot.taking(Part.EACH)), values.all(plain[1:2], spot))
        if name == "enumerate" and plain and len(spot.taken) > 1:
            return iter(()) if spot.taken[1] == 0 else values.walk(plain[0], spot.inside().inside().taking(Part.EACH))
        if name in ("zip", "zip_longest") and len(spot.taken) > 1 and isinstance(spot.taken[1], int):
            chosen = plain[spot.taken[1] : spot.taken[1] + 1]
            return values.all(chosen, spot.inside().inside().taking(Part.EACH))
        is_keyed = name in _OF_FIELDS and bool(plain) and spot.taken[:1] == (Part.EACH,)
        if is_keyed and (name == _OF_DATA or values.attributes.has_fields(plain[0], spot.place)):
            return iter(())
        if name in ("dict", "OrderedDict") and not plain:
            return self._keywords(call, spot)
        if name == "Template" or name in _SAME_ITEMS or name in CARRYING_FUNCTIONS:
            return values.walk(plain[0], spot if name in _SAME_ITEMS else spot.whole()) if plain else iter(())
        return values.leaf(expr, spot)

    def _keeps_closed(self, asked: Expr, name: str, place: Place) -> bool:
        """`filter(str.isdigit, text)`, `filter(lambda name: name in COLUMNS, names)`."""
        if not isinstance(asked, Lambda):
            return name in self._values.words.checks
        module = place.module
        parameters = module.outline.functions[asked.function].parameters
        told = [s.value for s in self._project.symbols.scopes(module).returns.get(asked.function, ())]
        return bool(parameters) and any(self._values.closed.implies(module, each, parameters[0].name) for each in told)

    def _keywords(self, call: Call, spot: Spot) -> Found:
        """`dict(table="orders")`."""
        head = spot.taken[0] if spot.taken else Part.ANY
        given = [a.value for a in call.arguments if a.name not in ("*", "**") and head in (a.name, Part.ANY)]
        rest = [a.value for a in call.arguments if a.name == "**"]
        return chain(self._values.all(given, spot.inside()), self._values.all(rest, spot))

    # of the project

    def _defined(self, expr: CallRef, site: CallSite, definitions: list[Def], spot: Spot) -> Found:
        if any(d.function.name == "__init__" for d in definitions):
            return self._values.leaf(expr, spot)
        found: list[Found] = []
        for definition in definitions:
            words = words_of(definition.function.name)
            if words and not self._quoting.isdisjoint(words):
                continue
            there = spot.capped() if self._checks(definition, words) else spot
            frame = Frame(definition, site, spot.place.frame)
            step = Step(site.site, f"given by `{definition.function.name}`")
            there = there.framed(Place(definition.module, site.call.context, frame), step, site.confidence)
            found.append(self.returned(definition, frame, there))
        return chain(*found)

    def _checks(self, definition: Def, words: Sequence[str]) -> bool:
        known = self._quoting | self._testing
        return checks(words, self._checking) and tests_something(definition, self._checking, known)

    def returned(self, definition: Def, frame: Frame | None, spot: Spot) -> Found:
        """What the function's `return` statements give, or its `yield` ones."""
        depth, outer = 0, frame
        while outer is not None:
            depth, outer = depth + 1, outer.outer
        if depth > _MOST_FRAMES:
            return
        module = definition.module
        scopes = self._project.symbols.scopes(module)
        if definition.function.is_generator:
            for given, context in scopes.yields.get(definition.index, [])[-_MOST_RETURNS:]:
                there = spot.framed(Place(module, context, frame), None)
                yield from self._values.walk(given.value, there if given.is_from else there.inside())
            return
        for statement in scopes.returns.get(definition.index, [])[-_MOST_RETURNS:]:
            yield from self._values.walk(statement.value, spot.framed(Place(module, statement.context, frame), None))


def _of_mapping(method: str, spot: Spot) -> Spot:
    """What is taken of a mapping by what is taken of its keys, values or pairs."""
    if not spot.taken:
        return spot
    rest = spot.inside()
    if method == "keys":
        return rest.taking(Part.EACH)
    if method == "values":
        return rest.taking(Part.ANY)
    if rest.taken and rest.taken[0] == 0:
        return rest.inside().taking(Part.EACH)
    return (rest.inside() if rest.taken else rest).taking(Part.ANY)
