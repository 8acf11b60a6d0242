"""The taint inside a function: what its names, attributes and items have been given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.findings import Confidence, Site, Step
from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Collection,
    Constant,
    Expr,
    Mapping,
    Name,
    Operation,
    Statement,
    String,
    Subscript,
    Template,
)
from archlint.project.caches.taken_out import taken_from, what_is_left
from archlint.project.control.branches import in_other_branch
from archlint.project.loops.loop_items import is_chosen, is_chosen_by_key, is_pairs, is_words, taken
from archlint.project.names.filled import Filled, is_empty
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.parts import parts_of
from archlint.project.secrets.credentials import announces
from archlint.project.secrets.flows import CLEAN, UNKNOWN, Flow, Place, Source, joined, stepped
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.types.entities import FunctionRef
from archlint.project.values.written_out import is_written_out
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.secrets.taint import Taint
    from archlint.project.source.modules import Module

_IDENTIFYING = frozenset({"id", "uuid", "guid", "number", "serial", "name", "slug", "index", "position", "count", "status"})
"""Attributes that tell one thing from another, whatever the name is that they are given."""
_IN_THE_OPEN = frozenset({"state"})
"""What a protocol hands to everybody, so that an answer can be told from a forged one; also other things are called so."""
_OPEN = frozenset({"nonce", "challenge"})
_NUMBERING = frozenset({"id", "uuid", "guid", "serial", "slug", "status", "count"})
"""Keys that do: of `number` and `name` nobody knows."""
_DESCENTS = 4
"""Names and callers through which a mapping is followed."""


SETTINGS = frozenset({"settings", "config", "conf", "configuration", "environ", "env", "getenv"})
"""Names of what the program's own settings are read from."""

_ITEMS = "[]"
_LISTS = frozenset({"list", "set", "deque"})


class LocalFlows:
    def __init__(self, taint: Taint) -> None:
        self._taint = taint
        self.origins = Origins(taint.project)
        self._assigned: dict[str, dict[int, dict[str, list[Statement]]]] = {}
        self._empties: dict[str, dict[int, str]] = {}

    def given(self, expr: Name | Attribute, at: Place) -> Flow:
        """What a name or an attribute holds, by all that may have been put into it."""
        flows: list[Flow] = []
        named = self._taint.vocabulary.names(last_name(at.module.body, expr)) is not None
        for origin in self.origins.of(at.module, expr, at.context):
            if isinstance(origin, Parameter):
                gone: frozenset[str] = frozenset()
                if isinstance(expr, Name) and origin.kind == "**":
                    gone = taken_from(at.module, expr, at.context)
                flows.append(self._taint.calls.parameter(origin, at.frame, named, gone))
            else:
                flows.append(self._set(expr, origin, at))
        flows += self._items_put(expr, at)
        return joined(flows) if flows else UNKNOWN

    def is_one_of_many(self, expr: Expr, at: Place) -> bool:
        """A loop's name: one of a number of things (a list of words, of lines), which is hardly anybody's own."""
        if not isinstance(expr, Name):
            return False
        return any(isinstance(o, Origin) and o.each for o in self.origins.of(at.module, expr, at.context))

    def is_caught(self, expr: Expr, at: Place) -> bool:
        """The name of what a handler has caught: `except ParseWarning as pw`."""
        if not isinstance(expr, Name) or self._taint.vocabulary.names(expr.id) is None:
            return False
        statements = at.module.body.statements
        bindings = self._taint.project.symbols.scopes(at.module).lookup(at.context, expr.id, expr.at)[1]
        return bool(bindings) and all(b.kind == "statement" and statements[b.index].kind == "except" for b in bindings)

    def is_piece(self, expr: Expr, at: Place, depth: int = 2) -> bool:
        """One of the pieces of `text.split(",")`, also trimmed: an item of a list, a field of a line."""
        if not isinstance(expr, Name) or depth == 0:
            return False
        for origin in self.origins.of(at.module, expr, at.context):
            given = origin.expr if isinstance(origin, Origin) and not origin.path else None
            if not isinstance(given, CallRef) or not isinstance(origin, Origin):
                continue
            callee = origin.module.body.calls[given.index].callee
            if not isinstance(callee, Attribute):
                continue
            if callee.attr == "split" if origin.each else self._is_trimmed(callee, _moved(at, origin), depth):
                return True
        return False

    def _is_trimmed(self, callee: Attribute, at: Place, depth: int) -> bool:
        return callee.attr == "strip" and self.is_piece(callee.base, at, depth - 1)

    def is_of_settings(self, expr: Expr, at: Place) -> bool:
        """It is read from the configuration, here or where the name for it was set."""
        return self._is_read_of(self._taint.habits.configuration, expr, at)

    def may_be_of_settings(self, expr: Expr, at: Place) -> bool:
        """A setting is among what it may be: `recipient = settings.CONTACT or settings.SUPPORT`."""
        found = self.origins.of(at.module, expr, at.context) if isinstance(expr, Name) else ()
        given = [(o.module, o.expr) for o in found if isinstance(o, Origin)] + [(at.module, expr)]
        names = self._taint.habits.configuration
        return any(
            is_configured(names, module, part) or (isinstance(part, Name) and part.id in names)
            for module, value in given
            for part in parts_of(module.body, value)
            if isinstance(part, Name | Attribute | Subscript | CallRef)
        )

    def is_own_setting(self, expr: Expr, at: Place) -> bool:
        """It is read from the program's settings, here or where the name for it was set; of an item the key says so, too."""
        if isinstance(expr, Subscript) and not (read_key(at.module, expr) or "").isupper():
            return False
        return self._is_read_of(SETTINGS, expr, at)

    def _is_read_of(self, names: frozenset[str], expr: Expr, at: Place) -> bool:
        if is_configured(names, at.module, expr):
            return True
        found = self.origins.of(at.module, expr, at.context) if isinstance(expr, Name) else ()
        return bool(found) and all(
            isinstance(o, Origin) and not o.path and not o.each and is_configured(names, o.module, o.expr) for o in found
        )

    def is_function(self, expr: Name, at: Place) -> bool:
        """The name of a function of the project, which shows nothing of what it gives."""
        if self._taint.vocabulary.names(expr.id) is None:
            return False
        entities = self._taint.project.types.inference.entities(at.module, expr, at.context)
        return bool(entities) and all(isinstance(entity, FunctionRef) for entity in entities)

    def _set(self, expr: Name | Attribute, origin: Origin, at: Place) -> Flow:
        if origin.each and is_words(origin.module, origin.expr):
            return CLEAN
        if origin.each:
            parts = taken(self.origins, origin)
            if parts is None:
                return UNKNOWN
            return joined(self._item_set(expr, origin, part, at) for part in parts)
        value = origin.expr
        if origin.path and isinstance(value, CallRef | Await):
            return self._taint.calls.unpacked(value, origin.path, _moved(at, origin))
        for step in origin.path:
            if not (isinstance(value, Collection) and 0 <= step < len(value.items)):
                return UNKNOWN  # one of several parts, nobody knows which
            value = value.items[step]
        return self._given(expr, replace(origin, expr=value), at)

    def _item_set(self, expr: Name | Attribute, origin: Origin, part: Origin, at: Place) -> Flow:
        """What a loop's name is given."""
        if part.each and not part.path and self._is_mapping(part, _DESCENTS):
            return UNKNOWN  # a key
        if part.each and not part.path and self._taint.shapes.is_keyed_by(part.module, part.expr, spell(at.module.body, expr)):
            return UNKNOWN
        inner = self._given(expr, part, at)
        if not (part.each and part.path and is_pairs(part.module, part.expr)):
            return inner
        inside = at.context if at.module is origin.module else -1
        if is_chosen_by_key(origin, inside):
            return UNKNOWN
        return _one_of(inner, is_chosen(origin, inside))

    def _is_mapping(self, origin: Origin, depth: int) -> bool:
        """What is gone through is a display of pairs, here or where callers give it, or all headers."""
        if isinstance(origin.expr, Mapping):
            return True
        if isinstance(origin.expr, Attribute) and origin.expr.attr in self._taint.habits.wholes:
            return True
        if depth == 0 or not isinstance(origin.expr, Name):
            return False
        found: list[Origin] = []
        for given in self.origins.of(origin.module, origin.expr, origin.context):
            found += self.origins.given_anywhere(given) if isinstance(given, Parameter) else [given]
        return bool(found) and all(not o.each and not o.path and self._is_mapping(o, depth - 1) for o in found)

    def _given(self, expr: Name | Attribute, origin: Origin, at: Place) -> Flow:
        value = origin.expr
        if type(expr) is Attribute and isinstance(value, Constant | String):
            word = value.value if isinstance(value, String) else ""
            # a default says nothing, the name of a key does
            return CLEAN if word and self._taint.vocabulary.names(word) else UNKNOWN
        if self._identifies(expr, value, origin, at):
            return CLEAN  # `dsn = device.serial_number`
        inner = self._value(expr, origin, at)
        if not _IN_THE_OPEN.isdisjoint(words_of(last_name(at.module.body, expr))[-1:]):
            inner = Flow(tuple(s for s in inner.sources if s.certain), inner.clean)
        if not inner.sources:
            return inner
        inner = self._shaped(expr, inner, Site(origin.module.path, value.at, value.end), at)
        label = shorten(spell(at.module.body, expr))
        if isinstance(expr, Name):  # an object goes by the name that it is given
            inner = Flow(tuple(replace(s, label=label) if s.fields else s for s in inner.sources), inner.clean)
        return stepped(inner, Step(Site(origin.module.path, value.at, value.end), f"kept as `{label}`"))

    def _value(self, expr: Name | Attribute, origin: Origin, at: Place) -> Flow:
        place = _moved(at, origin)
        if type(expr) is Name and origin.module is at.module:
            left = what_is_left(at.module, origin.expr, expr, at.context, self._taint.vocabulary)
            if left is not None:
                return joined(self._taint.items.pair(key, value, place) for key, value in left)
        filled = self._filled(origin, place)
        return self._taint.flow(origin.expr, place) if filled is None else filled

    def _filled(self, origin: Origin, place: Place) -> Flow | None:
        """What a list or set that begins empty gets in its function: `numbers = []` and `numbers.append(person.phone)`; None
        for another value."""
        empty = self._empties.get(origin.module.path)
        if empty is None:
            empty = self._empties[origin.module.path] = _empty_lists(origin.module)
        name = empty.get(origin.expr.at)
        if name is None:
            return None
        filled = Filled(origin.module, origin.context, name)
        return joined(
            self._taint.flow(value, replace(place, context=context)) for value, context in filled.items + filled.whole
        )

    def _identifies(self, expr: Name | Attribute, value: Expr, origin: Origin, at: Place) -> bool:
        """The value is what tells one thing from another, whatever the name is that it is given."""
        names = self._taint.vocabulary.names
        if type(value) is Attribute:
            return names(value.attr) is None and not _IDENTIFYING.isdisjoint(words_of(value.attr)[-1:])
        naming = names(last_name(at.module.body, expr))
        key = read_key(origin.module, value)
        if key is None or naming is None or not naming.alone or names(key) is not None:
            return False
        return not _NUMBERING.isdisjoint(words_of(key)[-1:])

    def _shaped(self, expr: Name | Attribute, inner: Flow, site: Site, at: Place) -> Flow:
        """A secret that becomes the name's value just so is none where the name is used as a mapping."""
        sources = (
            self._taint.shapes.applied(s, at.module, expr, at.context) if s.site == site and not s.is_whole else s
            for s in inner.sources
        )
        return Flow(tuple(s for s in sources if s is not None), inner.clean)

    def _items_put(self, expr: Name | Attribute, at: Place) -> list[Flow]:
        """`expr[key] = value` before the use, in the same function; of each key the last one."""
        last: dict[str, Statement] = {}
        for statement in self._before(expr, _ITEMS, at):
            if isinstance(statement.target, Subscript) and len(statement.target.index) == 1:
                last[spell(at.module.body, statement.target.index[0])] = statement
        flows = []
        for statement in last.values():
            if isinstance(statement.target, Subscript) and statement.value is not None:
                place = replace(at, context=statement.context)
                flows.append(self._taint.items.pair(statement.target.index[0], statement.value, place))
        return [flow for flow in flows if flow.sources]

    def set_before(self, expr: Attribute, at: Place) -> Flow | None:
        """What the same function has put into the attribute before, or has made the object with."""
        earlier = self._before(expr, "", at)
        if earlier:
            return self._taint.flow(earlier[-1].value, replace(at, context=earlier[-1].context))
        return self._made_with(expr, at)

    def _made_with(self, expr: Attribute, at: Place) -> Flow | None:
        """`user.password` of `user = User(password=hashed)`: what the one call that gives the object is told by that name."""
        found = self.origins.of(at.module, expr.base, at.context) if isinstance(expr.base, Name) else []
        made = found[0] if len(found) == 1 else None
        if type(made) is not Origin or made.each or made.path or made.module is not at.module:
            return None
        value = made.expr.value if isinstance(made.expr, Await) else made.expr
        given = made.module.body.calls[value.index].arguments if isinstance(value, CallRef) else ()
        sent = self._taint.habits.wholes.keys() | self._taint.habits.bodies  # an answer has headers of its own
        told = next((a.value for a in given if a.name == expr.attr and a.name not in sent), None)
        return self._taint.flow(told, _moved(at, made)) if told is not None else None

    def _before(self, expr: Name | Attribute, behind: str, at: Place) -> list[Statement]:
        """The assignments to what is written like the expression with something behind it, before it in the same function."""
        known = self._assigned.get(at.module.path)
        if known is None:
            known = self._assigned[at.module.path] = _assigned(at.module)
        of_function = known.get(at.module.body.contexts[at.context].function)
        if of_function is None:
            return []
        written = spell(at.module.body, expr) + behind
        found = [s for s in of_function.get(written, ()) if s.end <= expr.at]
        return [s for s in found if not in_other_branch(at.module, s.context, at.context)]

    def is_written_out(self, base: Expr, key: str, at: Place) -> bool:
        """What the source itself writes out under a key of `base`, or of each thing that it may be."""
        found = self.origins.of(at.module, base, at.context) if isinstance(base, Name) else []
        return bool(found) and all(isinstance(o, Origin) and is_written_out(self.origins, o, key) for o in found)

    def is_made_clean(self, base: Expr, fields: Iterable[str], at: Place) -> bool:
        """The call that made the object, last before the use, gives each of the fields what is known to hold none."""
        found = self.origins.of(at.module, base, at.context) if isinstance(base, Name) else []
        before = [o for o in found if isinstance(o, Origin) and o.module is at.module and o.expr.end <= base.at]
        last = max(before, key=lambda o: o.expr.at, default=None)
        if last is None or not isinstance(last.expr, CallRef) or last.each or last.path:
            return False
        given = {a.name: a.value for a in at.module.body.calls[last.expr.index].arguments}
        place = _moved(at, last)
        return all(name in given and self._taint.flow(given[name], place).clean for name in fields)

    def is_display(self, expr: Expr, at: Place) -> bool:
        """`{"id": user.id}`: a mapping of which the source writes all keys, under whatever name it goes."""
        found = self.origins.of(at.module, expr, at.context) if isinstance(expr, Name) else []
        return bool(found) and all(isinstance(o, Origin) and isinstance(o.expr, Mapping) for o in found)

    def displayed(self, base: Expr, key: str, at: Place) -> Flow | None:
        """What a dict display that `base` was given holds under a key."""
        for origin in self.origins.of(at.module, base, at.context)[:1]:
            if isinstance(origin, Origin) and isinstance(origin.expr, Mapping) and not origin.each:
                for written, value in zip(origin.expr.keys, origin.expr.values, strict=True):
                    if isinstance(written, String) and written.value == key:
                        if isinstance(value, CallRef) and not may_be_text(origin.module, value):
                            return CLEAN
                        return self._taint.flow(value, _moved(at, origin))
        return None


def _one_of(whole: Flow, chosen: bool) -> Flow:
    """One value at a time of what a caller handed over: what is done with each of a whole object, or with one that a
    test has chosen, goes by its key, so that a secret among them hardly takes just this way."""

    def doubted(source: Source) -> Source:
        by_key = source.handed_over is not None and (bool(source.fields) or chosen)
        return replace(source, confidence=Confidence.LOW) if by_key else source

    return Flow(tuple(doubted(s) for s in whole.sources), whole.clean)


def read_key(module: Module, value: Expr) -> str | None:
    """The key of `answer["id"]` and `answer.get("id")`."""
    key: Expr | None = None
    if type(value) is Subscript and len(value.index) == 1:
        key = value.index[0]
    elif type(value) is CallRef and last_name(module.body, value) in ("get", "getenv"):
        key = next((argument.value for argument in module.body.calls[value.index].arguments), None)
    return key.value if type(key) is String else None


def _moved(at: Place, origin: Origin) -> Place:
    """The place of an origin; the frame holds for the module it was entered in only."""
    return Place(origin.module, origin.context, at.frame if origin.module is at.module else None)


def _assigned(module: Module) -> dict[int, dict[str, list[Statement]]]:
    """Function → attribute as written, or `base[]` for items → the assignments to it, in source order."""
    found: dict[int, dict[str, list[Statement]]] = {}
    for statement in module.body.statements:
        target = statement.target
        if (
            statement.kind != "assign"
            or statement.value is None
            or not (type(target) is Attribute or type(target) is Subscript)
        ):
            continue
        written = spell(module.body, target) if type(target) is Attribute else spell(module.body, target.base) + _ITEMS
        found.setdefault(module.body.contexts[statement.context].function, {}).setdefault(written, []).append(statement)
    return found


def may_be_text(module: Module, value: Expr) -> bool:
    """A value that is not put together here, except behind a scheme: no new object of a class, no translated sentence."""
    begun = value.parts if isinstance(value, Template) else value.operands if isinstance(value, Operation) else ()
    if begun and isinstance(begun[0], String) and len(begun) > 1:
        return announces(begun[0].value)
    if isinstance(value, CallRef):
        given = [argument.value for argument in module.body.calls[value.index].arguments]
        says = any(isinstance(g, String) and " " in g.value for g in given)
        return not says and not is_class_name(last_name(module.body, value))
    return isinstance(value, Name | Attribute | Subscript | Await)


def is_configured(names: frozenset[str], module: Module, expr: Expr) -> bool:
    """A constant's name in capitals, or what is read from something called by one of the names."""
    base: Expr | None = None
    name = read_key(module, expr) or last_name(module.body, expr)
    if isinstance(expr, Attribute | Subscript):
        base = expr.base
    elif isinstance(expr, CallRef):
        callee = module.body.calls[expr.index].callee
        base = callee.base if isinstance(callee, Attribute) else callee
    if isinstance(base, Subscript):  # a group of settings: `CONF["mail"].sender`
        base = base.base
    held_by = isinstance(base, Name | CallRef) or last_name(module.body, base) == "environ"
    return name.isupper() or (held_by and last_name(module.body, base) in names)


def is_open(name: str) -> bool:
    """`client_nonce`: handed to everybody, by whatever it is made."""
    return not _OPEN.isdisjoint(words_of(name)[-1:])


def is_class_name(name: str) -> bool:
    """`InvalidToken`, not `TOKEN`."""
    return name[:1].isupper() and not name.isupper()


def _empty_lists(module: Module) -> dict[int, str]:
    """Where an empty list or set stands → the name that it is given."""
    return {
        s.value.at: s.target.id
        for s in module.body.statements
        if isinstance(s.target, Name) and s.value is not None and is_empty(module, s.value)
        if type(s.value) is Collection or (isinstance(s.value, CallRef) and last_name(module.body, s.value) in _LISTS)
    }
