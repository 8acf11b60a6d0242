"""What text an expression builds: literals followed through names, operators, formatting and project functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Argument,
    Attribute,
    Await,
    Call,
    CallRef,
    Collection,
    Conditional,
    Constant,
    Expr,
    Name,
    Operation,
    String,
    Subscript,
    Template,
    Walrus,
)
from archlint.facts.syntax import Mapping as Display
from archlint.project.names.sources import Source, Sources
from archlint.project.spelling import UNSAID, last_name, shorten, spell
from archlint.project.types.entities import FunctionRef
from archlint.project.values.texts import EMPTY, BuiltText, Hole, HoleOrigin, Piece, Written, joined

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

Texts = tuple[BuiltText, ...]
"""Alternatives; never empty."""
_ALTERNATIVES = 8
_DEPTH = 25
_WORK = 400
"""Expressions looked at for one question; what lies beyond stays a hole."""
_MAX_LENGTH = 200_000
_SAME = frozenset(
    {"strip", "lstrip", "rstrip", "encode", "decode", "lower", "upper", "expandtabs", "replace", "removeprefix", "removesuffix"}
)
"""Methods of strings after which the text is still the same statement."""
_PERCENT = re.compile(r"%(?:\((?P<key>[^)]*)\))?[-#0 +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?(?P<kind>[diouxXeEfFgGcrsa%])")
_BRACES = re.compile(r"(?P<double>\{\{|\}\})|\{(?P<key>[^{}!:]*)(?:![rsa])?(?::(?:[^{}]|\{[^{}]*\})*)?\}")


class TextBuilder:
    """Answers one question; it counts the work that it takes."""

    def __init__(self, project: Project, sources: Sources) -> None:
        self._project = project
        self._sources = sources
        self._work = _WORK

    def texts(self, module: Module, expr: Expr, context: int, depth: int = _DEPTH) -> Texts:
        """The alternatives of what `expr` builds; what is not known are holes in it."""
        self._work -= 1
        if depth <= 0 or self._work <= 0:
            return self._hole(module, expr, context, "unknown")
        down = depth - 1
        match expr:
            case String():
                return (BuiltText((Written(expr.value, module.path, expr.anchors),)) if expr.value else EMPTY,)
            case Constant() if expr.value is not None:
                return (BuiltText((Written(str(expr.value), module.path, (0, expr.at)),)),)
            case Template():
                return _combined([self.texts(module, part, context, down) for part in expr.parts])
            case Operation() if expr.op == "+":
                return _combined([self.texts(module, part, context, down) for part in expr.operands])
            case Operation() if expr.op == "%":
                return self._percent(module, expr, context, down)
            case Operation() if expr.op in ("or", "and"):
                return _alternatives([self.texts(module, part, context, down) for part in expr.operands])
            case Conditional():
                both = [self.texts(module, part, context, down) for part in (expr.body, expr.orelse)]
                return _alternatives(both)
            case Walrus() | Await():
                return self.texts(module, expr.value, context, down)
            case Name() | Attribute():
                return self._named(module, expr, context, down)
            case Subscript():
                return self._item(module, expr, context, down)
            case CallRef():
                return self._call(module, expr, module.body.calls[expr.index], down)
            case _:
                return self._hole(module, expr, context, "unknown")

    def _hole(self, module: Module, expr: Expr, context: int, origin: HoleOrigin, label: str = "") -> Texts:
        spelt = label or spell(module.body, expr, 6)
        if UNSAID in spelt or any(c in spelt for c in "{}\"'\n"):
            spelt = last_name(module.body, expr) or "value"
        return (BuiltText((Hole(expr, module, context, origin, shorten(spelt)),)),)

    # Names

    def _named(self, module: Module, expr: Name | Attribute, context: int, depth: int, at: int | None = None) -> Texts:
        if self._work <= 0:  # each `+=` adds to what all before it may have made
            return self._hole(module, expr, context, "unknown")
        found: list[Texts] = []
        for source in self._sources.of(module, expr, context, at):
            if source.is_parameter:
                found.append(self._hole(module, expr, context, "parameter"))
            elif source.expr is not None:
                found.append(self._from(source, depth))
        known = [texts for texts in found if _is_known(texts)]
        if known:
            return _alternatives(known)
        if found:
            return found[0]
        if isinstance(expr, Attribute) and expr.attr == "value" and isinstance(expr.base, Attribute) and depth > 1:
            member = self._named(module, expr.base, context, depth - 1)  # `Table.ORDERS.value` of an enum
            if _is_known(member):
                return member
        return self._hole(module, expr, context, "attribute" if isinstance(expr, Attribute) else "unknown")

    def _from(self, source: Source, depth: int) -> Texts:
        assert source.expr is not None  # noqa: S101 - asked by the caller
        value = self.texts(source.module, source.expr, source.context, depth)
        grown = source.added_to
        if grown is None or not isinstance(grown.target, Name | Attribute):
            return value
        before = self._named(source.module, grown.target, source.context, depth - 1, grown.at) if depth > 1 else (EMPTY,)
        return _combined([before, value])

    def _item(self, module: Module, expr: Subscript, context: int, depth: int) -> Texts:
        """An item of a constant dict or list by a constant key."""
        key = expr.index[0] if len(expr.index) == 1 else None
        wanted = key.value if isinstance(key, String | Constant) else None
        if wanted is not None:
            displays = [Source(module, expr.base, context), *self._sources.of(module, expr.base, context)]
            for source in displays:
                item = _display_item(source.expr, wanted)
                if item is not None:
                    return self.texts(source.module, item, source.context, depth)
        return self._hole(module, expr, context, "unknown")

    # Calls

    def _call(self, module: Module, expr: CallRef, call: Call, depth: int) -> Texts:
        callee = call.callee
        if isinstance(callee, Attribute):
            method = self._method(module, expr, call, callee, depth)
            if method is not None:
                return method
        for entity in self._project.types.inference.entities(module, call.callee, call.context):
            if isinstance(entity, FunctionRef):
                return self._returned(entity, depth) or self._hole(module, expr, call.context, "call")
            operation = self._project.types.inference.operation(entity)
            if operation is None or operation.effect or operation.by_statement:
                continue
            passed = operation.sql or ("0" if operation.returns == "arg(0)" else None)
            argument = _argument(call, passed)
            if argument is not None:
                return self.texts(module, argument, call.context, depth)
        return self._hole(module, expr, call.context, "call")

    def _method(self, module: Module, expr: CallRef, call: Call, callee: Attribute, depth: int) -> Texts | None:
        """What a method of a string gives; None where it is not called on a text that is known in part."""
        if callee.attr not in _SAME | {"format", "format_map", "join"}:
            return None
        base = self.texts(module, callee.base, call.context, depth)
        if not _is_known(base):
            return None
        match callee.attr:
            case "format" | "format_map":
                find = self._format_arguments(module, expr, call, depth)
                return _alternatives([_filled(text, _BRACES, find) for text in base])
            case "join":
                argument = _argument(call, "0")
                items = self._sources.items(module, argument, call.context) if argument is not None else ()
                if not items:
                    return self._hole(module, expr, call.context, "call", label=last_name(module.body, argument))
                return self._joined(base[0], items, depth)
            case _:
                return base

    def _joined(self, separator: BuiltText, items: Sequence[Source], depth: int) -> Texts:
        parts: list[Texts] = []
        for item in items:
            if parts:
                parts.append((separator,))
            parts.append(self._from(item, depth))
        return _combined(parts)

    def _returned(self, function: FunctionRef, depth: int) -> Texts | None:
        definition = function.definition
        if definition.function.is_generator:
            return None
        scopes = self._project.symbols.scopes(definition.module)
        found = [
            self.texts(definition.module, statement.value, statement.context, depth)
            for statement in scopes.returns.get(definition.index, [])[:4]
            if statement.value is not None
        ]
        known = [texts for texts in found if _is_known(texts)]
        return _alternatives(known) if known else None

    # Formatting

    def _percent(self, module: Module, expr: Operation, context: int, depth: int) -> Texts:
        texts = self.texts(module, expr.operands[0], context, depth)
        if not _is_known(texts):
            return self._hole(module, expr, context, "unknown")
        for operand in expr.operands[1:]:
            positional: Sequence[Expr] = (operand,)
            named: Mapping[str, Expr] = {}
            if isinstance(operand, Collection) and operand.kind == "tuple":
                positional = operand.items
            elif isinstance(operand, Display):
                named = _string_keys(operand)
            find = self._finder(module, operand, context, (positional, named), depth)
            texts = _alternatives([_filled(text, _PERCENT, find) for text in texts])
        return texts

    def _format_arguments(self, module: Module, expr: CallRef, call: Call, depth: int) -> Find:
        positional = [a.value for a in call.arguments if a.name is None]
        named = {a.name: a.value for a in call.arguments if a.name not in (None, "*", "**")}
        if isinstance(call.callee, Attribute) and call.callee.attr == "format_map" and positional:
            named = dict(_string_keys(positional[0])) if isinstance(positional[0], Display) else {}
            positional = []
        return self._finder(module, expr, call.context, (positional, {k: v for k, v in named.items() if k}), depth)

    def _finder(
        self, module: Module, whole: Expr, context: int, given: tuple[Sequence[Expr], Mapping[str, Expr]], depth: int
    ) -> Find:
        """A function from a field's key and its number among the fields without one to what fills it."""
        positional, named = given

        def find(key: str, number: int) -> Texts:
            if key.isdigit():
                key, number = "", int(key)
            argument = named.get(key) if key else positional[number] if number < len(positional) else None
            if argument is None:
                return self._hole(module, whole, context, "unknown", label=key.partition(".")[0] or f"value {number}")
            return self.texts(module, argument, context, depth)

        return find


Find = Callable[[str, int], Texts]


def _filled(text: BuiltText, field: re.Pattern[str], find: Find) -> Texts:
    """The text with each field of a format in its literal parts replaced by what `find` gives for it."""
    parts: list[Texts] = []
    number = 0
    for piece in text.pieces:
        if not isinstance(piece, Written):
            parts.append((BuiltText((piece,)),))
            continue
        last = 0
        for match in field.finditer(piece.text):
            doubled = match["double"] if field is _BRACES else match[0] == "%%"
            end = match.start() + 1 if doubled else match.start()
            if end > last:
                parts.append((BuiltText((piece.part(last, end),)),))
            last = match.end()
            if not doubled:
                key = match["key"] or ""
                parts.append(find(key, number))
                number += 0 if key else 1
        if last < len(piece.text):
            parts.append((BuiltText((piece.part(last, len(piece.text)),)),))
    return _combined(parts)


def _combined(parts: Sequence[Texts]) -> Texts:
    """Every way to put one alternative of each part behind the other, as far as the bound goes."""
    if sum(len(piece.text) for texts in parts for piece in texts[0].pieces) > _MAX_LENGTH:
        parts = [texts[:1] for texts in parts]
    return tuple(joined(chosen) for chosen in islice(product(*parts), _ALTERNATIVES)) or (EMPTY,)


def _is_known(texts: Texts) -> bool:
    """Is there anything but holes?"""
    return any(not text.pieces or any(type(piece) is Written for piece in text.pieces) for text in texts)


def _alternatives(found: Sequence[Texts]) -> Texts:
    return tuple(dict.fromkeys(text for texts in found for text in texts))[:_ALTERNATIVES] or (EMPTY,)


def _argument(call: Call, notation: str | None) -> Expr | None:
    """The argument that a notation of the knowledge names."""
    if notation is None:
        return None
    position, _, keyword = notation.partition(":")
    named: Iterator[Argument] = (a for a in call.arguments if keyword and a.name == keyword)
    found = next(named, None)
    if found is None and position.isdigit():
        plain = [a for a in call.arguments if a.name is None]
        found = plain[int(position)] if int(position) < len(plain) else None
    return found.value if found is not None else None


def _string_keys(display: Display) -> dict[str, Expr]:
    pairs = zip(display.keys, display.values, strict=True)
    return {key.value: value for key, value in pairs if isinstance(key, String)}


def _display_item(expr: Expr | None, wanted: object) -> Expr | None:
    if isinstance(expr, Display):
        pairs = zip(expr.keys, expr.values, strict=True)
        return next((v for k, v in pairs if isinstance(k, String | Constant) and k.value == wanted), None)
    if isinstance(expr, Collection) and isinstance(wanted, int) and -len(expr.items) <= wanted < len(expr.items):
        return expr.items[wanted]
    return None


__all__ = ["Piece", "TextBuilder", "Texts"]
