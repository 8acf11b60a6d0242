"""Writes to caches: under which key, and how long the entry lives."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archlint.facts.knowledge import CacheWrite
from archlint.facts.syntax import Comparison, Conditional, Constant, Expr, Name, Operation
from archlint.project.control.branches import in_other_branch
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import parameter
from archlint.project.names.setting_values import SettingValues
from archlint.project.parts import parts_of
from archlint.project.spelling import UNSAID, spell
from archlint.project.values.values import UNKNOWN

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 4
_TIMEOUT_SETTING = "cache-timeout"


class Expiry(Struct, frozen=True):
    """How long an entry lives.

    given: an expiry is set, or may be; missing: none is; never: one is given that means none (`text`);
    parameter: the caller of the function decides, by one of these parameters.
    """

    kind: Literal["given", "missing", "never", "parameter"]
    text: str = ""
    parameters: tuple[str, ...] = ()


_GIVEN = Expiry("given")
_MISSING = Expiry("missing")


def is_running_code(module: Module) -> bool:
    """Production code or one of its commands: a script writes to the same cache."""
    return module.is_production or (module.is_script and not (module.is_test or module.is_example or module.is_vendored))


class CacheWrites:
    """Answers about the calls of production code that write to a cache."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._settings = SettingValues(project)

    @cached_property
    def all(self) -> tuple[tuple[CallSite, CacheWrite], ...]:
        """Every such call, with what is known of it."""
        return tuple(
            (site, site.operation.cache)
            for site in self._project.calls.caching
            if is_running_code(site.module) and site.operation is not None and site.operation.cache is not None
        )

    def in_function(self, caller: Def) -> Iterator[tuple[CallSite, CacheWrite]]:
        """Those of one function."""
        for site in self._project.calls.of(caller):
            if site.operation is not None and site.operation.cache is not None:
                yield site, site.operation.cache

    def is_switched_off(self, site: CallSite) -> bool:
        """Where the same test goes the other way, the function writes the same entry with an expiry: whoever runs the
        program has chosen to have none."""
        if site.caller is None:
            return False
        module, own = site.module, site.call.context
        value = self._value(site)
        return any(
            (in_other_branch(module, own, other.call.context) or in_other_branch(module, other.call.context, own))
            and self._value(other) == value
            and self.expiry(other, write).kind in ("given", "parameter")
            for other, write in self.in_function(site.caller)
        )

    def _value(self, site: CallSite) -> str:
        """What a write writes, as text; a failure that is kept for a while is another."""
        told = site.operation.cache if site.operation is not None else None
        expr = site.argument(told.value) if told is not None else None
        return "" if expr is None else self.followed(site, expr)

    def key(self, site: CallSite, write: CacheWrite) -> str:
        """The key as text, local names followed; empty where the call has none."""
        expr = site.argument(write.key)
        return "" if expr is None else self.followed(site, expr)

    def followed(self, site: CallSite, expr: Expr) -> str:
        """An expression as text, a local name by the one expression that it stands for."""
        return spell(site.module.body, self.source(site.module, expr, site.call.context))

    def source(self, module: Module, expr: Expr, context: int, depth: int = _DEPTH) -> Expr:
        """What a local name was set to, if that is one expression; else the expression itself."""
        if not isinstance(expr, Name) or depth <= 0:
            return expr
        scope, bindings = self._project.symbols.scopes(module).lookup(context, expr.id, expr.at)
        if scope < 0 or len(bindings) != 1 or bindings[0].kind != "statement" or bindings[0].path:
            return expr
        statement = module.body.statements[bindings[0].index]
        if statement.kind not in ("assign", "annotate") or statement.value is None:
            return expr
        return self.source(module, statement.value, statement.context, depth - 1)

    def expiry(self, site: CallSite, write: CacheWrite) -> Expiry:
        """How long the entry of a write lives, by its own arguments, those of its client, and what follows it."""
        if any(self._is_set(site, keeps) for keeps in write.keeps):
            return _GIVEN
        found = self._by_arguments(site, write)
        if found.kind == "missing" and site.is_open:
            passed = _passed_on(site)
            asked = Expiry("parameter", parameters=(passed,)) if passed else _GIVEN
            return self._set_elsewhere(site, write, found.kind) or asked
        if found.kind == "given":
            return _GIVEN
        if found.kind == "parameter":
            return found
        return self._set_elsewhere(site, write, found.kind) or found

    def _is_set(self, site: CallSite, notation: str) -> bool:
        expr = site.argument(notation)
        return expr is not None and self._project.values.constant(site.module, expr, site.call.context) not in (False, None)

    def _by_arguments(self, site: CallSite, write: CacheWrite) -> Expiry:
        found = [
            self.of_value(site.module, expr, site.call.context, write)
            for notation in write.ttl
            if (expr := site.argument(notation)) is not None
        ]
        for kind in ("given", "parameter", "never"):
            chosen = [expiry for expiry in found if expiry.kind == kind]
            if chosen:
                return chosen[0]
        return self._by_default(site, write)

    def _by_default(self, site: CallSite, write: CacheWrite) -> Expiry:
        if write.default == "setting":
            return _MISSING if self._timeout_off(site, write) else _GIVEN
        if write.default == "unknown":
            return _GIVEN if self._client_expires(site) else _MISSING
        return _MISSING

    def of_value(self, module: Module, expr: Expr, context: int, write: CacheWrite, depth: int = _DEPTH) -> Expiry:
        """What an expiry argument says."""
        value = self._project.values.constant(module, expr, context)
        if value is not UNKNOWN:
            if value in write.forever and not (value == 0 and isinstance(value, bool)):
                return Expiry("never", str(value))
            return _MISSING if value is None and write.default == "forever" else _GIVEN
        if depth <= 0:
            return _GIVEN
        if isinstance(expr, Operation) and expr.op == "or":
            return self.of_value(module, expr.operands[-1], context, write, depth - 1)
        if isinstance(expr, Conditional):
            sides = [self.of_value(module, side, context, write, depth - 1) for side in (expr.body, expr.orelse)]
            return sides[0] if sides[0].kind == sides[1].kind else _GIVEN
        if isinstance(expr, Name):
            return self._of_name(module, expr, context, write, depth)
        return _GIVEN

    def _of_name(self, module: Module, expr: Name, context: int, write: CacheWrite, depth: int) -> Expiry:
        scope, bindings = self._project.symbols.scopes(module).lookup(context, expr.id, expr.at)
        if scope > 0 and len(bindings) == 1 and bindings[0].kind == "parameter":
            owner = module.outline.functions[bindings[0].function]
            given = parameter(owner, expr.id)
            if given is not None and given.kind not in ("*", "**"):
                return Expiry("parameter", parameters=(expr.id,))
        source = self.source(module, expr, context)
        return _GIVEN if source is expr else self.of_value(module, source, context, write, depth - 1)

    def by_keywords(self, call: CallSite, owner: Def, write: CacheWrite) -> list[Expiry]:
        """What a call says of the expiry by keywords that its function only passes on."""
        own = {p.name for p in owner.function.parameters}
        given = {a.name: a.value for a in call.call.arguments if a.name is not None and a.name not in own}
        if any(_keyword(notation) in given for notation in (*write.keeps, write.lock or "")):
            return [_GIVEN]
        told = (given.get(_keyword(notation)) for notation in write.ttl)
        return [self.of_value(call.module, expr, call.call.context, write) for expr in told if expr is not None]

    def compares(self, owner: Def, name: str) -> bool:
        """The function compares its parameter with something: it has its own way with special values."""
        body, function = owner.module.body, owner.function
        return any(
            isinstance(part, Comparison) and any(isinstance(side, Name) and side.id == name for side in part.operands)
            for statement in body.statements
            if statement.kind == "test" and function.at <= statement.at < function.end
            for part in parts_of(body, statement.value)
        )

    # expiry that something else gives

    def _set_elsewhere(self, site: CallSite, write: CacheWrite, kind: str) -> Expiry | None:
        """By a call on the same key in the same function, always or when a parameter asks for it; of a hash, whose
        expiry a write leaves as it is, also in another method of the class."""
        key = self.key(site, write)
        if site.caller is None or not (key or write.kind == "many"):
            return None
        for other in self._project.calls.of(site.caller):
            if other.index != site.index and self._expires_key(other, key):
                asked = self._asking_parameters(other, site.caller)
                return Expiry("parameter", parameters=asked) if asked else _GIVEN
        if key and write.kind == "hash" and any(self._expires_key(other, key) for other in self._of_class(site.caller)):
            return _GIVEN
        return self._chosen_by_sibling(site, key) if key and kind == "missing" else None

    def _of_class(self, method: Def) -> Iterator[CallSite]:
        """The calls of the other methods of a function's class."""
        owner, _, name = method.function.qualname.rpartition(".")
        for other in self._project.calls.in_module(method.module) if owner else ():
            place = other.caller.function.qualname.rpartition(".") if other.caller is not None else ("", "", "")
            if place[0] == owner and place[2] != name:
                yield other

    def _expires_key(self, other: CallSite, key: str) -> bool:
        """The call sets an expiry on the key; on any where many keys are written at once."""
        if UNSAID in key or not self._project.effects.does(other, "cache.expire"):
            return False
        named = other.operation.expires if other.operation is not None else None
        if named is None and other.operation is not None:
            return False
        if not key:
            return True
        given = [other.argument(named)] if named is not None else [argument.value for argument in other.call.arguments]
        return any(expr is not None and self.followed(other, expr) == key for expr in given)

    def _asking_parameters(self, other: CallSite, caller: Def) -> tuple[str, ...]:
        """The parameters with a false default that the branches around a call test."""
        contexts, index = other.module.body.contexts, other.call.context
        found: list[str] = []
        while index >= 0 and contexts[index].kind not in ("function", "class", "module"):
            place = contexts[index]
            if place.kind == "if" and place.subject is not None:
                text = spell(other.module.body, place.subject)
                found += [
                    p.name
                    for p in caller.function.parameters
                    if isinstance(p.default, Constant) and not p.default.value and p.name in _words(text)
                ]
            index = place.parent
        return tuple(found)

    def _chosen_by_sibling(self, site: CallSite, key: str) -> Expiry | None:
        """`if ttl: setex(key, ttl, value) else: set(key, value)`: the caller decides."""
        assert site.caller is not None  # noqa: S101 - the caller's promise
        for other in self._project.calls.of(site.caller):
            told = other.operation.cache if other.operation is not None else None
            if told is None or other.index == site.index or self.key(other, told) != key:
                continue
            expiry = self._by_arguments(other, told)
            if expiry.kind == "parameter":
                return expiry
        return None

    def _client_expires(self, site: CallSite) -> bool:
        """Some client of the receiver's type is made with an expiry of its own."""
        if site.receiver is None:
            return True
        for name in self._project.knowledge.lineage(site.receiver.name):
            for made in self._project.calls.to(name):
                told = made.operation.cache if made.operation is not None else None
                if told is not None and (made.is_open or self._by_arguments(made, told).kind == "given"):
                    return True
        return False

    def _timeout_off(self, site: CallSite, write: CacheWrite) -> bool:
        """The project's settings say that entries never expire."""
        target = next((t.name for t in site.targets if t.operation is not None), "")
        library = self._project.knowledge.library(target)
        if library is None:
            return False
        values = self._settings.meaning(library, _TIMEOUT_SETTING)
        return bool(values) and all(value in write.forever for value in values)


def _words(text: str) -> set[str]:
    return {word for word in "".join(c if c.isalnum() or c == "_" else " " for c in text).split() if word}


def _passed_on(site: CallSite) -> str:
    """`**options`, of the function around the call, where nothing else is unpacked in it; else empty."""
    unpacked = [a for a in site.call.arguments if a.name in ("*", "**")]
    if len(unpacked) != 1 or not isinstance(unpacked[0].value, Name) or site.caller is None:
        return ""
    given = parameter(site.caller.function, unpacked[0].value.id)
    return given.name if given is not None and given.kind == "**" and unpacked[0].name == "**" else ""


def _keyword(notation: str) -> str:
    """`ex` of `2:ex`."""
    return notation.partition(":")[2]
