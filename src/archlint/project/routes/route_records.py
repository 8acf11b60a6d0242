"""The records of routing: routes, apps, and the containers between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.project.model import Def
from archlint.project.names.symbols import ClassDef

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

Via = Literal["decorator", "add", "conf", "class", "mount", "middleware", "table", "library", "field"]
FIELD: Via = "field"
"""No route but a field that a request of a query language begins with."""
ContainerKind = Literal["app", "router", "urls"]


class Handler(Struct, frozen=True):
    """What answers a route: a function or a class of the project. `wrappers`: names of what is put around it where the
    route is declared (`login_required(view)`)."""

    target: Def | ClassDef
    wrappers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Container:
    """An app, a router or a module's list of routes. `key` is unique; `type_name` a library type, `name` the variable or
    factory that people know it by; `function` the one that makes it (None at module level)."""

    key: str
    kind: ContainerKind
    site: Site
    name: str
    type_name: str = field(default="", compare=False)
    module: Module = field(default=None, compare=False, repr=False)  # type: ignore[assignment] # always given
    function: Def | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Declaration:
    """A route as it is written: its paths are normal parts below whatever its containers are put under."""

    paths: tuple[str, ...]
    methods: tuple[str, ...]
    handler: Handler | None
    site: Site
    via: Via
    module: Module = field(compare=False, repr=False)


class Inclusion(Struct, frozen=True):
    """A container put into another one, under each of `prefixes` (normal parts). `overrides`: in place of its own."""

    child: str
    prefixes: tuple[str, ...]
    site: Site
    overrides: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """A declared route. `paths`: absolute, one for each way that its containers are included; a `{}` is a piece that is
    not known.  `apps`: keys of the apps that serve it, None where that cannot be told.  `containers`: keys of all that it
    is declared on or included by."""

    paths: tuple[str, ...]
    methods: tuple[str, ...]
    handler: Handler | None
    site: Site
    via: Via
    apps: tuple[str, ...] | None
    module: Module = field(compare=False, repr=False)
    containers: frozenset[str] = field(default=frozenset(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class App:
    """An app object, or a Django project's root URL configuration. `framework` is the library's name.

    `mounted`: put into another app. `served`: why it is known to be run as a server, empty if it is not; `offered`: not
    by its own code alone, but by a deployment file, the project's settings, or a module in which a server looks for it.
    """

    key: str
    name: str
    module: Module = field(compare=False, repr=False)
    site: Site
    framework: str
    mounted: bool
    served: str = ""
    offered: bool = False
