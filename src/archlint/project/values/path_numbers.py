"""Parameters that are numbers because the path of their route lets nothing else through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Collection, Expr, Operation, String, Template
from archlint.project.parts import parts_of
from archlint.project.routes.endpoints import VERBS
from archlint.project.walk import walk_module

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_KINDS = r"(?:int|float|uuid|slug|any|number)(?:\([^<>()]*\))?"
_NAMED = "|".join(
    (
        rf"<{_KINDS}:{{name}}>|<{{name}}:{_KINDS}>",
        rf"\{{{{name}}:(?:{_KINDS}|(?:\\d|\[0-9\])[^{{}}]*)\}}",
        r"\(\?P<{name}>(?:\[[-+\\]+\]\??|-\??)?(?:\\d|\[0-9\])[^()]*\)",
        r"\(\?P<{name}>(?:\\w|\[(?:\\[wd.-]|[A-Z]-[A-Z]|[a-z]-[a-z]|\d-\d|[_.-])+\])(?:[+*]|\{[\d,]+\})\)",
        r"\(\?P<{name}>[\w-]+(?:\|[\w-]+)*\)",
    )
)
_WORDS = r"\(\?P<{name}>\[(?:\\[wds.-]|[A-Z]-[A-Z]|[a-z]-[a-z]|\d-\d|[ _.-])+\](?:[+*]|\{[\d,]+\})\)"
"""Words, with blanks between them."""
_DIGITS = re.compile(r"(?:-\??)?(?:\\d|\[0-9\]|\[\\d\])(?:[+*]|\{\d+(?:,\d*)?\})?\??")
_TOKENS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P<\w+>|\(\?|\(|\)")
"""Of a regular expression, what tells its groups: escapes and sets of characters are stepped over."""
_RECEIVERS = frozenset({"self", "cls", "request", "req"})


class PathNumbers:
    def __init__(self, project: Project) -> None:
        self._project = project

    def holds(self, definition: Def, name: str, *, in_quotes: bool = False) -> bool:
        r"""The path says that the parameter is a number or a word: `/orders/<int:order_id>`, `(?P<name>[\w-]+)`, or
        `/orders/(\d+)` by its position; where it stands in quotes also several words: `(?P<name>[\w\s]+)`."""
        texts = list(self._paths(definition))
        for named in (_NAMED, _WORDS) if in_quotes else (_NAMED,):
            pattern = re.compile(named.replace("{name}", re.escape(name)))
            if any(pattern.search(text) for text in texts):
                return True
        grouped = self._grouped(definition, name, texts)
        return bool(grouped) and all(_DIGITS.fullmatch(group) for group in grouped)

    def holds_part(self, definition: Def, name: str) -> bool:
        r"""What a handler reads out of its path itself (`request.match_info["order_id"]`) is a number or a word by each route
        that has such a part: `/orders/{order_id:\d+}`."""
        part = re.compile(rf"\{{{re.escape(name)}[:}}]")
        told = [text for text in self._paths(definition) if part.search(text)]
        pattern = re.compile(_NAMED.replace("{name}", re.escape(name)))
        return bool(told) and all(pattern.search(text) for text in told)

    def is_grouped(self, definition: Def, name: str) -> bool:
        """A group of the path, of which nobody says how it is called, is the parameter by its position: `/orders/(.*)`."""
        return bool(self._grouped(definition, name, self._paths(definition)))

    def _grouped(self, definition: Def, name: str, texts: Iterable[str]) -> list[str]:
        """What the paths hold for it in a group without a name."""
        parameters = [p.name for p in definition.function.parameters if p.name not in _RECEIVERS]
        position = parameters.index(name) if name in parameters else len(parameters)
        return [groups[position] for text in texts if position < len(groups := list(_groups(text)))]

    def _paths(self, definition: Def) -> Iterator[str]:
        """The texts that may be paths of it: in its decorators, in the calls of its routes, in the class of a handler."""
        module = definition.module
        for decorator in definition.function.decorators:
            yield from _strings(module, decorator)
        for endpoint in self._project.endpoints.by_definition.get(definition, ()):
            there = endpoint.route.module
            at = endpoint.route.site.at
            calls = [call for call in there.body.calls if call.at == at]
            for call in calls:
                yield from (text for a in call.arguments for text in self._texts(there, a.value, call.context))
            written = [expr for expr, _ in walk_module(there, frozenset({Collection})) if expr.at == at]
            yield from (i.value for w in written if isinstance(w, Collection) for i in w.items[:1] if isinstance(i, String))
        if definition.function.klass >= 0 and definition.function.name.upper() in VERBS:
            yield from self._carried(definition)

    def _texts(self, module: Module, expr: Expr, context: int) -> Iterator[str]:
        if isinstance(expr, String):
            yield expr.value
        elif isinstance(expr, Operation):  # `prefix + "/orders"`
            yield from (part.value for part in parts_of(module.body, expr) if isinstance(part, String))
        elif isinstance(expr, Template):  # `rf"^(?P<order_id>{integer})/$"`
            texts = (text for text in self._project.values.texts(module, expr, context) if text.is_constant)
            yield from ("".join(piece.text for piece in text.pieces) for text in texts)

    def _carried(self, definition: Def) -> Iterable[str]:
        r"""`path = r"/orders/(\d+)"` in the class of a handler."""
        module, klass = definition.module, definition.module.outline.classes[definition.function.klass]
        for statement in module.body.statements:
            if statement.kind in ("assign", "annotate") and statement.context == klass.context:
                value = statement.value
                if isinstance(value, String) and value.value.startswith(("/", "^/")):
                    yield value.value


def _groups(path: str) -> Iterator[str]:
    """What the outer groups hold that are handed over by their position."""
    depth, begin = 0, -1
    for token in _TOKENS.finditer(path):
        match token[0]:
            case "(" | "(?":
                depth += 1
                if depth == 1 and token[0] == "(":
                    begin = token.end()
            case ")":
                depth -= 1
                if depth == 0 and begin >= 0:
                    yield path[begin : token.start()]
                    begin = -1
            case text if text.startswith("(?P<"):
                depth += 1


def _strings(module: Module, decorator: Expr) -> list[str]:
    if not isinstance(decorator, CallRef):
        return []
    return [a.value.value for a in module.body.calls[decorator.index].arguments if isinstance(a.value, String)]
