"""API008: whose rows are listed, what narrows them down, and who makes them."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

SETTINGS = {"app/settings.py": "ROOT_URLCONF = 'app.urls'\n"}
JOBS = """\
from django.db import models
from django.http import JsonResponse
from django.urls import path
from django.views import View


class Job(models.Model):
    title = models.CharField(max_length=50)
    active = models.BooleanField(default=True)


class Switch(View):
    def put(self, request, pk):
        job = Job.objects.get(pk=pk)
        job.active = False
        {again}
        return JsonResponse({{}})


class Jobs(View):
    def get(self, request):
        return JsonResponse({{"jobs": [{{"title": job.title}} for job in Job.objects.all()]}})


urlpatterns = [path("jobs/<int:pk>", Switch.as_view()), path("jobs", Jobs.as_view())]
"""


@pytest.mark.parametrize(("again", "told"), [("job.save()", 0), ("Job(title=job.title).save()", 1)])
def test_a_row_that_is_asked_for_and_kept_is_no_new_one(again: str, told: int) -> None:
    assert len(testing.run_rule("API008", {**SETTINGS, "app/urls.py": JOBS.format(again=again)})) == told


MADE_IN = """\
from app.urls import Job


class Prepared:
    @classmethod
    def {prepare}(cls):
        cls.job = Job.objects.create(title="one")
"""


@pytest.mark.parametrize(("prepare", "told"), [("setUpTestData", 0), ("fill", 1)])
def test_what_prepares_tests_makes_no_rows(prepare: str, told: int) -> None:
    files = {**SETTINGS, "app/urls.py": JOBS.format(again="pass"), "app/tests.py": MADE_IN.format(prepare=prepare)}
    assert len(testing.run_rule("API008", files)) == told


PAGED = "REST_FRAMEWORK = {'DEFAULT_PAGINATION_CLASS': 'rest_framework.pagination.PageNumberPagination', 'PAGE_SIZE': 20}\n"
VIEWS = """\
from django.db import models
from rest_framework import serializers, viewsets
from rest_framework.routers import DefaultRouter


class Order(models.Model):
    number = models.CharField(max_length=50)


class OrderSerializer(serializers.ModelSerializer):
    class Meta:
        model = Order
        fields = ["number"]


class Orders(viewsets.ModelViewSet):
    queryset = Order.objects.all()
    serializer_class = OrderSerializer


router = DefaultRouter()
router.register("orders", Orders)
urlpatterns = router.urls
"""


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"app/settings/dev.py": f"ROOT_URLCONF = 'app.urls'\n{PAGED}"}, 0),
        ({"app/settings/dev.py": PAGED, "app/settings/base.py": "ROOT_URLCONF = 'app.urls'\nREST_FRAMEWORK = {}\n"}, 1),
    ],
)
def test_a_developers_settings_count_where_there_are_no_others(settings: dict[str, str], told: int) -> None:
    assert len(testing.run_rule("API008", {**settings, "app/urls.py": VIEWS})) == told


NARROWED = """\
import uuid

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Command(Base):
    __tablename__ = "commands"
    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[uuid.UUID]
    user_id: Mapped[int]
    is_default: Mapped[bool]


@app.post("/commands")
def make(session: Session, user_id: int):
    session.add(Command(user_id=user_id))


@app.get("/commands")
def commands(session: Session, agent: str):
    return session.scalars(select(Command){where}).all()
"""


@pytest.mark.parametrize(
    ("where", "sure"),
    [
        ("", Confidence.HIGH),
        (".where(Command.agent_id == uuid.UUID(agent))", Confidence.LOW),
        (".where(Command.is_default == True)", Confidence.LOW),
        (".where(Command.is_default == False)", Confidence.HIGH),
    ],
)
def test_rows_of_one_thing_and_those_that_come_with_the_program(where: str, sure: Confidence) -> None:
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": NARROWED.format(where=where)})] == [sure]


OF_ONE = """\
from fastapi import FastAPI
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Thing(Base):
    __tablename__ = "things"
    id: Mapped[int] = mapped_column(primary_key=True)


class {model}(Base):
    __tablename__ = "parts"
    id: Mapped[int] = mapped_column(primary_key=True)
    thing_id: Mapped[int] = mapped_column(ForeignKey("things.id"))
    {column}: Mapped[int]


@app.post("/things")
def make(session: Session, thing_id: int):
    session.add({model}(thing_id=thing_id))


@app.get("{path}")
def parts(session: Session, thing_id: int = 0):
    return session.scalars(select({model}){where}).all()
"""


@pytest.mark.parametrize(
    ("path", "model", "column", "sure"),
    [
        ("/hooks/{thing_id}/attempts", "DeliveryAttempt", "number", Confidence.LOW),
        ("/quizzes/{thing_id}/attempts", "QuizAttempt", "user_id", Confidence.MEDIUM),
        ("/chats/{thing_id}/history", "Message", "number", Confidence.MEDIUM),
        ("/chats/{thing_id}/history", "Price", "number", Confidence.LOW),
    ],
)
def test_what_one_thing_has_ever_more_of(path: str, model: str, column: str, sure: Confidence) -> None:
    where = f".where({model}.thing_id == thing_id)"
    code = OF_ONE.replace("{model}", model).replace("{column}", column).replace("{path}", path).replace("{where}", where)
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": code})] == [sure]


@pytest.mark.parametrize(
    ("path", "model", "sure"),
    [
        ("/transactions/admin", "Transaction", Confidence.HIGH),
        ("/users/admin", "User", Confidence.LOW),
    ],
)
def test_for_whom_a_list_is_says_nothing_of_what_it_is_of(path: str, model: str, sure: Confidence) -> None:
    code = OF_ONE.replace("{model}", model).replace("{column}", "number").replace("{path}", path).replace("{where}", "")
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": code})] == [sure]


@pytest.mark.parametrize(
    ("path", "model", "sure"),
    [("/tokens", "TokenRecord", Confidence.LOW), ("/records", "Record", Confidence.HIGH)],
)
def test_a_record_of_something_is_that_thing(path: str, model: str, sure: Confidence) -> None:
    code = OF_ONE.replace("{model}", model).replace("{column}", "number").replace("{path}", path).replace("{where}", "")
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": code})] == [sure]


WRAPPED = """\
import sqlite3

from fastapi import FastAPI

app = FastAPI()


class Cursor:
    def __init__(self, rows) -> None:
        self.rows = rows

    def fetchall(self):
        return self.rows

    def fetchone(self):
        return self.rows[0]


class Database:
    def __init__(self) -> None:
        self.connection = sqlite3.connect("shop.db")

    def execute(self, sql: str, values=()) -> Cursor:
        return Cursor(self.connection.execute(sql, values).fetchall())

    def all(self, sql: str, values=()) -> list[dict]:
        return self.execute(sql, values).rows

    def one(self, sql: str, values=()) -> dict:
        return self.execute(sql, values).rows


database = Database()


@app.post("/orders")
def place(number: str):
    database.execute("INSERT INTO orders (number) VALUES (?)", (number,))


@app.get("/orders")
def orders(shop: int = 0):
    {asked}
    return [dict(row) for row in rows]
"""


@pytest.mark.parametrize(
    ("asked", "sure"),
    [
        ('rows = database.execute("SELECT * FROM orders").fetchall()', [Confidence.HIGH]),
        ('cursor = database.execute("SELECT * FROM orders")\n    rows = cursor.fetchall()', [Confidence.HIGH]),
        ('rows = database.all("SELECT * FROM orders")', [Confidence.HIGH]),
        ('rows = database.all("SELECT * FROM orders LIMIT 20")', []),
        ('rows = [database.one("SELECT * FROM orders")]', []),
        ('rows = database.all("SELECT * FROM units")', []),
    ],
)
def test_what_the_programs_own_functions_are_asked_for_by_sql(asked: str, sure: list[Confidence]) -> None:
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": WRAPPED.replace("{asked}", asked)})] == sure


SHARED = """\
from fastapi import FastAPI
from sqlalchemy import select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Invoice(Base):
    __tablename__ = "invoices"
    id: Mapped[int] = mapped_column(primary_key=True)
    {column}: Mapped[int]


class Lamp(Base):
    __tablename__ = "lamps"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]


{others}


@app.post("/invoices")
def make(session: Session):
    session.add(Invoice())


@app.get("/invoices")
def invoices(session: Session, current_user, firm: int):
    return {asked}
"""
OTHER = """
class Other{n}(Base):
    __tablename__ = "others_{n}"
    id: Mapped[int] = mapped_column(primary_key=True)
    {c}: Mapped[int]


"""
BY_ORM = "session.scalars(select(Invoice).where(Invoice.{column} == current_user.firm_id)).all()"
BY_SQL = 'session.execute(text("SELECT * FROM invoices WHERE {column} = :firm"), {{"firm": firm}}).fetchall()'
BY_BOTH = (
    'session.execute(text("SELECT * FROM invoices WHERE {column} = :firm AND number = :firm"), {{"firm": firm}}).fetchall()'
)


@pytest.mark.parametrize(
    ("column", "asked", "others", "sure"),
    [
        ("firm_id", BY_ORM, 5, Confidence.HIGH),
        ("firm_id", BY_SQL, 5, Confidence.HIGH),
        ("firm_id", BY_BOTH, 5, Confidence.MEDIUM),
        ("firm_id", BY_ORM, 1, Confidence.MEDIUM),
        ("owner_id", BY_SQL, 5, Confidence.MEDIUM),
        ("tenant_id", BY_SQL, 1, Confidence.HIGH),
    ],
)
def test_what_most_tables_are_parted_by_is_a_whole_table_to_each(
    column: str, asked: str, others: int, sure: Confidence
) -> None:
    made = "".join(OTHER.format(n=number, c=column) for number in range(others))
    code = SHARED.replace("{others}", made).replace("{asked}", asked.format(column=column)).replace("{column}", column)
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": code})] == [sure]


GATHERED = """
    given = {held}
    if done:
        given.append(Command.is_default == done)
    return session.scalars(select(Command).where({where})).all()
"""


@pytest.mark.parametrize(
    ("held", "where", "sure"),
    [
        ("[Command.agent_id == agent]", "*given", Confidence.LOW),
        ("[Command.agent_id == agent]", "and_(*given)", Confidence.LOW),
        ("[]\n    given.append(Command.agent_id == agent)", "*given", Confidence.LOW),
        ("[]\n    if agent:\n        given.append(Command.agent_id == agent)", "*given", Confidence.HIGH),
        ("[Command.agent_id > 0]", "*given", Confidence.HIGH),
    ],
)
def test_conditions_that_are_gathered_count_where_they_always_do(held: str, where: str, sure: Confidence) -> None:
    code = NARROWED.replace("agent: str", "agent: str, done: bool = False").replace("import select", "import and_, select")
    asked = "\n    return session.scalars(select(Command){where}).all()\n"
    code = code.replace(asked, GATHERED.replace("{held}", held).replace("{where}", where))
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": code})] == [sure]


@pytest.mark.parametrize(
    ("kept", "sure"),
    [("ttl=60", Confidence.HIGH), ("ttl=DAY", Confidence.LOW), ('prefix="orders"', Confidence.HIGH)],
)
def test_what_a_cache_keeps_for_hours_hardly_changes(kept: str, sure: Confidence) -> None:
    kept_by = "from shop.caching import cache_response\n\nDAY = 60 * 60 * 24\n"
    code = kept_by + NARROWED.replace("{where}", "").replace(
        '@app.get("/commands")\n', f'@app.get("/commands")\n@cache_response({kept})\n'
    )
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": code})] == [sure]


@pytest.mark.parametrize(
    ("path", "sure"),
    [
        ("/transactions/assigned-to-me", Confidence.MEDIUM),
        ("/transactions/me", Confidence.MEDIUM),
        ("/transactions/near-me", Confidence.LOW),
    ],
)
def test_a_part_of_the_path_that_says_for_whom_it_is(path: str, sure: Confidence) -> None:
    code = OF_ONE.replace("{model}", "Transaction").replace("{column}", "user_id").replace("{path}", path)
    code = code.replace("thing_id: int = 0", "current_user").replace(
        "{where}", ".where(Transaction.user_id == current_user.id)"
    )
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": code})] == [sure]


CARTS = """\
from django.db import models
from django.http import JsonResponse
from django.urls import path
from django.views import View


class Cart(models.Model):
    key = models.CharField(max_length=50)


class Item(models.Model):
    cart = models.ForeignKey(Cart, related_name="items", on_delete=models.CASCADE)
    made_at = models.DateTimeField()


class Items(View):
    def post(self, request):
        Item.objects.create(cart=Cart.objects.get(key=request.POST["key"]))
        return JsonResponse({{}})

    def get(self, request):
        cart = Cart.objects.get(key=request.GET["key"])
        return JsonResponse({{"items": [{{"id": item.id}} for item in {asked}]}})


urlpatterns = [path("items", Items.as_view())]
"""


@pytest.mark.parametrize(("asked", "sure"), [("Item.objects.all()", Confidence.HIGH), ("cart.items.all()", Confidence.LOW)])
def test_what_one_object_has_is_its_own(asked: str, sure: Confidence) -> None:
    files = {**SETTINGS, "app/urls.py": CARTS.format(asked=asked)}
    assert [f.confidence for f in testing.run_rule("API008", files)] == [sure]


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (".where(Command.beginn >= weeks_ago, Command.beginn <= months_ahead)", 0),
        (".where(Command.beginn >= weeks_ago)", 1),
        (".where(Command.beginn >= least, Command.beginn <= most)", 1),
    ],
)
def test_what_lies_between_two_times_is_bounded(where: str, told: int) -> None:
    code = NARROWED.replace("agent_id: Mapped[uuid.UUID]", "beginn: Mapped[int]").replace("{where}", where)
    assert len(testing.run_rule("API008", {"app/web.py": code})) == told


TAGS = """\
import sqlite3

from fastapi import FastAPI
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Firm(Base):
    __tablename__ = "firms"
    id: Mapped[int] = mapped_column(primary_key=True)


class {model}(Base):
    __tablename__ = "things"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    {column}: Mapped[int]


@app.post("/things")
def make(session: Session, tenant_id: int):
    session.add({model}(tenant_id=tenant_id))


@app.get("/things")
def things(session: Session, tenant_id: int):
    return session.scalars(select({model}){where}).all()
"""


@pytest.mark.parametrize(
    ("model", "column", "where", "sure"),
    [
        ("Thing", "created_by_id", "", Confidence.HIGH),
        ("Thing", "created_by_id", ".where(Thing.tenant_id == tenant_id)", Confidence.LOW),
        ("Thing", "patient_id", ".where(Thing.tenant_id == tenant_id)", Confidence.HIGH),
        ("Invoice", "created_by_id", ".where(Invoice.tenant_id == tenant_id)", Confidence.HIGH),
    ],
)
def test_who_entered_what_a_tenant_has_says_nothing_of_how_much_it_is(
    model: str, column: str, where: str, sure: Confidence
) -> None:
    code = TAGS.format(model=model, column=column, where=where)
    if model != "Thing":
        code = code.replace("/things", "/invoices")
    assert [f.confidence for f in testing.run_rule("API008", {"app/web.py": code})] == [sure]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ('";".join([each.id for each in session.scalars(select(Command)).all()])', 0),
        ("session.scalars(select(Command)).all()", 1),
    ],
)
def test_a_text_of_all_is_no_list(answer: str, told: int) -> None:
    code = NARROWED.replace("session.scalars(select(Command){where}).all()", f'{{"commands": {answer}}}')
    assert len(testing.run_rule("API008", {"app/web.py": code})) == told


DIETS = """\
from django.contrib.auth.models import User
from django.db import models
from django.http import JsonResponse
from django.urls import path
from django.views import View


class Diet(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    dish = models.CharField(max_length=50)


class Diets(View):
    def user(self):
        return self.request.user

    def get_current_user(self):
        return self.request.user

    def newest_user(self):
        return User.objects.last()

    def get(self, request):
        return JsonResponse({{"diets": list(Diet.objects.filter(user={whose}).values("dish"))}})

    def post(self, request):
        Diet.objects.create(user=request.user, dish=request.POST["dish"])


urlpatterns = [path("diets", Diets.as_view())]
"""


@pytest.mark.parametrize(
    ("whose", "sure"),
    [
        ("self.user()", Confidence.LOW),
        ("self.get_current_user()", Confidence.LOW),
        ("self.newest_user()", Confidence.HIGH),
    ],
)
def test_what_a_method_gives_that_is_named_for_who_asks_is_that_ones(whose: str, sure: Confidence) -> None:
    (found,) = testing.run_rule("API008", {**SETTINGS, "app/urls.py": DIETS.format(whose=whose)})
    assert found.confidence is sure


TENANTS = """
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


def get_session() -> Session: ...


{tables}


@app.post("/rows")
def add(session: Session = Depends(get_session)):
    session.add(Customer(company_id=1, depot_id=1))
    session.add(BankAccount(company_id=1, depot_id=1))


@app.get("/customers")
def customers(company_id: int, session: Session = Depends(get_session)):
    query = select(Customer).where(Customer.company_id == company_id)
    query = query.order_by(Customer.id)
    return session.scalars(query).all()


@app.get("/bank-accounts")
def accounts(company_id: int, session: Session = Depends(get_session)):
    return session.scalars(select(BankAccount).where(BankAccount.company_id == company_id)).all()
"""
TABLE = """
class {name}(Base):
    __tablename__ = "{table}"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
OF_COMPANY = "    company_id: Mapped[int]\n"


@pytest.mark.parametrize(
    ("users", "others", "sure"),
    [
        (OF_COMPANY, 7, Confidence.HIGH),  # six of 13 tables, and the users are the company's
        ("", 6, Confidence.LOW),  # six of 13, and they are not
        (OF_COMPANY, 16, Confidence.LOW),  # six of 22
    ],
)
def test_many_tables_have_the_key_of_who_the_users_belong_to(users: str, others: int, sure: Confidence) -> None:
    of_company = ["Customer", "BankAccount", "Truck", "Depot", "Tyre", *(["Toll"] if not users else [])]
    names = [("User", "users", users), *((name, name.lower(), OF_COMPANY) for name in of_company)]
    names += [(f"Other{n}", f"other{n}", "") for n in range(others)]
    tables = "\n".join(TABLE.format(name=name, table=table) + more for name, table, more in names)
    found = testing.run_rule("API008", {"shop/app.py": TENANTS.format(tables=tables)})
    assert [each.confidence for each in found] == [sure, Confidence.LOW]
    assert [step.message for step in found[0].flow][-2:] == ["asks for all rows", "runs the query"]
