"""Values kept on objects that are shared by name: `app.state.pool = …`, `g.user = …`, `app.extensions["mail"] = …`,
`app[POOL] = …`, `app.update(pool=…)`.

Where nothing else is known of such an attribute or key, what production code stores under the same two names is what
is read there; at medium confidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Attribute, Collection, Expr, Name, Starred, Statement, String, Subscript
from archlint.project.model import Type, argument_of
from archlint.project.types.entities import Entity, distinct, weakened

if TYPE_CHECKING:
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference

_MOST_STORES = 3


class _Store(Struct, frozen=True):
    """What is kept; `is_made`: what calling it gives."""

    module: Module
    value: Expr
    context: int
    is_made: bool = False


class Ambient:
    """Stores of production code, by the last two names of where they are kept."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._known: dict[tuple[str, str], tuple[Entity, ...]] = {}

    def stored(self, module: Module, expr: Attribute | Subscript, context: int = 0) -> tuple[Entity, ...]:
        """What is stored anywhere under the names of `….holder.name`, `….holder["name"]` or `….holder[NAME]`."""
        if type(expr) is Attribute and expr.attr not in self._attributes:
            return ()
        key = self._key(module, expr, context)
        if key is None or key not in self._stores:
            return ()
        known = self._known.get(key)
        if known is None:
            self._known[key] = ()  # stored by what reads it: a circle
            found: list[Entity] = []
            for store in self._stores[key][:_MOST_STORES]:
                for entity in self._inference.entities(store.module, store.value, store.context):
                    for kept in self._inference.provided(entity) if store.is_made else (entity,):
                        found.append(weakened(kept, Confidence.MEDIUM) if isinstance(kept, Type) else kept)
            known = self._known[key] = distinct(found)
        return known

    @cached_property
    def _stores(self) -> dict[tuple[str, str], list[_Store]]:
        found: dict[tuple[str, str], list[_Store]] = defaultdict(list)
        for module in self._inference.project.modules.production:
            for statement in module.statements["assign"]:
                if type(statement.target) is Name:
                    continue
                for target, value in _pairs(statement):
                    key = self._key(module, target, statement.context)
                    if key is not None:
                        found[key].append(_Store(module, value, statement.context))
        for key, store in (*self._updated(), *self._attached()):
            found[key].append(store)
        return dict(found)

    @cached_property
    def _attributes(self) -> frozenset[str]:
        """The attributes and keys under which anything is kept."""
        return frozenset(name for _, name in self._stores)

    def _updated(self) -> Iterator[tuple[tuple[str, str], _Store]]:
        """`app.update(pool=make_pool())`"""
        for module, call in self._inference.project.calls.written("update"):
            holder = _holder(call.callee.base) if isinstance(call.callee, Attribute) else ""
            if holder and module.is_production:
                for argument in call.arguments:
                    if argument.name is not None and argument.name != "**":
                        yield (holder, f"[{argument.name}]"), _Store(module, argument.value, call.context)

    def _attached(self) -> Iterator[tuple[tuple[str, str], _Store]]:
        """What a framework is told to put on each request: `config.add_request_method(open_session, "db")`."""
        project = self._inference.project
        infos = (info for library in project.knowledge.libraries for info in library.types.values())
        words = {name: word for info in infos for name, op in info.methods.items() if (word := op.attaches) is not None}
        for name, attached in sorted(words.items()):
            for module, call in project.calls.written(name):
                value, named = argument_of(call, attached.value), argument_of(call, attached.name)
                own = value.id if isinstance(value, Name) else ""
                if value is not None:
                    kept = named.value if isinstance(named, String) else own
                    yield (attached.holder, kept), _Store(module, value, call.context, is_made=True)

    def _key(self, module: Module, expr: Attribute | Subscript, context: int) -> tuple[str, str] | None:
        """(last name of the holder, attribute or constant key); None for `self` and for what has no such names."""
        holder = _holder(expr.base)
        if not holder:
            return None
        if isinstance(expr, Attribute):
            return holder, expr.attr
        index = expr.index[0] if len(expr.index) == 1 else None
        if type(index) is String:
            return holder, f"[{index.value}]"
        if type(index) is Attribute and type(index.base) is Name:
            return (holder, f"[{index.attr}]") if self._is_of_module(module, index.base, context) else None
        return (holder, f"[{index.id}]") if isinstance(index, Name) and self._is_of_module(module, index, context) else None

    def _is_of_module(self, module: Module, name: Name, context: int) -> bool:
        return self._inference.project.symbols.scopes(module).lookup(context, name.id, name.at)[0] == 0


def _holder(base: Expr) -> str:
    """The last name of what something is kept on; none for an object's own attributes."""
    name = base.id if type(base) is Name else base.attr if type(base) is Attribute else ""
    return "" if name in ("self", "cls") else name


def _pairs(statement: Statement) -> Iterator[tuple[Attribute | Subscript, Expr]]:
    """What is stored where, also by `app.state.db, app.state.mail = db, mail`."""
    target, value = statement.target, statement.value
    if type(target) is Collection and type(value) is Collection and len(target.items) == len(value.items):
        pairs = [*zip(target.items, value.items, strict=True)] if not any(isinstance(i, Starred) for i in value.items) else []
    else:
        pairs = [(target, value)] if target is not None and value is not None else []
    for place, given in pairs:
        if type(place) is Attribute or type(place) is Subscript:
            yield place, given
