"""What is a note of the rule about writes that ask nobody, and what is not: confidence does not show in marks."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

APP = """\
from elsewhere import gated
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

app = FastAPI()


def get_session() -> Session: ...


def current_user() -> int: ...


@app.post("/orders")
def place(user: int = Depends(current_user), session: Session = Depends(get_session)) -> None:
    session.add(Order(user))


{decorators}
def change(session: Session = Depends(get_session)) -> None:
    session.add(Order())
"""


@pytest.mark.parametrize(
    ("decorators", "confidence"),
    [
        ('@app.put("/orders")', Confidence.HIGH),
        ('@app.put("/orders")\n@gated', Confidence.LOW),
        ('@app.post("/people")\n@gated.cached', Confidence.HIGH),
        ('@app.post("/users")', Confidence.LOW),
        ('@app.put("/internal/orders")', Confidence.LOW),
    ],
)
def test_unknown_decorators_and_doubtful_places_are_notes(decorators: str, confidence: Confidence) -> None:
    (finding,) = testing.run_rule("API015", {"shop.py": APP.format(decorators=decorators)})
    assert finding.confidence == confidence


DJANGO = {
    "shop/models.py": "from django.db import models\n\nclass Order(models.Model):\n    paid = models.BooleanField()\n",
    "shop/urls.py": """\
from django.http import HttpResponse
from django.urls import path

from shop.models import Order


def drop(request, pk):
    Order.objects.filter(pk=pk).delete()
    return HttpResponse()


urlpatterns = [path("drop/<int:pk>", drop)]
""",
    "shop/middleware.py": """\
from basicauth.middleware import BasicAuthMiddleware
from django.http import HttpResponse


class DoorAuth(BasicAuthMiddleware):
    def __init__(self, get_response):
        self.get_response = get_response


class Gate:
    def process_request(self, request):
        if "HTTP_AUTHORIZATION" not in request.META:
            return HttpResponse(status=401)


class Clock:
    def process_request(self, request):
        request.started = 1
""",
}


@pytest.mark.parametrize(
    ("settings", "name", "found"),
    [
        ("shop/settings.py", "Clock", [Confidence.MEDIUM]),
        ("shop/settings.py", "DoorAuth", [Confidence.LOW]),
        ("shop/settings/test.py", "Gate", []),
        ("shop/settings/dev.py", "Gate", []),
    ],
)
def test_middleware_of_which_a_part_is_not_seen_and_settings_that_only_developers_have(
    settings: str, name: str, found: list[Confidence]
) -> None:
    text = f'ROOT_URLCONF = "shop.urls"\nMIDDLEWARE = ["shop.middleware.{name}"]\n'
    files = {**DJANGO, "shop/settings/__init__.py": "", settings: text}
    if settings == "shop/settings.py":
        del files["shop/settings/__init__.py"]
    assert [each.confidence for each in testing.run_rule("API015", files)] == found


def test_what_is_kept_on_another_object_may_ask() -> None:
    text = """\
from collections.abc import Callable

from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session


class Shops:
    may_change: Callable


def routes(app: FastAPI, shops: Shops, session: Session) -> None:
    may_change = shops.may_change

    @app.post("/orders")
    def place(name: str, shop=Depends(may_change)) -> None:
        session.add(Order(name))
"""
    assert [each.confidence for each in testing.run_rule("API015", {"app/a.py": text})] == [Confidence.LOW]


@pytest.mark.parametrize(
    ("column", "sure"),
    [("removal_key", Confidence.LOW), ("token", Confidence.LOW), ("id", Confidence.HIGH), ("sort_key", Confidence.HIGH)],
)
def test_a_row_that_is_looked_up_by_its_own_secret_is_a_note(column: str, sure: Confidence) -> None:
    decorators = f"""@app.put("/orders/{{value}}")
def settle(value: str, session: Session = Depends(get_session)) -> None:
    order = session.query(Order).filter_by({column}=value).first()
    session.delete(order)


@app.get("/orders")"""
    found = testing.run_rule("API015", {"shop.py": APP.format(decorators=decorators)})
    assert [each.confidence for each in found if "PUT" in each.message] == [sure]


GATE = """\
from fastapi import Depends, FastAPI

app = FastAPI()


def current_user() -> int: ...


@app.get("/orders")
def orders(user: int = Depends(current_user)) -> int:
    return user
"""


@pytest.mark.parametrize(
    ("gate", "text", "confidence"),
    [
        ("backend/api_gateway/main.py", GATE, Confidence.LOW),
        ("backend/accounts/main.py", GATE, Confidence.HIGH),
        # an adapter of the app's own is no app before it
        ("backend/orders/gateways/paying.py", "def pay() -> None: ...\n", Confidence.HIGH),
    ],
)
def test_what_lies_behind_a_gateway_is_a_note(gate: str, text: str, confidence: Confidence) -> None:
    decorators = '@app.delete("/orders/{number}")'
    files = {"backend/orders/main.py": APP.format(decorators=decorators), gate: text}
    found = testing.run_rule("API015", files)
    assert [each.confidence for each in found] == [confidence]


CERTIFIED = """\
import ssl
from flask import Flask
from sqlalchemy.orm import Session
from waitress import serve

app = Flask(__name__)
session = Session()


@app.post("/orders")
def place() -> None:
    session.add(Order())


def start(socket) -> None:
    serve(app, sockets=[ssl.wrap_socket(socket, server_side=True, cert_reqs=ssl.{asked})])
"""


@pytest.mark.parametrize(("asked", "sure"), [("CERT_REQUIRED", Confidence.LOW), ("CERT_NONE", Confidence.MEDIUM)])
def test_an_app_whose_server_asks_for_a_certificate_is_a_note(asked: str, sure: Confidence) -> None:
    code = CERTIFIED.replace("{asked}", asked)
    assert [finding.confidence for finding in testing.run_rule("API015", {"shop.py": code})] == [sure]


REQUIRING = """\
from functools import wraps
from flask import Flask
from sqlalchemy.orm import Session

app = Flask(__name__)
session = Session()


def {name}(function):
    @wraps(function)
    def run(*args, **kwargs):
        if "ref" not in kwargs:
            return "no"
        return function(*args, **kwargs)

    return run


@app.post("/orders")
@{name}
def place() -> None:
    session.add(Order())
"""


@pytest.mark.parametrize(("name", "sure"), [("require_ticket", Confidence.LOW), ("with_ticket", Confidence.MEDIUM)])
def test_a_decorator_that_requires_something_is_a_note(name: str, sure: Confidence) -> None:
    found = testing.run_rule("API015", {"shop.py": REQUIRING.replace("{name}", name)})
    assert [finding.confidence for finding in found] == [sure]
