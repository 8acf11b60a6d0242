"""Calls that go to a host of the item's own: what a loop asks of its items one by one, no other call could ask for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Await,
    Call,
    CallRef,
    Collection,
    Conditional,
    Expr,
    Mapping,
    Name,
    Operation,
    String,
    Subscript,
    Template,
)
from archlint.project.names.arguments import arguments_by_parameter, parameter, receiver_of, receives_itself
from archlint.project.parts import names_in
from archlint.project.spelling import last_name
from archlint.project.values.address_parts import ADDRESSES, is_constant, names_host, reads_address, takes_item
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.facts.findings import Site
    from archlint.project.loops.loops import Loop
    from archlint.project.loops.repeated import Repeated
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 8
_LOCALS = 4
"""Local names that are looked at on the way back to a parameter."""
_JOINING = frozenset({"urljoin", "str", "URL", "quote", "format"})
_PARTS = frozenset({"get", "strip", "rstrip", "removesuffix"})
"""Methods that give a part of their receiver."""
_CLIENTS = frozenset({"http-client", "rpc-client", "cloud-client"})
_NAMING = _CLIENTS - {"http-client"}
"""Clients whose calls name what is wanted, and no address."""
_ADDRESS = "url"
_HTTP = "http"
"""Other calls name what they ask by their function, and are handed what is asked about."""


@dataclass(frozen=True)
class _Lead:
    """The name with which an address begins; `is_object`: the name of what holds the address; `is_host`: or is its host."""

    name: str
    is_object: bool
    is_host: bool = False


class Addressed:
    """Follows the address of a call, and the client that makes it, up to the loop."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def by_item(self, call: Repeated) -> bool:
        """The host, or the client, is one that the loop's item says."""
        loop, path = call.loop, call.path
        end = path.end.call
        if end is None or (loop.mapping is not None and not path.through):
            return False
        sites = self._sites(call)
        if sites is None:
            return False
        return any(self._leads_to_item(lead, [*sites, end], path.through, loop) for lead in self._ends(call, end))

    def _sites(self, call: Repeated) -> list[CallSite] | None:
        """The calls of the project's own functions on the way, from the loop down; where a callable is handed over to run
        per item, the call that it is handed to."""
        path = call.path
        modules = [call.point.module, *(definition.module for definition in path.through)]
        found = [
            self._call_at(module, step.site) for module, step in zip(modules, path.steps[: len(path.through)], strict=False)
        ]
        if call.loop.mapping is not None and found:
            found[0] = call.point.call
        sites = [site for site in found if site is not None]
        return sites if len(sites) == len(path.through) else None

    def _call_at(self, module: Module, place: Site) -> CallSite | None:
        return next((site for site in self._project.calls.in_module(module) if site.site == place), None)

    def _ends(self, call: Repeated, end: CallSite) -> list[_Lead]:
        """The names by which the library call finds its host: the start of the address, or the client if that has it."""
        loop, through = call.loop, call.path.through
        role = self._project.types.role(end.receiver) if end.receiver is not None else ""
        given = [a.value for a in end.call.arguments if a.name == _ADDRESS]
        if not given and role not in _NAMING and call.path.end.effect == _HTTP:
            given = [a.value for a in end.call.arguments if a.name is None][:2]
        targets = loop.targets if not through else frozenset[str]()
        given.sort(key=lambda expr: ADDRESSES.isdisjoint(words_of(last_name(end.module.body, expr))))
        for expr in given:
            text = self._project.values.text(end.module, expr, end.call.context)
            start = text.rendered.split("{", 1)[0] if text is not None else ""
            own = self._lead(end.module, expr, end.call.context, targets) if targets else None
            if own is not None and own.name in targets:  # also where all items that the code lists are known
                return [own]
            if names_host(start) or self._is_fixed(end.module, expr, end.call.context):
                return []
            lead = self._lead(end.module, expr, end.call.context, targets)
            if lead is not None:
                return [lead]
        receiver = receiver_of(end)
        if receiver is None or role not in _CLIENTS:
            return []
        lead = self._lead(end.module, receiver, end.call.context, targets)
        return [_Lead(lead.name, is_object=True)] if lead is not None else []

    def _is_fixed(self, module: Module, expr: Expr, context: int) -> bool:
        """It begins with an attribute of the client that is set to a constant or a setting alone: `self.url = URL`."""
        first = expr.parts[0] if isinstance(expr, Template) and expr.parts else expr
        if isinstance(first, Operation):
            first = first.operands[0]
        if not (isinstance(first, Attribute) and isinstance(first.base, Name) and first.base.id == "self"):
            return False
        sources = self._project.values.sources.of(module, first, context)
        values = [source.expr for source in sources if not source.is_parameter]
        return bool(values) and len(values) == len(sources) and all(is_constant(value) for value in values)

    def _is_followed(self, module: Module, value: Expr) -> bool:
        return not _is_made(module, value) or self._is_own_address(module, value)

    def _is_own_address(self, module: Module, expr: Expr) -> bool:
        """`self.address_and_headers()`, which reads an address that the object itself has."""
        made = _plain(expr)
        if not isinstance(made, CallRef) or not isinstance(module.body.calls[made.index].callee, Attribute):
            return False
        targets = self._project.calls.in_module(module)[made.index].targets
        definitions = [target.definition for target in targets if target.definition is not None]
        return bool(definitions) and all(reads_address(definition) for definition in definitions)

    def _leads_to_item(self, lead: _Lead, sites: list[CallSite], through: tuple[Def, ...], loop: Loop) -> bool:
        """From the last function on the way up: what its caller gives for the name."""
        found: _Lead | None = lead
        for row in range(len(through) - 1, -1, -1):
            if found is None:
                return False
            if row == 0 and loop.mapping is not None:
                return takes_item(through[0], found.name)
            targets = loop.targets if row == 0 else frozenset[str]()
            found = self._given(found, sites[row], through[row], targets)
        return found is not None and self._is_of_item(found, loop, sites[0])

    def _given(self, lead: _Lead, site: CallSite, definition: Def, targets: frozenset[str]) -> _Lead | None:
        own = parameter(definition.function, lead.name)
        if own is None:
            made = self._made_of(lead, definition) if lead.is_object else None
            return self._given(made, site, definition, targets) if made is not None else None
        if receives_itself(definition) and definition.function.parameters[0].name == lead.name:
            expr = receiver_of(site)
        else:
            expr = arguments_by_parameter(site.call, definition).get(lead.name) or self._unpacked(site, lead.name)
        if expr is None and not ADDRESSES.isdisjoint(words_of(lead.name)):  # `get = partial(request, "GET")`
            expr = next((argument.value for argument in site.call.arguments if argument.name is None), None)
        above = self._lead(site.module, expr, site.call.context, targets) if expr is not None else None
        if above is None:
            return None
        return _Lead(above.name, lead.is_object or above.is_object, lead.is_host or above.is_host)

    def _unpacked(self, site: CallSite, name: str) -> Expr | None:
        """What `**values` gives for a name, where `values = dict(host=…)` or `{"host": …}` stands above."""
        for argument in site.call.arguments:
            if argument.name != "**" or not isinstance(argument.value, Name):
                continue
            for source in self._project.values.sources.of(site.module, argument.value, site.call.context):
                if source.module is not site.module:
                    continue
                if isinstance(source.expr, CallRef):
                    given = site.module.body.calls[source.expr.index].arguments
                    return next((a.value for a in given if a.name == name), None)
                if isinstance(source.expr, Mapping):
                    pairs = zip(source.expr.keys, source.expr.values, strict=True)
                    return next((value for key, value in pairs if isinstance(key, String) and key.value == name), None)
        return None

    def _made_of(self, lead: _Lead, definition: Def) -> _Lead | None:
        """The parameter by which a local object was looked up: `service = self.find(name)`."""
        end, waiting = definition.function.end, [Name(definition.function.end, lead.name)]
        for name in (waiting.pop(0) for _ in range(_LOCALS) if waiting):
            for source in self._project.values.sources.of(definition.module, name, definition.function.context):
                names = names_in(definition.module.body, source.expr) if source.module is definition.module else ()
                given = [n for n in names if n not in ("self", "cls") and parameter(definition.function, n) is not None]
                if given:
                    return _Lead(given[0], is_object=True)
                waiting += [Name(end, n) for n in names if n not in ("self", "cls")]
        return None

    def _is_of_item(self, lead: _Lead, loop: Loop, site: CallSite) -> bool:
        if lead.name in loop.targets:
            return True
        if not lead.is_object or lead.name not in loop.derived or lead.is_host:
            return lead.is_host and lead.name in loop.derived
        name = Name(site.call.at, lead.name)
        for source in self._project.values.sources.of(site.module, name, site.call.context):
            made = source.expr or _unpacked_from(source.module, name, site.call.context)
            if isinstance(_plain(made), CallRef) and not loop.derived.isdisjoint(names_in(source.module.body, made)):
                return True
        return False

    def _lead(
        self, module: Module, expr: Expr | None, context: int, targets: frozenset[str], depth: int = _DEPTH
    ) -> _Lead | None:
        """What an expression begins with, through local names, up to a parameter, a loop's variable, or an object."""
        if depth <= 0:
            return None
        match expr:
            case Await():
                return self._lead(module, expr.value, context, targets, depth - 1)
            case Template(parts=(String(value=scheme), host, *_)) if "://" in scheme and not names_host(scheme):
                lead = self._host(module, host, context, targets, depth - 1)
                return _Lead(lead.name, is_object=True, is_host=True) if lead is not None else None
            case Operation(op="+", operands=(String(value=scheme), host, *_)) if "://" in scheme and not names_host(scheme):
                lead = self._host(module, host, context, targets, depth - 1)
                return _Lead(lead.name, is_object=True, is_host=True) if lead is not None else None
            case Operation(op="%", operands=(String(value=form), Collection(items=items))):
                row = form.partition("://")[0].count("%") if "://%" in form else 0 if form.startswith("%") else len(items)
                lead = self._lead(module, items[row], context, targets, depth - 1) if row < len(items) else None
                return _Lead(lead.name, is_object=True) if lead is not None else None
            case Template(parts=(first, *_)) | Operation(operands=(first, *_)):
                return None if isinstance(first, String) else self._lead(module, first, context, targets, depth - 1)
            case Conditional():
                return self._lead(module, expr.body, context, targets, depth - 1)
            case Attribute() | Subscript():
                lead = self._lead(module, expr.base, context, targets, depth - 1)
                return _Lead(lead.name, is_object=True) if lead is not None else None
            case CallRef():
                call = module.body.calls[expr.index]
                if isinstance(call.callee, Attribute):
                    return self._lead(module, call.callee, context, targets, depth - 1)
                name = last_name(module.body, call.callee)
                if not call.arguments or not (name in _JOINING or name[:1].isupper() or _mends(module, call)):
                    return None
                lead = self._lead(module, call.arguments[0].value, context, targets, depth - 1)
                made = lead is not None and name not in _JOINING  # `Client(address)`
                return _Lead(lead.name, is_object=True) if lead is not None and made else lead
            case Name():
                return self._named(module, expr, context, targets, depth - 1)
            case _:
                return None

    def _host(self, module: Module, expr: Expr, context: int, targets: frozenset[str], depth: int) -> _Lead | None:
        """The same of a host, of which the beginning may be written: `f"worker-{item.id}"`."""
        lead = self._lead(module, expr, context, targets, depth)
        if lead is not None and not (isinstance(expr, Name) and lead.name == expr.id and expr.id not in targets):
            return lead
        sources = self._project.values.sources.of(module, expr, context) if isinstance(expr, Name) else ()
        for made, place in [(expr, context), *((s.expr, s.context) for s in sources if s.module is module)]:
            if isinstance(made, Template):
                part = next((p for p in made.parts if not isinstance(p, String)), None)
                return self._lead(module, part, place, targets, depth) or lead
        return lead

    def _named(self, module: Module, name: Name, context: int, targets: frozenset[str], depth: int) -> _Lead | None:
        if name.id in targets:
            return _Lead(name.id, is_object=False)
        sources = self._project.values.sources.of(module, name, context)
        if any(source.is_parameter for source in sources):
            return _Lead(name.id, is_object=False)
        for source in sources:
            value = source.expr or _unpacked_from(module, name, context)
            if source.module is module and value is not None and self._is_followed(module, value):
                return self._lead(module, value, source.context, targets, depth)
        return _Lead(name.id, is_object=False) if sources else None


def _unpacked_from(module: Module, name: Name, context: int) -> Expr | None:
    """`url, headers = self.request()`: the call."""
    made = (
        s.value
        for s in module.own_statements(module.body.contexts[context].function)
        if isinstance(s.target, Collection) and any(isinstance(item, Name) and item.id == name.id for item in s.target.items)
    )
    return next((value for value in made if isinstance(_plain(value), CallRef)), None)


def _is_made(module: Module, expr: Expr) -> bool:
    """An object that a function gives, which nothing more is known of."""
    made = _plain(expr)
    if not isinstance(made, CallRef) or last_name(module.body, made) in _JOINING | _PARTS:
        return False
    return not _mends(module, module.body.calls[made.index])


def _mends(module: Module, call: Call) -> bool:
    """`clean_url(item.raw_url)`, which makes an address of an address."""
    said = [last_name(module.body, call.callee), *(last_name(module.body, a.value) for a in call.arguments[:1])]
    return len(said) > 1 and isinstance(call.callee, Name) and all(not ADDRESSES.isdisjoint(words_of(name)) for name in said)


def _plain(expr: Expr | None) -> Expr | None:
    return expr.value if isinstance(expr, Await) else expr
