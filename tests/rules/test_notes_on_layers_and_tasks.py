"""Which findings about layers, tasks and slow work are notes."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

CONTEXTS = {
    "orders/domain/order.py": "class Order: ...\n",
    "orders/application/place.py": "from orders.domain.order import Order\n",
    "orders/adapters/driving/facade.py": "from orders.application.place import Order\n\nclass OrdersFacade: ...\n",
    "stock/domain/item.py": "class Item: ...\n",
    "stock/application/reserve.py": "from stock.domain.item import Item\n",
    "stock/adapters/driving/facade.py": "from stock.application.reserve import Item\n\nclass StockFacade: ...\n",
}


@pytest.mark.parametrize(("context", "confidence"), [("stock", Confidence.LOW), ("orders", Confidence.HIGH)])
def test_what_another_context_offers(context: str, confidence: Confidence) -> None:
    asking = f"from orders.domain.order import Order\nfrom {context}.adapters.driving import facade\n"
    (found,) = testing.run_rule("ARC001", CONTEXTS | {"orders/adapters/driven/stock.py": asking})
    assert found.confidence == confidence


ROUTES = """\
from fastapi import APIRouter, Depends
from shop.infrastructure.order_repository import OrderRepository
from shop.application import orders

router = APIRouter()


@router.get("/one")
def one(repository: OrderRepository = Depends()):
    orders.{used}(repository)
    return {{}}


@router.get("/two")
def two(repository: OrderRepository = Depends()):
    orders.{used}(repository)
    return {{}}


@router.get("/three")
def three(repository: OrderRepository = Depends()):
    orders.told(repository)
    return repository.all()
"""
REPOSITORY = """\
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.infrastructure.models import Order


class OrderRepository:
    def __init__(self, session: Session):
        self.session = session

    def all(self):
        return self.session.scalars(select(Order)).all()
"""
SERVICES = """\
import logging

from shop.infrastructure.order_repository import OrderRepository


def listed(repository: OrderRepository):
    return repository.all()


def told(repository: OrderRepository):
    logging.getLogger("shop").info("asked")
"""
MODEL = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


@pytest.mark.parametrize(("used", "confidence"), [("listed", Confidence.HIGH), ("told", Confidence.LOW)])
def test_repositories_that_all_handlers_use(used: str, confidence: Confidence) -> None:
    files = {
        "shop/presentation/orders.py": ROUTES.format(used=used),
        "shop/infrastructure/order_repository.py": REPOSITORY,
        "shop/application/orders.py": SERVICES,
        "shop.infrastructure.models.py": MODEL,
    }
    (found,) = testing.run_rule("ARC004", files)
    assert found.confidence == confidence


@pytest.mark.parametrize(
    ("handler", "confidence"),
    [
        ('if name: return asked("other")\n        raise ValueError(name)', Confidence.LOW),
        ("raise ValueError(name)", Confidence.HIGH),
        ('if name: return ""\n        raise ValueError(name)', Confidence.HIGH),
    ],
)
def test_another_way_that_follows_a_failure(handler: str, confidence: Confidence) -> None:
    text = f"""\
import requests
from celery import shared_task


def asked(name):
    return name


def read(name):
    try:
        return requests.get(name, timeout=5).text
    except requests.RequestException:
        {handler}


@shared_task
def index(name):
    read(name)
"""
    (found,) = testing.run_rule("SVC008", {"shop/tasks.py": text})
    assert found.confidence == confidence


STARTED = """\
import requests
from celery import shared_task


@shared_task
def tell(url):
    requests.post(url, timeout=5)


@shared_task
def tell_all(urls):
    for url in urls:
        {call}


@shared_task
def count(url):
    return len(url)


def ordered(url):
    count.delay(url)
    {start}
"""


@pytest.mark.parametrize(
    ("call", "start", "confidence"),
    [
        ("tell(url)", "pass", Confidence.LOW),
        ("tell.delay(url)", "pass", Confidence.LOW),
        ("print(url)", "tell.delay(url)", Confidence.HIGH),
        ("tell.delay(url)", "tell_all.delay([url])", Confidence.HIGH),
        ("print(url)", 'app.send_task("shop.tasks.tell", [url])', Confidence.HIGH),
    ],
)
def test_a_task_that_nothing_starts_is_a_note(call: str, start: str, confidence: Confidence) -> None:
    text = STARTED.format(call=call, start=start)
    api = "from fastapi import FastAPI\nfrom shop.tasks import ordered\napp = FastAPI()\napp.post('/orders')(ordered)\n"
    found = testing.run_rule("SVC008", {"shop/tasks.py": text, "shop/api.py": api})
    assert {f.confidence for f in found if "`tell`" in f.message} == {confidence}


HANDLER = """\
from django.core.cache import cache
from fastapi import FastAPI
from PIL import Image

app = FastAPI()


def render(key):
    return Image.open(key).resize((10, 10))


@app.get("/tiles/{key}")
def tile(key):
    picture = cache.get(key)
"""


@pytest.mark.parametrize(
    ("body", "confidence"),
    [
        ("if picture is None:\n        picture = render(key)\n        cache.set(key, picture, 60)", Confidence.LOW),
        ("if picture is None:\n        picture = render(key)", Confidence.HIGH),
        ("if picture is None:\n        cache.set(key, 1, 60)\n    picture = render(key)", Confidence.HIGH),
    ],
)
def test_what_is_made_where_the_cache_has_nothing(body: str, confidence: Confidence) -> None:
    found = testing.run_rule("SVC012", {"shop/app.py": f"{HANDLER}    {body}\n    return picture\n"})
    assert {each.confidence for each in found} == {confidence}


@pytest.mark.parametrize(("routes", "confidence"), [(12, Confidence.LOW), (4, Confidence.HIGH)])
def test_an_app_that_is_there_for_slow_work(routes: int, confidence: Confidence) -> None:
    many = "\n".join(f'@app.get("/{row}")\ndef row_{row}(): ...\n' for row in range(routes))
    files = {
        "tiles/app.py": f"{HANDLER}    return render(key)\n",
        "shop/app.py": f"from fastapi import FastAPI\n\napp = FastAPI()\n\n{many}",
    }
    found = testing.run_rule("SVC012", files)
    assert {each.confidence for each in found} == {confidence}


@pytest.mark.parametrize(
    ("path", "header", "confidence"),
    [
        ("shop/app.py", "X-Cron-Secret", Confidence.LOW),
        ("shop/internal/app.py", "X-Secret", Confidence.LOW),
        ("shop/app.py", "X-Secret", Confidence.HIGH),
    ],
)
def test_a_route_that_a_scheduler_asks(path: str, header: str, confidence: Confidence) -> None:
    asked = f'    if request.headers.get("{header}") != "x":\n        return None\n'
    handler = HANDLER.replace("import FastAPI", "import FastAPI, Request").replace(
        "def tile(key):", "def tile(key, request: Request):"
    )
    found = testing.run_rule("SVC012", {path: f"{handler}{asked}    return render(key)\n"})
    assert {each.confidence for each in found} == {confidence}


TAKING = {
    "shop/services/guards.py": "from fastapi import Request\n\n\ndef checked(word: str):\n"
    "    async def check(request: Request):\n        request.state.word = word\n\n    return check\n",
    "shop/services/users.py": "from fastapi import Request\nfrom user_library.service import BaseUsers\n\n\n"
    "class Users(BaseUsers[str]):\n    async def before_login(self, request: Request) -> bool:\n        return True\n",
}


@pytest.mark.parametrize(
    ("answering", "notes"),
    [
        ('@app.get("/orders", dependencies=[Depends(checked("a"))])', ["guards.py", "users.py"]),
        ('@app.get("/orders", summary=str(checked("a")))', ["users.py"]),
        ('@app.get("/orders", summary=str(Users().before_login(app)))', []),
    ],
)
def test_who_gives_a_service_its_request(answering: str, notes: list[str]) -> None:
    """A framework that runs it for its handlers, or a package whose class it fills in: not somebody of the core."""
    api = "from fastapi import Depends, FastAPI\nfrom shop.services.guards import checked\n"
    api += "from shop.services.users import Users\n\n"
    api += f"app = FastAPI()\n\n\n{answering}\nasync def orders() -> str:\n    return str(Users)\n"
    found = testing.run_rule("ARC013", TAKING | {"shop/api/orders.py": api})
    assert len(found) == 2
    assert [f.location.path.rpartition("/")[2] for f in found if f.confidence == Confidence.LOW] == notes


AROUND = """\
from functools import wraps

from fastapi import HTTPException


def guarded(function):
    @wraps(function)
    async def wrapper(user: str):
        if not user:
            raise HTTPException(401)
        return await function(user)

    return wrapper
"""


@pytest.mark.parametrize(
    ("module", "is_used_inside", "confidence"),
    [
        ("guards", False, Confidence.LOW),
        ("guards", True, Confidence.MEDIUM),
        ("dependencies", True, Confidence.LOW),
    ],
)
def test_what_is_put_around_handlers(module: str, is_used_inside: bool, confidence: Confidence) -> None:
    """A decorator of handlers alone, and a module of dependencies, are the interface's wherever they lie."""
    taken = f"from shop.services.{module} import guarded\n"
    place = f"{taken}\n\n{'@guarded' if is_used_inside else ''}\nasync def place(user: str) -> str:\n    return user\n"
    api = f"from fastapi import FastAPI\n{taken}from shop.services.orders import place\n\napp = FastAPI()\n\n\n"
    api += '@app.get("/orders")\n@guarded\nasync def orders(user: str) -> str:\n    return await place(user)\n'
    files = {f"shop/services/{module}.py": AROUND, "shop/services/orders.py": place, "shop/api/orders.py": api}
    (found,) = testing.run_rule("ARC013", files)
    assert found.confidence == confidence


MADE = """\
from starlette.requests import Request


class Order:
    number: int = 0


class OrderService:
    def __init__(self, session) -> None:
        self._session = session

    def close(self) -> None: ...
{method}

def factory(_context, request{annotation}):
    return {made}
"""
METHOD = """
    @classmethod
    def create(cls, context, request: Request):
        return cls(session=request.state.session)
"""


@pytest.mark.parametrize(
    ("made", "method", "annotation", "confidence"),
    [
        ("OrderService(session=request.state.session)", "", ": Request", Confidence.LOW),
        ("None", METHOD, "", Confidence.LOW),
        ("Order()", "", ": Request", Confidence.MEDIUM),
    ],
)
def test_what_gives_a_service_for_a_request_puts_the_program_together(
    made: str, method: str, annotation: str, confidence: Confidence
) -> None:
    files = {
        "shop/domain/order.py": "class Line: ...\n",
        "shop/presentation/api.py": "from fastapi import APIRouter\nfrom shop.application import orders\n",
        "shop/application/orders.py": MADE.format(made=made, method=method, annotation=annotation),
    }
    (found,) = testing.run_rule("ARC013", files)
    assert found.confidence == confidence


LATER = "from flask import Blueprint\nfrom shop.pages import views\n\npages = Blueprint('pages', __name__)\n"
PACKAGE = "from flask import Blueprint\n\nSIZE = 10\npages = Blueprint('pages', __name__)\n\nfrom shop.pages import views\n"


@pytest.mark.parametrize(
    ("package", "taken", "confidence"),
    [
        (PACKAGE, "pages", Confidence.LOW),
        (PACKAGE, "SIZE, pages", Confidence.HIGH),
        (
            "from flask import Blueprint\nfrom shop.pages import views\npages = Blueprint('pages', __name__)\n",
            "pages",
            Confidence.HIGH,
        ),
    ],
)
def test_routes_that_take_the_router_of_their_package(package: str, taken: str, confidence: Confidence) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/pages/__init__.py": package,
        "shop/pages/views.py": f"from shop.pages import {taken}\n",
    }
    (found,) = testing.run_rule("ARC003", files)
    assert found.confidence == confidence


JOURNAL = """\
from sqlalchemy.orm import Session, sessionmaker

from shop.models import Note

factory = sessionmaker()


def noted(function):
    def around(*given):
        factory().add(Note(text=function.__name__))
        return function(*given)

    return around


{decorator}
def get_name(key):
    {written}
    return "name"
"""


@pytest.mark.parametrize(
    ("decorator", "written", "confidence"),
    [("@noted", "pass", Confidence.LOW), ("", "factory().add(Note(text=key))", Confidence.HIGH)],
)
def test_what_a_decorator_writes_around_a_query_comes_along(decorator: str, written: str, confidence: Confidence) -> None:
    model = (
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\nclass Base(DeclarativeBase): ...\n\n"
        "class Note(Base):\n    __tablename__ = 'notes'\n    text: Mapped[str] = mapped_column(primary_key=True)\n"
    )
    files = {"shop/models.py": model, "shop/names.py": JOURNAL.format(decorator=decorator, written=written)}
    (found,) = testing.run_rule("ARC012", files)
    assert found.confidence == confidence


@pytest.mark.parametrize(
    ("used", "confidence"), [("@app.command()\ndef close(): ...\n", Confidence.LOW), ("NAME = app.name\n", Confidence.HIGH)]
)
def test_commands_that_take_the_register_of_their_package(used: str, confidence: Confidence) -> None:
    package = "import typer\n\napp = typer.Typer()\n\nfrom shop.commands import orders\n"
    files = {
        "shop/__init__.py": "",
        "shop/commands/__init__.py": package,
        "shop/commands/orders.py": f"from shop.commands import app\n\n\n{used}",
    }
    (found,) = testing.run_rule("ARC003", files)
    assert found.confidence == confidence


def test_what_a_command_asks_in_its_transaction_once_is_a_note() -> None:
    code = """
import requests
from django.db import models, transaction

class Region(models.Model): ...

@transaction.atomic
def fill(region: Region) -> None:
    region.save()
    requests.get("https://regions.example.com", timeout=5)
"""
    command = """
from django.core.management.base import BaseCommand
from shop.regions import Region, fill

class Command(BaseCommand):
    def handle(self, *args, **options):
        fill(Region())
"""
    view = "from shop.regions import Region, fill\ndef view(request):\n    fill(Region())\n"
    path = "shop/management/commands/fill.py"
    alone = testing.run_rule("SVC014", {"shop/regions.py": code, path: command})
    both = testing.run_rule("SVC014", {"shop/regions.py": code, path: command, "shop/views.py": view})
    assert [finding.confidence for finding in alone] == [Confidence.LOW]
    assert [finding.confidence for finding in both] == [Confidence.HIGH]


BESIDE = """\
from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.application.orders import number_of
from shop.models import Order

app = FastAPI()


@app.get("/first")
def first() -> int:
    return number_of(Session())


@app.get("/second")
def second() -> int:
    Session().get(Order, 1)
    return number_of(Session())


@app.get("/{path}")
def third() -> int:
    {body}
    return number_of(Session())
"""
NUMBER = """\
from sqlalchemy.orm import Session

from shop.models import Order


def number_of(session: Session) -> int:
    return session.query(Order).first().id
"""


@pytest.mark.parametrize(
    ("body", "path", "told"),
    [
        ("Session().get(Order, 2)", "third", [Confidence.LOW, Confidence.LOW]),
        ("Session().add(Order())", "third", [Confidence.LOW, Confidence.HIGH]),
        ("pass", "third", [Confidence.HIGH]),
        ("Session().get(Order, 2)", "smoke_test", [Confidence.HIGH]),
        ("Session().add(Order())", "orders/seed", [Confidence.HIGH]),
    ],
)
def test_handlers_that_ask_beside_what_they_leave_to_the_services(body: str, path: str, told: list[Confidence]) -> None:
    files = {
        "shop/presentation/orders.py": BESIDE.format(body=body, path=path),
        "shop/application/orders.py": NUMBER,
        "shop/infrastructure/pool.py": "size = 1\n",
        "shop/models.py": MODEL,
    }
    assert [found.confidence for found in testing.run_rule("ARC004", files)] == told


BY_ITSELF = """\
from sqlalchemy.orm import Session

from shop.models import Order
from shop.presentation.orders import app


@app.post("/carts")
def cart() -> None:
    Session().add(Order())
"""


def test_handlers_of_a_module_that_asks_the_services_nothing() -> None:
    files = {
        "shop/presentation/orders.py": BESIDE.format(body="Session().add(Order())", path="third"),
        "shop/presentation/carts.py": BY_ITSELF,
        "shop/application/orders.py": NUMBER,
        "shop/infrastructure/pool.py": "size = 1\n",
        "shop/models.py": MODEL,
    }
    found = {each.location.path: each.confidence for each in testing.run_rule("ARC004", files)}
    assert found == {"shop/presentation/carts.py": Confidence.LOW, "shop/presentation/orders.py": Confidence.HIGH}


MEASURES = """\
from typing import Optional

from starlette.requests import Request
from starlette.websockets import WebSocket


{taking}
"""


@pytest.mark.parametrize(
    ("taking", "confidence"),
    [
        ("async def measure(request: Request, call_next):\n    return await call_next(request)", Confidence.LOW),
        ("def tell(text: str, but: Optional[WebSocket] = None):\n    return text", Confidence.LOW),
        ("def price(request: Request, rate):\n    return rate(2)", Confidence.MEDIUM),
    ],
)
def test_what_hands_a_request_on(taking: str, confidence: Confidence) -> None:
    files = {"shop/services/measures.py": MEASURES.format(taking=taking), "shop/domain/order.py": "class Order: ...\n"}
    (found,) = testing.run_rule("ARC013", files)
    assert found.confidence == confidence


READING = """\
import pandas
from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/orders")
def take(file: UploadFile):
    return len(pandas.{reader}(file.file))
"""


@pytest.mark.parametrize(("reader", "confidence"), [("read_csv", Confidence.LOW), ("read_excel", Confidence.HIGH)])
def test_a_table_of_plain_text_is_read_in_a_moment(reader: str, confidence: Confidence) -> None:
    (found,) = testing.run_rule("SVC012", {"shop/app.py": READING.format(reader=reader)})
    assert found.confidence == confidence


LAYERED = {
    "shop/infrastructure/base.py": "from sqlalchemy.orm import DeclarativeBase\n\nclass Base(DeclarativeBase): ...\n",
    "shop/infrastructure/orders.py": "from sqlalchemy import select\nfrom shop.infrastructure.base import Base\n",
    "shop/application/orders.py": "from shop.infrastructure import orders\n\nclass Orders: ...\n",
    "shop/presentation/orders.py": "from fastapi import APIRouter\nfrom shop.application import orders\n",
    "shop/presentation/users.py": "from fastapi import APIRouter\nfrom shop.application import orders\n",
}
OF_ORDERS = "from shop.models.domain.order import Order\n"
FILED = {
    "shop/db/base.py": "from sqlalchemy.orm import DeclarativeBase\n\nclass Base(DeclarativeBase): ...\n",
    "shop/db/session.py": "from sqlalchemy import create_engine\n",
    "shop/models/domain/user.py": "class User: ...\n",
} | {
    path: code
    for name in ("orders", "lines", "prices")
    for path, code in (
        (f"shop/db/repositories/{name}.py", f"from sqlalchemy import select\n{OF_ORDERS}"),
        (f"shop/services/{name}.py", f"from shop.db.repositories import {name}\n{OF_ORDERS}"),
        (f"shop/api/routes/{name}.py", f"from fastapi import APIRouter\nfrom shop.services import {name}\n{OF_ORDERS}"),
    )
}


@pytest.mark.parametrize(
    ("base", "sure"),
    [
        ("(Base):\n    __tablename__ = 'orders'\n    id: Mapped[int] = mapped_column(primary_key=True)\n", Confidence.LOW),
        (":\n    base = Base\n", Confidence.HIGH),
    ],
)
def test_tables_that_are_filed_under_models_as_domain(base: str, sure: Confidence) -> None:
    table = "from sqlalchemy.orm import Mapped, mapped_column\nfrom shop.db.base import Base\n\nclass Order"
    (found,) = testing.run_rule("ARC001", {**FILED, "shop/models/domain/order.py": table + base})
    assert found.confidence == sure


@pytest.mark.parametrize(
    ("service", "sure"),
    [
        ("def address(options):\n    return options['host']\n", Confidence.LOW),
        ("class Prices:\n    def of(self, order):\n        return 1\n", Confidence.HIGH),
        ("from shop.application import orders\n\ndef address(options):\n    return options['host']\n", Confidence.HIGH),
    ],
)
def test_functions_that_rest_on_nothing_are_of_no_layer(service: str, sure: Confidence) -> None:
    files = {"shop/application/hosts.py": service, "shop/domain/order.py": "from shop.application import hosts\n"}
    (found,) = testing.run_rule("ARC001", {**LAYERED, **files})
    assert found.confidence == sure


@pytest.mark.parametrize(("name", "told"), [("seeder", 0), ("reader", 1)])
def test_what_fills_the_database_first_puts_the_program_together(name: str, told: int) -> None:
    files = {f"shop/infrastructure/{name}.py": "from shop.presentation import orders\n"}
    assert len(testing.run_rule("ARC001", {**LAYERED, **files})) == told


HALF_SERVICE = """\
from sqlalchemy.orm import Session
from shop.models import Order


def close(session: Session, number):
    session.delete(session.get(Order, number))


def latest(session: Session):
    return session.query(Order).first()
"""
HALF_MODELS = """\
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase): ...


class Order(Base): ...


class Color(Base): ...
"""
HALF_ROUTES = """\
from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from shop.application.orders import close, latest
from shop.models import Color, Order

router = APIRouter()


def session() -> Session: ...


@router.delete("/orders/{{number}}")
def closed(number: int, session: Session = Depends(session)):
    close(session, number)


@router.get("/orders/{{number}}")
def one(number: int, session: Session = Depends(session)):
    return latest(session).number


@router.get("/rows/{{number}}")
def row(number: int, session: Session = Depends(session)):
    query = session.query({table})
    return query.filter_by(number=number).one().number


@router.get("/colors")
def colors(session: Session = Depends(session)):
    return session.query(Color).count()
"""


@pytest.mark.parametrize(("table", "confidence"), [("Order", Confidence.HIGH), ("Color", Confidence.LOW)])
def test_table_that_the_layer_changes(table: str, confidence: Confidence) -> None:
    files = {
        "shop/presentation/orders.py": HALF_ROUTES.format(table=table),
        "shop/application/orders.py": HALF_SERVICE,
        "shop/infrastructure/mail.py": "def send(text): ...\n",
        "shop/models.py": HALF_MODELS,
    }
    found = [hit for hit in testing.run_rule("ARC004", files) if "`row`" in hit.message]
    assert [hit.confidence for hit in found] == [confidence]


FEATURE = {
    "shop/domains/orders/entity.py": """\
from sqlalchemy.orm import Mapped, mapped_column

from shop.infrastructure.database import Base


class Order(Base):
    __tablename__ = "orders"
    number: Mapped[int] = mapped_column(primary_key=True)
""",
    "shop/infrastructure/database.py": "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase): ...\n",
    "shop/infrastructure/orders.py": "from shop.domains.orders.entity import Order\n",
}
ANSWERING = {"shop/domains/orders/controller.py": "from fastapi import APIRouter\n\nrouter = APIRouter()\n"}


@pytest.mark.parametrize("rule", ["ARC001", "ARC002"])
@pytest.mark.parametrize(("beside", "confidence"), [(ANSWERING, Confidence.LOW), ({}, Confidence.HIGH)])
def test_tables_of_a_feature(rule: str, beside: dict[str, str], confidence: Confidence) -> None:
    (found,) = testing.run_rule(rule, FEATURE | beside)
    assert found.confidence == confidence


@pytest.mark.parametrize(
    ("body", "confidence"),
    [
        ("if not request.session.get('user'):\n        raise HTTPException(status_code=401)", Confidence.LOW),
        ("print(request.url)", Confidence.MEDIUM),
    ],
)
def test_a_guard_that_nobody_calls_is_left_to_the_framework(body: str, confidence: Confidence) -> None:
    code = f"from fastapi import HTTPException, Request\n\n\ndef require(request: Request) -> None:\n    {body}\n"
    found = testing.run_rule("ARC013", {"shop/services/auth.py": code, "shop/domain/order.py": "class Order: ...\n"})
    assert {each.confidence for each in found} == {confidence}
