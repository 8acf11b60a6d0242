"""What a class, a parameter or an annotation leaves open, and others tell: classes below, callers, class bodies."""

from __future__ import annotations

import pytest
from project_builder import project_of
from test_types import assert_revealed

from archlint.facts.findings import Confidence
from archlint.project.model import Def

TABLES = """
class Table:
    def select(self): ...
class Orders(Table): ...
class Lines(Table): ...
"""


@pytest.mark.parametrize(
    ("base", "below"),
    [
        pytest.param("table = None", "class A(View):\n    table = Orders()", id="set-by-a-class-below"),
        pytest.param("", "class A(View):\n    def __init__(self):\n        self.table = Orders()", id="set-on-self-below"),
        pytest.param("", "class Has:\n    table = Orders()\nclass A(View, Has): ...", id="of-a-class-beside"),
        pytest.param("table: Any", "class A(View):\n    table = Orders()", id="annotated-as-anything"),
        pytest.param(
            "def __init__(self, table):\n        self.table = table",
            "class A(View):\n    def __init__(self):\n        super().__init__(Orders())",
            id="handed-up-to-the-constructor",
        ),
        pytest.param(
            "def __init__(self, table: Any):\n        self.table = table",
            "class A(View): ...\nA(Orders())",
            id="made-by-a-class-below",
        ),
    ],
)
def test_a_base_asks_what_classes_below_set(base: str, below: str) -> None:
    view = f"from typing import Any\nclass View:\n    {base or 'pass'}\n    def get(self):\n"
    view += "        reveal(self.table)  # shop.tables.Orders\n"
    uses = f"from shop.views import View\nfrom shop.tables import Orders\n{below}\n"
    assert_revealed({"shop/tables.py": TABLES, "shop/views.py": view, "shop/uses.py": uses})


def test_of_too_many_only_what_they_have_in_common() -> None:
    tables = "class Table: ...\n" + "".join(f"class T{i}(Table): ...\n" for i in range(9))
    view = "class View:\n    def get(self):\n        reveal(self.table)  # shop.tables.Table\n"
    uses = "from shop.views import View\nfrom shop import tables\n"
    uses += "".join(f"class V{i}(View):\n    table = tables.T{i}()\n" for i in range(9))
    assert_revealed({"shop/tables.py": tables, "shop/views.py": view, "shop/uses.py": uses})


def test_what_nothing_has_in_common_stays_unknown() -> None:
    tables = "".join(f"class T{i}: ...\n" for i in range(9))
    view = "class View:\n    def get(self):\n        reveal(self.table)  # nothing\n"
    uses = "from shop.views import View\nfrom shop import tables\n"
    uses += "".join(f"class V{i}(View):\n    table = tables.T{i}()\n" for i in range(9))
    assert_revealed({"shop/tables.py": tables, "shop/views.py": view, "shop/uses.py": uses})


def test_a_class_that_says_itself_what_it_has_is_not_told_by_others() -> None:
    view = """
from shop.tables import Lines
class View:
    table = Lines()
    def get(self):
        reveal(self.table)  # shop.tables.Lines
"""
    uses = "from shop.views import View\nfrom shop.tables import Orders\nclass A(View):\n    table = Orders()\n"
    assert_revealed({"shop/tables.py": TABLES, "shop/views.py": view, "shop/uses.py": uses})


def test_test_code_below_tells_nothing() -> None:
    view = "class View:\n    def get(self):\n        reveal(self.table)  # nothing\n"
    uses = "from shop.views import View\nfrom shop.tables import Orders\nclass A(View):\n    table = Orders()\n"
    assert_revealed({"shop/tables.py": TABLES, "shop/views.py": view, "tests/test_uses.py": uses})


def test_a_mixin_of_models_asks_for_rows() -> None:
    mixin = """
class ByCode:
    @classmethod
    def find(cls, code):
        return cls.query.filter_by(code=code).first()
"""
    models = """
from flask_sqlalchemy import SQLAlchemy
from shop.mixin import ByCode
db = SQLAlchemy()
class Order(ByCode, db.Model): ...
"""
    project = project_of({"shop/mixin.py": mixin, "shop/models.py": models})
    module = project.modules.by_path["shop/mixin.py"]
    effects = project.effects.of(Def(module, module.name, 0))
    assert effects["db.read"].confidence is Confidence.MEDIUM


def test_annotations_that_only_say_callable_hide_no_method() -> None:
    assert_revealed(
        {
            "shop/models.py": """
from collections.abc import Callable
from django.db import models
class Orders(models.Manager):
    filter: Callable[..., models.QuerySet]
class Order(models.Model):
    objects = Orders()
reveal(Order.objects.filter(a=1))  # shop.models.Orders[shop.models.Order]
"""
        }
    )


def test_rows_of_models_that_nobody_knows() -> None:
    code = """
from django.db import models
from rest_framework.authtoken.models import Token
from somewhere import thing

class Named(models.Model):
    def rename(self):
        reveal(self.__class__.objects)  # django.db.models.Manager[shop.models.Named]
        reveal(type(self).objects)  # django.db.models.Manager[shop.models.Named]

def f(model):
    reveal(model.objects)  # django.db.models.Manager
    reveal(Token.objects)  # django.db.models.Manager[rest_framework.authtoken.models.Token]
    reveal(thing.objects)  # nothing
    reveal(models.objects)  # nothing
"""
    assert_revealed({"shop/models.py": code})


def test_a_query_that_a_project_adds_methods_to() -> None:
    code = """
from sqlalchemy.orm import Session
def f(session: Session):
    reveal(session.query(int).only_open(True))  # sqlalchemy.orm.Query[builtins.int]
    reveal(session.query(int).get_or_none(1))  # nothing
"""
    assert_revealed({"shop/rows.py": code})


def test_what_a_framework_puts_on_each_request() -> None:
    setup = """
from sqlalchemy.orm import sessionmaker
Session = sessionmaker()
def open_session(request):
    return Session()
def includeme(config):
    config.add_request_method(open_session, name="db", reify=True)
    config.add_request_method(open_session)
"""
    views = """
from pyramid.view import view_config
@view_config(route_name="orders")
def orders(request):
    reveal(request.db)  # sqlalchemy.orm.Session
    reveal(request.open_session)  # sqlalchemy.orm.Session
    reveal(request.other)  # nothing
"""
    assert_revealed({"shop/db.py": setup, "shop/views.py": views})
