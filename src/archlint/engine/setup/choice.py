"""What is to be written down: the proposal, and what a user makes of it. Values and pure functions only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from archlint.engine.setup.survey import Survey
from archlint.facts.settings import Contract, LayerMap, Settings
from archlint.project.layers.layer_map import assign, written
from archlint.project.layers.layer_words import LAYERS, Layer
from archlint.project.source.patterns import covers

WrittenStyle = Literal["auto", "clean", "layered", "none"]
ORDERS: Mapping[Literal["clean", "layered"], tuple[Layer, ...]] = {
    "clean": ("interface", "infrastructure", "application", "domain"),
    "layered": ("interface", "application", "infrastructure", "domain"),
}
"""The layers of each style, outermost first: each may import those behind it."""
CONTRACT = "The layers look one way"
"""The name of the contract that an order which is neither style's becomes."""


class Choice(Struct, frozen=True, kw_only=True):
    """`order`: the layers that have packages, outermost first.  `exclude`: all patterns, those of the configuration first."""

    roots: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    style: WrittenStyle = "auto"
    order: tuple[Layer, ...] = ()
    layers: LayerMap | None = None
    services: Mapping[str, str] = {}
    dialect: str | None = None


class Extras(Struct, frozen=True, kw_only=True):
    """What is written besides the configuration; `ci`: github, gitlab or nothing."""

    baseline: bool = False
    pre_commit: bool = False
    ci: str = ""


def proposal(found: Survey) -> Choice:
    """What the configuration says, and the rest as it was found."""
    settings = found.project.settings
    style: WrittenStyle = settings.style
    layers = settings.layers
    if style != "none" and not layers_contracts(settings):
        layers = _refreshed(layers, found) if layers else (found.layers if found.placed else None)
        if style == "auto" and layers is not None:
            style = found.project.under(replace(settings, layers=layers)).layers.style
    known = set(settings.exclude)
    return Choice(
        roots=settings.roots or found.fixed_roots,
        exclude=(*settings.exclude, *(e.pattern for e in found.excludes if e.pattern not in known)),
        style=style,
        order=_order_written(layers, settings) or ordered(layers, style),
        layers=layers,
        services=settings.services or dict(found.services),
        dialect=settings.dialect or found.dialect,
    )


def layers_contracts(settings: Settings) -> tuple[str, ...]:
    """Names of the contracts by which somebody wrote the layers down himself."""
    return tuple(c.name for c in settings.contracts if c.kind == "layers" and c.name != CONTRACT)


def _order_written(layers: LayerMap | None, settings: Settings) -> tuple[Layer, ...]:
    """The order of the contract that an earlier choice became."""
    lines = next((contract.layers for contract in settings.contracts if contract.name == CONTRACT), ())
    order: list[Layer] = []
    for line in lines:
        patterns = {part.strip() for part in line.split(":")}
        order += [layer for layer in LAYERS if layers is not None and patterns & set(getattr(layers, layer))][:1]
    return tuple(order) if len(order) == len(ordered(layers, "clean")) else ()


def ordered(layers: LayerMap | None, style: str) -> tuple[Layer, ...]:
    """The layers that have packages, in the order of the style."""
    order = ORDERS["clean" if style == "clean" else "layered"]
    return tuple(layer for layer in order if layers is not None and getattr(layers, layer))


def _refreshed(given: LayerMap, found: Survey) -> LayerMap:
    """The configured layers without patterns that mean nothing any more, and with packages that came since."""
    modules = found.project.modules
    roles = (*LAYERS, "cross_cutting")
    every = [module.name for module in modules.all]
    kept = LayerMap(**{r: tuple(p for p in getattr(given, r) if any(covers(p, n) for n in every)) for r in roles})
    names = [module.name for module in modules.production]
    said = assign(kept, names)
    missing = {name: layer for name, layer in found.placed.items() if name not in said}
    if not missing:
        return kept
    wanted = {name: layer for name, layer in said.items() if layer is not None} | missing
    new = written(wanted, names)
    grown = LayerMap(
        **{
            role: (*getattr(kept, role), *(p for p in getattr(new, role) if any(covers(p, name) for name in missing)
                                           and p not in getattr(kept, role)))
            for role in roles
        }
    )  # fmt: skip
    meant = {name: layer for name, layer in assign(grown, names).items() if layer is not None}
    return grown if meant == wanted else kept


def style_of(order: Sequence[Layer], preferred: str) -> Literal["clean", "layered"] | None:
    """The style whose order this is, `preferred` where it is both's; None: it is neither's."""
    fitting = [style for style, full in ORDERS.items() if tuple(layer for layer in full if layer in order) == tuple(order)]
    return next((style for style in fitting if style == preferred), fitting[0] if fitting else None)


def contract_of(choice: Choice) -> Contract | None:
    """The contract that the choice's order needs, since no style is it."""
    if choice.layers is None or choice.style == "none" or style_of(choice.order, choice.style) is not None:
        return None
    lines = tuple(" : ".join(getattr(choice.layers, layer)) for layer in choice.order)
    return Contract(name=CONTRACT, kind="layers", layers=lines)


def hidden_exceptions(choice: Choice, names: Iterable[str]) -> tuple[str, ...]:
    """Modules that are cross-cutting inside a layer's package: a contract, which knows no exceptions, counts them to the
    layer."""
    if choice.layers is None or contract_of(choice) is None:
        return ()
    patterns = [pattern for layer in choice.order for pattern in getattr(choice.layers, layer)]
    apart = [name for name, layer in assign(choice.layers, names).items() if layer is None]
    return tuple(name for name in apart if any(covers(pattern, name) for pattern in patterns))


def settings_with(choice: Choice, settings: Settings) -> Settings:
    """The settings that a run has once the choice is written."""
    contract = contract_of(choice)
    others = tuple(c for c in settings.contracts if c.name != CONTRACT)
    return replace(
        settings,
        roots=choice.roots,
        exclude=choice.exclude,
        style=choice.style,
        layers=choice.layers,
        services=dict(choice.services),
        dialect=choice.dialect,
        contracts=(*others, contract) if contract else others,
    )


def changes_of(choice: Choice, settings: Settings) -> dict[str, Any]:
    """What a configuration that says `settings` must say besides, as `config_text.edited` takes it."""
    changes: dict[str, Any] = {}
    for key, now, wanted in (
        ("roots", settings.roots, choice.roots),
        ("exclude", settings.exclude, choice.exclude),
        ("style", settings.style, choice.style),
        ("dialect", settings.dialect, choice.dialect),
    ):
        if now != wanted and wanted is not None:
            changes[key] = list(wanted) if isinstance(wanted, tuple) else wanted
    if choice.layers is not None and choice.layers != settings.layers:
        now_written = settings.layers or LayerMap()
        changes["layers"] = {
            role.replace("_", "-"): list(getattr(choice.layers, role))
            for role in (*reversed(LAYERS), "cross_cutting")
            if getattr(choice.layers, role) != getattr(now_written, role)
        }
    services = {name: folder for name, folder in choice.services.items() if settings.services.get(name) != folder}
    if services:
        changes["services"] = services
    contract, written_one = contract_of(choice), next((c for c in settings.contracts if c.name == CONTRACT), None)
    if contract is not None and contract != written_one:
        changes["contracts"] = [{"name": contract.name, "kind": contract.kind, "layers": list(contract.layers)}]
    elif contract is None and written_one is not None:
        changes["contracts"] = [{"name": CONTRACT}]
    return changes


# What a user does to it


def arranged(choice: Choice, order: Sequence[Layer]) -> Choice:
    """The layers in that order; those that it does not name become cross-cutting."""
    for layer in [layer for layer in choice.order if layer not in order]:
        choice = dropped(choice, layer)
    order = tuple(layer for layer in order if layer in choice.order)
    return _styled(replace(choice, order=order))


def _styled(choice: Choice) -> Choice:
    """The choice with the style whose order it has, if any has it."""
    return replace(choice, style=style_of(choice.order, choice.style) or choice.style)


def moved(choice: Choice, layer: Layer, by: int) -> Choice:
    """The layer one place further in (`by` 1) or out (-1); at the end nothing changes."""
    at = choice.order.index(layer)
    order = [other for other in choice.order if other != layer]
    order.insert(min(max(at + by, 0), len(order)), layer)
    return arranged(choice, order)


def renamed(choice: Choice, layer: Layer, role: Layer) -> Choice:
    """The packages of the layer in the role of another one; two that have one role become one layer."""
    if layer == role or choice.layers is None:
        return choice
    patterns = (*getattr(choice.layers, role), *getattr(choice.layers, layer))
    layers = replace(choice.layers, **{role: patterns, layer: ()})
    order = [role if other == layer else other for other in choice.order if other != role or layer not in choice.order]
    return _styled(replace(choice, layers=layers, order=tuple(dict.fromkeys(order))))


def placed_in(choice: Choice, pattern: str, role: Layer | None) -> Choice:
    """A package in another layer; None: in none, on purpose (cross-cutting)."""
    layers = choice.layers or LayerMap()
    cleared = {r: tuple(p for p in getattr(layers, r) if p != pattern) for r in (*LAYERS, "cross_cutting")}
    to = role or "cross_cutting"
    cleared[to] = (*cleared[to], pattern)
    layers = LayerMap(**cleared)
    order = [layer for layer in choice.order if getattr(layers, layer)]
    if role is not None and role not in order:
        full = ORDERS["clean" if choice.style == "clean" else "layered"]
        order = [layer for layer in full if layer in order or layer == role] if _in_style(order, full) else [*order, role]
    style = choice.style if choice.style in ORDERS else "layered" if role else choice.style
    return _styled(replace(choice, layers=layers, order=tuple(order), style=style))


def _in_style(order: Sequence[Layer], full: Sequence[Layer]) -> bool:
    return [layer for layer in full if layer in order] == list(order)


def dropped(choice: Choice, layer: Layer) -> Choice:
    """The layer's packages in no layer, on purpose."""
    for pattern in getattr(choice.layers, layer) if choice.layers is not None else ():
        choice = placed_in(choice, pattern, None)
    return choice


def with_style(choice: Choice, style: WrittenStyle) -> Choice:
    """The layers in the order of the style; `none`: no layers are checked and none written."""
    if style == "none":
        return replace(choice, style=style, order=(), layers=None)
    return replace(choice, style=style, order=ordered(choice.layers, style))
