"""How sure DBS005 is of tables of two bases, which a case's marks cannot say."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

BOOKS = """\
from sqlalchemy import Column, ForeignKey, Integer, create_engine
from sqlalchemy.orm import DeclarativeBase, declarative_base

Base = declarative_base()


class Base2(DeclarativeBase):
    pass


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)


class Page(Base):
    __tablename__ = "pages"
    id = Column(Integer, primary_key=True)
    book_id = Column(Integer, ForeignKey("books.id"))


Base.metadata.create_all(create_engine("postgresql://shop"))
"""
READ = """\
from sqlalchemy import Column, Integer, create_engine
from sqlalchemy.orm import DeclarativeBase, declarative_base

from shop import books

{base}


class Read({name}):
    __tablename__ = "read"
    id = Column(Integer, primary_key=True)
    book_id = Column(Integer)
"""


@pytest.mark.parametrize(
    ("base", "name", "sure"),
    [
        ("", "books.Base", True),
        ("from shop.books import Base as Own", "Own", True),
        ("class Own(books.Base):\n    __abstract__ = True", "Own", True),
        ("Own = declarative_base()", "Own", False),
        ("class Own(DeclarativeBase):\n    pass", "Own", False),
    ],
)
def test_no_key_leads_between_tables_of_two_bases(base: str, name: str, sure: bool) -> None:
    (found,) = testing.run_rule("DBS005", {"shop/books.py": BOOKS, "shop/read.py": READ.format(base=base, name=name)})
    assert (found.confidence > Confidence.LOW) is sure
