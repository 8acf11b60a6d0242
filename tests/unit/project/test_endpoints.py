"""Which function answers which method: in every framework's way of saying it."""

from __future__ import annotations

import pytest
from project_builder import project_of


def answered(files: dict[str, str]) -> set[str]:
    """`GET /orders -> shop.orders`, for each endpoint."""
    project = project_of(files)
    return {f"{endpoint.label} -> {endpoint.definition.name}" for endpoint in project.endpoints.all}


FUNCTIONS = {
    "fastapi": """
from fastapi import APIRouter, FastAPI
app = FastAPI()
router = APIRouter(prefix="/orders")
@router.get("/{key}")
def one(key): ...
@router.api_route("/any", methods=["PUT", "PATCH"])
def both(): ...
app.include_router(router)
""",
    "flask": """
from flask import Flask
app = Flask(__name__)
@app.route("/orders/<key>")
def one(key): ...
@app.route("/orders/any", methods=["PUT", "PATCH"])
def both(): ...
""",
    "starlette": """
from starlette.applications import Starlette
from starlette.routing import Route
def one(request): ...
def both(request): ...
app = Starlette(routes=[Route("/orders/{key}", one), Route("/orders/any", both, methods=["PUT", "PATCH"])])
""",
}


@pytest.mark.parametrize("framework", sorted(FUNCTIONS))
def test_a_function_answers_what_its_route_says_or_what_the_framework_takes_for_granted(framework: str) -> None:
    assert answered({"a.py": FUNCTIONS[framework]}) == {"GET /orders/{key} -> a.one", "PUT/PATCH /orders/any -> a.both"}


def test_a_function_of_a_url_configuration_answers_what_its_decorators_let_in() -> None:
    views = """
from django.views.decorators.http import require_POST, require_http_methods
from rest_framework.decorators import api_view
def any_of(request): ...
@require_POST
def post(request): ...
@require_http_methods(["GET", "PUT"])
def two(request): ...
@api_view(["DELETE"])
def rest(request): ...
@api_view()
def plain(request): ...
"""
    urls = """
from django.urls import path
import views
urlpatterns = [path("a", views.any_of), path("b", views.post), path("c", views.two), path("d", views.rest)]
urlpatterns += [path("e", views.plain)]
"""
    assert answered({"views.py": views, "urls.py": urls}) == {
        "/a -> views.any_of",
        "POST /b -> views.post",
        "GET/PUT /c -> views.two",
        "DELETE /d -> views.rest",
        "GET /e -> views.plain",
    }


def test_a_class_answers_by_its_methods_and_those_that_it_inherits() -> None:
    code = """
from django.urls import path
from django.views import View
class Base(View):
    def get(self, request): ...
    def helper(self): ...
class Orders(Base):
    def post(self, request): ...
urlpatterns = [path("orders", Orders.as_view())]
"""
    assert answered({"a.py": code}) == {"GET /orders -> a.Base.get", "POST /orders -> a.Orders.post"}


def test_a_set_of_views_answers_by_its_actions() -> None:
    code = """
from rest_framework.decorators import action
from rest_framework.routers import DefaultRouter
from rest_framework.viewsets import ModelViewSet
class Orders(ModelViewSet):
    def list(self, request): ...
    def partial_update(self, request, pk): ...
    @action(detail=True, methods=["post"])
    def pay(self, request, pk): ...
    @action(detail=False)
    def recent(self, request): ...
    @action(["get"], True, url_path="parts/(?P<part>[0-9]+)")
    def one_part(self, request, pk, part): ...
    def get_queryset(self): ...
router = DefaultRouter()
router.register("orders", Orders)
urlpatterns = router.urls
"""
    assert answered({"a.py": code}) >= {
        "GET /orders -> a.Orders.list",
        "POST /orders/{pk}/pay -> a.Orders.pay",
        "GET /orders/recent -> a.Orders.recent",
        "GET /orders/{pk}/parts/{part} -> a.Orders.one_part",
    }
    found = {line.partition(" ")[0] + " " + line.rpartition(" ")[2] for line in answered({"a.py": code})}
    assert found == {f"GET a.Orders.{name}" for name in ("list", "recent", "one_part")} | {
        "PATCH a.Orders.partial_update",
        "POST a.Orders.pay",
    }


def test_a_method_that_declares_routes_for_its_callers_has_the_handler_that_each_of_them_gives() -> None:
    files = {
        "shop/api.py": """
from flask import Flask
from flask_restful import Api
class OwnApi(Api):
    def add_own(self, resource, *urls, **options):
        return self.add_resource(resource, *urls, **options)
app = Flask(__name__)
api = OwnApi(app)
""",
        "shop/orders.py": """
from flask_restful import Resource
from shop.api import api
class Orders(Resource):
    def get(self): ...
class Notes(Resource):
    def post(self): ...
api.add_own(Orders, "/orders")
api.add_own(Notes, "/notes")
""",
    }
    assert answered(files) == {"GET /orders -> shop.orders.Orders.get", "POST /notes -> shop.orders.Notes.post"}


def test_a_nested_router_is_below_one_object_of_the_router_above() -> None:
    files = {
        "shop/urls.py": """
from django.urls import include, path
from rest_framework.viewsets import ViewSet
from rest_framework_nested import routers
class Orders(ViewSet):
    def list(self, request): ...
class Lines(ViewSet):
    def list(self, request, order_pk): ...
router = routers.DefaultRouter()
router.register("orders", Orders, basename="orders")
below = routers.NestedSimpleRouter(router, "orders", lookup="order")
below.register("lines", Lines, basename="lines")
urlpatterns = [path("", include(router.urls)), path("", include(below.urls))]
""",
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
    }
    assert answered(files) == {
        "GET /orders -> shop.urls.Orders.list",
        "GET /orders/{order_pk}/lines -> shop.urls.Lines.list",
    }
