"""What models declare: columns that the project's own functions make, and each library's own ways."""

from __future__ import annotations

import pytest
from schema_builder import lines_of, project_of, table_of


def test_columns_of_the_project_s_own_functions_take_what_these_hand_on() -> None:
    code = """
        from functools import partial
        from sqlalchemy import Column, ForeignKey, Integer, String
        from sqlalchemy.orm import DeclarativeBase
        Required = partial(Column, nullable=False)

        def short(length=40, **options):
            return Column(String(length), **options)

        def key(target, *rest, index=True):
            return Required(Integer, ForeignKey(target), *rest, index=index)

        class Base(DeclarativeBase): ...
        class Shop(Base):
            __tablename__ = "shops"
            id = Column(Integer, primary_key=True)
            name = Required(String(80), unique=True)
            town = Required(String(80), nullable=True)
            code = short(nullable=False)
            note = short(length=200)
        class Order(Base):
            __tablename__ = "orders"
            id = Column(Integer, primary_key=True)
            shop_id = key("shops.id")
            other_id = key("shops.id", index=False)
    """
    project = project_of({"models.py": code})
    assert table_of(project, "shops") == [
        "id INTEGER not null",
        "name VARCHAR(80) not null",
        "town VARCHAR(80)",
        "code VARCHAR(40) not null",
        "note VARCHAR(200)",
        "primary key (id)",
        "unique (name)",
    ]
    orders = table_of(project, "orders")
    assert "shop_id INTEGER not null" in orders
    assert "index (shop_id)" in orders
    assert "index (other_id)" not in orders
    sites = [column.site.at for column in project.schemas.by_name["shops"][0][1].columns]
    assert len(set(sites)) == len(sites), "each column stands where it is declared, not in the helper"


PEEWEE = """
from peewee import *
from uuid import uuid4

def own_key(**options):
    return UUIDField(primary_key=True, default=uuid4, **options)

class Base(Model):
    made = DateTimeField(null=True, index=True)
    class Meta:
        legacy_table_names = False

class Town(Base):
    name = CharField(max_length=40, unique=True)

class ShopOwner(Base):
    id = own_key()
    town = ForeignKeyField(Town, null=True, backref="owners")
    user_id = ForeignKeyField("self", column_name="boss_id", null=True)
    class Meta:
        table_name = "owners"
        indexes = ((("town", "made"), True), (("made", "user_id"), False))

class OwnerTown(Base):
    owner = ForeignKeyField(ShopOwner)
    town = ForeignKeyField(Town, field=Town.name)
    class Meta:
        primary_key = CompositeKey("owner", "town")

class Log(Model):
    text = TextField()
    class Meta:
        primary_key = False

def make(target):
    class Star(Base):
        on = ForeignKeyField(target)
    return Star
"""


def test_peewee_s_models() -> None:
    project = project_of({"models.py": PEEWEE})
    assert sorted(project.schemas.by_name) == ["log", "owner_town", "owners", "town"]
    assert table_of(project, "owners") == [
        "made TIMESTAMP",
        "id UUID not null",
        "town_id INTEGER",
        "boss_id UUID",
        "primary key (id)",
        "unique (town_id, made)",
        "foreign key (town_id) to town",
        "foreign key (boss_id) to owners",
        "index (made)",
        "index (town_id)",
        "index (boss_id)",
        "index (made, boss_id)",
    ]
    assert table_of(project, "town")[0] == "id INTEGER not null generated"
    assert "primary key (owner_id, town_id)" in table_of(project, "owner_town")
    assert "foreign key (town_id) to town (name)" in table_of(project, "owner_town")
    assert "town_id VARCHAR(40) not null" in table_of(project, "owner_town")
    assert table_of(project, "log") == ["text TEXT not null"]


TORTOISE = """
from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

class Stamped:
    made = fields.DatetimeField(auto_now_add=True)

class Base(Stamped, Model):
    id = fields.BigIntField(pk=True)
    class Meta:
        abstract = True

class Tournament(Base):
    name = fields.CharField(max_length=40, index=True)
    kind = fields.CharField(20, null=True, source_field="kind_name")
    class Meta:
        table = "tournaments"
        unique_together = ("name", "kind")
        indexes = [("kind", "made"), Index(fields=["made"])]

class Event(Model):
    tournament: fields.ForeignKeyRelation[Tournament] = fields.ForeignKeyField("models.Tournament", related_name="events")
    room = fields.OneToOneField("models.Room", null=True)
    players: fields.ManyToManyRelation["Room"] = fields.ManyToManyField("models.Room")

class Room(Model):
    code = fields.CharField(10, primary_key=True)
"""


def test_tortoise_s_models() -> None:
    project = project_of({"models.py": TORTOISE})
    assert table_of(project, "tournaments") == [
        "made TIMESTAMP not null",
        "id BIGINT not null generated",
        "name VARCHAR(40) not null",
        "kind_name VARCHAR(20)",
        "primary key (id)",
        "unique (name, kind_name)",
        "index (name)",
        "index (made)",
        "index (kind_name, made)",
    ]
    assert table_of(project, "event") == [
        "id INTEGER not null generated",
        "tournament_id BIGINT not null",
        "room_id VARCHAR(10)",
        "primary key (id)",
        "unique (room_id)",
        "foreign key (tournament_id) to tournaments",
        "foreign key (room_id) to room",
    ]
    assert "primary key (code)" in table_of(project, "room")


ADVANCED = """
from advanced_alchemy.base import UUIDAuditBase, CommonTableAttributes
from advanced_alchemy.mixins import BigIntPrimaryKey, SlugKey
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class AuditBase(UUIDAuditBase):
    __abstract__ = True

class ShopOwner(AuditBase, SlugKey):
    name: Mapped[str]

class Base(CommonTableAttributes, DeclarativeBase): ...

class OrderLine(BigIntPrimaryKey, Base):
    owner_id: Mapped[int] = mapped_column(ForeignKey("shop_owner.id"))

class Named(UUIDAuditBase):
    __tablename__ = "names"
"""


def test_what_the_bases_and_mixins_of_a_library_bring_along() -> None:
    project = project_of({"models.py": ADVANCED})
    assert table_of(project, "shop_owner") == [
        "slug VARCHAR(100) not null",
        "created_at TIMESTAMP not null",
        "updated_at TIMESTAMP not null",
        "id UUID not null",
        "sa_orm_sentinel INTEGER",
        "name VARCHAR not null",
        "primary key (id)",
        "unique (slug)",
    ]
    assert table_of(project, "order_line") == [
        "id BIGINT not null generated",
        "owner_id UUID not null",
        "primary key (id)",
        "foreign key (owner_id) to shop_owner (id)",
    ]
    assert "primary key (id)" in table_of(project, "names")
    assert sorted(project.schemas.by_name) == ["names", "order_line", "shop_owner"]


BEANIE = """
from typing import Annotated, ClassVar
from uuid import UUID
from beanie import BackLink, Document, Indexed, Link
from pymongo import IndexModel

class Base(Document):
    made: str

class Town(Base):
    id: UUID
    name: Indexed(str, unique=True)
    limit: ClassVar[int] = 3

class Shop(Base):
    code: Annotated[str, Indexed()]
    tags: list[str]
    town: Link[Town] | None = None
    owners: BackLink["Town"]

    class Settings:
        name = "shops"
        indexes = ["made", [("code", 1), ("made", -1)], IndexModel([("town", 1)], unique=True)]
"""

MONGOENGINE = """
import mongoengine as me
from flask_mongoengine import MongoEngine
db = MongoEngine()

class Base(me.Document):
    made = me.DateTimeField()
    meta = {"abstract": True}

class ShopOwner(Base):
    name = me.StringField(unique=True, db_field="n")
    town = me.ReferenceField("Town")
    meta = {"indexes": ["town", ("town", "-made"), {"fields": ["name", "town"], "unique": True}]}

class Town(db.Document):
    code = db.StringField(primary_key=True)
    meta = {"collection": "towns"}

class Place(me.EmbeddedDocument):
    street = me.StringField()
"""


def test_collections_of_documents_are_shown_and_are_no_tables() -> None:
    project = project_of({"models.py": BEANIE})
    assert table_of(project, "Town") == [
        "made VARCHAR not null",
        "_id UUID not null",
        "name VARCHAR not null",
        "primary key (_id)",
        "unique (name)",
    ]
    assert table_of(project, "shops") == [
        "_id OBJECTID not null generated",
        "made VARCHAR not null",
        "code VARCHAR not null",
        "tags of a type that is not known not null",
        "town of a type that is not known",
        "primary key (_id)",
        "index (code)",
        "unique index (town)",
        "index (made)",
        "index (code, made)",
    ]
    assert lines_of(project)[0] == "schema: 2 collections by models in ."
    assert project.schemas.tables == ()

    project = project_of({"models.py": MONGOENGINE})
    assert table_of(project, "shop_owner") == [
        "_id OBJECTID not null generated",
        "made DATE",
        "n STRING",
        "town OBJECTID",
        "primary key (_id)",
        "unique (n)",
        "unique (n, town)",
        "index (town)",
        "index (town, made)",
    ]
    assert table_of(project, "towns") == ["code STRING not null", "primary key (code)"]


def test_a_column_s_value_and_the_alias_of_its_type_say_it_together() -> None:
    code = """
        from typing import Annotated
        from settings import BIG
        from sqlalchemy import BigInteger, ForeignKey, Integer, String
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        id_key = Annotated[
            int, mapped_column(BigInteger, primary_key=True) if BIG else mapped_column(Integer, primary_key=True)
        ]
        short = Annotated[str, mapped_column(String(40), index=True)]

        class Base(DeclarativeBase): ...
        class Shop(Base):
            __tablename__ = "shops"
            id: Mapped[id_key] = mapped_column(init=False)
            name: Mapped[short] = mapped_column(unique=True)
            town: Mapped[short | None]
    """
    assert table_of(project_of({"models.py": code}), "shops") == [
        "id BIGINT not null",
        "name VARCHAR(40) not null",
        "town VARCHAR(40)",
        "primary key (id)",
        "unique (name)",
        "index (town)",
    ]


def test_ddl_is_of_the_database_that_its_path_names() -> None:
    ddl = "CREATE TABLE shops (id integer PRIMARY KEY);"
    project = project_of({"app.py": "import psycopg"}, {"db/sqlite.sql": ddl, "db/postgres.sql": ddl, "other/mysql/a.sql": ddl})
    assert [(schema.folder, schema.dialect) for schema in project.schemas.all] == [
        ("db", "postgres"),
        ("db", "sqlite"),
        ("other/mysql", "mysql"),
    ]
    assert [schema.dialect for schema, _ in project.schemas.tables] == ["postgres"]


def test_ddl_that_code_runs_makes_a_table_only_if_that_has_a_name() -> None:
    code = """
        def make(connection, kind, day):
            connection.execute("CREATE TABLE shops (id bigint PRIMARY KEY)")
            connection.execute(f"CREATE TABLE {kind} (id bigint PRIMARY KEY)")
            connection.execute(f"CREATE TABLE log_{day} (id bigint PRIMARY KEY)")
            connection.execute(f"CREATE TABLE lists ({kind} bigint PRIMARY KEY)")
            connection.execute(f"CREATE TABLE names (id varchar({day}) PRIMARY KEY)")
    """
    assert sorted(project_of({"app.py": "import psycopg\n", "db.py": code}).schemas.by_name) == ["names", "shops"]


@pytest.mark.parametrize(
    ("made", "assumed"),
    [
        ("Base.metadata.create_all(engine)", False),
        ("await connection.run_sync(Base.metadata.create_all)", False),
        ("migrate = Migrate(app, db)", False),
        ("await connection.run_sync(fill)", True),
        ("pass", True),
    ],
)
def test_models_that_nothing_makes_tables_of_are_only_assumed(made: str, *, assumed: bool) -> None:
    models = """
        from sqlalchemy import Column, Integer
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class Shop(Base):
            __tablename__ = "shops"
            id = Column(Integer, primary_key=True)
    """
    start = f"from models import Base\nasync def start(engine, connection, app, db):\n    {made}\n"
    project = project_of({"models.py": models, "start.py": start})
    assert [schema.is_assumed for schema in project.schemas.all] == [assumed]


def test_a_dump_of_another_program_makes_no_table() -> None:
    dump = "--\n-- PostgreSQL database dump\n--\nCREATE TABLE public.realm (id integer PRIMARY KEY);\n"
    project = project_of({"app.py": "import psycopg"}, {"dev/keycloak.sql": dump})
    assert [schema.is_assumed for schema in project.schemas.all] == [True]
    assert project.schemas.tables == ()

    code = (
        'import psycopg\ndef f(connection: psycopg.Connection):\n    connection.execute("SELECT id FROM realm WHERE id = 1")\n'
    )
    project = project_of({"app.py": code}, {"db/structure.sql": dump})
    assert [table.name for _, table in project.schemas.tables] == ["realm"]


@pytest.mark.parametrize(("setting", "made"), [("AutoField", "INTEGER"), ("BigAutoField", "BIGINT"), ("UUIDField()", "BIGINT")])
def test_django_s_own_keys_are_of_the_type_that_the_settings_name(setting: str, made: str) -> None:
    models = """
        from django.db import models
        class Shop(models.Model):
            name = models.TextField()
        class Till(models.Model):
            number = models.BigAutoField(primary_key=True)
    """
    settings = f'DEFAULT_AUTO_FIELD = "django.db.models.{setting}"\nINSTALLED_APPS = ["shop"]\n'
    project = project_of({"shop/models.py": models, "site/settings.py": settings})
    assert table_of(project, "shop_shop")[0] == f"id {made} not null generated"
    assert table_of(project, "shop_till")[0] == "number BIGINT not null generated"


@pytest.mark.parametrize(
    "built",
    [
        'def dsn(self):\n        return f"postgresql+asyncpg://{self.user}@{self.host}/shop"',
        'def dsn(self):\n        return PostgresDsn.build(scheme="postgresql+psycopg", host=self.host)',
        'dsn = "postgresql://" + host',
    ],
)
def test_the_settings_name_the_database_by_how_its_address_is_built(built: str) -> None:
    module = f"class Settings:\n    user: str\n    host: str\n    {built}\n"
    assert project_of({"shop/settings.py": module}).schemas.dialect == "postgres"
    assert project_of({"shop/orders.py": module}).schemas.dialect == ""
    assert project_of({"shop/settings.py": module.replace("postgresql", "https")}).schemas.dialect == ""


def test_a_class_that_hands_out_what_the_module_imports() -> None:
    code = """
        from sqlalchemy import Column, Integer, String
        from sqlalchemy.orm import DeclarativeBase

        class Base(DeclarativeBase): ...
        class Database:
            Model = Base
            Column = Column
            String = String
            Integer = Integer
        db = Database()

        class Shop(db.Model):
            __tablename__ = "shops"
            id = db.Column(db.Integer, primary_key=True)
            name = db.Column(db.String(80), nullable=False)
    """
    project = project_of({"models.py": code})
    assert table_of(project, "shops") == ["id INTEGER not null", "name VARCHAR(80) not null", "primary key (id)"]


def test_a_class_attribute_that_is_itself_ends() -> None:
    code = """
        from sqlalchemy import Column
        from sqlalchemy.orm import DeclarativeBase

        class Base(DeclarativeBase): ...
        class Names:
            orders = orders
        class Order(Base):
            __tablename__ = Names.orders
            id = Column(Names.orders, primary_key=True)
    """
    assert project_of({"models.py": code}).schemas.all is not None
