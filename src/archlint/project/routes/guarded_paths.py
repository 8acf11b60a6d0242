"""The paths for which code that runs before each answer asks who comes: `if path.startswith("/admin"):`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Collection, Comparison, Context, Expr, Name, Operation
from archlint.project.model import CallSite, Def
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef
from archlint.project.types.injected import Written
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.control.asking import Asking
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 3
"""Functions between the one that runs before each answer and the one that tests the path."""
_UNKNOWN = ("{", "/{")
Prefixes = frozenset[str]


class GuardedPaths:
    """`asking`: tells which places of code turn somebody away."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self._project = project
        self._asking = asking
        self._known: dict[Def, Prefixes | None] = {}

    def leave_out(self, around: Def | Written, paths: Iterable[str]) -> bool:
        """It asks only under some beginnings of paths, and none of these paths has one of them."""
        if isinstance(around, Def):
            return self._leaves_out(around, paths)
        found = self._project.types.inference.entities(around.module, around.expr, around.context)
        return any(isinstance(each, FunctionRef) and self._leaves_out(each.definition, paths) for each in found)

    def _leaves_out(self, definition: Def, paths: Iterable[str]) -> bool:
        if definition not in self._known:
            self._known[definition] = self._of(definition, _DEPTH)
        prefixes = self._known[definition]
        return prefixes is not None and not any(path.startswith((*prefixes, *_UNKNOWN)) for path in paths)

    def _of(self, definition: Def, depth: int) -> Prefixes | None:
        """The beginnings of the paths about which it asks; None where it asks about all, or nobody knows."""
        module, spans = definition.module, list(self._spans(definition))
        found: list[Prefixes | None] = [_under(spans, at) for at in self._asking.places(definition)]
        for site in self._project.calls.of(definition):
            asks = [d for d in _targets(site) if d != definition and self._asking.function_asks(d)]
            if asks:
                here = _under(spans, site.call.at)
                found.append(here if here is not None or depth <= 0 or len(asks) > 1 else self._of(asks[0], depth - 1))
        known = [each for each in found if each is not None]
        return frozenset().union(*known) if module.is_production and known and len(known) == len(found) else None

    def _spans(self, definition: Def) -> Iterator[tuple[int, int, Prefixes]]:
        """What runs only under some beginnings: such a branch, and what follows `if not …: return`."""
        module, function = definition.module, definition.function
        for row, place in enumerate(module.body.contexts):
            if place.kind != "if" or place.function != definition.index or place.subject is None:
                continue
            prefixes = self._tested(module, place.subject, place)
            if prefixes:
                yield place.at, place.end, prefixes
            elif isinstance(place.subject, Operation) and place.subject.op == "not" and place.parent == function.context:
                left = any(s.context == row and s.kind == "return" for s in module.body.statements)
                beyond = self._tested(module, place.subject.operands[0], place) if left else None
                if beyond:
                    yield place.end, function.end, beyond

    def _tested(self, module: Module, test: Expr, place: Context) -> Prefixes | None:
        """The beginnings of which the path has one wherever the test holds."""
        match test:
            case Operation(op="and"):
                return next((found for each in test.operands if (found := self._tested(module, each, place))), None)
            case Operation(op="or"):
                sides = [self._tested(module, each, place) for each in test.operands]
                known = [side for side in sides if side]
                return frozenset().union(*known) if len(known) == len(sides) else None
            case CallRef():
                call = module.body.calls[test.index]
                is_path = (
                    isinstance(call.callee, Attribute)
                    and call.callee.attr == "startswith"
                    and _is_path(module, call.callee.base)
                )
                return self._texts(module, call.arguments[0].value, place) if is_path and call.arguments else None
            case Comparison(ops=("==",)) if _is_path(module, test.operands[0]):
                return self._texts(module, test.operands[1], place)
            case _:
                return None

    def _texts(self, module: Module, expr: Expr, place: Context) -> Prefixes | None:
        built = [
            self._project.values.text(module, each, place.parent)
            for each in (expr.items if isinstance(expr, Collection) else (expr,))
        ]
        texts = [each.rendered for each in built if each is not None and each.is_constant]
        return frozenset(texts) if texts and len(texts) == len(built) else None


def _targets(site: CallSite) -> list[Def]:
    return [target.definition for target in site.targets if target.definition is not None]


def _is_path(module: Module, expr: Expr) -> bool:
    """`request.url.path`, `path`, `request.path_info`."""
    return isinstance(expr, Name | Attribute) and "path" in words_of(last_name(module.body, expr))


def _under(spans: list[tuple[int, int, Prefixes]], at: int) -> Prefixes | None:
    return next((prefixes for begin, end, prefixes in spans if begin <= at < end), None)
