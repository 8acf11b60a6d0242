"""What is wrong in code that was left lying beside what took its place is a note: nobody runs it."""

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

ORDERS = """import requests
from fastapi import APIRouter

router = APIRouter()


@router.get("/orders")
async def orders():
    return requests.get("https://pay.example/orders", timeout=3).json()


def total(rows):
    return sum(rows)
"""
CURRENT = ORDERS.replace("async def", "def")
OTHER = ORDERS.replace("def orders", "def today").replace("def total", "def count")
MAIN = "from fastapi import FastAPI\n\nfrom shop import orders\n\napp = FastAPI()\napp.include_router(orders.router)\n"
PROGRAM = {"shop/__init__.py": "", "shop/orders.py": CURRENT, "shop/main.py": MAIN}
LOADING = """import importlib
import pkgutil

from fastapi import FastAPI

import shop
from shop import orders

app = FastAPI()
for found in pkgutil.iter_modules(shop.__path__):
    app.include_router(importlib.import_module(f"shop.{found.name}").router)
"""

LEFT = {
    "a copy beside it": {"shop/orders_new.py": ORDERS},
    "a copy at the top": {"orders.py": ORDERS},
    "an archive": {"shop/_archive/refunds.py": ORDERS},
    "an old one whose parts import each other": {
        "old_shop/__init__.py": "",
        "old_shop/basket.py": ORDERS,
        "old_shop/served.py": "from fastapi import FastAPI\n\nfrom . import basket\n\napp = FastAPI()\n"
        "app.include_router(basket.router)\n",
    },
}

IN_USE = {
    "another module imports the copy": {
        "shop/orders_new.py": ORDERS,
        "shop/admin.py": "from shop import orders_new\n\nrouters = [orders_new.router]\n",
    },
    "what is in the archive is imported": {
        "shop/archive/refunds.py": ORDERS,
        "shop/admin.py": "from shop.archive.refunds import router\n\nrouters = [router]\n",
    },
    "a setting names the package": {"shop/archive/refunds.py": ORDERS, "shop/settings.py": "APPS = ['shop.archive']\n"},
    "a setting names the package of another one": {"refunds/orders.py": ORDERS, "shop/settings.py": "APPS = ['refunds']\n"},
    "it is another version": {"shop/orders_v2.py": ORDERS},
    "a setting names the copy": {"shop/orders_new.py": ORDERS, "shop/settings.py": "ROUTES = 'shop.orders_new:router'\n"},
    "a deployment starts the copy": {
        "shop/orders_new.py": ORDERS,
        "Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "shop.orders_new:app"]\n',
    },
    "it defines other things than what is imported": {
        "shop/refunds.py": ORDERS.replace("orders", "refunds").replace("total", "sum_up")
    },
    "the program loads what is in its folder": {
        "shop/main.py": LOADING,
        "shop/orders_new.py": ORDERS,
        "shop/baskets.py": "from fastapi import APIRouter\n\nrouter = APIRouter()\n",
    },
}


@pytest.mark.parametrize("files", LEFT.values(), ids=LEFT.keys())
def test_note(files: dict[str, str]) -> None:
    (found,) = testing.run_rule("RES007", PROGRAM | files)

    assert found.confidence == Confidence.LOW
    assert "import" in found.related[-1].message


@pytest.mark.parametrize(
    "name",
    ["orders copy.py", "orders copy 2.py", "orders - Copy.py", "orders - Copy (2).py", "orders (1).py", "Copy of orders.py"],
)
def test_a_copy_that_no_import_can_name(name: str) -> None:
    assert testing.run_rule("RES007", PROGRAM | {f"shop/{name}": ORDERS}) == []


@pytest.mark.parametrize("name", ["orders copier.py", "photocopy.py", "order (first).py", "copy_of_orders.py"])
def test_other_names_with_such_a_word(name: str) -> None:
    assert (
        len(testing.run_rule("RES007", PROGRAM | {f"shop/{name}": ORDERS.replace("orders", "days").replace("total", "most")}))
        == 1
    )


def test_what_is_doubtful_is_not_said_of_what_is_left() -> None:
    sending = "import logging\n\n\ndef send(email):\n    logging.info(f'would have sent it to {email}')\n"
    (found,) = testing.run_rule("SEC017", PROGRAM | {"shop/mails.py": sending})

    assert found.confidence == Confidence.LOW
    assert testing.run_rule("SEC017", PROGRAM | {"shop/orders_new.py": ORDERS + sending}) == []


@pytest.mark.parametrize("files", IN_USE.values(), ids=IN_USE.keys())
def test_finding(files: dict[str, str]) -> None:
    (found,) = testing.run_rule("RES007", PROGRAM | files)

    assert found.confidence > Confidence.LOW


def test_a_program_of_one_file_imports_nothing() -> None:
    (found,) = testing.run_rule("RES007", {"orders.py": ORDERS, "old/orders.py": CURRENT})

    assert found.confidence > Confidence.LOW


def test_contracts_hold_for_what_is_left_as_well() -> None:
    files = {
        "shop/__init__.py": "",
        "shop/domain/__init__.py": "",
        "shop/domain/orders.py": "def total(rows):\n    return sum(rows)\n\n\ndef paid(rows):\n    return rows\n",
        "shop/api/__init__.py": "",
        "shop/api/views.py": "from shop.domain.orders import total\n",
        "shop/domain/orders_old.py": "from shop.api import views\n\n\ndef total(rows):\n    return views\n\n\n"
        "def paid(rows):\n    return views\n",
        "pyproject.toml": "[tool.archlint.layers]\ninterface = ['shop.api']\ndomain = ['shop.domain']\n",
    }
    (found,) = testing.run_rule("ARC001", files)

    assert found.confidence > Confidence.LOW
