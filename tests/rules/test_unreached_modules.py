"""What is wrong in a module to which no import leads from anything that is run is a note, where nearly all else is led to."""

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

ROUTE = """import logging

from fastapi import APIRouter

router = APIRouter()


@router.get("/refunds")
def refunds(password: str):
    logging.info("asked with %s", password)
"""
HELPER = """import logging


def refunds(password: str):
    logging.info("asked with %s", password)
"""
ROUTES = "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/{name}')\ndef {name}():\n    return []\n"
PARTS = ("baskets", "bills", "carts", "customers", "goods", "orders", "parcels", "stocks")
MAIN = (
    "from fastapi import FastAPI\n\n"
    + "".join(f"from shop import {name}\n" for name in PARTS)
    + "\napp = FastAPI()\n"
    + "".join(f"app.include_router({name}.router)\n" for name in PARTS)
)
PROGRAM = {f"shop/{name}.py": ROUTES.replace("{name}", name) for name in PARTS} | {"shop/__init__.py": "", "shop/main.py": MAIN}

LEFT = {
    "a router that nobody imports": {"shop/refunds.py": ROUTE},
    "what only another one imports": {"shop/refunds.py": HELPER, "shop/refunds_view.py": "from shop.refunds import refunds\n"},
    "what only a test imports": {"shop/refunds.py": HELPER, "tests/test_refunds.py": "from shop.refunds import refunds\n"},
    "a whole package": {"money/__init__.py": "from money.refunds import refunds\n", "money/refunds.py": HELPER},
}
RUN = {
    "a function that is imported where it is called": {
        "shop/refunds.py": HELPER,
        "shop/orders.py": PROGRAM["shop/orders.py"]
        + "\n\ndef back():\n    from shop.refunds import refunds\n    return refunds\n",
    },
    "a package that imports it on the way to another": {
        "shop/refunds.py": HELPER,
        "shop/__init__.py": "from shop import refunds\n",
    },
    "a program of its own": {"shop/refunds.py": ROUTE + "\n\nif __name__ == '__main__':\n    print(router)\n"},
    "an app of its own": {"shop/refunds.py": ROUTE.replace("router", "app").replace("APIRouter", "FastAPI")},
    "what registers itself": {
        "shop/refunds.py": HELPER.replace("def ", "@events.on('refund')\ndef ").replace(
            "logging\n", "logging\n\nfrom bus import events\n", 1
        )
    },
    "what does something when it is loaded": {
        "shop/refunds.py": HELPER + "\n\nregistry.add(refunds)\n",
    },
    "a setting that names it": {"shop/refunds.py": HELPER, "shop/settings.py": "HANDLERS = ['shop.refunds.refunds']\n"},
    "a deployment that starts it": {
        "shop/refunds.py": ROUTE,
        "Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["hypercorn", "shop.refunds:router"]\n',
    },
    "the same file in several packages, as frameworks find them": {
        "shop/refunds.py": HELPER,
        "money/__init__.py": "",
        "money/refunds.py": "KINDS = ['cash']\n",
    },
    "modules that are loaded by names that are made": {
        "shop/refunds.py": HELPER,
        "shop/plugins.py": "import importlib\n\n\ndef load(name):\n    return importlib.import_module(f'shop.{name}')\n",
    },
    "many of which nobody is seen to load": {
        "shop/refunds.py": HELPER,
        **{f"shop/hooks/{name}.py": "def run():\n    return 1\n" for name in ("a", "b", "c", "d", "e", "f")},
    },
}


@pytest.mark.parametrize("files", LEFT.values(), ids=LEFT.keys())
def test_note(files: dict[str, str]) -> None:
    (found,) = testing.run_rule("SEC004", PROGRAM | files)

    assert found.confidence == Confidence.LOW
    assert found.related[-1].message == "nothing that the program runs imports it"


@pytest.mark.parametrize("files", RUN.values(), ids=RUN.keys())
def test_finding(files: dict[str, str]) -> None:
    (found,) = testing.run_rule("SEC004", PROGRAM | files)

    assert found.confidence > Confidence.LOW


def test_a_program_of_few_files_shows_nothing() -> None:
    files = {"shop/main.py": MAIN.replace("goods", "refunds"), "shop/refunds.py": ROUTE, "shop/left.py": ROUTE}
    found = testing.run_rule("SEC004", files)

    assert all(each.confidence > Confidence.LOW for each in found)
