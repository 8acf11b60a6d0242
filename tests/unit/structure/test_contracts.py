"""What contracts say beyond their verdicts."""

from __future__ import annotations

from import_graphs import project_of_sources

from archlint.facts.settings import Allow, Contract, Settings
from archlint.project.layers.contracts import Contracts
from archlint.project.source.patterns import covers, matches

SHOP = {"shop/web.py": "import shop.data", "shop/data.py": "import shop.web\nimport requests", "shop/__init__.py": ""}


def contracts(contract: Contract, sources: dict[str, str] | None = None) -> Contracts:
    return project_of_sources(sources or SHOP, Settings(contracts=(contract,))).contracts


def test_a_layer_that_does_not_exist_is_told() -> None:
    found = contracts(Contract(name="c", kind="layers", layers=("shop.web", "shop.dat", "(shop.maybe)")))
    assert [fault.words for fault in found.faults] == ["shop.dat"]


def test_a_container_that_does_not_exist_is_told() -> None:
    found = contracts(Contract(name="c", kind="layers", containers=("shpo",), layers=("web", "data")))
    assert [fault.words for fault in found.faults] == ["shpo.web", "shpo.data"]


def test_an_exception_without_an_import_is_told() -> None:
    used = Allow(importer="shop.data", imported="shop.web", reason="r")
    unused = Allow(importer="shop.web", imported="shop.**", reason="r")
    stale = Allow(importer="shop.*.gone", imported="shop.web", reason="r")
    found = contracts(Contract(name="c", kind="layers", layers=("shop.web", "shop.data"), allow=(used, unused, stale)))
    assert found.breaches == ()
    assert [allow for _, allow in found.unused_allows] == [stale]


def test_a_forbidden_package_that_nobody_imports_is_told() -> None:
    found = contracts(Contract(name="c", kind="forbidden", source=("shop",), forbidden=("rquests",)))
    assert [fault.words for fault in found.faults] == ["rquests"]


def test_direct_only() -> None:
    sources = {"a.py": "import b", "b.py": "import c", "c.py": ""}
    chain = Contract(name="c", kind="forbidden", source=("a",), forbidden=("c",))
    assert len(contracts(chain, sources).breaches) == 1
    direct = Contract(name="c", kind="forbidden", source=("a",), forbidden=("c",), indirect=False)
    assert contracts(direct, sources).breaches == ()


def test_an_external_contract_may_look_at_some_packages_only() -> None:
    sources = {"shop/a.py": "import requests\nimport numpy\nimport os\nfrom google.cloud import storage"}
    wide = Contract(name="c", kind="external", source=("shop",), allowed=("google.cloud",))
    assert [b.imported for b in contracts(wide, sources).breaches] == ["requests", "numpy"]
    narrow = Contract(name="c", kind="external", source=("shop",), packages=("numpy",))
    assert [b.imported for b in contracts(narrow, sources).breaches] == ["numpy"]


def test_tests_are_no_part_of_a_contract() -> None:
    sources = {"shop/web/a.py": "", "shop/data/a.py": "", "shop/data/tests/test_a.py": "import shop.web.a\ndef test_a(): ..."}
    assert contracts(Contract(name="c", kind="layers", layers=("shop.web", "shop.data")), sources).breaches == ()


def test_patterns() -> None:
    assert matches("shop.*.domain", "shop.a.domain")
    assert not matches("shop.*.domain", "shop.a.b.domain")
    assert matches("shop.**", "shop.a.b")
    assert not matches("shop.**", "shop")
    assert covers("shop.*.domain", "shop.a.domain.order")
    assert not covers("shop", "shopping")
    assert matches("shop.v*", "shop.v2")


def test_own_patterns_can_mean_one_module_alone() -> None:
    sources = {"a/__init__.py": "", "a/b.py": "import c", "c.py": ""}
    below = Contract(name="c", kind="forbidden", source=("a",), forbidden=("c",))
    assert len(contracts(below, sources).breaches) == 1
    alone = Contract(name="c", kind="forbidden", source=("a",), forbidden=("c",), as_packages=False)
    assert contracts(alone, sources).breaches == ()


def test_independent_packages_without_files_of_their_own() -> None:
    sources = {
        "shop/orders/a.py": "import shop.users.b",
        "shop/users/b.py": "",
        "shop/users/tests/test_b.py": "import shop.orders.a",
    }
    (breach,) = contracts(Contract(name="c", kind="independence", modules=("shop.*",)), sources).breaches
    assert (breach.importer, breach.imported) == ("shop.orders", "shop.users")


def test_typing_and_tests_close_no_circle_of_an_own_contract() -> None:
    sources = {
        "shop/orders/a.py": "import shop.users.b",
        "shop/users/b.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import shop.orders.a",
        "shop/users/tests/test_b.py": "import shop.orders.a\ndef test_a(): ...",
    }
    contract = Contract(name="c", kind="acyclic", modules=("shop",))
    assert contracts(contract, sources).breaches == ()
    assert len(contracts(contract, {**sources, "shop/users/b.py": "import shop.orders.a"}).breaches) == 1


def test_a_circle_names_all_imports_to_cut() -> None:
    sources = {
        "shop/orders/a.py": "import shop.users.b\nimport shop.users.c",
        "shop/users/b.py": "import shop.orders.a",
        "shop/users/c.py": "import shop.orders.d\nimport shop.orders.a",
        "shop/orders/d.py": "",
    }
    (breach,) = contracts(Contract(name="c", kind="acyclic", modules=("shop",)), sources).breaches
    assert [(link.importer, link.imported) for link in (breach.chain[0], *breach.further)] == [
        ("shop.orders.a", "shop.users.b"),
        ("shop.orders.a", "shop.users.c"),
    ]


def test_depth_and_skipped_packages_bound_where_circles_are_looked_for() -> None:
    sources = {"shop/a/x/m.py": "import shop.a.y.m", "shop/a/y/m.py": "import shop.a.x.m"}
    assert [b.importer for b in contracts(Contract(name="c", kind="acyclic", modules=("shop",)), sources).breaches] == [
        "shop.a"
    ]
    assert contracts(Contract(name="c", kind="acyclic", modules=("shop",), depth=0), sources).breaches == ()
    assert contracts(Contract(name="c", kind="acyclic", modules=("shop",), skip=("shop.a",)), sources).breaches == ()


def test_a_contract_that_is_broken_everywhere_still_names_every_pair() -> None:
    """Beyond some chains each further pair is shown by one."""
    names = [f"a{i:02}" for i in range(24)]
    sources = {f"shop/{name}.py": "\n".join(f"import shop.{other}" for other in names if other != name) for name in names}
    found = contracts(Contract(name="c", kind="independence", modules=("shop.*",)), sources).breaches
    assert len({(breach.importer, breach.imported) for breach in found}) == 24 * 23


def test_a_package_outside_is_said_once_for_each_module() -> None:
    sources = {"shop/a.py": "from requests import get, post\nimport requests.auth", "shop/b.py": "import shop.a"}
    found = contracts(Contract(name="c", kind="forbidden", source=("shop",), forbidden=("requests",)), sources).breaches
    assert [[link.imported for link in breach.chain] for breach in found] == [["requests.get"]]
    assert [link.imported for link in found[0].further] == ["requests.post", "requests.auth"]
