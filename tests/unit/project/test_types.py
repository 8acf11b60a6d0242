"""What an expression's type comes from, one way a case. `reveal(x)  # name` says what `x` is understood as."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from project_builder import project_of

from archlint.facts.syntax import Name
from archlint.project.describe import type_name

_EXPECTED = re.compile(r"reveal\(.*#\s*(.*?)\s*$")


def assert_revealed(files: Mapping[str, str]) -> None:
    """Each `reveal(…)  # type` of the files holds; `nothing` for what must not be known."""
    project = project_of(files)
    seen = 0
    for path, text in files.items():
        module = project.modules.by_path[path]
        lines = text.splitlines()
        for call in module.body.calls:
            if not (isinstance(call.callee, Name) and call.callee.id == "reveal"):
                continue
            line = lines[module.lines.line(call.at) - 1]
            expected = _EXPECTED.search(line)
            assert expected is not None, line
            types = project.types.all(module, call.arguments[0].value, call.context)
            shown = " | ".join(type_name(t) for t in types) or "nothing"
            assert shown == expected.group(1), f"{path}: {line.strip()}"
            seen += 1
    assert seen, "nothing was revealed"


MODELS = """
class Order:
    lines: "list[Line]"
    number = 1
    def total(self) -> "Money": ...
    @property
    def first(self): return self.lines[0]
    @classmethod
    def make(cls): return cls()
    @staticmethod
    def zero(): return Money()
class Line: ...
class Money: ...
"""


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("reveal(Order())  # shop.models.Order", id="constructor"),
        pytest.param("reveal(Order)  # type[shop.models.Order]", id="class"),
        pytest.param("reveal(Order().total())  # shop.models.Money", id="annotated-return"),
        pytest.param("reveal(Order().lines)  # builtins.list[shop.models.Line]", id="class-annotation-in-a-string"),
        pytest.param("reveal(Order().first)  # shop.models.Line", id="property-and-item"),
        pytest.param("reveal(Order.make())  # shop.models.Order", id="class-method"),
        pytest.param("reveal(Order.zero())  # shop.models.Money", id="static-method"),
        pytest.param("reveal(Order().missing)  # nothing", id="no-such-attribute"),
        pytest.param("reveal(Order().number)  # builtins.int", id="class-attribute"),
        pytest.param("for x in Order().lines:\n    reveal(x)  # shop.models.Line", id="loop-variable"),
        pytest.param("for i, x in enumerate(Order().lines):\n    reveal(x)  # shop.models.Line", id="enumerate"),
        pytest.param("[reveal(x) for x in Order().lines]  # shop.models.Line", id="comprehension-variable"),
        pytest.param("reveal([Money() for x in y])  # builtins.list[shop.models.Money]", id="comprehension"),
        pytest.param("reveal({1: Money()}[1])  # shop.models.Money", id="dict-subscript"),
        pytest.param("reveal({1: Money()}.get(1))  # shop.models.Money", id="dict-get"),
        pytest.param("a, (b, c) = Order(), (Line(), Money())\nreveal(c)  # shop.models.Money", id="unpacking"),
        pytest.param("x = Order() if y else None\nreveal(x)  # shop.models.Order", id="conditional"),
        pytest.param("x = y or Money()\nreveal(x)  # shop.models.Money", id="or"),
        pytest.param("if (x := Money()):\n    reveal(x)  # shop.models.Money", id="walrus"),
        pytest.param("x = Order()\nx = Money()\nreveal(x)  # shop.models.Money", id="the-last-binding-holds"),
        pytest.param("x = None\nif y:\n    x = Money()\nreveal(x)  # shop.models.Money", id="set-in-a-branch"),
        pytest.param("x: Order = y()\nreveal(x)  # shop.models.Order", id="annotated-name"),
        pytest.param("x: Line = Order()\nreveal(x)  # shop.models.Line", id="annotation-before-the-value"),
        pytest.param("X: Line = Order\nreveal(X)  # type[shop.models.Order]", id="class-annotated-by-its-class"),
        pytest.param("try: ...\nexcept Money as e:\n    reveal(e)  # shop.models.Money", id="caught"),
        pytest.param(
            "def f(x):\n    if isinstance(x, (Line, Money)):\n        reveal(x)  # shop.models.Line | shop.models.Money",
            id="isinstance",
        ),
        pytest.param("def f(x):\n    if isinstance(y, Line):\n        reveal(x)  # nothing", id="isinstance-of-another"),
        pytest.param("f = lambda: Money()\nreveal(f())  # shop.models.Money", id="lambda"),
        pytest.param("import functools\nf = functools.partial(Money)\nreveal(f())  # shop.models.Money", id="partial"),
        pytest.param("reveal(unknown)  # nothing", id="unknown-name"),
        pytest.param("reveal(unknown().a.b())  # nothing", id="unknown-chain"),
    ],
)
def test_an_expression_has_the_type_it_gets_its_value_by(body: str) -> None:
    assert_revealed({"shop/__init__.py": "", "shop/models.py": MODELS, "shop/use.py": "from shop.models import *\n" + body})


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("Order", "shop.models.Order"),
        ("'Order'", "shop.models.Order"),
        ("Optional[Order]", "shop.models.Order"),
        ("Order | None", "shop.models.Order"),
        ("'Order | None'", "shop.models.Order"),
        ("Union[Order, Line]", "shop.models.Order | shop.models.Line"),
        ("Annotated[Order, 'x']", "shop.models.Order"),
        ("Annotated[unknown, Depends(make)]", "shop.models.Money"),
        ("list[Order]", "builtins.list[shop.models.Order]"),
        ("dict[str, Optional[Order]]", "builtins.dict[builtins.str, shop.models.Order]"),
        ("tuple[Order, ...]", "builtins.tuple[shop.models.Order]"),
        ("type[Order]", "type[shop.models.Order]"),
        ("Alias", "shop.models.Order"),
        ("models.Order", "shop.models.Order"),
        ("Literal['Order']", "nothing"),
        ("Callable[[int], Order]", "collections.abc.Callable[shop.models.Order]"),
        ("1", "nothing"),
    ],
)
def test_an_annotation_is_read(annotation: str, expected: str) -> None:
    text = f"""
from typing import Annotated, Callable, Literal, Optional, Union
from fastapi import Depends
from shop import models
from shop.models import Line, Money, Order
def make() -> Money: ...
Alias = Annotated[Order, Depends(make)]
def f(x: {annotation}):
    reveal(x)  # {expected}
"""
    assert_revealed({"shop/__init__.py": "", "shop/models.py": MODELS, "shop/use.py": text})


def test_what_an_instance_holds_is_set_in_any_method_and_inherited() -> None:
    assert_revealed(
        {
            "a.py": """
class Engine: ...
class Wheel: ...
class Base:
    wheel: Wheel
    def __init__(self, spare=None, *, engine: Engine):
        self.engine = engine
        self._wheels = [Wheel()]
    def start(self):
        self.late = Wheel()
        reveal(self.engine)  # a.Engine
""",
            "b.py": """
from a import Base
class Car(Base):
    def go(self):
        reveal(self)  # b.Car
        reveal(self.engine)  # a.Engine
        reveal(self.wheel)  # a.Wheel
        reveal(self.late)  # a.Wheel
        reveal(super().start)  # nothing
        for wheel in self._wheels:
            reveal(wheel)  # a.Wheel
""",
        }
    )


def test_types_cross_modules_through_reexports_stars_and_relative_imports() -> None:
    assert_revealed(
        {
            "shop/__init__.py": "from .core import Order as PublicOrder",
            "shop/core/__init__.py": "from .order import *",
            "shop/core/order.py": (
                "__all__ = ['Order', 'make']\nclass Order: ...\nclass Hidden: ...\ndef make(): return Order()"
            ),
            "shop/api/use.py": """
import shop
import shop.core.order as o
from ..core import make, Hidden
from shop import PublicOrder
reveal(shop.PublicOrder())  # shop.core.order.Order
reveal(o.Hidden())  # shop.core.order.Hidden
reveal(make())  # shop.core.order.Order
reveal(PublicOrder())  # shop.core.order.Order
reveal(Hidden)  # nothing
""",
        }
    )


def test_circles_end() -> None:
    assert_revealed(
        {
            "a.py": """
from b import x, f
class A(A): ...
class B(C): ...
class C(B): ...
y = x
reveal(y)  # nothing
reveal(B().z)  # nothing
""",
            "b.py": """
from a import y as x
def f(): return g()
def g(): return f()
reveal(f())  # nothing
v = v
reveal(v)  # nothing
""",
        }
    )


def test_only_one_of_two_alternatives_is_not_preferred() -> None:
    assert_revealed(
        {
            "fast.py": "class Loader: ...",
            "slow.py": "class Loader: ...",
            "use.py": """
try:
    from fast import Loader
except ImportError:
    from slow import Loader
reveal(Loader())  # fast.Loader | slow.Loader
""",
        }
    )


def test_generators_managers_and_dependencies_give_what_they_yield() -> None:
    assert_revealed(
        {
            "deps.py": """
from contextlib import contextmanager, asynccontextmanager
from typing import AsyncIterator, Iterator
class Session: ...
class Unit:
    session: Session
    def __enter__(self): return self
    async def __aenter__(self) -> "Session": ...
def get_session():
    with Unit() as unit:
        yield unit.session
async def get_other() -> AsyncIterator[Session]: yield 1
@contextmanager
def opened(): yield Session()
@asynccontextmanager
async def opened_later() -> AsyncIterator[Session]: yield 1
""",
            "use.py": """
from fastapi import Depends
from deps import Session, Unit, get_session, get_other, opened, opened_later
def handler(a=Depends(get_session), b=Depends(get_other), c: Session = Depends()):
    reveal(a)  # deps.Session
    reveal(b)  # deps.Session
    reveal(c)  # deps.Session
    for s in get_session():
        reveal(s)  # deps.Session
async def f():
    with Unit() as u, opened() as s:
        reveal(u)  # deps.Unit
        reveal(s)  # deps.Session
    async with opened_later() as t:
        reveal(t)  # deps.Session
""",
        }
    )


def test_generic_classes_and_functions_carry_their_arguments() -> None:
    assert_revealed(
        {
            "repo.py": """
from typing import Generic, Self, TypeVar
M = TypeVar("M")
class Repo(Generic[M]):
    model: type[M]
    def get(self) -> M | None: ...
    def all(self) -> list[M]: ...
    def with_(self) -> Self: return self
def find(model: type[M]) -> M: ...
""",
            "use.py": """
from repo import Repo, find
class User: ...
class Users(Repo[User]):
    def active(self):
        reveal(self.get())  # use.User
        return self
def f(users: Users, any: Repo[User]):
    reveal(users.get())  # use.User
    reveal(users.all())  # builtins.list[use.User]
    reveal(users.model)  # type[use.User]
    reveal(any.get())  # use.User
    reveal(users.with_())  # use.Users
    reveal(users.active())  # use.Users
    reveal(find(User))  # use.User
""",
        }
    )


def test_a_bare_parameter_is_what_callers_pass() -> None:
    assert_revealed(
        {
            "a.py": """
class Cart: ...
class Shop:
    def __init__(self, cart): self.cart = cart
    def put(self, what, *, where=None):
        reveal(what)  # a.Cart
        reveal(where)  # builtins.str
def show(cart):
    reveal(cart)  # a.Cart
""",
            "b.py": """
import a
a.show(a.Cart())
shop = a.Shop(a.Cart())
shop.put(a.Cart(), where="here")
reveal(shop.cart)  # a.Cart
""",
        }
    )


def test_what_gives_an_object_of_the_class_that_it_is_handed_gives_each_caller_one_of_its_own() -> None:
    assert_revealed(
        {
            "a.py": """
class Cart:
    @classmethod
    def load(cls, key): return cls()
class Shop(Cart): ...
class Log: ...
def get_or_fail(model, key, *, error=ValueError):
    found = model.load(key)
    if found is None:
        raise error()
    return found
def get_log(model):
    return Log()
""",
            "b.py": """
import a
reveal(a.get_or_fail(a.Cart, 1))  # a.Cart
reveal(a.get_or_fail(key=2, model=a.Shop))  # a.Shop
reveal(a.get_log(a.Cart))  # a.Log
reveal(a.get_log(a.Shop))  # a.Log
def any_of(model):
    reveal(a.get_or_fail(model, 3))  # a.Cart | a.Shop
any_of(a.Cart)
any_of(a.Shop)
""",
        }
    )


def test_what_is_stored_on_a_shared_object_is_read_there_again() -> None:
    assert_revealed(
        {
            "main.py": """
from fastapi import FastAPI
class Pool: ...
class Mail: ...
app = FastAPI()
app.state.pool = Pool()
app.extensions["mail"] = Mail()
""",
            "use.py": """
from flask import current_app
def f(request, other):
    reveal(request.app.state.pool)  # main.Pool
    reveal(current_app.extensions["mail"])  # main.Mail
    reveal(other.pool)  # nothing
    reveal(current_app.extensions["post"])  # nothing
""",
        }
    )


def test_what_is_stored_with_others_or_under_a_constant_of_a_module_is_read_there_again() -> None:
    assert_revealed(
        {
            "keys.py": """
from aiohttp import web
POOL = web.AppKey("pool")
""",
            "main.py": """
from aiohttp import web
from keys import POOL
class Pool: ...
class Mail: ...
def make(rows):
    app = web.Application()
    app.state.pool, app.state.mail = Pool(), Mail()
    app.state.one, app.state.two = rows
    app[POOL] = Pool()
    for number in range(3):
        app[number] = Mail()
""",
            "use.py": """
import keys
from keys import POOL
def f(request, number):
    reveal(request.app.state.pool)  # main.Pool
    reveal(request.app.state.mail)  # main.Mail
    reveal(request.app.state.two)  # nothing
    reveal(request.app[POOL])  # main.Pool
    reveal(request.app[keys.POOL])  # main.Pool
    reveal(request.app[number])  # nothing
""",
        }
    )


def test_the_object_of_a_view_is_one_of_the_rows_that_its_class_names() -> None:
    assert_revealed(
        {
            "models.py": """
from django.db import models
class Order(models.Model): ...
class Line(models.Model): ...
""",
            "views.py": """
from django.views.generic import DetailView, UpdateView
from rest_framework import viewsets
from models import Line, Order
class Orders(viewsets.ModelViewSet):
    queryset = Order.objects.all()
    def retrieve(self, request):
        reveal(self.get_object())  # models.Order
class Own(viewsets.ModelViewSet):
    queryset = Line.objects.all()
    def get_queryset(self):
        return Order.objects.filter(owner=self.request.user)
    def retrieve(self, request):
        reveal(self.get_object())  # models.Order
class Again(Orders):
    def get_queryset(self):
        return super().get_queryset().filter(owner=self.request.user)
    def retrieve(self, request):
        reveal(self.get_object())  # models.Order
class Untold(viewsets.ModelViewSet):
    def retrieve(self, request):
        reveal(self.get_object())  # nothing
class One(DetailView):
    model = Line
    def get(self, request):
        reveal(self.get_object())  # models.Line
        reveal(self.object)  # models.Line
class Change(UpdateView):
    queryset = Order.objects.all()
    def get(self, request):
        reveal(self.get_object())  # models.Order
""",
        }
    )


def test_relations_lead_back_even_to_a_library_class() -> None:
    assert_revealed(
        {
            "models.py": """
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import models
class Profile(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
class Note(models.Model):
    owner = models.ForeignKey(User, related_name="notes", on_delete=models.CASCADE)
    parent = models.ForeignKey("self", on_delete=models.CASCADE)
def f(user: User, note: Note):
    reveal(user.profile)  # models.Profile
    reveal(user.notes)  # django.db.models.RelatedManager[models.Note]
    reveal(note.note_set.first())  # models.Note
    reveal(note.owner)  # django.contrib.auth.models.User
    reveal(get_user_model().objects.get())  # django.contrib.auth.models.User
""",
        }
    )


def test_names_mean_a_library_only_where_it_is_used_and_nothing_else_is_said() -> None:
    assert_revealed(
        {
            "db.py": "import sqlalchemy",
            "uses.py": """
import db
def f(session, cart):
    reveal(session)  # sqlalchemy.orm.Session
    reveal(cart)  # nothing
class Http: ...
def g(session: Http):
    reveal(session)  # uses.Http
def h():
    session = Http()
    reveal(session)  # uses.Http
def i(session=Http()):
    reveal(session)  # uses.Http
""",
            "other.py": "def f(session):\n    reveal(session)  # nothing",
        }
    )


def test_scopes_of_classes_closures_globals_and_comprehensions() -> None:
    assert_revealed(
        {
            "a.py": """
class A: ...
class B: ...
class C: ...
x = A()
class K:
    x = B()
    reveal(x)  # a.B
    def m(self):
        reveal(x)  # a.A
def f():
    y = A()
    def g():
        reveal(y)  # a.A
        z = [reveal(x) for x in [C()]]  # a.C
        reveal(x)  # a.A
    return g
def h():
    global shared
    shared = C()
reveal(shared)  # a.C
""",
        }
    )


def test_what_a_method_gives_of_its_own_class_is_of_the_class_that_it_is_called_on() -> None:
    assert_revealed(
        {
            "base.py": "class Base:\n    @classmethod\n    def make(cls): return cls()\n    def kept(self): return self\n"
            "    def twin(self) -> 'Base': return self\n    def all(self): return [self]\n    def other(self): return 1",
            "a.py": "from base import Base\nclass Shelf(Base): ...\nclass Rack(Shelf): ...\n"
            "reveal(Shelf.make())  # a.Shelf\n"
            "reveal(Rack.make().kept().all())  # builtins.list[a.Rack]\n"
            "reveal(Rack().twin())  # base.Base\n"
            "reveal(Rack().other())  # builtins.int\n"
            "reveal(Base.make())  # base.Base\n",
        }
    )
