"""What contracts say beyond their verdicts."""

from __future__ import annotations

from import_graphs import project_of_sources

from archlint.facts.settings import Allow, Contract, Settings
from archlint.project.contracts import Contracts
from archlint.project.patterns import covers, matches

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
