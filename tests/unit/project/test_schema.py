"""The schema in the end: what migrations, models and DDL make together, step by step."""

from __future__ import annotations

import pytest
from schema_builder import lines_of, project_of, table_of

HEAD = "from alembic import op\nimport sqlalchemy as sa\n"


def revision(name: str, down: str, body: str) -> str:
    steps = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{HEAD}revision = {name!r}\ndown_revision = {down}\n\ndef upgrade():\n{steps}\n\ndef downgrade():\n    pass\n"


FIRST = """op.create_table(
    "shop",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("name", sa.String(length=80), nullable=False, unique=True),
)
op.create_table(
    "orders",
    sa.Column("id", sa.BigInteger(), nullable=False),
    sa.Column("shop_id", sa.Integer(), sa.ForeignKey("shop.id"), nullable=False),
    sa.Column("note", sa.Text()),
    sa.PrimaryKeyConstraint("id"),
)"""


def test_revisions_are_applied_in_the_order_of_their_graph() -> None:
    project = project_of(
        {
            "migrations/versions/z1.py": revision("a", "None", FIRST),
            "migrations/versions/b1.py": revision("b", "'a'", "op.add_column('orders', sa.Column('paid', sa.Boolean()))"),
            "migrations/versions/a1.py": revision("c", "'a'", "op.drop_column('orders', 'note')"),
            "migrations/versions/m1.py": revision("d", "('b', 'c')", "op.alter_column('orders', 'paid', nullable=False)"),
        }
    )
    assert table_of(project, "orders") == [
        "id BIGINT not null",
        "shop_id INTEGER not null",
        "paid BOOLEAN not null",
        "primary key (id)",
        "foreign key (shop_id) to shop (id)",
    ]
    assert table_of(project, "shop") == [
        "id INTEGER not null",
        "name VARCHAR(80) not null",
        "primary key (id)",
        "unique (name)",
    ]


@pytest.mark.parametrize("name", ["orders_shop_id_fkey", "fk_orders_shop_id_shop", "orders_ibfk_1"])
def test_a_key_without_a_name_is_dropped_by_the_name_that_the_database_gave(name: str) -> None:
    drop = f"op.drop_constraint({name!r}, 'orders', type_='foreignkey')"
    project = project_of({"v/a.py": revision("a", "None", FIRST), "v/b.py": revision("b", "'a'", drop)})
    assert "foreign key (shop_id) to shop (id)" not in table_of(project, "orders")


def test_the_name_that_the_database_gave_stays_when_the_table_is_renamed() -> None:
    steps = "op.rename_table('orders', 'purchase')\nop.drop_constraint('orders_shop_id_fkey', 'purchase', type_='foreignkey')"
    project = project_of({"v/a.py": revision("a", "None", FIRST), "v/b.py": revision("b", "'a'", steps)})
    assert not [line for line in table_of(project, "purchase") if line.startswith("foreign key")]
    assert not [line for line in lines_of(project) if line.startswith("not read")]


def test_helpers_loops_batches_and_sql_are_followed() -> None:
    steps = """for table in ("shop", "orders"):
    add(table)
with op.batch_alter_table("orders") as batch:
    batch.create_index(batch.f("ix_orders_shop"), ["shop_id"])
    batch.alter_column("note", new_column_name="remark")
for name, kind in (("a", "int"), ("b", "text")):
    op.execute(f"ALTER TABLE shop ADD COLUMN {name} {kind}")
op.execute("CREATE UNIQUE INDEX u ON shop (a) WHERE b IS NULL")"""
    helper = "\n\ndef add(table):\n    op.add_column(table, sa.Column('seen', sa.DateTime(), server_default=sa.func.now()))\n"
    project = project_of({"v/a.py": revision("a", "None", FIRST), "v/b.py": revision("b", "'a'", steps) + helper})
    assert table_of(project, "shop")[2:] == [
        "seen TIMESTAMP default",
        "a INT",
        "b TEXT",
        "primary key (id)",
        "unique (name)",
        "unique partial index (a) u",
    ]
    orders = table_of(project, "orders")
    assert "index (shop_id) ix_orders_shop" in orders
    assert "remark TEXT" in orders


def test_branches_for_another_database_are_left_out() -> None:
    steps = """if op.get_bind().dialect.name == "mysql":
    op.drop_column("orders", "note")
else:
    op.drop_column("orders", "shop_id")"""
    files = {
        "v/a.py": revision("a", "None", FIRST),
        "v/b.py": revision("b", "'a'", steps),
        "app.py": "import psycopg2\nconnection = psycopg2.connect('')\n",
    }
    assert [line.split()[0] for line in table_of(project_of(files), "orders")] == ["id", "note", "primary"]


def test_what_cannot_be_read_is_said() -> None:
    steps = "op.add_column(choose(), sa.Column('a', sa.Integer()))\nop.add_column('nowhere', sa.Column('a', sa.Integer()))"
    project = project_of({"v/a.py": revision("a", "None", FIRST), "v/b.py": revision("b", "'a'", steps)})
    assert [line.partition(" (")[0] for line in lines_of(project) if "not read" in line] == [
        "  not read: its table is not written out",
        "  not read: a part of `nowhere`, which no step made",
    ]


DJANGO = "from django.conf import settings\nfrom django.db import migrations, models\n\n\n"


def migration(dependencies: str, operations: str) -> str:
    return (
        f"{DJANGO}class Migration(migrations.Migration):\n    dependencies = {dependencies}\n    operations = [{operations}]\n"
    )


MODELS = """
    migrations.CreateModel(name="Shop", fields=[
        ("id", models.BigAutoField(primary_key=True)),
        ("slug", models.SlugField(max_length=20)),
    ]),
    migrations.CreateModel(name="Order", fields=[
        ("id", models.AutoField(primary_key=True)),
        ("shop", models.ForeignKey(to="store.Shop", on_delete=models.CASCADE)),
        ("buyer", models.ForeignKey(to=settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, db_index=False)),
        ("tags", models.ManyToManyField(to="store.Shop", related_name="+")),
    ], options={"unique_together": {("shop", "buyer")}}),
"""


def test_the_framework_s_own_indexes_are_there() -> None:
    project = project_of({"store/models.py": "", "store/migrations/0001_initial.py": migration("[]", MODELS)})
    assert table_of(project, "store_order") == [
        "id INTEGER not null generated",
        "shop_id BIGINT not null",
        "buyer_id of a type that is not known",
        "primary key (id)",
        "unique (shop_id, buyer_id)",
        "foreign key (shop_id) to store_shop",
        "foreign key (buyer_id) to auth_user",
        "index (shop_id)",
    ]
    assert table_of(project, "store_shop")[-1] == "index (slug)"
    assert "unique (order_id, shop_id)" in table_of(project, "store_order_tags")


def test_later_operations_change_what_earlier_ones_made() -> None:
    later = """
    migrations.RenameField("order", "shop", "place"),
    migrations.AlterField("order", "place", models.IntegerField(null=True, db_index=True)),
    migrations.AlterUniqueTogether("order", set()),
    migrations.RenameModel("Order", "Purchase"),
    migrations.AddIndex("purchase", models.Index(fields=["-buyer", "place"], name="i")),
    migrations.RemoveField("purchase", "tags"),
    migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RunSQL("ALTER TABLE store_purchase ADD COLUMN extra int")],
        state_operations=[migrations.AddField("purchase", "extra", models.IntegerField(null=True))],
    ),
    migrations.RemoveField("purchase", "extra"),
    """
    project = project_of(
        {
            "store/models.py": "",
            "store/migrations/0002_later.py": migration("[('store', '0001_initial')]", later),
            "store/migrations/0001_initial.py": migration("[]", MODELS),
        }
    )
    assert table_of(project, "store_purchase") == [
        "id INTEGER not null generated",
        "place INTEGER",
        "buyer_id of a type that is not known",
        "primary key (id)",
        "foreign key (buyer_id) to auth_user",
        "index (place)",
        "index (buyer_id, place) i",
    ]
    assert "  store_order_tags" not in lines_of(project)


DECLARED = """
import datetime
from typing import Annotated, Optional
from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

intpk = Annotated[int, mapped_column(primary_key=True)]
class Base(DeclarativeBase): ...
class Stamped:
    created_at: Mapped[datetime.datetime]
    @declared_attr
    def owner_id(cls):
        return Column(Integer, ForeignKey("shop.id"), index=True)
class Shop(Base):
    __tablename__ = "shop"
    id: Mapped[intpk]
    name: Mapped[str | None] = mapped_column(String(80))
    orders = relationship("Order")
class Order(Stamped, Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    line = Column("line_no", Integer, primary_key=True)
    shop_id: Mapped[Optional[int]] = mapped_column(ForeignKey(Shop.id))
    __table_args__ = (UniqueConstraint("shop_id", "owner_id", name="u"), Index("i", line, "shop_id"), {"schema": "sales"})
class Late(Order):
    reason = Column(String)
tags = Table("tags", Base.metadata, Column("order_id", ForeignKey("orders.id")), Column("tag", String(10)))
"""


def test_models_are_the_schema_where_there_are_no_migrations() -> None:
    project = project_of({"models.py": DECLARED})
    assert table_of(project, "sales.orders") == [
        "created_at TIMESTAMP not null",
        "owner_id INTEGER",
        "id INTEGER not null",
        "line_no INTEGER not null",
        "shop_id INTEGER",
        "reason VARCHAR",
        "primary key (id, line_no)",
        "unique (shop_id, owner_id) u",
        "foreign key (owner_id) to shop (id)",
        "foreign key (shop_id) to shop (id)",
        "index (owner_id)",
        "index (line_no, shop_id) i",
    ]
    assert table_of(project, "shop") == ["id INTEGER not null", "name VARCHAR(80)", "primary key (id)"]
    assert table_of(project, "tags")[:2] == ["order_id INTEGER", "tag VARCHAR(10)"]


def test_numbered_files_of_ddl_are_applied_in_their_order_and_ways_back_are_left_out() -> None:
    project = project_of(
        {"app.py": "x = 1"},
        sql={
            "db/10_more.sql": "ALTER TABLE shop ADD COLUMN b int;\n-- migrate:down\nALTER TABLE shop DROP COLUMN b;",
            "db/2_add.sql": "ALTER TABLE shop ADD COLUMN a int; CREATE INDEX i ON shop (a);",
            "db/1_first.sql": "CREATE TABLE shop (id serial PRIMARY KEY);",
            "db/2_add.down.sql": "DROP TABLE shop;",
        },
    )
    assert table_of(project, "shop") == ["id INT not null generated", "a INT", "b INT", "primary key (id)", "index (a) i"]
