"""Connections, sessions and clients that code opens, and that whoever has opened them gives back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from archlint.facts.syntax import Await, CallRef, Constant, Expr, Name, Statement
from archlint.project.model import CallSite, Def, Type
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.names.name_uses import uses_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 3
_CLASS_CALL = ".__call__"


class Opened(Struct, frozen=True):
    """`site`: the call that opens it, or that of a function of the project which opens one and returns it; `target`: the
    library's callable; `closing`: the methods that give it back; `by_leaving`: so does leaving a `with` over it.
    `statement` and `name`: where a local name of `definition` gets it; none and empty otherwise."""

    site: CallSite
    target: str
    type: Type
    closing: tuple[str, ...]
    by_leaving: bool
    definition: Def | None
    statement: Statement | None = None
    name: str = ""


class OpenedConnections:
    def __init__(self, project: Project, borrowed: tuple[str, ...], lent: tuple[str, ...]) -> None:
        """`borrowed`: beginnings of names of library callables that give what somebody else has opened; `lent`: last names of
        callables that only use what they are given."""
        self._project = project
        self._borrowed = borrowed
        self._lent = frozenset(lent)
        self._known: dict[str, tuple[dict[int, Statement], frozenset[int]]] = {}

    def all(self) -> Iterator[Opened]:
        """In production code: by library calls, then by functions that return what they have opened."""
        waiting = [opened for site in self._sites() if (opened := self._opened(site)) is not None]
        seen = {opened.site.site for opened in waiting}
        for _ in range(_DEPTH):
            yield from waiting
            waiting = [again for opened in waiting if self.is_returned(opened) for again in self._by_callers(opened)]
            waiting = [opened for opened in waiting if opened.site.site not in seen]
            seen |= {opened.site.site for opened in waiting}

    def is_returned(self, opened: Opened) -> bool:
        """The function hands it to its caller."""
        definition = opened.definition
        if definition is None:
            return False
        if opened.name and opened.statement is not None:
            uses = uses_of(definition, opened.name, opened.statement.end)
            return any(use.kind == "returned" for use in uses)
        returns = self._project.symbols.scopes(definition.module).returns.get(definition.index, [])
        return any(_call_of(statement.value) == opened.site.index for statement in returns)

    def is_given_away(self, module: Module, call: int, name: str) -> bool:
        """A call that is handed a value may close or keep it: unless it is known to do neither."""
        return self._is_given_away(module, call, name, _DEPTH)

    # what opens

    @cached_property
    def _names(self) -> frozenset[str]:
        """The libraries' types whose instances have to be given back."""
        libraries = self._project.knowledge.libraries
        return frozenset(name for library in libraries for name in library.types if self._closing(Type(name)))

    @cached_property
    def _all_closing(self) -> frozenset[str]:
        return frozenset(method for name in self._names for method in self._closing(Type(name)))

    def _sites(self) -> Iterator[CallSite]:
        names = self._names
        for name in sorted(names):
            yield from (site for site in self._project.calls.to(name) if site.module.is_production)
        for module in self._project.modules.production:
            for site in self._project.calls.known(module):
                returns = site.operation.returns if site.operation is not None else None
                if returns in names or (returns is not None and site.targets[0].name.endswith(_CLASS_CALL)):
                    yield site

    def _opened(self, site: CallSite) -> Opened | None:
        target = site.targets[0]
        if target.definition is not None or target.name.startswith(self._borrowed):
            return None
        call = CallRef(site.call.at, site.call.end - site.call.at, site.index)
        for type_ in self._project.types.all(site.module, call, site.call.context):
            closing = self._closing(type_)
            if closing and not type_.is_class and not type_.name.startswith(self._borrowed):
                return self._assigned(Opened(site, target.name, type_, closing, self._is_left_closed(type_), site.caller))
        return None

    def _by_callers(self, opened: Opened) -> Iterator[Opened]:
        assert opened.definition is not None  # noqa: S101 - others are not returned
        if opened.definition.function.is_generator:
            return
        for site in self._project.calls.callers(opened.definition):
            if site.module.is_production and len(site.targets) == 1:
                yield self._assigned(Opened(site, opened.target, opened.type, opened.closing, opened.by_leaving, site.caller))

    def is_managed(self, opened: Opened) -> bool:
        """It is the very subject of a `with` that closes it."""
        return opened.by_leaving and opened.site.index in self._places(opened.site.module)[1]

    def _assigned(self, opened: Opened) -> Opened:
        definition = opened.definition
        statement = self._places(opened.site.module)[0].get(opened.site.index) if definition is not None else None
        if definition is None or statement is None or not isinstance(statement.target, Name):
            return opened
        name = statement.target.id
        return replace(opened, statement=statement, name=name) if self._is_only(definition, statement, name) else opened

    def _places(self, module: Module) -> tuple[dict[int, Statement], frozenset[int]]:
        """Call → the statement that gives its value to a name; the calls that `with` blocks are about."""
        if module.path not in self._known:
            given = (*module.statements["assign"], *module.statements["annotate"])
            named = {_call_of(s.value): s for s in given if isinstance(s.target, Name)}
            managed = (_call_of(place.subject) for place in module.body.contexts if place.kind == "with")
            self._known[module.path] = (named, frozenset(managed))
        return self._known[module.path]

    def _is_only(self, definition: Def, statement: Statement, name: str) -> bool:
        """The name is the function's own, and holds nothing else but None."""
        module = definition.module
        scopes = self._project.symbols.scopes(module)
        scope, bindings = scopes.lookup(statement.context, name, statement.end)
        if scope <= 0 or module.body.contexts[scope].kind != "function" or scope != definition.function.context:
            return False
        others = [module.body.statements[b.index] for b in bindings if b.kind == "statement"]
        return len(others) == len(bindings) and all(
            other == statement or (isinstance(other.value, Constant) and other.value.value is None) for other in others
        )

    def _closing(self, type_: Type) -> tuple[str, ...]:
        return next((info.closed_by for _, info in self._project.knowledge.infos(type_.name) if info.closed_by), ())

    def _is_left_closed(self, type_: Type) -> bool:
        leaving = next((info.leaving for _, info in self._project.knowledge.infos(type_.name) if info.leaving), ())
        return "close" in leaving

    # what it is handed to

    def _is_given_away(self, module: Module, call: int, name: str, depth: int) -> bool:
        site = self._project.calls.in_module(module)[call]
        if last_name(module.body, site.call.callee) in self._lent:
            return False
        if not site.targets or depth == 0:
            return True
        return any(t.definition is None or self._keeps(t.definition, site, name, depth) for t in site.targets)

    def _keeps(self, definition: Def, site: CallSite, name: str, depth: int) -> bool:
        """The function closes what it is given, or it stays with it."""
        given = arguments_by_parameter(site.call, definition)
        own = [parameter for parameter, value in given.items() if isinstance(value, Name) and value.id == name]
        if not own or definition.function.is_generator:
            return True
        return any(self._stays(definition, parameter, depth) for parameter in own)

    def _stays(self, definition: Def, parameter: str, depth: int) -> bool:
        closing = self._all_closing
        for use in uses_of(definition, parameter, definition.function.at):
            if use.kind in ("managed", "yielded", "returned", "kept") or (use.kind == "method" and use.word in closing):
                return True
            if use.kind == "argument" and self._is_given_away(definition.module, use.call, parameter, depth - 1):
                return True
        return False


def _call_of(expr: Expr | None) -> int:
    """The row of the call that an expression is, `await` before it or not; -1 for another."""
    inner = expr.value if isinstance(expr, Await) else expr
    return inner.index if isinstance(inner, CallRef) else -1
