"""What stands in declarations: texts, lists, flags and the library callables that they call, read without running them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from archlint.facts.schema_knowledge import SchemaPart
from archlint.facts.syntax import (
    Attribute,
    CallRef,
    Collection,
    Comprehension,
    Name,
    Operation,
    Starred,
    String,
    Template,
)
from archlint.facts.syntax import Mapping as DictDisplay
from archlint.project.model import Type
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.schema.made import Given, Made, Written, handed_on
from archlint.project.types.entities import Bound, Entity, External, FunctionRef
from archlint.project.values.values import UNKNOWN

if TYPE_CHECKING:
    from archlint.project.program import Project

_DEPTH = 8
_ITEMS = 5000
_COPIES = frozenset({"list", "tuple", "set", "sorted", "reversed", "frozenset"})
"""What gives the same items again."""
_COPY = frozenset({"copy", "_copy"})
"""The method that gives the same column again."""
_ORDERED = re.compile(r'\s*-?"?(\w+)"?(?:\s+(?:ASC|DESC))?(?:\s+NULLS\s+(?:FIRST|LAST))?\s*', re.IGNORECASE)


class Reading:
    """Questions about what is written. None, or nothing, where it is not known."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._inference = project.types.inference

    def text(self, written: Written | None, depth: int = _DEPTH) -> str | None:
        if written is None or depth <= 0:
            return None
        match written.expr:
            case String():
                return written.expr.value
            case Template() | Operation():
                return self._joined(written, depth)
            case CallRef():
                made = self.made(written)
                named = made.argument(made.part.name) if made is not None and made.part.part == "named" else None
                return self.text(named, depth - 1)
            case Name() if written.expr.id in written.given:
                return self.text(written.given[written.expr.id], depth - 1)
            case Name() | Attribute():
                return self._named(written, depth)
        return None

    def column_name(self, written: Written) -> str:
        """Of a name, or of a text that names a column and its order; empty for an expression."""
        text = self.text(written)
        if text is None:
            made = self.made(written)
            text = self.text(made.argument(made.part.name)) if made is not None and made.part.part == "expression" else None
        named = _ORDERED.fullmatch(text or "")
        return named[1] if named is not None else ""

    def flag(self, written: Written | None) -> bool | None:
        """True or false; None where it is not given or not known."""
        if written is None:
            return None
        value = self.project.values.constant(written.module, written.expr, written.context)
        return None if value is UNKNOWN else bool(value)

    def is_none(self, written: Written | None) -> bool:
        if written is None:
            return True
        return self.project.values.constant(written.module, written.expr, written.context) is None

    def number(self, written: Written | None) -> str:
        """A length as written; empty where it is not known."""
        if written is None:
            return ""
        value = self.project.values.constant(written.module, written.expr, written.context)
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""

    def names(self, written: Written | None) -> tuple[str, ...] | None:
        """A text, or a list of texts; an item that is no plain text is an empty one. None: not known."""
        if written is None:
            return None
        one = self.text(written)
        if one is not None:
            return (one,)
        items = self.items(written)
        return None if items is None else tuple(self.text(item) or "" for item in items)

    def items(self, written: Written | None, depth: int = _DEPTH) -> tuple[Written, ...] | None:
        """The items of a display, found through names, sums and `list(…)`. None: not known."""
        if written is None or depth <= 0:
            return None
        match written.expr:
            case Collection():
                return tuple(self._flat(written, written.expr, depth))
            case Name() if written.expr.id in written.given:
                return self.items(written.given[written.expr.id], depth - 1)
            case Name() | Attribute():
                return self._items_of_name(written, depth)
            case Operation() if written.expr.op == "+":
                parts = [self.items(written.at(operand), depth - 1) for operand in written.expr.operands]
                return tuple(item for part in parts for item in part or ()) if any(p is not None for p in parts) else None
            case CallRef():
                call = written.call
                plain = call is not None and isinstance(call.callee, Name) and call.callee.id in _COPIES
                if call and plain and call.arguments:
                    return self.items(written.at(call.arguments[0].value), depth - 1)
                return self._items_returned(written, depth)
            case Comprehension():
                return self._comprehended(written, written.expr, depth)
        return None

    def _items_returned(self, written: Written, depth: int) -> tuple[Written, ...] | None:
        """Those of the list that a function of the project gives."""
        for entity in self.entities(written.at(written.call.callee)) if written.call is not None else ():
            given = self._given_back(entity, written) if type(entity) is FunctionRef else []
            if len(given) == 1:
                return self.items(given[0], depth - 1)
        return None

    def arguments(self, written: Written) -> tuple[Given, ...]:
        """The arguments of a call, lists behind a star opened."""
        found: list[Given] = []
        for argument in written.call.arguments if written.call is not None else ():
            value = written.at(argument.value)
            items = self.items(value) if argument.name == "*" else None
            found += [(argument.name, value)] if items is None else [(None, item) for item in items]
        return tuple(found)

    def pairs(self, written: Written | None) -> dict[str, Written]:
        """The items of a dict display with texts as keys."""
        found: dict[str, Written] = {}
        if written is None:
            return found
        value = self.followed(written)
        if isinstance(value.expr, DictDisplay):
            for key, item in zip(value.expr.keys, value.expr.values, strict=True):
                name = self.text(value.at(key)) if key is not None else None
                if name is not None:
                    found[name] = value.at(item)
        return found

    def followed(self, written: Written) -> Written:
        """What a name stands for, if that is one expression."""
        for _ in range(_DEPTH):
            if isinstance(written.expr, Name) and written.expr.id in written.given:
                written = written.given[written.expr.id]
            elif isinstance(written.expr, Name | Attribute):
                sources = self.project.values.sources.of(written.module, written.expr, written.context)
                if len(sources) != 1 or sources[0].expr is None or sources[0].is_parameter:
                    return written
                written = Written(sources[0].module, sources[0].expr, sources[0].context)
            else:
                return written
        return written

    def entities(self, written: Written) -> tuple[Entity, ...]:
        return self._inference.entities(written.module, written.expr, written.context)

    def made(self, written: Written, depth: int = _DEPTH) -> Made | None:
        """The schema part that the expression makes or names, through names and functions of the project that return it."""
        call = written.call
        callee = written.at(call.callee) if call is not None else written
        if call is None and isinstance(written.expr, Name | Attribute):
            followed = self.followed(written)
            if followed is not written and isinstance(followed.expr, CallRef):
                return self.made(followed, depth - 1) if depth > 0 else None
        for entity in self.entities(callee):
            if type(entity) is FunctionRef and call is not None and depth > 0:
                inner = self._returned(entity, written, depth)
                if inner is not None:
                    return inner
                continue
            found = self._part_of(entity)
            if found is not None:
                return self._called(written, callee, found, depth)
        if type(callee.expr) is Attribute and callee.expr.attr in _COPY and depth > 0:
            return self.made(callee.at(callee.expr.base), depth - 1)
        return self._of_namespace(written, callee)

    def _called(self, written: Written, callee: Written, found: tuple[str, SchemaPart], depth: int) -> Made:
        """With what was given to the callable before (`functools.partial`)."""
        name, part = found
        given = self.arguments(written)
        followed = self.followed(callee)
        if part.part != "partial" and depth > 0 and written.call is not None and type(followed.expr) is CallRef:
            before = self.made(followed, depth - 1)
            if before is not None and before.part.part == "partial":
                given = (*before.given[1:], *given)
        return Made(written, part, name, written.call, given)

    def _of_namespace(self, written: Written, callee: Written) -> Made | None:
        """`db.String` of an object that has a library's names as its attributes."""
        if type(callee.expr) is not Attribute:
            return None
        for base in self.entities(callee.at(callee.expr.base)):
            found = self._part_of(base) if isinstance(base, Type) else None
            if found is not None and found[1].part == "namespace":
                name = f"{found[1].of}.{callee.expr.attr}"
                part = self.project.knowledge.schema(name)
                return Made(written, part, name, written.call, self.arguments(written)) if part is not None else None
        return None

    def _returned(self, function: FunctionRef, asked: Written, depth: int) -> Made | None:
        """What a function gives: of several ways the first, if all make the same kind of part."""
        found = [self.made(value, depth - 1) for value in self._given_back(function, asked)]
        first = found[0] if found else None
        if first is None or any(made is None or made.part.part != first.part.part for made in found):
            return None
        parameters = function.definition.function.parameters
        return replace(first, given=handed_on(first, self.arguments(asked), parameters), place=asked)

    def _given_back(self, function: FunctionRef, asked: Written) -> list[Written]:
        """What its `return`s give; its parameters are what the call gives for them."""
        definition = function.definition
        returns = self.project.symbols.scopes(definition.module).returns.get(definition.index, [])
        if asked.call is None or any(each.value is None for each in returns):
            return []
        given = {
            p.name: Written(definition.module, p.default, definition.function.outer)
            for p in definition.function.parameters
            if p.default is not None
        }
        bound = arguments_by_parameter(asked.call, definition)
        given |= {name: asked.at(expr) for name, expr in bound.items()}
        return [Written(definition.module, each.value, each.context, given) for each in returns if each.value is not None]

    def _part_of(self, entity: Entity) -> tuple[str, SchemaPart] | None:
        knowledge = self.project.knowledge
        if type(entity) is Bound:
            part = knowledge.schema(f"{entity.owner}.{entity.name}")
            return (entity.name, part) if part is not None else None
        if type(entity) is External:
            part = knowledge.schema(entity.name)
            return (entity.name, part) if part is not None else None
        if isinstance(entity, Type):
            for ancestor in self._inference.members.ancestors(entity):
                part = knowledge.schema(ancestor.name)
                if part is not None:
                    return ancestor.name, part
            return self._of_unknown_bases(entity)
        return None

    def _of_unknown_bases(self, type_: Type) -> tuple[str, SchemaPart] | None:
        """By a library's class of which nothing else is known."""
        for ancestor in self._inference.members.ancestors(type_):
            klass = self.project.symbols.classes.get(ancestor.name)
            for base in klass.klass.bases if klass is not None else ():
                for entity in self.entities(Written(klass.module, base, klass.klass.outer)) if klass is not None else ():
                    part = self.project.knowledge.schema(entity.name) if isinstance(entity, External) else None
                    if part is not None and isinstance(entity, External):
                        return entity.name, part
        return None

    def _named(self, written: Written, depth: int) -> str | None:
        built = self._built_here(written)
        if built is not None:
            return self.text(built, depth - 1)
        value = self.project.values.constant(written.module, written.expr, written.context)
        if isinstance(value, str):
            return value
        followed = self.followed(written)
        return self.text(followed, min(2, depth - 1)) if followed is not written else None

    def _built_here(self, written: Written) -> Written | None:
        """What a name stands for, if that is put together of what is given in this turn (`name = f"ix_{table}"` in a loop):
        a constant would be that of the first turn."""
        sources = self.project.values.sources.of(written.module, written.expr, written.context) if written.given else ()
        if len(sources) != 1 or sources[0].module is not written.module or not sources[0].context:
            return None
        expr = sources[0].expr
        parts = expr.parts if isinstance(expr, Template) else expr.operands if isinstance(expr, Operation) else ()
        is_given = any(isinstance(part, Name) and part.id in written.given for part in parts)
        return replace(written, expr=expr, context=sources[0].context) if expr is not None and is_given else None

    def _joined(self, written: Written, depth: int) -> str | None:
        expr = written.expr
        if isinstance(expr, Operation) and expr.op != "+":
            value = self.project.values.constant(written.module, expr, written.context)
            return value if isinstance(value, str) else None
        parts = expr.parts if isinstance(expr, Template) else expr.operands if isinstance(expr, Operation) else ()
        texts = [self.text(written.at(part), depth - 1) for part in parts]
        return None if None in texts else "".join(text for text in texts if text is not None)

    def ending(self, written: Written) -> str:
        """The text in which a text that is put together ends, whatever stands before it; empty where it is not known."""
        expr = written.expr
        is_sum = isinstance(expr, Operation) and expr.op == "+"
        parts = expr.parts if isinstance(expr, Template) else expr.operands if is_sum and isinstance(expr, Operation) else ()
        return self.text(written.at(parts[-1])) or "" if parts else ""

    def _flat(self, written: Written, display: Collection, depth: int) -> Iterator[Written]:
        for item in display.items[:_ITEMS]:
            if isinstance(item, Starred):
                yield from self.items(written.at(item.value), depth - 1) or ()
            else:
                yield written.at(item)

    def _items_of_name(self, written: Written, depth: int) -> tuple[Written, ...] | None:
        assert isinstance(written.expr, Name | Attribute)  # noqa: S101 - the caller matched it
        found: list[Written] = []
        sources = self.project.values.sources.of(written.module, written.expr, written.context)
        for source in sources:
            if source.expr is None or source.is_parameter:
                return None
            items = self.items(Written(source.module, source.expr, source.context), depth - 1)
            if items is None:
                return None
            found += items
        return tuple(found) if sources else None

    def _comprehended(self, written: Written, expr: Comprehension, depth: int) -> tuple[Written, ...] | None:
        place = written.module.body.contexts[expr.context]
        target = place.target
        if place.subject is None or not isinstance(target, Name) or depth <= 0:
            return None
        items = self.items(written.at(place.subject), depth - 1)
        if items is None:
            return None
        return tuple(Written(written.module, expr.element, expr.context, {**written.given, target.id: item}) for item in items)
