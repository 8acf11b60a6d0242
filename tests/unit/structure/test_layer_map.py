"""Layers written down as patterns: exactly the layers that were meant, in as few lines as a person would take."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archlint.facts.settings import LayerMap
from archlint.project.layers.layer_map import assign, written
from archlint.project.layers.layer_words import LAYERS, Layer

PARTS = st.sampled_from(["a", "b", "c", "d", "e", "views", "service", "domain"])
NAMES = st.lists(PARTS, min_size=1, max_size=4).map(".".join)
PLACED = st.dictionaries(NAMES, st.sampled_from([None, *LAYERS]), max_size=40)


def read_back(layers: LayerMap, names: list[str]) -> dict[str, Layer]:
    return {name: layer for name, layer in assign(layers, names).items() if layer is not None}


@given(PLACED)
def test_what_is_written_means_what_was_meant(placed: dict[str, Layer | None]) -> None:
    layers = {name: layer for name, layer in placed.items() if layer is not None}
    assert read_back(written(layers, list(placed)), list(placed)) == layers


def test_a_package_is_one_line_and_what_differs_inside_is_another() -> None:
    layers: dict[str, Layer] = {
        "shop.domain": "domain",
        "shop.domain.order": "domain",
        "shop.domain.item": "domain",
        "shop.domain.rows.table": "infrastructure",
        "shop.domain.rows.index": "infrastructure",
    }
    names = [*layers, "shop", "shop.main", "shop.domain.helpers"]
    assert written(layers, names) == LayerMap(
        domain=("shop.domain",), infrastructure=("shop.domain.rows",), cross_cutting=("shop.domain.helpers",)
    )


def test_three_packages_of_a_name_take_a_star_and_two_do_not() -> None:
    layers: dict[str, Layer] = {f"shop.{feature}.views": "interface" for feature in ("cart", "order", "user")}
    names = [*layers, *(f"shop.{feature}.forms" for feature in ("cart", "order", "user"))]
    assert written(layers, names) == LayerMap(interface=("shop.*.views",))
    two = {name: layer for name, layer in layers.items() if "user" not in name}
    assert written(two, [n for n in names if "user" not in n]) == LayerMap(interface=("shop.cart.views", "shop.order.views"))


def test_a_rare_exception_to_a_star_is_said_and_frequent_ones_forbid_it() -> None:
    features = [f"f{i}" for i in range(8)]
    layers: dict[str, Layer] = {f"shop.{feature}.views": "interface" for feature in features[:7]}
    names = [f"shop.{feature}.{module}" for feature in features for module in ("views", "forms")]
    assert written(layers, names) == LayerMap(interface=("shop.*.views",), cross_cutting=("shop.f7.views",))
    some = {name: layer for name, layer in layers.items() if name < "shop.f4"}
    assert written(some, names).interface == tuple(sorted(some))


def test_the_most_exact_pattern_decides() -> None:
    given = LayerMap(domain=("shop.*",), interface=("shop.api",), cross_cutting=("shop.api.errors",))
    names = ["shop.core", "shop.api", "shop.api.orders", "shop.api.errors", "other"]
    assert assign(given, names) == {
        "shop.core": "domain",
        "shop.api": "interface",
        "shop.api.orders": "interface",
        "shop.api.errors": None,
    }


def test_a_very_deep_name_is_no_trouble() -> None:
    deep = ".".join(["a"] * 3000)
    assert read_back(written({deep: "domain"}, [deep, "a"]), [deep, "a"]) == {deep: "domain"}
