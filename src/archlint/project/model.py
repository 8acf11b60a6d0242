"""The records in which the project answers: types, functions, resolved calls, witnesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Confidence, Site, Step
from archlint.facts.knowledge import Operation
from archlint.facts.syntax import Call, CallRef, Expr, Function

if TYPE_CHECKING:
    from archlint.project.source.modules import Module


class Type(Struct, frozen=True, gc=False):
    """What an expression's value is. `name` is a dotted name of a project class (`shop.models.User`) or of a library
    type known to the knowledge (`sqlalchemy.orm.Session`); `is_class`: the class itself, not an instance.
    `arguments` are its type arguments (`Query[User]`)."""

    name: str
    arguments: tuple[Type, ...] = ()
    is_class: bool = False
    confidence: Confidence = Confidence.HIGH


class Def(Struct, frozen=True, gc=False):
    """A function of the project: `module.outline.functions[index]`. Equality by module name and index."""

    module: Module
    module_name: str
    index: int

    @property
    def function(self) -> Function:
        return self.module.outline.functions[self.index]

    @property
    def name(self) -> str:
        """Dotted: `shop.orders.service.OrderService.place`."""
        return f"{self.module_name}.{self.function.qualname}"

    @property
    def owner(self) -> str:
        """The dotted name of the class that it is a method of; of what holds it, where it is none."""
        return self.name.rpartition(".")[0]

    @property
    def site(self) -> Site:
        f = self.function
        return Site(self.module.path, f.name_at, f.name_at + len(f.name))


class Target(Struct, frozen=True, gc=False):
    """What a call may run: a project function, or a library callable (dotted, canonical) with what is known of it."""

    name: str
    definition: Def | None
    operation: Operation | None
    confidence: Confidence


class CallSite(Struct, frozen=True, gc=False):
    """A call of the project, resolved. `caller` is the function it stands in (None at module level).

    `targets` is empty for an unresolved call; more than one when a port has several implementations.
    `receiver` is the type of what the method is called on."""

    module: Module
    path: str
    index: int
    call: Call
    caller: Def | None
    targets: tuple[Target, ...]
    receiver: Type | None = None

    @property
    def site(self) -> Site:
        return Site(self.path, self.call.at, self.call.end)

    @property
    def expr(self) -> CallRef:
        """The call as the expression that it is."""
        return CallRef(self.call.at, self.call.length, self.index)

    @property
    def operation(self) -> Operation | None:
        """The library operation, where the call is one."""
        for target in self.targets:
            if target.operation is not None:
                return target.operation
        return None

    @property
    def confidence(self) -> Confidence:
        return min((t.confidence for t in self.targets), default=Confidence.LOW)

    def argument(self, notation: str | None) -> Expr | None:
        """See `argument_of`."""
        return argument_of(self.call, notation)

    @property
    def is_open(self) -> bool:
        """Arguments are unpacked into the call, so that what it gets cannot be told."""
        return any(a.name in ("*", "**") for a in self.call.arguments)


def argument_of(call: Call, notation: str | None) -> Expr | None:
    """The argument that a notation of the knowledge names (`"0:name"`, `"1"`, `":ttl"`), None where not given.

    After a `*` argument no position is known; a `**` argument may hold any keyword (see `CallSite.is_open`)."""
    if notation is None:
        return None
    position, _, keyword = notation.partition(":")
    if keyword:
        for given in call.arguments:
            if given.name == keyword:
                return given.value
    if position.isdigit():
        wanted = int(position)
        for given in call.arguments:
            if given.name == "*":
                return None
            if given.name is None:
                if wanted == 0:
                    return given.value
                wanted -= 1
    return None


class Witness(Struct, frozen=True):
    """How an effect comes about: the shortest path from a call down to the library call that has it.

    `steps[0]` is the call asked about, the last one the library call; `operation` what it runs."""

    effect: str
    steps: tuple[Step, ...]
    confidence: Confidence
    target: str
    """Dotted name of the library callable at the end."""
