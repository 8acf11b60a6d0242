"""Searches for subjects: what they take for one, and what they must not."""

from __future__ import annotations

import pytest

from archlint.facts.findings import ItemResult
from archlint.testing import analyse_files

TWO = """\
services:
  orders:
    build: ./orders
    ports: [{ports[0]}]
    environment: {{DATABASE_URL: "{dsns[0]}"}}
  billing:
    build: ./billing
    ports: [{ports[1]}]
    environment: ["DATABASE_URL={dsns[1]}"]
"""


def result(item: str, files: dict[str, str]) -> ItemResult:
    return next(found for found in analyse_files(files).checklist if found.id == item)


def two(dsns: tuple[str, str] = ("", ""), ports: tuple[str, str] = ("", "")) -> dict[str, str]:
    return {"compose.yaml": TWO.format(dsns=dsns, ports=ports)}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("postgresql://a:b@db/shop", "postgresql://c:d@db/shop"),
        ("postgresql://db/shop", "postgres+psycopg://db:5432/shop"),
        ("postgresql://db/shop?sslmode=require", "postgresql://db/shop/"),
        ("postgresql://db/shop?options=-csearch_path%3Da", "postgresql://db/shop?options=-csearch_path%3Da"),
    ],
)
def test_one_database_under_two_addresses_is_shared(first: str, second: str) -> None:
    found = result("architecture.databases", two((first, second)))
    assert found.status == "fail"
    assert any("shares the database db:5432/shop" in evidence.text for evidence in found.evidence)


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("postgresql://db/orders", "postgresql://db/billing", "pass"),
        ("postgresql://db/shop", "postgresql://other/shop", "pass"),
        ("postgresql://db/shop", "postgresql://db:5433/shop", "pass"),
        ("postgresql://db/shop?options=-csearch_path%3Da", "postgresql://db/shop?options=-csearch_path%3Db", "pass"),
        ("postgresql://localhost/shop", "postgresql://localhost/shop", "manual"),
        ("$URL", "$URL", "manual"),
        ("sqlite:///shop.db", "sqlite:///shop.db", "manual"),
        ("postgresql://[db/shop", "postgresql://[db/shop", "manual"),
        ("postgresql://db:x/shop", "postgresql://db:x/shop", "manual"),
        ("postgresql://db", "postgresql://db", "manual"),
    ],
)
def test_what_may_be_two_databases_is_not_shared(first: str, second: str, status: str) -> None:
    assert result("architecture.databases", two((first, second))).status == status


@pytest.mark.parametrize(
    ("ports", "status"),
    [
        (("'8001:8000'", "'8002:8000'"), "fail"),
        (("8001", "{published: 8002, target: 8000}"), "fail"),
        (("'8001:8000'", ""), "not applicable"),
        (("'8001:8000'", "'127.0.0.1:8002:8000'"), "not applicable"),
        (("", ""), "not applicable"),
    ],
)
def test_ports_that_the_world_reaches(ports: tuple[str, str], status: str) -> None:
    assert result("architecture.gateway", two(ports=ports)).status == status


NGINX = "server {{ location /orders {{ proxy_pass {0}; }} location /bills {{ proxy_pass http://billing:8000; }} }}\n"


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://orders:8000", "pass"),
        ("http://orders.internal", "pass"),
        ("http://nobody:8000", "not applicable"),  # one public service is left
    ],
)
def test_routes_of_a_gateway(target: str, status: str) -> None:
    files = {**two(), "deploy/nginx.conf": NGINX.format(target)}
    assert result("architecture.gateway", files).status == status


def test_a_route_to_nothing_is_refuted() -> None:
    nginx = NGINX.format("http://orders:8000") + "server { location /old { proxy_pass http://nobody:9; } }\n"
    found = result("architecture.gateway", {**two(), "deploy/nginx.conf": nginx})
    assert found.status == "fail"
    assert found.reason.endswith("no service is called nobody")


APP = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef home():\n    return {}\n"
SCALED = """\
services:
  shop:
    build: .
    command: uvicorn shop:app
    environment: {{DATABASE_URL: "{dsn}"}}
    deploy: {{replicas: {replicas}}}
"""


@pytest.mark.parametrize(
    ("dsn", "replicas", "status"),
    [
        ("sqlite:////data/shop.db", 2, "fail"),
        ("sqlite+aiosqlite:////data/shop.db", 2, "fail"),
        ("sqlite:////data/shop.db", 1, "manual"),
        ("postgresql://db/shop", 2, "pass"),
        ("sqlite://", 2, "fail"),
    ],
)
def test_copies_that_share_a_file(dsn: str, replicas: int, status: str) -> None:
    files = {"shop.py": APP, "compose.yaml": SCALED.format(dsn=dsn, replicas=replicas)}
    assert result("architecture.scaling", files).status == status


@pytest.mark.parametrize("path", ["tests/test_rates.py", "shop/rates.py"])
def test_clients_of_tests_are_no_subject(path: str) -> None:
    code = "import httpx\n\n\ndef rate():\n    return httpx.get('http://rates', timeout=2).json()\n"
    found = result("practices.timeouts", {path: code, "shop/prices.py": "price = 3\n"})
    assert found.status == ("not applicable" if path.startswith("tests") else "unknown")


def test_an_import_for_types_alone_is_no_subject() -> None:
    code = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import httpx\n"
    assert result("practices.timeouts", {"shop/rates.py": code}).status == "not applicable"


APART = '[[contracts]]\nname = "contexts"\nkind = "independence"\nmodules = ["shop.orders", "shop.billing"]\n'


@pytest.mark.parametrize(
    ("imported", "status", "reason"),
    [
        ("shop.clock", "pass", "2 of 2 services: none imports another's internals"),
        (
            "shop.billing.charges",
            "fail",
            "a service reaches into another: shop.orders (contract `contexts`): reaches shop.billing",
        ),
    ],
)
def test_parts_that_a_contract_keeps_apart_have_boundaries_too(imported: str, status: str, reason: str) -> None:
    files = {"archlint.toml": APART, "shop/clock.py": "", "shop/billing/charges.py": "import shop.clock\n"}
    found = result("architecture.boundaries", {**files, "shop/orders/place.py": f"import {imported}\n"})
    assert (found.status, found.reason) == (status, reason)


def test_one_deployable_without_such_a_contract_has_none_to_keep() -> None:
    files = {"shop/orders/place.py": "import shop.billing.charges\n", "shop/billing/charges.py": ""}
    assert result("architecture.boundaries", files).status == "not applicable"
