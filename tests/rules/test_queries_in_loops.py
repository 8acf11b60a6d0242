"""How sure PRF001 is, where a case's marks cannot say it: a loop that nothing shows to go over data is a note."""

import pytest

from archlint import testing
from archlint.facts.findings import Confidence, Finding

MODELS = """\
from django.db import models


class User(models.Model):
    name = models.CharField(max_length=20)


class Order(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="orders")
    number = models.CharField(max_length=20)


def settle(what):
    return Order.objects.get(number=what)


def looked_into(what):
    return Order.objects.get(number=what) if what else None
"""

SURE = {
    "rows": "for user in User.objects.filter(name='a'):\n        settle(user.name)",
    "rows of a relation": "for order in User.objects.get(name='a').orders.all():\n        settle(order.number)",
    "a list of rows": "found = list(User.objects.all())\n    for user in sorted(found):\n        settle(user.name)",
    "what is made of rows": "names = [u.name for u in User.objects.all()]\n    for name in names:\n        settle(name)",
    "what rows have filled": (
        "by_name = {}\n    for user in User.objects.all():\n        by_name[user.name] = user\n"
        "    for name in by_name:\n        settle(name)"
    ),
    "rows of a manager of another library": "for user in Account.objects.of('a').best():\n        settle(user.name)",
    "a request's list": "for number in request.data['numbers']:\n        Order.objects.get(number=number)",
    "a request's list in a comprehension": "return [settle(number) for number in request.data['numbers']]",
    "a request's list, by name": (
        "data = request.data\n    for number in data.get('numbers', []):\n        Order.objects.get(number=number)"
    ),
    "lines of a file": "for line in csv.DictReader(file):\n        settle(line['number'])",
    "lines of a file, by name": "for line in dict_reader:\n        settle(line['number'])",
    "the places of a list that is sent": (
        "numbers = request.data['numbers']\n    for n in range(len(numbers)):\n        Order.objects.get(number=numbers[n])"
    ),
    "rows in one state": "for user in User.objects.all():\n        if user.state == State.NEW:\n            settle(user.name)",
    "rows that another column fits": (
        "for user in User.objects.all():\n        if user.is_active and user.state == 'new':\n            settle(user.name)"
    ),
    "a loop around that goes over rows": (
        "for user in User.objects.all():\n        for part in user.name.parts:\n            settle(part)"
    ),
}

LIKELY = {
    "keys of rows": ("chosen", "for order_id in chosen:\n        Order.objects.get(number=order_id)"),
    "what is called keys": ("order_ids", "for one in order_ids:\n        Order.objects.get(number=one)"),
    "a row for each key": ("chosen", "for part in chosen:\n        Order.objects.get(pk=part.number)"),
}

GUESSES = {
    "what a function found": ("chosen", "for number in numbers_of(chosen):\n        settle(number)"),
    "as often as a request says": ("request", "for n in range(int(request.data['count'])):\n        settle(n)"),
    "a list that callers hand over": ("numbers: list[str]", "for number in numbers:\n        settle(number)"),
    "a list that may be missing": ("numbers: 'Sequence[str] | None'", "for number in numbers or ():\n        settle(number)"),
    "a list that is a field": ("page: Page", "for number in page.numbers:\n        settle(number)"),
    "nobody knows what": ("chosen", "for number in chosen:\n        settle(number)"),
    "parts that an object was made with": ("self", "for part in self.parts:\n        settle(part)"),
    "a mapping of options": ("options: dict[str, str]", "for name, value in options.items():\n        settle(value)"),
    "a mapping to keys": ("chosen", "for name, part in chosen.items():\n        Order.objects.get(pk=part.number)"),
    "files of a folder": ("folder", "for file in os.listdir(folder):\n        settle(file)"),
    "the fields of a request": ("request", "for name, value in request.data.items():\n        settle(value)"),
    "an entry of one row": ("user: User", "for part in user.name.parts:\n        settle(part)"),
}

HANDFULS = {
    "keys that are looked up elsewhere": (
        "order_ids",
        "for order_id in order_ids:\n        looked_into(order_id)",
        "there may be",
    ),
    "what is sent, and looked up elsewhere": (
        "request",
        "for number in request.data['numbers']:\n        looked_into(number)",
        "there may be a handful, and what asks stands elsewhere",
    ),
    "entries of a mapping": (
        "found",
        "by_name = {u.name: u for u in User.objects.all()}\n"
        "    for user in sorted(by_name.values()):\n        settle(user.name)",
        "a mapping may have a handful of entries",
    ),
    "a turn that sends a mail as well": (
        "request",
        "for user in User.objects.all():\n        settle(user.name)\n        if user.name:\n            send_mail(user.name)",
        "each turn does slower things as well",
    ),
}

HEAD = """\
import csv
import os
from collections.abc import Sequence

from accounts import Account
from django.core.mail import send_mail
from shop.models import Order, User, looked_into, settle


class Page:
    numbers: list[str]

    def show(self):
        return self.numbers


def numbers_of(chosen):
    return answers(Order.objects.filter(number=chosen).first())


"""


def finding(arguments: str, body: str, *more: str) -> Finding:
    code = f"{HEAD}def page({arguments}):\n    {body}\n{''.join(more)}"
    found = testing.run_rule("PRF001", {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/pages.py": code})
    (one,) = [f for f in found if f.location.path == "shop/pages.py"]
    return one


@pytest.mark.parametrize("case", SURE)
def test_a_loop_over_data_is_an_error(case: str) -> None:
    found = finding("request, file, dict_reader", SURE[case])
    assert found.confidence == Confidence.HIGH
    assert "nothing here says" not in found.message


@pytest.mark.parametrize("case", LIKELY)
def test_a_loop_over_what_may_be_long_is_a_warning(case: str) -> None:
    assert finding(*LIKELY[case]).confidence == Confidence.MEDIUM


@pytest.mark.parametrize("case", HANDFULS)
def test_a_loop_that_nobody_would_mend_is_a_note(case: str) -> None:
    arguments, body, doubt = HANDFULS[case]
    found = finding(arguments, body)
    assert found.confidence == Confidence.LOW
    assert doubt in found.message


@pytest.mark.parametrize("case", GUESSES)
def test_a_loop_over_what_may_be_a_handful_is_a_note(case: str) -> None:
    found = finding(*GUESSES[case])
    assert found.confidence == Confidence.LOW
    assert found.message.endswith("; nothing here says that there are many")


@pytest.mark.parametrize(("name", "confidence"), [("'species.csv'", Confidence.LOW), ("name", Confidence.HIGH)])
def test_a_file_that_the_code_names_comes_with_the_program(name: str, confidence: Confidence) -> None:
    for lines in (f"csv.DictReader(open({name}))", "csv.DictReader(file)"):
        code = f"file = open({name})\n    for line in {lines}:\n        settle(line['number'])"
        assert finding("name", code).confidence == confidence


def test_what_runs_by_hand_asks_a_person() -> None:
    code = "from shop.models import User, settle\n\n\ndef page():\n    for user in User.objects.all():\n"
    code += "        if ASK('settle? ') == 'y':\n            settle(user.name)\n\n\npage()\n"
    for ask, count in (("input", 0), ("wanted", 1)):
        files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/restart.py": code.replace("ASK", ask)}
        assert len(testing.run_rule("PRF001", files)) == count


def test_what_a_caller_gives_says_it() -> None:
    caller = "\n\ndef all_pages():\n    return page([u.name for u in User.objects.all()])\n"
    assert finding(*GUESSES["nobody knows what"], caller).confidence == Confidence.HIGH


def test_what_another_caller_gives_says_nothing() -> None:
    caller = "\n\ndef all_pages(some):\n    return page(some.parts)\n"
    assert finding(*GUESSES["nobody knows what"], caller).confidence == Confidence.LOW


FAR = {
    "rows": ("", "for user in User.objects.all():\n        step_1(user.name)"),
    "what may be long": ("chosen", "for order_id in chosen:\n        step_1(order_id)"),
}


@pytest.mark.parametrize(
    ("case", "functions", "confidence"),
    [
        ("rows", 3, Confidence.HIGH),
        ("rows", 4, Confidence.MEDIUM),
        ("what may be long", 4, Confidence.LOW),
    ],
)
def test_a_long_way_down_makes_it_less_sure(case: str, functions: int, confidence: Confidence) -> None:
    steps = "".join(f"\n\ndef step_{n}(what):\n    return step_{n + 1}(what)\n" for n in range(1, functions - 1))
    last = f"\n\ndef step_{functions - 1}(what):\n    return settle(what)\n"
    found = finding(*FAR[case], steps, last)
    assert found.confidence == confidence
    assert ("far down" in found.message) == (confidence == Confidence.LOW)


WRITES = """
def store(user):
    user.name = "b"
    user.save()


def handled(user):
    store(user)


def worked(user):
"""
STEPS = "".join(f"    if user.step{n}:\n        user.state = {n}\n" for n in range(9)) + "    store(user)\n"


@pytest.mark.parametrize("call", ["store(user)", "handled(user)", "worked(user)", "user.save()"])
@pytest.mark.parametrize(("behind", "confidence"), [("pass", "MEDIUM"), ("if user.name == 'c':\n            break", "LOW")])
def test_a_write_for_each_row_of_a_loop_that_goes_to_its_end_is_likely(call: str, behind: str, confidence: str) -> None:
    loop = f"\n\ndef run():\n    for user in User.objects.filter(name='a'):\n        {call}\n        {behind}\n"
    found = testing.run_rule("PRF001", {"shop/users.py": MODELS + WRITES + STEPS + loop})
    assert [finding.confidence for finding in found] == [Confidence[confidence]]


BY_ITSELF = {
    "the key of the row is asked for": (
        "connection, users",
        "for row in User.objects.all():\n"
        "        kept = connection.execute('INSERT INTO person (name) VALUES (%s)', (row.name,)).lastrowid\n"
        "        print(kept)",
    ),
    "an uploaded file": (
        "request",
        "for file in request.files.getlist('photos'):\n        User.objects.create(name=file.filename)",
    ),
    "work that a commit keeps": (
        "session",
        "for user in User.objects.all():\n        told(user)\n        session.commit()",
    ),
    "what the database refuses is dropped": (
        "session",
        "for user in User.objects.all():\n        try:\n            user.name = 'b'\n            session.commit()\n"
        "        except IntegrityError:\n            session.rollback()",
    ),
    "a process for each": (
        "session",
        "for user in User.objects.all():\n        copied(user.name)\n        Order.objects.filter(user=user).update(number=1)",
    ),
}
OUTSIDE = """
import smtplib
import subprocess

import sqlalchemy
from sqlalchemy.orm import Session

from shop.models import Order, User


def told(user):
    letter(user.name)


def letter(name):
    smtplib.SMTP("mail").sendmail("a@example.com", name, "hello")


def copied(name):
    cloned(name)


def cloned(name):
    subprocess.run(["git", "clone", name])


"""


def writes(arguments: str, body: str) -> list[Finding]:
    given = arguments.replace("session", "session: Session").replace("connection", "connection: sqlalchemy.Connection")
    code = f"{OUTSIDE}def page({given}):\n    {body}\n"
    found = testing.run_rule("PRF001", {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/pages.py": code})
    return [f for f in found if f.location.path == "shop/pages.py"]


@pytest.mark.parametrize("case", BY_ITSELF)
def test_a_write_that_each_item_may_have_to_itself_is_a_note(case: str) -> None:
    (found,) = writes(*BY_ITSELF[case])
    assert found.confidence == Confidence.LOW
    assert found.message.endswith("; each may have to be done by itself")


COMMITS = {
    "of what is changed": "for user in User.objects.all():\n        user.name = 'b'\n        session.commit()",
    "with another failure": (
        "for user in User.objects.all():\n        try:\n            user.name = 'b'\n            session.commit()\n"
        "        except OSError:\n            print(user)"
    ),
    "of what is sent": "for name in request.data['names']:\n        session.add(User(name=name))\n        session.commit()",
}


def test_a_commit_of_a_turn_that_is_given_up_is_a_note() -> None:
    body = "for user in User.objects.all():\n        if not user.name:\n            user.number = 1\n"
    (found,) = writes("session", body + "            session.commit()\n            continue\n        print(user)")
    assert found.confidence == Confidence.LOW
    assert found.message.endswith("; it is asked only where something is amiss")


def test_a_turn_that_keeps_how_far_it_has_come_is_a_note() -> None:
    body = "for user in User.objects.all():\n        user.name = 'begun'\n        session.commit()\n"
    found = writes("session", body + "        user.name = 'done'\n        session.commit()")
    assert {f.confidence for f in found} == {Confidence.LOW}
    assert all(f.message.endswith("; each turn keeps how far it has come") for f in found)


@pytest.mark.parametrize(
    ("then", "confidence"),
    [
        ("connection.execute('INSERT INTO person (name) VALUES (%s)', (user.name,))", Confidence.MEDIUM),
        ("connection.execute('UPDATE person SET name = %s', (user.name,))", Confidence.LOW),
        ("connection.execute('INSERT INTO person (name) VALUES (%s) RETURNING id', (user.name,))", Confidence.LOW),
    ],
)
def test_rows_that_are_added_one_at_a_time_count(then: str, confidence: Confidence) -> None:
    (found,) = writes("connection", f"for user in User.objects.all():\n        {then}")
    assert found.confidence == confidence


def test_a_row_that_the_loop_puts_in_the_place_of_its_item_says_nothing_of_how_many_there_are() -> None:
    (found,) = writes("session", "for user in known.names():\n        user = User.objects.get(name=user)\n        print(user)")
    assert found.confidence == Confidence.LOW


RELATED = """
from django.db import models


class Line(models.Model):
    order = models.ForeignKey("Order", on_delete=models.CASCADE, related_name="lines")


class Order(models.Model):
    number = models.CharField(max_length=20)


def ahead():
    return Order.objects.prefetch_related("lines")


"""
PAGE_OF_LINES = """
from shop.orders import Order


def page(orders: list[Order]):
    for order in {subject}:
        for line in order.lines.all():
            print(line)
"""


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("Order.objects.filter(number='1')", [Confidence.MEDIUM]),
        ("orders", [Confidence.LOW]),
    ],
)
def test_a_relation_that_another_query_loads_counts_where_the_lists_own_query_is_in_sight(
    subject: str, found: list[Confidence]
) -> None:
    files = {"shop/__init__.py": "", "shop/orders.py": RELATED, "shop/page.py": PAGE_OF_LINES.format(subject=subject)}
    assert [f.confidence for f in testing.run_rule("PRF001", files)] == found


@pytest.mark.parametrize("case", COMMITS)
def test_a_commit_for_each_item_counts(case: str) -> None:
    (found,) = writes("session, request", COMMITS[case])
    assert found.confidence > Confidence.LOW


ROUTE = """
from fastapi import Depends, FastAPI
from pydantic import BaseModel

from shop.models import settle

app = FastAPI()


class Wanted(BaseModel):
    numbers: list[str]


@app.post("/wanted")
def wanted(GIVEN):
    return [settle(number) for number in ITEMS]
"""


@pytest.mark.parametrize(
    ("given", "items", "confidence"),
    [
        ("body: Wanted", "body.numbers", Confidence.HIGH),
        ("numbers: list[str]", "numbers", Confidence.HIGH),
        ("kept: Wanted = Depends(load)", "kept.numbers", Confidence.LOW),
        ("body: Wanted", "body.parts", Confidence.LOW),
    ],
)
def test_a_list_that_the_request_fills_is_data(given: str, items: str, confidence: Confidence) -> None:
    code = ROUTE.replace("GIVEN", given).replace("ITEMS", items)
    found = testing.run_rule("PRF001", {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/routes.py": code})
    assert [f.confidence for f in found if f.location.path == "shop/routes.py"] == [confidence]


SEARCHES = {
    "the one that is asked for": (
        "for user in User.objects.all():\n        if user.name == wanted:\n            settle(user.name)"
    ),
    "the one of many that are asked for": (
        "for user in User.objects.all():\n"
        "        if user.is_active and user.name == str(wanted['name']):\n            settle(user.name)"
    ),
    "the first that fits": (
        "for user in User.objects.all():\n        found = settle(user.name)\n        if found:\n            return found"
    ),
}


@pytest.mark.parametrize("case", SEARCHES)
def test_a_loop_that_looks_for_one_of_them_is_a_note(case: str) -> None:
    assert "looks for one" in finding("wanted", SEARCHES[case]).message


@pytest.mark.parametrize("query", ["model.objects.filter(name='a').first()", "session.query(model).first()"])
def test_classes_that_a_loop_goes_over_have_tables_of_their_own(query: str) -> None:
    code = f"{OUTSIDE}def page(session: Session):\n    for model in models_of(User):\n        print({query})\n"
    assert testing.run_rule("PRF001", {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/pages.py": code}) == []


def test_statements_that_the_loop_chooses_are_its_own() -> None:
    code = f"{OUTSIDE}def page(connection: sqlalchemy.Connection, request):\n"
    code += "    for name in request.data['names']:\n        connection.execute(QUERIES[name])\n"
    assert testing.run_rule("PRF001", {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/pages.py": code}) == []


SHOWN = """
from shop.models import User


def shown(user: User):
    orders = user.orders.all()
    for order in orders:
        print(order.number)


def page():
    for user in QUERY:
        shown(user)
"""


@pytest.mark.parametrize(
    ("query", "confidence"),
    [("User.objects.all()", Confidence.HIGH), ("User.objects.prefetch_related('orders')", Confidence.LOW)],
)
def test_a_relation_under_a_name_may_be_loaded_ahead_too(query: str, confidence: Confidence) -> None:
    code = SHOWN.replace("QUERY", query)
    found = testing.run_rule("PRF001", {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/pages.py": code})
    assert [f.confidence for f in found] == [confidence]


ONCE = """
import threading

from shop.models import User, settle


class Singleton(type):
    made = {}

    def __call__(cls, *given):
        if cls not in cls.made:
            cls.made[cls] = super().__call__(*given)
        return cls.made[cls]


class Settings(HEAD):
    def __init__(self):
        self.rows = [settle("a")]

    def of(self, name):
        return name


def page(*given):
    for user in User.objects.all():
        print(Settings().of(user.name))


def several(*given: User):
    for user in given:
        settle(user.name)
"""


@pytest.mark.parametrize(("head", "counts"), [("metaclass=Singleton", False), ("", True)])
def test_what_makes_the_one_instance_of_a_class_asks_once(head: str, counts: bool) -> None:
    code = ONCE.replace("HEAD", head)
    found = testing.run_rule("PRF001", {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/pages.py": code})
    assert [f.confidence > Confidence.LOW for f in found] == [True] * counts + [False]  # the arguments of a call are few


OF_ONE = """
from django.contrib.auth.models import User
from django.http import JsonResponse

from shop.models import Line, Order, Product


def mended(line):
    Line.objects.create(order=line.order)


def listed(request, key):
    order = Order.objects.get(pk=key)
    for line in order.lines.order_by("id").all():
        Product.objects.filter(name=line.name).first()
    return JsonResponse({})
"""


@pytest.mark.parametrize(
    ("more", "confidence"),
    [
        ("", Confidence.LOW),
        ("\n\ndef added(request, key):\n    Line.objects.create(order=Order.objects.get(pk=key))\n", Confidence.HIGH),
    ],
)
def test_of_what_no_request_makes_more_one_object_may_have_a_handful(more: str, confidence: Confidence) -> None:
    models = (
        "from django.db import models\n\n\nclass Order(models.Model):\n    name = models.CharField(max_length=20)\n\n\n"
        "class Product(models.Model):\n    name = models.CharField(max_length=20)\n\n\n"
        "class Line(models.Model):\n    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name='lines')\n"
        "    name = models.CharField(max_length=20)\n"
    )
    urls = "from django.urls import path\n\nfrom shop import views\n\nurlpatterns = [path('lines/<int:key>', views.listed)"
    urls += ", path('added/<int:key>', views.added)]\n" if more else "]\n"
    files = {"shop/__init__.py": "", "shop/models.py": models, "shop/views.py": OF_ONE + more, "shop/urls.py": urls}
    found = testing.run_rule("PRF001", files)
    assert [f.confidence for f in found if f.location.path == "shop/views.py"] == [confidence]


SERVED = """
from fastapi import FastAPI

from shop.models import Order, User, looked_into, settle

app = FastAPI()


@app.get("/users")
def users():
    for user in User.objects.all():
        settle(user.name)


def sent_out():
    for user in User.objects.all():
        LOOKUP(user.name)
"""


@pytest.mark.parametrize(
    ("module", "look_up", "confidence"),
    [
        ("pages", "settle", Confidence.LOW),
        ("pages", "Order.objects.get", Confidence.LOW),
    ],
)
def test_what_nothing_is_seen_to_run_is_a_note(module: str, look_up: str, confidence: Confidence) -> None:
    code = SERVED.replace("LOOKUP", look_up)
    found = testing.run_rule("PRF001", {"shop/__init__.py": "", "shop/models.py": MODELS, f"shop/{module}.py": code})
    assert [f.confidence for f in found if f.location.path == f"shop/{module}.py"] == [Confidence.HIGH, confidence]
