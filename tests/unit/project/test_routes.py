"""Routes: every way of declaring them, the paths that prefixes and inclusions make, and the apps they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from project_builder import project_of

from archlint.project import Project
from archlint.project.model import Def
from archlint.project.routes.routes import Route


def routes_of(files: Mapping[str, str]) -> tuple[Project, dict[str, Route]]:
    """(project, path → route), each of a route's paths by itself."""
    project = project_of(files)
    return project, {path: route for route in project.routes.routes for path in route.paths}


def paths_of(files: Mapping[str, str]) -> list[str]:
    return sorted(routes_of(files)[1])


def handler_of(route: Route) -> str:
    assert route.handler is not None
    target: Any = route.handler.target
    return str(target.name)


class TestFastApi:
    def test_each_module_has_the_router_that_a_function_makes_for_it(self) -> None:
        module = """
            from fastapi import APIRouter
            from app.routing import make_router
            router = make_router({given})
            @router.get("/{name}")
            async def show(): ...
        """
        files = {
            "app/main.py": """
                from fastapi import FastAPI
                from app import orders, users
                app = FastAPI()
                app.include_router(users.router, prefix="/users")
                app.include_router(orders.router)
            """,
            "app/routing.py": """
                from fastapi import APIRouter
                def make_router(prefix: str = "") -> APIRouter:
                    return APIRouter(prefix=prefix)
            """,
            "app/users.py": module.replace("{given}", "").replace("{name}", "all"),
            "app/orders.py": module.replace("{given}", '"/orders"').replace("{name}", "open"),
        }
        assert paths_of(files) == ["/orders/open", "/users/all"]

    def test_prefixes_of_inclusion_and_router_add_up(self) -> None:
        project, routes = routes_of(
            {
                "app/main.py": """
                    from fastapi import FastAPI
                    from app.api import router as api_router
                    app = FastAPI()
                    app.include_router(api_router, prefix="/api")
                """,
                "app/api.py": """
                    from fastapi import APIRouter
                    from app import users
                    router = APIRouter(prefix="/v1")
                    router.include_router(users.router, prefix="/users")
                """,
                "app/users.py": """
                    from fastapi import APIRouter
                    router = APIRouter()
                    @router.get("/{user_id}")
                    async def show(user_id: int): ...
                """,
            }
        )
        (route,) = project.routes.routes
        assert list(routes) == ["/api/v1/users/{user_id}"]
        assert route.methods == ("GET",)
        assert handler_of(route) == "app.users.show"
        assert route.apps == (project.routes.apps[0].key,)
        assert route.via == "decorator"

    def test_prefix_from_settings_and_f_string(self) -> None:
        assert paths_of(
            {
                "config.py": """
                    class Settings:
                        API: str = "/api/v1"
                    settings = Settings()
                    VERSION = 2
                """,
                "main.py": """
                    from fastapi import FastAPI, APIRouter
                    from config import settings, VERSION
                    r = APIRouter()
                    @r.post(f"/v{VERSION}/orders")
                    def order(): ...
                    app = FastAPI()
                    app.include_router(r, prefix=settings.API)
                """,
            }
        ) == ["/api/v1/v2/orders"]

    def test_factories_of_routers_and_loops_over_them(self) -> None:
        assert paths_of(
            {
                "main.py": """
                    from fastapi import FastAPI, APIRouter
                    import users, orders
                    def make() -> APIRouter:
                        router = APIRouter(prefix="/made")
                        @router.get("/x")
                        def x(): ...
                        return router
                    ALL = (users.router, orders.router)
                    def create_app():
                        app = FastAPI()
                        app.include_router(make())
                        for router in ALL:
                            app.include_router(router)
                        return app
                """,
                "users.py": """
                    from fastapi import APIRouter
                    router = APIRouter(prefix="/users")
                    @router.get("")
                    def users(): ...
                """,
                "orders.py": """
                    from fastapi import APIRouter
                    router = APIRouter(prefix="/orders")
                    router.add_api_route("/", lambda: None)
                """,
            }
        ) == ["/made/x", "/orders", "/users"]

    def test_mounted_app(self) -> None:
        project, routes = routes_of(
            {
                "main.py": """
                    from fastapi import FastAPI
                    app = FastAPI()
                    api = FastAPI()
                    @api.get("/x")
                    def x(): ...
                    app.mount("/api", api)
                """
            }
        )
        assert list(routes) == ["/api/x"]
        assert [(a.name, a.mounted) for a in project.routes.apps] == [("app", False), ("api", True)]
        assert routes["/api/x"].apps == tuple(sorted(a.key for a in project.routes.apps))

    def test_an_app_handed_to_a_function_that_registers(self) -> None:
        _, routes = routes_of(
            {
                "main.py": """
                    from fastapi import FastAPI
                    from wiring import register
                    app = FastAPI()
                    register(app)
                """,
                "wiring.py": """
                    def register(app):
                        @app.get("/ping")
                        def ping(): ...
                """,
            }
        )
        assert routes["/ping"].apps is not None

    def test_a_router_that_no_app_includes(self) -> None:
        _, routes = routes_of(
            {
                "main.py": """
                    from fastapi import APIRouter
                    router = APIRouter(prefix="/lost")
                    @router.get("/x")
                    def x(): ...
                """
            }
        )
        assert routes["/lost/x"].apps is None

    def test_a_subclass_of_the_router(self) -> None:
        assert paths_of(
            {
                "main.py": """
                    from fastapi import FastAPI, APIRouter
                    class OwnRouter(APIRouter): ...
                    router = OwnRouter(prefix="/own")
                    @router.get("/x")
                    def x(): ...
                    app = FastAPI()
                    app.include_router(router)
                """
            }
        ) == ["/own/x"]


TABLES = {
    "shop/views.py": """
        from flask.views import MethodView
        class Orders(MethodView):
            def get(self): ...
        class Users(MethodView):
            def get(self): ...
    """,
    "shop/table.py": """
        from shop.views import Orders, Users
        COMMON = [("/orders", Orders)]
        ROUTES = COMMON + [("/users", Users)]
        BY_PATH = {"orders": Orders, "users": Users}
    """,
}


class TestFlask:
    def test_blueprints(self) -> None:
        assert paths_of(
            {
                "shop/__init__.py": """
                    from flask import Flask
                    from shop import admin, pages
                    def create_app():
                        app = Flask(__name__)
                        app.register_blueprint(pages.bp)
                        app.register_blueprint(admin.bp, url_prefix="/manage")
                        for part in (pages, admin):
                            app.register_blueprint(part.make())
                        return app
                """,
                "shop/pages.py": """
                    from flask import Blueprint
                    bp = Blueprint("pages", __name__, url_prefix="/pages")
                    inner = Blueprint("inner", __name__, url_prefix="/inner")
                    bp.register_blueprint(inner)
                    @bp.route("/<int:page_id>")
                    def page(page_id): ...
                    @inner.get("/x")
                    def x(): ...
                    def make():
                        made = Blueprint("made", __name__)
                        @made.route("/made")
                        def m(): ...
                        return made
                """,
                "shop/admin.py": """
                    from flask import Blueprint
                    bp = Blueprint("admin", __name__, url_prefix="/admin")
                    bp.add_url_rule("/users", view_func=lambda: None)
                    def make():
                        made = Blueprint("other", __name__)
                        @made.route("/other")
                        def m(): ...
                        return made
                """,
            }
        ) == ["/made", "/manage/users", "/other", "/pages/inner/x", "/pages/{page_id}"]

    def test_a_loop_over_pairs_gives_each_its_own_prefix(self) -> None:
        assert paths_of(
            {
                "app.py": """
                    from flask import Blueprint, Flask
                    users = Blueprint("users", __name__)
                    orders = Blueprint("orders", __name__)
                    @users.get("/x")
                    def x(): ...
                    @orders.get("/y")
                    def y(): ...
                    def create():
                        app = Flask(__name__)
                        for blueprint, prefix in ((users, "/users"), (orders, "/orders")):
                            app.register_blueprint(blueprint, url_prefix="/api" + prefix)
                        return app
                """
            }
        ) == ["/api/orders/y", "/api/users/x"]

    def test_class_views(self) -> None:
        _, routes = routes_of(
            {
                "app.py": """
                    from flask import Flask
                    from flask.views import MethodView
                    app = Flask(__name__)
                    class Status(MethodView):
                        def get(self): ...
                    app.add_url_rule("/status", view_func=guarded(Status.as_view("status")))
                """
            }
        )
        assert handler_of(routes["/status"]) == "app.Status"
        assert routes["/status"].handler is not None
        assert routes["/status"].handler.wrappers == ("guarded",)

    def test_resources_with_several_paths(self) -> None:
        assert paths_of(
            {
                "app.py": """
                    from flask import Flask
                    from flask_restful import Api, Resource
                    app = Flask(__name__)
                    api = Api(app, prefix="/api")
                    class Book(Resource):
                        def get(self): ...
                    api.add_resource(Book, "/books", "/books/<id>", endpoint="book")
                """
            }
        ) == ["/api/books", "/api/books/{id}"]

    @pytest.mark.parametrize(
        "loop",
        [
            "for path, view in ROUTES:\n    bp.add_url_rule(path, view_func=view.as_view(view.__name__))",
            "for row in list(ROUTES):\n    path, view = row\n    bp.add_url_rule(path, view_func=view.as_view('x'))",
            "for path, view in dict(BY_PATH).items():\n    bp.add_url_rule(path, view_func=view.as_view('x'))",
        ],
    )
    def test_each_row_of_a_table_that_a_loop_goes_through_is_a_route(self, loop: str) -> None:
        main = f"""
from flask import Blueprint, Flask
from shop.table import BY_PATH, ROUTES
bp = Blueprint("shop", __name__, url_prefix="/shop")
{loop}
app = Flask(__name__)
app.register_blueprint(bp)
"""
        project, routes = routes_of({**TABLES, "shop/main.py": main})
        found = {path: handler_of(route) for path, route in routes.items()}
        assert found == {"/shop/orders": "shop.views.Orders", "/shop/users": "shop.views.Users"}
        assert all(route.apps == (project.routes.apps[0].key,) for route in routes.values())

    def test_a_function_that_is_handed_a_blueprint_and_a_table_declares_them_on_it(self) -> None:
        files = {
            **TABLES,
            "shop/adding.py": """
                def add_all(bp, table, decorators=None):
                    made = {}
                    for path, view in table:
                        view_func = made.get(view)
                        if view_func is None:
                            view_func = made[view] = view.as_view(view.__name__)
                        bp.add_url_rule(path, view_func=view_func)
                    return bp
            """,
            "shop/main.py": """
                from flask import Blueprint, Flask
                from shop.adding import add_all
                from shop.table import ROUTES
                from shop.views import Users
                one = add_all(Blueprint("one", __name__, url_prefix="/one"), ROUTES)
                two = Blueprint("two", __name__, url_prefix="/two")
                add_all(two, [("/users", Users)])
                app = Flask(__name__)
                app.register_blueprint(one)
                app.register_blueprint(two)
            """,
        }
        project, routes = routes_of(files)
        found = {path: handler_of(route) for path, route in routes.items()}
        assert found == {"/one/orders": "shop.views.Orders", "/one/users": "shop.views.Users", "/two/users": "shop.views.Users"}
        assert all(route.apps == (project.routes.apps[0].key,) for route in routes.values())

    def test_a_table_that_only_the_running_program_knows_declares_nothing(self) -> None:
        main = """
            from flask import Flask
            from shop.found import find
            app = Flask(__name__)
            for path, view in find():
                app.add_url_rule(path, view_func=view)
        """
        assert paths_of({"shop/main.py": main, "shop/found.py": "def find():\n    return plugins.load()"}) == []

    def test_a_router_of_the_project_that_hands_its_arguments_on(self) -> None:
        main = """
            from fastapi import APIRouter, FastAPI
            class Router(APIRouter):
                def add_api_route(self, path, *args, **kwargs):
                    super().add_api_route(path, *args, **kwargs)
            def show(): ...
            router = Router()
            router.add_api_route("/orders", show, methods=["GET"])
            app = FastAPI()
            app.include_router(router)
        """
        _, routes = routes_of({"app.py": main})
        assert {path: handler_of(route) for path, route in routes.items()} == {"/orders": "app.show"}

    def test_own_wrapper_of_the_declaring_call(self) -> None:
        project, routes = routes_of(
            {
                "app.py": """
                    from flask import Flask
                    app = Flask(__name__)
                    def scoped(rule):
                        return "/org" + rule
                    def route(rule, **options):
                        def decorate(function):
                            app.add_url_rule(scoped(rule), view_func=function, **options)
                            return function
                        return decorate
                    @route("/ping")
                    def ping(): ...
                    @route("/pong")
                    def pong(): ...
                """
            }
        )
        assert {path: handler_of(route) for path, route in routes.items()} == {"/org/ping": "app.ping", "/org/pong": "app.pong"}
        assert all(route.apps == (project.routes.apps[0].key,) for route in routes.values())


class TestMethods:
    def test_members_of_an_enumeration_what_is_handed_on_and_what_cannot_be_told(self) -> None:
        _, routes = routes_of(
            {
                "app.py": """
                    from http import HTTPMethod
                    from flask import Flask
                    from elsewhere import some
                    app = Flask(__name__)
                    def route(rule, **options):
                        def decorate(function):
                            app.add_url_rule(rule, view_func=function, **options)
                            return function
                        return decorate
                    @app.route("/enumeration", methods=[HTTPMethod.GET, HTTPMethod.POST])
                    def enumeration(): ...
                    @app.route("/plain")
                    def plain(): ...
                    @app.route("/unknown", methods=some())
                    def unknown(): ...
                    @route("/handed", methods=["PUT"])
                    def handed(): ...
                    @route("/nothing")
                    def nothing(): ...
                """
            }
        )
        assert {path: route.methods for path, route in routes.items()} == {
            "/enumeration": ("GET", "POST"),
            "/plain": ("GET",),
            "/unknown": (),
            "/handed": ("PUT",),
            "/nothing": ("GET",),
        }


class TestStarletteAndAiohttp:
    def test_lists_of_routes(self) -> None:
        _, routes = routes_of(
            {
                "app.py": """
                    from starlette.applications import Starlette
                    from starlette.routing import Mount, Route
                    from pages import page_routes
                    async def index(request): ...
                    extra = [Route("/extra", index)]
                    app = Starlette(routes=[Route("/", index, methods=["GET"]), Mount("/pages", routes=page_routes), *extra])
                """,
                "pages.py": """
                    from starlette.routing import Route
                    async def page(request): ...
                    page_routes = [Route("/a", page)] + [Route("/b", endpoint=page)]
                    page_routes.append(Route("/c", page))
                """,
            }
        )
        assert sorted(routes) == ["/", "/extra", "/pages/a", "/pages/b", "/pages/c"]
        assert all(route.apps is not None for route in routes.values())
        assert handler_of(routes["/pages/b"]) == "pages.page"

    def test_aiohttp(self) -> None:
        _, routes = routes_of(
            {
                "server.py": """
                    from aiohttp import web
                    table = web.RouteTableDef()
                    @table.get("/table")
                    async def from_table(request): ...
                    class Api:
                        def __init__(self):
                            self.app = web.Application()
                            self.sub = web.Application()
                        def load(self):
                            self.app.router.add_get("/get", from_table)
                            self.app.add_routes([web.post("/post", self.post)])
                            self.app.add_routes(table)
                            self.sub.router.add_route("PUT", "/put", self.post)
                            self.app.add_subapp("/sub", self.sub)
                        async def post(self, request): ...
                """
            }
        )
        assert sorted(routes) == ["/get", "/post", "/sub/put", "/table"]
        assert handler_of(routes["/post"]) == "server.Api.post"
        assert all(route.apps is not None for route in routes.values())


class TestDjango:
    SETTINGS = 'ROOT_URLCONF = "site.urls"\n'

    def test_url_configurations(self) -> None:
        project, routes = routes_of(
            {
                "site/settings.py": self.SETTINGS,
                "site/urls.py": """
                    from django.conf.urls import url
                    from django.conf.urls.i18n import i18n_patterns
                    from django.urls import include, path, re_path
                    from rest_framework import routers
                    from site import views
                    from site.shop import urls as shop_urls
                    router = routers.DefaultRouter()
                    router.register(r"books", views.Books, basename="book")
                    inner = [path("c/", views.index)]
                    urlpatterns = i18n_patterns(path("home/", views.index))
                    urlpatterns += [
                        path("shop/", include(shop_urls)),
                        path("named/", include(("site.named.urls", "named"), namespace="n")),
                        path("api/", include(router.urls)),
                        re_path(r"^old/(?P<pk>[0-9]+)/$", views.index),
                        url(r"^older\\.html$", views.index),
                        path("inner/", include((inner, "inner"))),
                        path("admin/", views.admin.urls),
                    ]
                    if views.DEBUG:
                        urlpatterns.append(path("debug/", views.Detail.as_view()))
                """,
                "site/shop/urls.py": """
                    from django.urls import path
                    from site import views
                    urlpatterns = [path("<int:pk>/", views.index, name="x")]
                """,
                "site/named/urls.py": """
                    from django.urls import path
                    urlpatterns = [path(p, None) for p in ("a", "b")]
                """,
                "site/views.py": """
                    from django.views import View
                    def index(request): ...
                    class Detail(View):
                        def get(self, request): ...
                    class Books: ...
                """,
            }
        )
        assert sorted(routes) == [
            "/admin",
            "/api/books",
            "/debug",
            "/home",
            "/inner/c",
            "/named/a",
            "/named/b",
            "/old/{pk}",
            "/older.html",
            "/shop/{pk}",
        ]
        assert handler_of(routes["/debug"]) == "site.views.Detail"
        assert handler_of(routes["/api/books"]) == "site.views.Books"
        (app,) = project.routes.apps
        assert (app.name, app.framework) == ("site.urls", "django-urls")
        assert all(route.apps == (app.key,) for route in routes.values())

    def test_a_circle_of_includes_ends(self) -> None:
        assert "/a" in paths_of(
            {
                "site/settings.py": self.SETTINGS,
                "site/urls.py": """
                    from django.urls import include, path
                    urlpatterns = [path("a/", None), path("b/", include("site.urls"))]
                """,
            }
        )

    def test_a_librarys_configuration_is_remembered_by_name(self) -> None:
        project, _ = routes_of(
            {
                "site/settings.py": self.SETTINGS,
                "site/urls.py": """
                    from django.urls import include, path
                    urlpatterns = [path("ht/", include("health_check.urls"))]
                """,
            }
        )
        assert [name for name, _ in project.routes.foreign] == ["health_check.urls"]


class TestBesideRouting:
    def test_a_middleware_that_answers(self) -> None:
        _, routes = routes_of(
            {
                "middleware.py": """
                    class Alive:
                        def __init__(self, get_response):
                            self.get_response = get_response
                        def __call__(self, request):
                            if request.path in ("/health", "/up"):
                                return Response("ok")
                            return self.get_response(request)
                """
            }
        )
        assert sorted(routes) == ["/health", "/up"]
        assert routes["/up"].via == "middleware"
        assert isinstance(routes["/up"].handler.target if routes["/up"].handler else None, Def)

    @pytest.mark.parametrize(
        "body",
        [
            'if request.path == "/health":\n        return call_next(request)\n    return log(call_next(request))',
            'if request.path == "/health":\n        return request.path\n    return None',
            'if request.name == "/health":\n        return Response("ok")',
        ],
    )
    def test_one_that_lets_it_pass(self, body: str) -> None:
        assert paths_of({"m.py": f"def middleware(request, call_next):\n    {body}\n"}) == []

    def test_a_table_of_paths(self) -> None:
        assert paths_of({"server.py": 'resources = {"/health": Health(), "/x": X()}\nother = {"a": B()}\n'}) == [
            "/health",
            "/x",
        ]

    def test_a_framework_that_nothing_is_known_of(self) -> None:
        files = {"s.py": 'def includeme(config):\n    config.add_route("health", "/_health/")\n'}
        _, routes = routes_of(files)
        assert list(routes) == ["/_health"]
        assert routes["/_health"].apps is None

    def test_a_client_that_asks_declares_nothing(self) -> None:
        assert paths_of({"c.py": 'import requests\nrequests.get("/health")\nx = client.get("/health")\n'}) == []


def test_a_list_that_is_made_anew_of_itself_is_read_once() -> None:
    """Thirty times: read anew at each place it would be read a billion times."""
    steps = (f"if settings.EXTRA_{n}:\n    urlpatterns = [path('{n}/', views.index)] + urlpatterns\n" for n in range(30))
    urls = "from django.conf import settings\nfrom django.urls import path\nfrom site_ import views\nurlpatterns = []\n"
    files = {
        "manage.py": "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'site_.settings'\n",
        "site_/settings.py": "ROOT_URLCONF = 'site_.urls'\n",
        "site_/urls.py": urls + "".join(steps),
        "site_/views.py": "def index(request): ...\n",
    }
    assert paths_of(files) == sorted(f"/{n}" for n in range(30))


def test_tests_declare_no_routes() -> None:
    files = {"tests/test_app.py": 'from flask import Flask\napp = Flask("x")\n@app.route("/x")\ndef x(): ...\n'}
    project = project_of(files)
    assert project.routes.routes == () and project.routes.apps == ()


class TestTornado:
    def test_pairs_of_path_and_handler_are_routes_wherever_the_list_stands(self) -> None:
        project, routes = routes_of(
            {
                "app/main.py": """
                    import tornado.web
                    from app import orders
                    from app.base import Base

                    class Health(Base):
                        def get(self):
                            self.write("ok")

                    class Application(tornado.web.Application):
                        def __init__(self, settings):
                            handlers = [(r"/health", Health), tornado.web.url(r"/v(\\d)", Health, name="v")]
                            super().__init__(handlers + orders.handlers, **settings)

                    def main():
                        app = Application({})
                        app.listen(8000)
                """,
                "app/base.py": "from tornado.web import RequestHandler\nclass Base(RequestHandler): ...",
                "app/orders.py": """
                    from app.base import Base

                    class Orders(Base):
                        async def get(self): ...
                        async def post(self): ...

                    class Note:
                        pass

                    handlers = [(r"/orders/([0-9]+)", Orders, {"page": 1}), (r"/note", Note), ("/orders", "list")]
                """,
            }
        )
        assert sorted(routes) == ["/health", "/orders/{}", "/v{}"]
        assert handler_of(routes["/health"]) == "app.main.Health"
        assert [(app.name, app.framework) for app in project.routes.apps] == [("app", "tornado")]
        answered = {d.function.qualname: e[0].methods for d, e in project.endpoints.by_definition.items()}
        assert answered == {"Health.get": ("GET",), "Orders.get": ("GET",), "Orders.post": ("POST",)}


class TestListedFunctions:
    def test_decorated_functions_belong_to_the_app_or_router_that_lists_them(self) -> None:
        project, routes = routes_of(
            {
                "app/main.py": """
                    from litestar import Litestar, Router
                    from app import orders
                    from app.health import health
                    api = Router(path="/api", route_handlers=[orders.list_orders, orders.Stock])
                    app = Litestar(route_handlers=[health, api])
                """,
                "app/health.py": """
                    from litestar import get
                    @get("/health")
                    async def health() -> str:
                        return "ok"
                    @get("/unlisted")
                    async def unlisted() -> str:
                        return "ok"
                """,
                "app/orders.py": """
                    from litestar import Controller, get
                    @get("/orders")
                    async def list_orders() -> list[str]:
                        return []
                    class Stock(Controller):
                        path = "/stock"
                        @get("/all")
                        async def everything(self) -> list[str]:
                            return []
                """,
            }
        )
        assert {"/health", "/api/orders", "/api/stock/all"} <= set(routes)
        key = project.routes.apps[0].key
        assert [path for path in sorted(routes) if key in (routes[path].apps or ())] == [
            "/api/orders",
            "/api/stock/all",
            "/health",
        ]
        assert handler_of(routes["/api/orders"]) == "app.orders.list_orders"
