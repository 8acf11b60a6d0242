"""What models declare: columns that the project's own functions make, and each library's own ways."""

from __future__ import annotations

from schema_builder import project_of, table_of


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
