"""The vocabulary of layers: which folder and module names mean which layer, and which names a composition root has.

`STRONG` words name an architectural layer by themselves when they are folders; `WEAK` words are also names of
features, libraries' habits and utilities, so the imports must bear them out; `FOLLOWING` words are layers only beside
others that are certain.
"""

from __future__ import annotations

import re
from typing import Literal

Layer = Literal["domain", "application", "infrastructure", "interface"]
LAYERS: tuple[Layer, ...] = ("domain", "application", "infrastructure", "interface")
"""From the innermost to the outermost of the clean style."""


def _words(layers: dict[Layer, str]) -> dict[str, Layer]:
    return {word: layer for layer, words in layers.items() for word in words.split()}


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


STRONG = _words(
    {
        "domain": "domain domains domain_layer domain_model",
        "application": "application application_layer use_cases usecases use_case usecase service_layer interactors",
        "infrastructure": "infrastructure infra infrastructure_layer outbound driven adapter adapters",
        "interface": "presentation presentation_layer entrypoints inbound driving interface_adapters",
    }
)
WEAK = _words(
    {
        "domain": "entities",
        "application": "services service application_services business business_logic logic",
        "infrastructure": "persistence repositories repository repos repo crud dao daos dal data_access storage storages"
        " db database gateways",
        "interface": "interface interfaces api apis routes routers router endpoints controllers controller views view"
        " rest web http cli graphql handlers handler webapi http_api delivery resources"
        " rest_api rest_apis dependencies deps middleware middlewares blueprints forms resolvers",
    }
)
FOLLOWING = _words({"infrastructure": "models model tables orm"})
EVIDENCE = _set("repositories repository repos repo crud dao daos dal data_access persistence")
"""Persistence words that only a layered project has; `db` and `storage` are anybody's."""
FEATURE_MODULES = _words(
    {
        "application": "service services usecase usecases use_cases business",
        "infrastructure": "repository repositories repo crud dao",
        "interface": "endpoints endpoint views view router routers routes controller controllers rest",
    }
)
"""Names of modules that are layers when the packages are cut by feature."""

_ENDINGS = _set("service usecase repository repo crud dao controller router routes")
"""Words of layers at the end of the names of modules (`order_service`)."""

OF_ALL = _set("config configuration settings logger logging log cache")
"""What services or the infrastructure are about that stand beside all layers."""

SPOKEN_MODULES = {word for word, layer in FEATURE_MODULES.items() if layer == "interface"} | _set(
    "api apis web http handlers resources blueprint blueprints"
)
"""Names of modules that may be all that speaks HTTP in a package."""
AROUND_HANDLERS = _set("cli dependencies deps middleware middlewares forms")
"""Folders of the interface that answer no request themselves."""

SERVED = _set("web webapi http_api rest_api api apis rest routes routers controllers endpoints views blueprint blueprints")
"""Folders of the infrastructure that are the interface, where they know a web framework."""
HANDING = _set("dependencies deps")
"""Modules, wherever they stand, that hand services to the routes."""

FEATURE_NOUNS = _set(
    "services service repository delivery interface interfaces api apis web business gateways forms resources logic"
)
"""Weak words that are just as well what a program is about."""

_SIDES: dict[str, Layer] = {
    **dict.fromkeys(("input", "in", "inbound", "driving", "primary", "incoming", "entrypoint", "entrypoints"), "interface"),
    **dict.fromkeys(("output", "out", "outbound", "driven", "secondary", "outgoing"), "infrastructure"),
}
ADAPTERS = frozenset({"adapter", "adapters"})
_SUFFIX = re.compile(r"(?P<context>.+)_(?P<word>domain|application|infrastructure|infra|presentation|interface)")

APP = "app"
"""The application layer, where use cases lie in it and no other layer does; else what a whole program is called."""
CORE = "core"
CORE_DOMAIN = _set(
    "domain entities entity value_objects value_object vo aggregates aggregate model models events policies "
    "specifications factories"
)
CORE_APPLICATION = _set(
    "commands command queries query use_cases usecases use_case usecase interactors application services service_layer "
    "handlers ports features"
)
PORTS = "ports"
PORTS_BESIDE = _set("interface interfaces gateways ports")
"""Folders beside use cases in which the application says what it needs."""
TRANSFER = _set("schemas schema serializers dto dtos")
"""Folders of what is taken in and given out: they belong to whoever uses them."""
ERRORS = _set("exceptions exception errors error")
"""Names of modules and folders of errors, which whoever implements something promises to raise."""
HELPERS = _set("utils util helpers helper")
"""Names of modules and folders of what anybody may use, wherever it lies."""
BESIDE_ENTITIES = _set("services service factories events policies specifications exceptions errors")
"""Folders that belong to the domain when they lie beside its entities."""

_COMPOSITION = re.compile(
    r"_*(bootstrap|bootstrapper|containers?|di|ioc|wiring|composition(_root)?|injections?|injectors?|app_factory"
    r"|dependency_injection)_*"
)
_OF_MATTER = frozenset({"container", "containers", "injection", "injections"})
"""Of these what a program may be about: a ship's load, a dose."""
_ENTRY = re.compile(r"_*(main|asgi|wsgi|server|lifespan|startup|manage)_*")
_FILLING = re.compile(
    r"_*((init|initialize|seed|populate)_?(db|database)|((db|database)_)?seed(er|ers)?|(db|database)_init|initial_data|init_data)_*"
)
_FACTORY = re.compile(
    r"_?((create|make|build)_(\w+_)?(app|application|api|container|server)|get_(\w+_)?(app|application)"
    r"|(init|setup|configure|bootstrap)_(container|dependencies|di))"
)


def may_be_layer(word: str) -> bool:
    """The folder's name may mean a layer, or one side of what lies around the core."""
    return word in STRONG or word in WEAK or word in ADAPTERS or word == PORTS or word in _SIDES


def ending(module: str) -> str:
    """The layer's word with which the name of a module ends (`order_service`); empty where it ends with none, or is of what
    every layer uses (`config_service`)."""
    what, _, word = module.rpartition("_")
    return word if word in _ENDINGS and what not in OF_ALL else ""


def feature_layers(module: str) -> frozenset[Layer]:
    """The layers that the name of a module tells of, whole or by its ending: `controller`, `order_controller`."""
    found = (FEATURE_MODULES.get(module), FEATURE_MODULES.get(ending(module)))
    return frozenset(layer for layer in found if layer is not None)


def side(word: str) -> Layer | None:
    """The layer of an adapter folder's child: `adapter/input` is interface, `adapter/output` infrastructure."""
    return _SIDES.get(word)


def sided_adapter(word: str) -> Layer | None:
    """`input_adapters`, `adapters_out`."""
    first, _, last = word.partition("_")
    if first in ADAPTERS:
        return _SIDES.get(last)
    return _SIDES.get(first) if last in ADAPTERS else None


def suffix(word: str) -> tuple[str, Layer] | None:
    """(context, layer) of a folder named after both: `catalog_domain`."""
    found = _SUFFIX.fullmatch(word)
    if found is None:
        return None
    layer = STRONG.get(found["word"], "interface")
    return found["context"], layer


def names_composition_root(word: str) -> bool:
    return bool(_COMPOSITION.fullmatch(word))


def means_composition_root(word: str) -> bool:
    """It names a composition root, and means nothing else that a program may be about."""
    return names_composition_root(word) and word.strip("_") not in _OF_MATTER


def names_entry_point(word: str) -> bool:
    """Where a process starts; a composition root unless it lies in an inner layer."""
    return bool(_ENTRY.fullmatch(word))


def names_first_filling(word: str) -> bool:
    """What fills the database when it is new, with the services that are there for it; as an entry point."""
    return bool(_FILLING.fullmatch(word))


def names_app_factory(function: str) -> bool:
    return bool(_FACTORY.fullmatch(function))
