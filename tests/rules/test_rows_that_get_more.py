"""API008: how sure it is that a table gets ever longer, by what the program does with it."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

HEAD = """\
from typing import Annotated
from celery import Celery
from fastapi import APIRouter, Depends
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class Torrent(Base):
    __tablename__ = "torrents"
    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str]

class Source(Base):
    __tablename__ = "sources"
    id: Mapped[int] = mapped_column(primary_key=True)

class Reply(Base):
    __tablename__ = "replies"
    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[int] = mapped_column(ForeignKey("sources.id"))
    torrent: Mapped[int] = mapped_column(ForeignKey("torrents.id"))

class Offer(Base):
    __tablename__ = "offers"
    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int]

class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)

class Maker(Base):
    __tablename__ = "makers"
    code: Mapped[str] = mapped_column(primary_key=True)

router = APIRouter()
worker = Celery()

def get_admin() -> str: ...
"""
LIST = """
@router.get("/all")
def every(session: Session):
    return session.scalars(select({model})).all()
"""


@pytest.mark.parametrize(
    ("code", "model", "sure"),
    [
        # nobody can tell: it may be set up once
        ('@router.post("/torrents")\ndef add(session: Session):\n    session.add(Torrent())\n', "Torrent", Confidence.LOW),
        (
            '@router.post("/torrents")\ndef add(session: Session, hashes: list[str]):\n'
            "    for each in hashes:\n        session.add(Torrent(hash=each))\n",
            "Torrent",
            Confidence.LOW,
        ),
        (
            '@router.post("/offers")\ndef add(session: Session, sources: list[int]):\n'
            "    for each in sources:\n        session.add(Offer(source_id=each))\n",
            "Offer",
            Confidence.MEDIUM,
        ),
        (
            "def keep(session: Session, each: int):\n    session.add(Offer(source_id=each))\n"
            '@router.post("/offers")\ndef add(session: Session, sources: list[int]):\n'
            "    for each in sources:\n        keep(session, each)\n",
            "Offer",
            Confidence.MEDIUM,
        ),
        (
            '@router.post("/offers")\ndef add(session: Session):\n'
            "    for each in (1, 2):\n        session.add(Offer(source_id=each))\n",
            "Offer",
            Confidence.LOW,
        ),
        ("@worker.task\ndef look(session: Session):\n    session.add(Torrent())\n", "Torrent", Confidence.MEDIUM),
        # each is known by a name of its own
        ("@worker.task\ndef look(session: Session):\n    session.add(Tag())\n", "Tag", Confidence.LOW),
        # what two others have to do with each other
        ('@router.post("/replies")\ndef add(session: Session):\n    session.add(Reply())\n', "Reply", Confidence.MEDIUM),
        # anybody may add one in a program that knows administrators
        (
            '@router.post("/offers")\ndef add(session: Session):\n    session.add(Offer())\n'
            '@router.delete("/offers")\ndef drop(session: Session, admin: str = Depends(get_admin)): ...\n',
            "Offer",
            Confidence.MEDIUM,
        ),
        # the same of what leads to nothing else: it may be looked up
        (
            '@router.post("/torrents")\ndef add(session: Session):\n    session.add(Torrent())\n'
            '@router.delete("/torrents")\ndef drop(session: Session, admin: str = Depends(get_admin)): ...\n',
            "Torrent",
            Confidence.LOW,
        ),
        (
            '@router.post("/torrents")\ndef add(session: Session, admin: str = Depends(get_admin)):\n'
            "    session.add(Torrent())\n",
            "Torrent",
            Confidence.LOW,
        ),
    ],
)
def test_who_makes_rows_says_whether_they_get_more(code: str, model: str, sure: Confidence) -> None:
    found = testing.run_rule("API008", {"app/web.py": HEAD + code + LIST.format(model=model)})
    assert [f.confidence for f in found] == [sure]


def test_an_optional_filter_lets_the_whole_table_through() -> None:
    code = """
@router.post("/replies")
def add(session: Session):
    session.add(Reply())

def of_source(session: Session, source: int):
    return session.scalars(select(Reply).where(Reply.source == source)).all()

def all_of_them(session: Session):
    return session.scalars(select(Reply)).all()

@router.get("/replies")
def replies(session: Session, source: int | None = None):
    if source:
        return of_source(session, source)
    return all_of_them(session)
"""
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": HEAD + code})] == [Confidence.MEDIUM]


BUSINESS = """\
from fastapi import APIRouter
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    shop: Mapped[int]

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    shop: Mapped[int]

router = APIRouter()

@router.post("/all")
def add(session: Session):
    session.add(Customer())
    session.add(Order())

@router.get("/shops/{{number}}/{last}")
def every(session: Session, number: int):
    return session.scalars(select({model}).where({model}.shop == number)).all()
"""


@pytest.mark.parametrize(
    ("model", "last", "sure"),
    [
        ("Order", "orders", Confidence.MEDIUM),
        # however many one has, it is one's own
        ("Customer", "customers", Confidence.LOW),
        ("Customer", "followers", Confidence.LOW),
    ],
)
def test_of_what_belongs_to_one_thing_that_is_told_which_grows_every_day(model: str, last: str, sure: Confidence) -> None:
    code = BUSINESS.format(model=model, last=last)
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": code})] == [sure]


ONE = """
@router.get("/torrents/latest-by-hash")
def every(session: Session):
    return session.scalars(select(Reply).where(Reply.{column} == 1)).all()

@router.post("/replies")
def add(session: Session):
    session.add(Reply())
"""


@pytest.mark.parametrize(("column", "told"), [("id", 0), ("kind", 1)])
def test_a_key_that_is_written_in_the_code_is_of_one_row(column: str, told: int) -> None:
    code = HEAD + ONE.format(column=column)
    assert len(testing.run_rule("API008", {"app/web.py": code})) == told


def test_a_method_of_a_base_class_asks_for_the_class_it_is_called_on() -> None:
    code = """\
from flask import Flask, jsonify
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)

class Stored(db.Model):
    __abstract__ = True

    @classmethod
    def every(cls):
        return cls.query.all()

class Order(Stored):
    id = db.Column(db.Integer, primary_key=True)

@app.post("/orders")
def add():
    db.session.add(Order())
    return "", 201

@app.get("/all")
def orders():
    return jsonify([order.id for order in Order.every()])
"""
    found = testing.run_rule("API008", {"app/web.py": code})
    assert [(f.confidence, "`Order`" in f.message) for f in found] == [(Confidence.HIGH, True)]


def test_a_statement_that_makes_the_table_first_is_not_what_is_fetched() -> None:
    code = """\
from databases import Database
from fastapi import FastAPI

app = FastAPI()
database = Database("postgresql://shop")

@app.post("/employees")
async def add(name: str):
    await database.execute("INSERT INTO employees (name, owner_id) VALUES (:name, 1)", {"name": name})

@app.get("/employees")
async def employees():
    await database.execute("CREATE TABLE IF NOT EXISTS employees (name text, owner_id int)")
    rows = await database.fetch_all("SELECT * FROM employees ORDER BY name")
    return {"employees": [row["name"] for row in rows]}
"""
    found = testing.run_rule("API008", {"app/web.py": code})
    assert [(f.confidence, "`employees`" in f.message) for f in found] == [(Confidence.HIGH, True)]


OWNED = """\
from fastapi import APIRouter
from flask_login import current_user
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class {model}(Base):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    user_id: Mapped[int]
    status: Mapped[str]
    text_hash: Mapped[str]

router = APIRouter()

@router.post("/rows")
def add(session: Session):
    session.add({model}())

@router.get("{path}")
def every(session: Session, number: int, hashes: list[str]):
    return session.scalars(select({model}).where({where})).all()
"""


@pytest.mark.parametrize(
    ("path", "model", "where", "sure"),
    [
        ("/shelves/{number}/payments", "Payment", "{model}.number == number", [Confidence.MEDIUM]),
        ("/orders/{number}/payments", "Payment", "{model}.number == number", [Confidence.LOW]),
        ("/orders/{number}/comments", "Comment", "{model}.number == number", [Confidence.MEDIUM]),
        ("/recipes/{number}/history", "Revision", "{model}.number == number", [Confidence.LOW]),
        ("/payments", "Payment", "{model}.user_id == current_user.id", [Confidence.MEDIUM]),
        ("/payments/waiting", "Payment", "{model}.user_id == current_user.id, {model}.status == 'waiting'", [Confidence.LOW]),
        ("/payments", "Payment", "{model}.status == 'waiting'", [Confidence.HIGH]),
        ("/payments/running", "Payment", "{model}.user_id == current_user.id", [Confidence.LOW]),
        ("/payments/running", "Payment", "{model}.amount > 0", [Confidence.LOW]),
        ("/trends", "Payment", "{model}.amount > 0", [Confidence.LOW]),
        ("/payments/pending", "Payment", "{model}.user_id == current_user.id", [Confidence.LOW]),
        ("/payments", "Payment", "{model}.text_hash.in_(hashes)", []),
    ],
)
def test_what_one_of_many_has_and_what_waits_for_one_person_are_few(
    path: str, model: str, where: str, sure: list[Confidence]
) -> None:
    code = OWNED.format(path=path, model=model, where=where.format(model=model))
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": code})] == sure


CORE = """\
from databases import Database
from fastapi import FastAPI
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table

app = FastAPI()
database = Database("postgresql://shop")
metadata = MetaData()
merchants = Table("merchants", metadata, Column("id", Integer), Column("owner_id", Integer))
units = Table("units", metadata, Column("id", Integer))

@app.post("/merchant")
async def add(name: str):
    await database.execute(merchants.insert().values(name=name))

@app.get("/merchant/getall")
async def every(state: str | None = None):
    query = merchants.select()
    if state:
        query = query.where(merchants.c.state == state)
    rows = await database.fetch_all(query)
    return {"merchants": [dict(row) for row in rows]}

@app.get("/units")
async def all_units():
    return await database.fetch_all(units.select())
"""


def test_a_table_without_a_class_is_one_that_requests_fill_or_do_not() -> None:
    found = testing.run_rule("API008", {"app/web.py": CORE})
    assert [(f.confidence, "`merchants`" in f.message) for f in found] == [(Confidence.HIGH, True)]


@pytest.mark.parametrize(
    ("path", "key", "sure"),
    [
        ("/orders", "orders", Confidence.HIGH),
        ("/getorders", "orders", Confidence.HIGH),
        ("/order/all", "orders", Confidence.HIGH),
        ("/status", "orders", Confidence.LOW),
    ],
)
def test_a_list_under_a_key_that_the_path_names_is_the_answer(path: str, key: str, sure: Confidence) -> None:
    code = f"""\
from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Session

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"

router = APIRouter()

@router.post("/orders")
def place(session: Session):
    session.add(Order())

@router.get("{path}")
def every(session: Session):
    return {{"{key}": session.scalars(select(Order)).all(), "good": True}}
"""
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": code})] == [sure]


REPOSITORY = """\
from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)

class Country(Base):
    __tablename__ = "countries"
    id: Mapped[int] = mapped_column(primary_key=True)

class Repository:
    model = None

    def __init__(self, session: Session, {given}: type[Base] = Base) -> None:
        self.session = session
        self.{given} = {given}

    def every(self):
        return self.session.scalars(select(self.{used})).all()

class Orders(Repository):
{orders}

class Countries(Repository):
{countries}

router = APIRouter()

@router.post("/all")
def add(session: Session):
    session.add(Order())
    session.add(Country())

@router.get("/a")
def orders(session: Session):
    return Orders(session).every()

@router.get("/b")
def countries(session: Session):
    return Countries(session).every()
"""
HANDED = "    def __init__(self, session):\n        super().__init__(session, {})"


@pytest.mark.parametrize(
    ("used", "orders", "countries"),
    [
        ("model", "    model = Order", "    model = Country"),
        ("stored", HANDED.format("Order"), HANDED.format("Country")),
    ],
)
def test_a_base_class_asks_for_what_the_class_of_the_object_names(used: str, orders: str, countries: str) -> None:
    code = REPOSITORY.format(given="stored", used=used, orders=orders, countries=countries)
    found = testing.run_rule("API008", {"app/web.py": code})
    assert [(f.confidence, f.message.split("`")[3]) for f in found] == [(Confidence.HIGH, "Order"), (Confidence.LOW, "Country")]


PREFIXED = """\
from flask import Blueprint, Flask, jsonify
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
orders = Blueprint("orders", __name__)
items = Blueprint("items", __name__)

class Order(db.Model):
    id = db.Column(db.Integer, primary_key=True)

@orders.get("")
def listing():
    return jsonify([each.id for each in Order.query.all()])

@orders.post("")
def add():
    db.session.add(Order())
    db.session.commit()
    return "", 201

@orders.get("/{}")
def of_shop(shop):
    return jsonify([each.id for each in Order.query.all()])

def create(names):
    app = Flask(__name__)
    for name, blueprint in zip(names, (orders, items)):
        app.register_blueprint(blueprint, url_prefix=f"/api/{name}")
    return app
"""


def test_a_prefix_that_only_the_running_program_knows_is_no_key() -> None:
    found = testing.run_rule("API008", {"app/web.py": PREFIXED})
    assert [(f.confidence, f.message.split("`")[1]) for f in found] == [(Confidence.HIGH, "GET /api/{}")]
