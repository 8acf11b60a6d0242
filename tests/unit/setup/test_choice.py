"""What a user may do to the proposal: every package keeps one place, every layer with packages its own in the order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from archlint.engine.setup.choice import (
    CONTRACT,
    ORDERS,
    Choice,
    arranged,
    changes_of,
    contract_of,
    dropped,
    hidden_exceptions,
    moved,
    placed_in,
    renamed,
    settings_with,
    style_of,
    with_style,
)
from archlint.facts.settings import LayerMap, Settings
from archlint.project.layers.layer_words import LAYERS, Layer

PACKAGES = ("shop.a", "shop.b", "shop.c", "shop.d", "shop.e")
START = Choice(
    style="clean",
    order=ORDERS["clean"],
    layers=LayerMap(domain=("shop.a",), application=("shop.b",), infrastructure=("shop.c",), interface=("shop.d", "shop.e")),
)
Step = Callable[[Choice], Choice]


def _moving(layer: Layer, by: int) -> Step:
    return lambda choice: moved(choice, layer, by) if layer in choice.order else choice


def _renaming(layer: Layer, role: Layer) -> Step:
    return lambda choice: renamed(choice, layer, role) if layer in choice.order else choice


def _dropping(layer: Layer) -> Step:
    return lambda choice: dropped(choice, layer)


def _placing(package: str, role: Layer | None) -> Step:
    return lambda choice: placed_in(choice, package, role) if choice.layers is not None else choice


def _arranging(order: list[Layer]) -> Step:
    return lambda choice: arranged(choice, order)


LAYER = st.sampled_from(LAYERS)
STEPS = st.one_of(
    st.builds(_moving, LAYER, st.sampled_from([-1, 1])),
    st.builds(_renaming, LAYER, LAYER),
    st.builds(_dropping, LAYER),
    st.builds(_placing, st.sampled_from(PACKAGES), st.sampled_from([None, *LAYERS])),
    st.builds(_arranging, st.permutations(LAYERS)),
)


@given(st.lists(STEPS, max_size=12))
def test_no_step_loses_a_package_or_a_layer(steps: list[Step]) -> None:
    choice = START
    for step in steps:
        choice = step(choice)
        layers = choice.layers
        assert layers is not None
        places = [p for role in (*LAYERS, "cross_cutting") for p in getattr(layers, role)]
        assert sorted(places) == sorted(PACKAGES)
        assert sorted(choice.order) == sorted(layer for layer in LAYERS if getattr(layers, layer))
        if contract_of(choice) is None:
            assert style_of(choice.order, choice.style) == choice.style
        settings = settings_with(choice, Settings())
        assert changes_of(choice, settings) == {}
        assert {c.name for c in settings.contracts} == ({CONTRACT} if contract_of(choice) else set())


def test_an_order_of_both_styles_keeps_the_style() -> None:
    two: tuple[Layer, ...] = ("interface", "domain")
    assert arranged(START, two).style == "clean"
    assert arranged(replace(START, style="layered"), two).style == "layered"
    assert with_style(START, "layered").order == ORDERS["layered"]


@pytest.mark.parametrize("style", ["clean", "layered"])
def test_none_writes_no_layers(style: str) -> None:
    assert changes_of(with_style(START, "none"), Settings()) == {"style": "none"}
    assert with_style(START, "clean" if style == "clean" else "layered").layers == START.layers


def test_what_a_contract_cannot_say_is_told() -> None:
    names = ["shop.a", "shop.a.clock", "shop.b"]
    inside = placed_in(START, "shop.a.clock", None)
    assert hidden_exceptions(inside, names) == ()
    assert hidden_exceptions(moved(inside, "domain", -1), names) == ("shop.a.clock",)


def test_a_contract_that_an_order_no_longer_needs_goes() -> None:
    odd = moved(START, "domain", -1)
    written = settings_with(odd, Settings())
    assert [c.layers for c in written.contracts] == [("shop.d : shop.e", "shop.c", "shop.a", "shop.b")]
    assert changes_of(START, written) == {"contracts": [{"name": CONTRACT}]}
