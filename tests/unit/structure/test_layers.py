"""Layers and styles: what is one, and what is not."""

from __future__ import annotations

from import_graphs import project_of_sources

from archlint.facts.settings import LayerMap, Settings
from archlint.project.layers.layers import Layers


def layers(sources: dict[str, str], settings: Settings | None = None) -> Layers:
    return project_of_sources(sources, settings).layers


def layer(found: Layers, path: str) -> str | None:
    project = found._project
    return found.layer_of(project.modules.by_path[path])


CLEAN = {
    "src/shop/domain/order.py": "from abc import ABC\nclass Orders(ABC): ...",
    "src/shop/usecase/close.py": "from shop.domain.order import Orders",
    "src/shop/infrastructure/rows.py": "from shop.domain.order import Orders\nclass Rows(Orders): ...",
    "src/shop/presentation/api.py": "from shop.usecase.close import Orders",
    "src/shop/main.py": "from shop.infrastructure.rows import Rows",
    "src/shop/config.py": "",
}


def test_a_clean_project() -> None:
    found = layers(CLEAN)
    assert found.style == "clean"
    assert [layer(found, path) for path in CLEAN] == ["domain", "application", "infrastructure", "interface", None, None]
    assert found.description == (
        "clean (inferred); domain: shop.domain; application: shop.usecase; infrastructure: shop.infrastructure; "
        "interface: shop.presentation"
    )


def test_without_an_implemented_port_it_is_layered() -> None:
    found = layers(CLEAN | {"src/shop/infrastructure/rows.py": "from shop.domain.order import Orders"})
    assert found.style == "layered"


def test_a_port_implemented_through_a_reexport_and_a_generic() -> None:
    sources = CLEAN | {
        "src/shop/domain/__init__.py": "from shop.domain.order import Orders",
        "src/shop/infrastructure/rows.py": "from shop.domain import Orders\nclass Rows(Orders[int]): ...",
    }
    assert layers(sources).style == "clean"


def test_a_protocol_is_implemented_by_having_its_methods() -> None:
    protocol = "from typing import Protocol\nclass Orders(Protocol):\n    def find(self): ...\n    def save(self): ...\n"
    sources = CLEAN | {"src/shop/domain/order.py": protocol}
    rows = "class Rows:\n    def find(self): ...\n    def {}(self): ...\n"
    assert layers(sources | {"src/shop/infrastructure/rows.py": rows.format("save")}).style == "clean"
    assert layers(sources | {"src/shop/infrastructure/rows.py": rows.format("drop")}).style == "layered"


def test_a_layer_set_in_each_context_with_a_shared_kernel_and_an_api_above() -> None:
    sources = {
        **{f"src/modules/{m}/domain/a.py": "from seedwork.domain.base import E" for m in ("bids", "sales")},
        **{f"src/modules/{m}/infrastructure/a.py": f"from modules.{m}.domain.a import E" for m in ("bids", "sales")},
        "src/seedwork/domain/base.py": "class E: ...",
        "src/api/routers.py": "from modules.bids.domain.a import E\nfrom modules.bids.infrastructure.a import E as F",
        "src/config/values.py": "",
    }
    found = layers(sources)
    assert layer(found, "src/seedwork/domain/base.py") == "domain"
    assert layer(found, "src/api/routers.py") == "interface"
    assert layer(found, "src/config/values.py") is None


def test_layers_named_by_context_and_suffix() -> None:
    sources = {
        "app/catalog_domain/a.py": "",
        "app/catalog_infrastructure/a.py": "from app.catalog_domain.a import x",
        "app/custom_domain/a.py": "",
    }
    found = layers(sources)
    assert layer(found, "app/catalog_domain/a.py") == "domain"
    assert layer(found, "app/catalog_infrastructure/a.py") == "infrastructure"
    assert layer(found, "app/custom_domain/a.py") is None


def test_a_weak_word_that_everything_imports_is_no_layer() -> None:
    """`api` here holds constants that the inner layers use."""
    sources = {
        "app/domain/a.py": "from app.api.codes import OK",
        "app/application/a.py": "from app.api.codes import OK\nfrom app.domain.a import x",
        "app/api/codes.py": "OK = 1",
    }
    found = layers(sources)
    assert layer(found, "app/domain/a.py") == "domain"
    assert layer(found, "app/api/codes.py") is None


STACK = {
    **{f"app/routes/{n}.py": f"from fastapi import APIRouter\nfrom app.services.{n} import f" for n in ("a", "b")},
    **{f"app/services/{n}.py": f"from app.repos.{n} import g\ndef f(): ..." for n in ("a", "b")},
    **{f"app/repos/{n}.py": "def g(): ..." for n in ("a", "b")},
}


def test_a_stack_of_packages() -> None:
    found = layers(STACK)
    assert found.style == "layered"
    assert [layer(found, f"app/{name}/a.py") for name in ("routes", "services", "repos")] == [
        "interface",
        "application",
        "infrastructure",
    ]


PAIR = {
    "desk/controllers.py": "from litestar import get\nfrom desk.services.tickets import close",
    "desk/services/__init__.py": "",
    "desk/services/tickets.py": "from desk.storage import rows\ndef close(): ...",
    "desk/services/accounts.py": "",
    "desk/models.py": "",
    "desk/main.py": "from litestar import Litestar\nfrom desk.controllers import close",
}


def test_one_module_that_answers_requests_beside_a_folder_of_services() -> None:
    found = layers(PAIR)
    assert found.style == "layered"
    assert [layer(found, path) for path in ("desk/controllers.py", "desk/services/accounts.py", "desk/models.py")] == [
        "interface",
        "application",
        None,
    ]


def test_one_module_that_answers_requests_beside_one_of_services_and_one_that_stores() -> None:
    sources = {
        "members/api.py": "from rest_framework.views import APIView\nfrom . import services",
        "members/services.py": "from members.repositories import rows\ndef close(): ...",
        "members/repositories.py": "def rows(): ...",
        "visits/views.py": "from django.shortcuts import render",
        "visits/services.py": "def close(): ...",
    }
    found = layers(sources)
    assert [layer(found, path) for path in sources] == ["interface", "application", "infrastructure", None, None]


def test_one_module_that_does_not_use_the_services_or_answers_no_requests_is_no_layer() -> None:
    for controllers in ("from litestar import get", "from desk.services.tickets import close"):
        assert layers(PAIR | {"desk/controllers.py": controllers}).style == "none"


def test_services_that_import_the_one_module_that_answers_requests_are_no_layer() -> None:
    tickets = "from desk.controllers import Ticket\ndef close(): ..."
    assert layers(PAIR | {"desk/services/tickets.py": tickets}).style == "none"


def test_what_hands_the_services_to_the_routes_stands_for_them() -> None:
    routes = {f"app/routes/{n}.py": "from fastapi import APIRouter\nfrom app.api.deps import Service" for n in ("a", "b")}
    sources = {
        **{path.replace("app/", "app/api/"): source for path, source in routes.items()},
        "app/api/deps.py": "from app.services.a import f",
        "app/api/errors.py": "",
        "app/services/a.py": "def f(): ...",
        "app/services/b.py": "",
    }
    assert layer(layers(sources), "app/api/routes/a.py") == "interface"
    assert layers(sources | {"app/api/deps.py": ""}).style == "none"


def test_what_stores_below_the_services() -> None:
    sources = {
        **{f"routers/{n}.py": f"from fastapi import APIRouter\nfrom services.{n} import f" for n in ("a", "b")},
        **{f"services/{n}.py": f"from services.repositories.{n} import g\ndef f(): ..." for n in ("a", "b")},
        **{f"services/repositories/{n}.py": "def g(): ..." for n in ("a", "b")},
    }
    found = layers(sources)
    assert [layer(found, f"{name}/a.py") for name in ("routers", "services", "services/repositories")] == [
        "interface",
        "application",
        "infrastructure",
    ]


def test_resources_that_answer_requests() -> None:
    sources = {
        **{f"app/resources/{n}.py": f"from flask_restful import Resource\nfrom app.services.{n} import f" for n in ("a", "b")},
        **{f"app/services/{n}.py": "def f(): ..." for n in ("a", "b")},
    }
    assert layer(layers(sources), "app/resources/a.py") == "interface"
    images = {path: source.replace("from flask_restful import Resource", "") for path, source in sources.items()}
    assert layers(images).style == "none"


def test_a_feature_named_like_an_interface_is_a_feature_where_the_others_have_endpoints_too() -> None:
    features = ("orders", "carts", "users", "cli")
    sources = {
        **{f"app/{n}/endpoints.py": f"from fastapi import APIRouter\nfrom app.{n}.service import f" for n in features},
        **{f"app/{n}/service.py": f"from app.{n}.repository import g\ndef f(): ..." for n in features[:3]},
        **{f"app/{n}/repository.py": "def g(): ..." for n in (*features[:3], "mail")},
        "app/mail/endpoints.py": "from fastapi import APIRouter\nfrom app.mail.service import f",
        "app/mail/service.py": "from app.cli.listener import publish\ndef f(): ...",
        "app/cli/listener.py": "def publish(): ...",
        "app/cli/auth.py": "",
    }
    found = layers(sources)
    assert layer(found, "app/mail/service.py") == "application"
    assert layer(found, "app/cli/listener.py") is None
    assert layer(found, "app/cli/endpoints.py") == "interface"
    # Without endpoints of its own it is the interface that its name says.
    del sources["app/cli/endpoints.py"]
    sources |= {"app/mail/service.py": "def f(): ...", "app/cli/listener.py": "from app.mail.service import f"}
    found = layers(sources)
    assert layer(found, "app/cli/listener.py") == "interface"
    # So is an `api` with one router in it for parts that have theirs below it.
    api = {f"app/api/{n}/router.py": f"from fastapi import APIRouter\nfrom app.services.{n} import f" for n in "abcd"}
    services = {f"app/services/{n}.py": "def f(): ..." for n in "abcd"}
    found = layers(api | services | {"app/api/router.py": "from app.api.a.router import f", "app/api/deps.py": ""})
    assert layer(found, "app/api/deps.py") == "interface"


def test_a_stack_that_nobody_climbs_is_none() -> None:
    """The routes do not use the services: the names mean something else."""
    loose = {path: text if "routes" not in path else "from fastapi import APIRouter" for path, text in STACK.items()}
    assert layers(loose).style == "none"


def test_without_a_web_framework_routes_are_roads() -> None:
    plain = {path: text.replace("from fastapi import APIRouter\n", "") for path, text in STACK.items()}
    assert layers(plain).style == "none"


def test_a_layer_in_each_feature() -> None:
    features = ("orders", "users", "carts", "mails")
    sources = {f"app/{n}/views.py": f"from fastapi import APIRouter\nfrom app.{n}.service import f" for n in features}
    sources |= {f"app/{n}/service.py": "def f(): ..." for n in features}
    sources |= {
        "app/service/views.py": "from fastapi import APIRouter\nfrom app.service.service import f",
        "app/service/service.py": "",
    }
    found = layers(sources)
    assert layer(found, "app/orders/views.py") == "interface"
    assert layer(found, "app/orders/service.py") == "application"
    assert layer(found, "app/service/views.py") == "interface"  # a feature called service


def test_features_with_layers_of_their_own_below_a_package_called_domain() -> None:
    parts = {
        "controllers/pages.py": "from fastapi import APIRouter\nfrom shop.domain.{}.services.work import f",
        "controllers/forms.py": "from fastapi import APIRouter\nfrom shop.domain.{}.services.work import f",
        "services/work.py": "from shop.db.tables import T\ndef f(): ...",
        "services/more.py": "",
        "schemas/given.py": "",
    }
    sources = {
        f"shop/domain/{n}/{path}": text.replace("{}", n) for n in ("orders", "users", "teams") for path, text in parts.items()
    }
    sources |= {"shop/db/tables.py": "T = 1", "shop/db/engine.py": "", "shop/domain/words.py": ""}
    found = layers(sources)
    assert found.style == "layered"
    assert layer(found, "shop/domain/orders/controllers/pages.py") == "interface"
    assert layer(found, "shop/domain/orders/services/more.py") == "application"
    assert layer(found, "shop/domain/orders/schemas/given.py") is None
    # Without them it is the layer that its name says.
    flat = {
        "shop/routes/a.py": "from fastapi import APIRouter\nfrom shop.services.a import f",
        "shop/routes/b.py": "from fastapi import APIRouter\nfrom shop.services.a import f",
        "shop/services/a.py": "from shop.domain.orders.rules import R\ndef f(): ...",
        "shop/services/b.py": "from shop.domain.users.rules import R",
        "shop/domain/orders/rules.py": "R = 1",
        "shop/domain/users/rules.py": "R = 1",
    }
    assert layer(layers(flat), "shop/domain/orders/rules.py") == "domain"


def test_models_and_views_are_a_habit() -> None:
    sources = {
        f"clinic/{n}/{f}.py": "from django.db import models\nfrom clinic.core import x"
        for n in "abcde"
        for f in ("models", "views")
    }
    sources |= {"clinic/a/api/v1.py": "from clinic.a.models import x", "clinic/a/services/mail.py": "", "clinic/core.py": ""}
    assert layers(sources).style == "none"


def test_tables_made_by_the_projects_own_base_are_no_application() -> None:
    """The classes of `models` are what is stored, also where the ORM's name is not in sight; only functions operate."""
    sources = {
        f"fair/{n}/models/{m}.py": f"from fair.core.db import db\nclass {m.title()}(db.Model): ..."
        for n in ("events", "users", "rooms")
        for m in ("first", "second")
    }
    sources |= {
        f"fair/{n}/controllers/{m}.py": (
            f"from fastapi import APIRouter\nfrom fair.core.db import db\nfrom fair.{n}.models.{m} import {m.title()}"
        )
        for n in ("events", "users", "rooms")
        for m in ("first", "second")
    }
    sources |= {"fair/core/db/base.py": "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()"}
    sources |= {"fair/core/db/__init__.py": "from fair.core.db.base import db", "fair/core/db/types.py": ""}
    assert layers(sources).style == "none"


def test_configured_roles_win() -> None:
    settings = Settings(layers=LayerMap(domain=("app.*.rules",), infrastructure=("app.store",)), style="clean")
    found = layers({"app/sales/rules/a.py": "", "app/store/rows.py": "", "app/x.py": ""}, settings)
    assert layer(found, "app/sales/rules/a.py") == "domain"
    assert layer(found, "app/store/rows.py") == "infrastructure"
    assert layer(found, "app/x.py") is None
    assert found.style == "clean"
    assert found.description.startswith("clean (configured)")


def test_style_none_switches_layers_off() -> None:
    assert layers(CLEAN, Settings(style="none")).description == "none"


def test_composition_roots() -> None:
    sources = CLEAN | {
        "src/shop/application_factory.py": "def create_app(): ...",
        "src/shop/infrastructure/di/wires.py": "",
        "src/shop/usecase/create.py": "def create_application(): ...",
        "src/shop/domain/server.py": "",
    }
    project = project_of_sources(sources)
    roots = {m.path for m in project.modules.production if project.layers.is_composition_root(m)}
    assert roots == {"src/shop/main.py", "src/shop/application_factory.py", "src/shop/infrastructure/di/wires.py"}


def test_a_layer_in_each_feature_by_the_end_of_the_name() -> None:
    features = ("orders", "users", "carts", "mails")
    sources = {f"app/{n}/{n}_router.py": f"from fastapi import APIRouter\nfrom app.{n}.{n}_service import f" for n in features}
    sources |= {f"app/{n}/{n}_service.py": f"from app.{n}.{n}_repository import g\ndef f(): ..." for n in features}
    sources |= {f"app/{n}/{n}_repository.py": "def g(): ..." for n in features}
    found = layers(sources)
    assert [layer(found, f"app/carts/carts_{name}.py") for name in ("router", "service", "repository")] == [
        "interface",
        "application",
        "infrastructure",
    ]


def test_what_hands_the_services_to_the_routes_of_each_feature() -> None:
    features = ("orders", "users", "carts", "mails")
    sources = {f"app/{n}/router.py": f"from fastapi import APIRouter\nfrom app.{n}.dependencies import h" for n in features}
    sources |= {f"app/{n}/dependencies.py": f"from app.{n}.service import f" for n in features}
    sources |= {f"app/{n}/service.py": "def f(): ..." for n in features}
    found = layers(sources)
    assert [layer(found, f"app/carts/{name}.py") for name in ("router", "dependencies", "service")] == [
        "interface",
        None,
        "application",
    ]
    assert layers(sources | {f"app/{n}/dependencies.py": "" for n in features}).description == "none"


def test_folders_of_endpoints_beside_the_business_of_each_feature() -> None:
    features = ("orders", "users", "carts", "mails")
    sources = {
        **{
            f"app/api/{n}/endpoints/{m}.py": f"import flask\nfrom app.api.{n}.business import f" for n in features for m in "ab"
        },
        **{f"app/api/{n}/business.py": "from app.database.rows import g\ndef f(): ..." for n in features},
        "app/api/security.py": "",
        **{f"app/database/{m}.py": "import sqlalchemy\ndef g(): ..." for m in ("rows", "tables")},
    }
    found = layers(sources)
    paths = ("app/api/carts/endpoints/a.py", "app/api/carts/business.py", "app/api/security.py", "app/database/rows.py")
    assert [layer(found, path) for path in paths] == ["interface", "application", None, "infrastructure"]


def test_services_with_a_module_that_stores_are_no_feature() -> None:
    sources = {
        **{f"app/routers/{n}.py": f"import fastapi\nfrom app.services.{n} import f" for n in ("a", "b")},
        **{f"app/services/{n}.py": "from app.services.repository import g\ndef f(): ..." for n in ("a", "b")},
        "app/services/repository.py": "def g(): ...",
    }
    assert layer(layers(sources), "app/services/a.py") == "application"
    assert layer(layers(sources | {"app/services/views.py": "import fastapi"}), "app/services/a.py") is None


def test_routes_below_the_infrastructure_are_interface() -> None:
    sources = CLEAN | {
        "src/shop/infrastructure/web/orders.py": "from fastapi import APIRouter",
        "src/shop/infrastructure/web/answers.py": "",
        "src/shop/infrastructure/api/maps.py": "import httpx",
        "src/shop/infrastructure/handlers/mails.py": "import fastapi",
    }
    found = layers(sources)
    assert [layer(found, path) for path in list(sources)[-4:]] == ["interface", "interface", "infrastructure", "infrastructure"]
