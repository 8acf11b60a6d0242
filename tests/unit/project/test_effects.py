"""Calls and what they do: through any chain of project functions, and not for things that only look alike."""

from __future__ import annotations

from project_builder import project_of

from archlint.facts.findings import Confidence
from archlint.facts.syntax import Name
from archlint.project import Project
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import Def

DATABASE = """
from sqlalchemy.orm import Session, sessionmaker
make_session = sessionmaker()
class User: ...
"""


def effects_of(project: Project, name: str) -> dict[str, str]:
    """Effect → the way down to the library, of a function by its dotted name."""
    definition = project.symbols.functions[name]
    found = project.effects.of(definition)
    return {e: " -> ".join(s.message.partition(" ")[2] for s in w.steps) for e, w in found.items()}


def points_on(project: Project, path: str, line: int) -> list[EffectPoint]:
    module = project.modules.by_path[path]
    return [p for p in project.effects.points_in(module) if module.lines.line(p.site.at) == line]


def test_a_query_under_another_name_three_modules_away_still_is_one() -> None:
    project = project_of(
        {
            "db.py": DATABASE,
            "c.py": "from db import make_session, User\ndef zzz(i):\n    return make_session().get(User, i)",
            "b.py": "import c\nclass Helper:\n    def yyy(self, i): return c.zzz(i)",
            "a.py": "from b import Helper\ndef load(items):\n    h = Helper()\n    return [h.yyy(i) for i in items]",
        }
    )
    assert effects_of(project, "a.load") == dict.fromkeys(
        ("blocking", "db.read"), "b.Helper.yyy -> c.zzz -> sqlalchemy.orm.Session.get"
    )
    (point,) = [p for p in points_on(project, "a.py", 4) if p.effect == "db.read"]
    assert point.confidence == Confidence.HIGH
    assert len(project.effects.loops(point.module, point.context)) == 1


def test_what_is_only_called_get_is_none() -> None:
    project = project_of(
        {
            "db.py": DATABASE,
            "a.py": """
import db
def get(key): return key
class Registry:
    def get(self, key): return get(key)
    def filter(self, f): return list(self.all())
    def all(self): return []
def f(session: dict, registry: Registry, things):
    for x in things:
        {}.get(x)
        session.get(x)
        registry.get(x)
        registry.filter(x)
        get(x)
""",
        }
    )
    assert effects_of(project, "a.f") == {}


def test_effects_cross_methods_properties_constructors_and_managers() -> None:
    project = project_of(
        {
            "db.py": DATABASE,
            "a.py": """
from db import make_session, User
class Account:
    def __init__(self):
        self.user = make_session().get(User, 1)
    @property
    def rights(self):
        return make_session().query(User).all()
    def __enter__(self):
        make_session().commit()
    def __iter__(self):
        yield make_session().get(User, 2)
def build(): Account()
def read(account: Account): return account.rights
def enter(account: Account):
    with account: pass
def walk(account: Account):
    for x in account: pass
def untouched(account: Account): return account.user
""",
        }
    )
    assert effects_of(project, "a.build") == dict.fromkeys(("blocking", "db.read"), "a.Account -> sqlalchemy.orm.Session.get")
    assert effects_of(project, "a.read") == dict.fromkeys(
        ("blocking", "db.read"), "a.Account.rights -> sqlalchemy.orm.Query.all"
    )
    assert set(effects_of(project, "a.enter")) == {"blocking", "db.commit", "db.write"}
    assert set(effects_of(project, "a.walk")) == {"blocking", "db.read"}
    assert effects_of(project, "a.untouched") == {}


def test_a_port_has_the_effects_of_its_implementations() -> None:
    project = project_of(
        {
            "domain/ports.py": """
from abc import ABC, abstractmethod
from typing import Protocol
class Orders(ABC):
    @abstractmethod
    def find(self, i): ...
class Clock(Protocol):
    def tick(self) -> int:
        \"\"\"The next number.\"\"\"
    def tock(self) -> int: ...
""",
            "infra/sql.py": """
from sqlalchemy.orm import Session
from domain.ports import Orders
class Base:
    def tock(self): return 1
class SqlOrders(Orders):
    def __init__(self, session: Session): self.session = session
    def find(self, i): return self.session.get(int, i)
class SqlClock(Base):
    def __init__(self, session: Session): self.session = session
    def tick(self): return self.session.scalar("SELECT 1")
class Unrelated:
    def tick(self, session: Session): session.commit()
""",
            "use.py": """
from domain.ports import Clock, Orders
class Case:
    def __init__(self, orders: Orders, clock: Clock):
        self.orders, self.clock = orders, clock
    def one(self): return self.orders.find(1)
    def two(self): return self.clock.tick()
""",
        }
    )
    assert effects_of(project, "use.Case.one") == dict.fromkeys(
        ("blocking", "db.read"), "infra.sql.SqlOrders.find -> sqlalchemy.orm.Session.get"
    )
    assert effects_of(project, "use.Case.two") == dict.fromkeys(
        ("blocking", "db.read"), "infra.sql.SqlClock.tick -> sqlalchemy.orm.Session.scalar"
    )


def test_a_port_with_more_than_five_implementations_is_unresolved() -> None:
    classes = "\n".join(f"class S{n}(Store):\n    def save(self): sessions().commit()\nS{n}()" for n in range(6))
    head = "from db import make_session as sessions\nclass Store:\n    def save(self): raise NotImplementedError\n"
    use = "def f(store: Store): store.save()"
    many = project_of({"db.py": DATABASE, "a.py": f"{head}{classes}\n{use}"})
    assert effects_of(many, "a.f") == {}
    (site,) = many.calls.of(many.symbols.functions["a.f"])
    assert site.targets == ()
    few = project_of({"db.py": DATABASE, "a.py": f"{head}{classes.replace('S5()', '')}\n{use}"})
    assert set(effects_of(few, "a.f")) == {"blocking", "db.write", "db.commit"}
    assert few.effects.of(few.symbols.functions["a.f"])["db.commit"].confidence == Confidence.MEDIUM


def test_tests_implement_nothing() -> None:
    project = project_of(
        {
            "a.py": "class Store:\n    def save(self): ...\ndef f(s: Store): s.save()",
            "tests/test_a.py": (
                "import time\nfrom a import Store\nclass Fake(Store):\n    def save(self): time.sleep(1)\nFake()"
            ),
        }
    )
    assert effects_of(project, "a.f") == {}


def test_what_is_deferred_does_not_cross_and_a_thread_blocks_nobody() -> None:
    project = project_of(
        {
            "a.py": """
import asyncio, threading, time
from db import make_session, User
def slow():
    time.sleep(1)
    make_session().get(User, 1)
async def later(): slow()
async def f(): asyncio.create_task(later())
def g(): threading.Thread(target=slow).start()
async def h(): await asyncio.to_thread(slow)
async def i(): await asyncio.gather(later(), later())
def j(xs): return list(map(lambda x: slow(), xs))
""",
            "db.py": DATABASE,
        }
    )
    assert effects_of(project, "a.f") == {}
    assert effects_of(project, "a.g") == {}
    assert set(effects_of(project, "a.h")) == {"db.read", "sleep"}
    assert set(effects_of(project, "a.later")) == {"blocking", "db.read", "sleep"}
    assert set(effects_of(project, "a.i")) == {"db.read", "sleep"}  # who awaits a coroutine cannot mend what it does
    assert set(effects_of(project, "a.j")) == {"blocking", "db.read", "sleep"}
    assert "per item" in {p.kind for p in points_on(project, "a.py", 12)}


def test_a_lazy_query_asks_where_it_is_evaluated() -> None:
    project = project_of(
        {
            "m.py": "from django.db import models\nclass Book(models.Model):\n    name = models.TextField()",
            "a.py": """
from m import Book
def books(): return Book.objects.filter(name="a")
def built(): return books().exclude(name="b")[:5]
def looped():
    for b in books(): print(b.name)
def counted(): return len(books())
def tested():
    if not books(): return 1
def listed(): return list(books())
def picked(): return books()[0]
def asked(): return books().exists()
""",
        }
    )
    assert effects_of(project, "a.built") == {}
    for name in ("looped", "counted", "tested", "listed", "picked", "asked"):
        assert "db.read" in effects_of(project, f"a.{name}"), name


def test_a_relation_that_is_loaded_ahead_somewhere_is_a_weak_witness() -> None:
    models = """
from django.db import models
class Tag(models.Model): ...
class Book(models.Model):
    tags = models.ManyToManyField(Tag)
    notes = models.ManyToManyField(Tag, related_name="noted")
"""
    project = project_of(
        {
            "m.py": models,
            "a.py": """
from m import Book
def books(): return Book.objects.prefetch_related("tags__author")
def tags(book: Book): return [t for t in book.tags.all()]
def some(book: Book): return [t for t in book.tags.filter(a=1)]
def notes(book: Book): return [t for t in book.notes.all()]
""",
        }
    )
    functions = project.symbols.functions
    found = {n: project.effects.of(functions[f"a.{n}"])["db.read"].confidence for n in ("tags", "some", "notes")}
    assert found == {"tags": Confidence.LOW, "some": Confidence.HIGH, "notes": Confidence.HIGH}


def test_the_statement_decides_between_reading_and_writing() -> None:
    project = project_of(
        {
            "a.py": """
import sqlite3
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session
QUERY = "SELECT a " + "FROM b"
def a(s: Session): s.execute(select(1).where(2))
def b(s: Session): s.execute(insert(1).values(a=2))
def c(s: Session):
    statement = text(f"DELETE FROM {1}")
    s.execute(statement)
def d(c: sqlite3.Cursor): c.execute(QUERY)
def e(c: sqlite3.Cursor): c.execute("WITH x AS (SELECT 1) INSERT INTO y SELECT * FROM x")
def f(c: sqlite3.Cursor, sql): c.execute(sql)
def g(c: sqlite3.Cursor): c.execute("BEGIN")
""",
        }
    )
    writes = {"b": "db.write", "c": "db.write", "e": "db.write"}
    expected = {"a": "db.read", "d": "db.read", "f": "db.read", "g": "tx.begin", **writes}
    assert {name: "".join(effects_of(project, f"a.{name}").keys() - {"blocking"}) for name in expected} == expected
    unknown = project.effects.of(project.symbols.functions["a.f"])["db.read"]
    assert unknown.confidence == Confidence.MEDIUM


def test_a_wrapping_decorator_runs_with_what_it_wraps() -> None:
    project = project_of(
        {
            "db.py": DATABASE,
            "deco.py": """
import functools
from db import make_session
def committed(f):
    @functools.wraps(f)
    def wrapper(*args): return f(*args), make_session().commit()
    return wrapper
def retried(times):
    def decorate(f):
        def wrapper(*args): return make_session().rollback()
        return wrapper
    return decorate
def marked(f): return f
""",
            "a.py": """
from deco import committed, marked, retried
@committed
def one(): ...
@retried(3)
def two(): ...
@marked
def three(): ...
""",
        }
    )
    assert set(effects_of(project, "a.one")) == {"blocking", "db.commit", "db.write"}
    assert set(effects_of(project, "a.two")) == {"tx.end"}
    assert effects_of(project, "a.three") == {}


def test_what_is_known_only_as_a_callable_is_what_is_handed_over() -> None:
    project = project_of(
        {
            "db.py": DATABASE,
            "a.py": """
from typing import Callable
from fastapi import Depends
from db import make_session, User
Load = Callable[[int], User]
def load(i: int) -> User: return make_session().get(User, i)
async def get_load() -> Load: return load
async def handler(load: Load = Depends(get_load)): return load(1)
def run(load: Load): return load(1)
""",
        }
    )
    assert set(effects_of(project, "a.handler")) == {"blocking", "db.read"}
    assert [site.targets for site in project.calls.of(project.symbols.functions["a.run"])] == [()]


def test_recursion_ends_and_the_shortest_way_is_told() -> None:
    project = project_of(
        {
            "db.py": DATABASE,
            "a.py": """
from db import make_session, User
def ping(n):
    if n: return pong(n - 1)
    return long()
def pong(n): return ping(n)
def long(): return middle()
def middle(): return query()
def query(): return make_session().get(User, 1)
def both():
    long()
    query()
""",
        }
    )
    assert effects_of(project, "a.both") == dict.fromkeys(("blocking", "db.read"), "a.query -> sqlalchemy.orm.Session.get")
    assert "a.ping" in effects_of(project, "a.pong")["db.read"]


def test_a_guessed_receiver_makes_a_weak_witness() -> None:
    text = "import db\ndef f(session):\n    session.commit()\n    session.frobnicate()"
    project = project_of({"db.py": DATABASE, "a.py": text})
    assert project.effects.of(project.symbols.functions["a.f"])["db.commit"].confidence == Confidence.LOW


def test_calls_know_their_callers_arguments_and_share() -> None:
    project = project_of(
        {
            "a.py": "def f(x, *, y=None): ...\ndef g():\n    f(1, y=2)\n    unknown.thing()\nf(*g())",
        }
    )
    calls = project.calls
    f, g = project.symbols.functions["a.f"], project.symbols.functions["a.g"]
    assert [site.caller for site in calls.callers(f)] == [g, None]
    assert [isinstance(c.call.callee, Name) for c in calls.of(g)] == [True, False]
    first, starred = calls.to("a.f")
    assert first.argument("0:x") is not None
    assert first.argument(":y") is not None
    assert starred.argument("0:x") is None
    assert starred.is_open
    assert (calls.resolved, calls.total) == (3, 4)


def test_answers_do_not_depend_on_the_order_of_files_or_questions() -> None:
    files = {
        "db.py": DATABASE,
        "a.py": "from b import g\ndef f(x): return g(x)\nclass A:\n    def m(self): return f(self)",
        "b.py": "import a\nfrom db import make_session\ndef g(x):\n    make_session().commit()\n    return a.f(x)",
    }
    one = project_of(files)
    other = project_of(dict(reversed(files.items())))
    names = ["a.f", "a.A.m", "b.g"]
    assert [effects_of(one, n) for n in names] == list(reversed([effects_of(other, n) for n in reversed(names)]))


def test_definitions_are_equal_by_module_and_row() -> None:
    project = project_of({"a.py": "def f(): ..."})
    (module,) = project.modules.all
    assert Def(module, "a", 0) == project.symbols.functions["a.f"]


def test_a_session_that_is_awaited_holds_no_thread_and_one_that_waits_does() -> None:
    project = project_of(
        {
            "a.py": """
from django.db import models
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
class Book(models.Model): ...
class Shop(AsyncSession):
    async def load(self): return await self.get(Book, 1)
class Store(Session):
    def load(self): return self.get(Book, 1)
async def awaited(session: AsyncSession): await session.commit()
async def held(session: Session): session.commit()
async def guessed(session): session.commit()
def noted(session: Session): session.add(1)
async def gone_through():
    async for book in Book.objects.all(): ...
async def listed(): return [book for book in Book.objects.all()]
async def first(): return await Book.objects.afirst()
async def last(): return Book.objects.last()
"""
        }
    )
    functions = ("Shop.load", "Store.load", "awaited", "held", "guessed", "noted", "gone_through", "listed", "first", "last")
    blocking = {name for name in functions if "blocking" in effects_of(project, f"a.{name}")}
    assert blocking == {"Store.load", "held", "listed", "last"}
    assert all(effects_of(project, f"a.{name}") for name in functions)


def test_a_function_that_executes_what_it_is_given_does_what_the_statement_does() -> None:
    wrapper = "from db import make_session\ndef run(statement, *values):\n    return make_session().execute(statement)\n"
    again = "def once(words, statement='SELECT 1'): return run(statement, words)\n"
    project = project_of(
        {
            "db.py": DATABASE,
            "sql.py": wrapper + again,
            "a.py": "import sql\ndef change(i): return sql.run('UPDATE x SET y = :i', i)",
            "b.py": "import sql\ndef ask(i): return sql.run('SELECT y FROM x', i)",
            "c.py": "import sql\nDROP = 'DELETE FROM x'\ndef drop(): return sql.once(1, statement=DROP)",
            "d.py": "import sql\ndef guess(text): return sql.run(text)\ndef usual(): return sql.once(1)",
        }
    )
    to_driver = "sql.run -> sqlalchemy.orm.Session.execute"
    assert effects_of(project, "a.change")["db.write"] == to_driver
    assert effects_of(project, "c.drop")["db.write"] == f"sql.once -> {to_driver}"
    for name in ("b.ask", "d.guess", "d.usual", "sql.run", "sql.once"):
        assert "db.write" not in effects_of(project, name), name
    (point,) = project.effects.points_of(project.symbols.functions["a.change"], "db.write")
    assert point.is_direct
    assert point.is_handed
