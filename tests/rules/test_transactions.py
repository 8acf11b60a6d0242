"""What is a note, and what is not, of the rules about transactions: confidence does not show in marks."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

HEAD = """\
from sqlalchemy import update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    lines: Mapped[int]

class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)

"""
DJANGO = """\
from django.db import models

class Order(models.Model):
    state = models.TextField()
    lines = models.IntegerField()

    def cleared(self) -> None:
        Line.objects.filter(order=self).delete()
        {set}self.save()

class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)

"""
PLACE = """\
def {name}(session: Session, order: Order, line: Line, template) -> None:
    {first}
    session.commit()
    {second}
    session.commit()
"""
SAVED = """\
def place(request, order: Order) -> None:
    {first}
    {second}
"""
MADE = "Line.objects.create(order=order)"
MOVED = """\
def keep(session: Session, name, cents) -> None:
    session.add(Line(name=name, cents=cents))
    session.commit()


def post(session: Session, name, {value}) -> None:
    keep(session, name, {value})


def transfer(session: Session, source, target, {value}) -> None:
    post(session, source, {value})
    {other}(session, target, {value})


def book(session: Session, name, {value}) -> None:
    keep(session, name, {value})
"""
RUN = """\
import psycopg2

def {name}(sql, *args):
    connection = psycopg2.connect("dbname=shop connect_timeout=3")
    with connection.cursor() as cursor:
        cursor.execute(sql, args)
    connection.commit()

def place(order_id, body):
    run("INSERT INTO orders (id) VALUES (%s)", order_id)
    {name}("INSERT INTO lines (order_id, body) VALUES (%s, %s)", order_id, body)

def run(sql, *args):
    connection = psycopg2.connect("dbname=shop connect_timeout=3")
    with connection.cursor() as cursor:
        cursor.execute(sql, args)
    connection.commit()
"""
BEHIND = """\
def order_of(session: Session) -> Order:
    {name} = check(session)
    if {name}:
        return {name}
    order = Order(state="open")
    session.add(order)
    session.commit()
    return order


def place(session: Session):
    order = order_of(session)
    session.add(Line(order=order))
    session.commit()
"""
LEFT = """\
def place(session: Session):
    found = check(session)
    if found:
        return found
    order = Order(state="open")
    session.add(order)
    session.commit()
    session.add(Line(order=order))
    session.commit()
"""
LOGGED_IN = """\
def {name}(session: Session, order: Order):
    session.add(Line(order=order))
    session.commit()


def log_in(session: Session):
    order = Order(state="new")
    session.add(order)
    session.commit()
    {name}(session, order)
"""
COUNTED = """\
from sqlalchemy import select

from datetime import timedelta

def take({asker}, session: Session) -> None:
    order = session.scalars(select(Order).where(Order.owner == {asker}.id)).one()
    {change}
    session.commit()
"""
PASSED = """\
def keep(session: Session, order: Order) -> None:
    try:
        session.add(order)
        session.commit()
    except ValueError:
        {handler}


def place(session: Session, order: Order) -> None:
    keep(session, order)
    session.add(Line(order=order))
    session.commit()
"""
FILLED = """\
def {name}(session: Session, order: Order) -> None:
    order.state = order.lines
    session.commit()


def place(session: Session, order: Order) -> None:
    session.add(Line(order=order))
    session.commit()
    {name}(session, order)
"""
MADE_AGAIN = """\
from django.db import models


class Comment(models.Model):
    def save(self, *args, **kwargs):
        self.size = 1
        super().save(*args, **kwargs)


def comment(text):
    from shop.orders import Comment

    made = Comment.objects.create(text=text)
    made.save()
"""
ADDED = "order.lines = 1; session.add(order)"
LINE = "session.add(Line(order=order))"


def _saved(first: str, second: str) -> str:
    return DJANGO.format(set="").replace("Line.objects.filter(order=self).delete()", "pass") + SAVED.format(
        first=first, second=second
    )


def _place(first: str, second: str, name: str = "place") -> str:
    return HEAD + PLACE.format(name=name, first=first, second=second)


def _told(state: str) -> str:
    return (
        HEAD
        + f"""\
def set_state(session: Session, order: Order, state: str) -> None:
    order.state = state
    session.commit()


def place(session: Session, order: Order) -> None:
    set_state(session, order, "{state}")
    session.add(Line(order=order))
    session.commit()
"""
    )


@pytest.mark.parametrize(
    ("rule", "source", "confidence"),
    [
        ("DBS007", _place(ADDED, LINE), Confidence.HIGH),
        ("DBS007", _place(ADDED, LINE, "sync_order"), Confidence.LOW),
        ("DBS007", _place("order.progress = 'lines'", LINE), Confidence.LOW),
        ("DBS007", _place(LINE, "order.lines_count = 1; order.last_line_at = 2"), Confidence.LOW),
        ("DBS007", _place(LINE, "order.lines_count = 1; order.state = 'open'"), Confidence.HIGH),
        (
            "DBS007",
            _place(ADDED, "session.execute(update(Order).where(Order.id == order.id).values(lines_count=2))"),
            Confidence.LOW,
        ),
        (
            "DBS007",
            _place(ADDED, "session.execute(update(Order).where(Order.id == order.id).values(state='open'))"),
            Confidence.HIGH,
        ),
        ("DBS007", _place("order.state = State.SYNCING", LINE), Confidence.LOW),
        ("DBS007", _place("order.state = State.PAID", LINE), Confidence.HIGH),
        ("DBS007", DJANGO.format(set=""), Confidence.LOW),
        ("DBS007", DJANGO.format(set="self.state = 'empty'; "), Confidence.HIGH),
        ("DBS007", _saved("order.state = 'open'; order.save()", MADE), Confidence.HIGH),
        ("DBS007", _saved("order = Order.objects.create(state='open')", "order.save()"), Confidence.LOW),
        (
            "DBS007",
            _saved("order.state = 'open'; order.save()", MADE).replace("def place(", "def place_test_order("),
            Confidence.LOW,
        ),
        ("DBS007", _saved("order.last_check = 3; order.save()", MADE), Confidence.LOW),
        ("DBS007", _saved("order.save(update_fields=['last_check'])", MADE), Confidence.LOW),
        ("DBS007", _saved("order.save(update_fields=['last_check', 'state'])", MADE), Confidence.HIGH),
        ("DBS007", _saved("order = Order(); order.last_check = 3; order.save()", MADE), Confidence.HIGH),
        (
            "DBS007",
            _saved(
                "if 'close' in request.POST:\n        order.state = 'closed'; order.save()",
                f"if 'line' in request.POST:\n        {MADE}",
            ),
            Confidence.LOW,
        ),
        (
            "DBS007",
            _saved(
                f"if 'x' in request.POST:\n        {MADE}", "if 'x' in request.POST:\n        order.state = 1; order.save()"
            ),
            Confidence.HIGH,
        ),
        ("DBS007", RUN.format(name="run"), Confidence.HIGH),
        ("DBS007", HEAD + BEHIND.format(name="found"), Confidence.LOW),
        ("DBS007", HEAD + BEHIND.format(name="error"), Confidence.HIGH),
        ("DBS007", HEAD + LEFT, Confidence.HIGH),
        ("DBS007", HEAD + MOVED.format(value="cents", other="book"), Confidence.LOW),
        ("DBS017", HEAD + COUNTED.format(asker="current_user", change="order.lines += 1"), Confidence.LOW),
        ("DBS017", HEAD + COUNTED.format(asker="current_user", change="order.balance += 1"), Confidence.HIGH),
        ("DBS017", HEAD + COUNTED.format(asker="customer", change="order.lines += 1"), Confidence.HIGH),
        (
            "DBS017",
            HEAD + COUNTED.format(asker="it", change="due = order.due + timedelta(days=1); order.due = due"),
            Confidence.LOW,
        ),
        ("DBS017", HEAD + COUNTED.format(asker="it", change="due = order.due + 1; order.due = due"), Confidence.HIGH),
        (
            "DBS017",
            HEAD.replace("Order", "ImportLog")
            + COUNTED.replace("Order", "ImportLog").format(asker="it", change="order.lines += 1"),
            Confidence.LOW,
        ),
        ("DBS007", _place("order.state = State.SYNCING; order.begun_at = 3", LINE), Confidence.LOW),
        ("DBS007", HEAD + PASSED.format(handler="log()"), Confidence.LOW),
        ("DBS007", HEAD + PASSED.format(handler="raise"), Confidence.HIGH),
        ("DBS007", HEAD + FILLED.format(name="set_state_if_blank"), Confidence.LOW),
        ("DBS007", HEAD + FILLED.format(name="set_state"), Confidence.HIGH),
        ("DBS007", MADE_AGAIN, Confidence.LOW),
        ("DBS007", _told("working"), Confidence.LOW),
        ("DBS007", _told("paid"), Confidence.HIGH),
        ("DBS007", HEAD + LOGGED_IN.format(name="create_session"), Confidence.LOW),
        ("DBS007", HEAD + LOGGED_IN.format(name="create_chat_session"), Confidence.HIGH),
    ],
)
def test_how_sure_it_is(rule: str, source: str, confidence: Confidence) -> None:
    (finding,) = testing.run_rule(rule, {"shop/orders.py": source})
    assert finding.confidence == confidence


TAKEN = """\
from django.db import models

class Wallet(models.Model):
    balance = models.IntegerField()

class Fees:
    @classmethod
    def take(cls, wallet: Wallet, amount: int) -> None:
        wallet.balance -= amount
        wallet.save()
"""


PAID = "\ndef pay(wallet: Wallet):\n    Fees.take(wallet, 3)\n"
TRIED = "from shop.wallets import Fees, Wallet\n\ndef test_it():\n    Fees.take(Wallet(), 3)\n"


@pytest.mark.parametrize(("rest", "confidence"), [("", Confidence.LOW), (PAID, Confidence.MEDIUM)])
def test_a_method_that_nothing_of_the_program_calls_is_noted(rest: str, confidence: Confidence) -> None:
    (finding,) = testing.run_rule("DBS017", {"shop/wallets.py": TAKEN + rest, "tests/test_fees.py": TRIED})
    assert finding.confidence == confidence


TRIED_TO_ADD = """\
from django.db import models

class Order(models.Model):
    state = models.TextField()

class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)

def place():
    order = Order.objects.create(state="new")
    try:
        Line.objects.create(order=order)
    except Exception:
        {failed}
        raise
"""


@pytest.mark.parametrize(
    ("path", "failed", "confidence"),
    [
        ("shop/orders.py", "order.state = 'failed'; order.save()", Confidence.LOW),
        ("shop/orders.py", "order.delete()", Confidence.LOW),
        ("shop/orders.py", "print(order)", Confidence.HIGH),
        ("shop/setup_sample_data.py", "print(order)", Confidence.LOW),
        ("shop/sample.py", "print(order)", Confidence.HIGH),
    ],
)
def test_what_is_marked_or_taken_away_on_failure_is_noted(path: str, failed: str, confidence: Confidence) -> None:
    (finding,) = testing.run_rule("DBS007", {path: TRIED_TO_ADD.format(failed=failed)})
    assert finding.confidence == confidence


ROUTED = """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/orders")
def orders() -> list[int]:
    return []

"""
CODE = """\
def take_code(one: Session, row):
    one.add(row)
    one.commit()

"""
KEPT = """\
from django.conf import settings
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)

class Line(Base):
    __tablename__ = "lines"
    order_id: Mapped[int] = mapped_column(primary_key=True)

class OrderHistory(Base):
    __tablename__ = "order_history"
    order_id: Mapped[int] = mapped_column(primary_key=True)

class AccessLog(Base):
    __tablename__ = "access_log"
    order_id: Mapped[int] = mapped_column(primary_key=True)

def keep(session: Session, row) -> None:
    session.add(row)
    session.commit()

def keep_more(session: Session, row) -> None:
    session.add(row)
    session.commit()

"""


@pytest.mark.parametrize(
    ("rest", "confidence"),
    [
        ("def place(one: Session, two: Session):\n    {order}\n    keep_more(two, Line(order_id=order.id))\n", Confidence.LOW),
        ("def place(one: Session):\n    {order}\n    keep_more(one, Line(order_id=order.id))\n", Confidence.HIGH),
        ("def place(one: Session):\n    {order}\n    keep_more(one, OrderHistory(order_id=order.id))\n", Confidence.HIGH),
        ("def place(one: Session):\n    {order}\n    keep_more(one, AccessLog(order_id=order.id))\n", Confidence.LOW),
        (ROUTED + "def place(one: Session):\n    {order}\n    keep_more(one, Line(order_id=order.id))\n", Confidence.LOW),
        (
            ROUTED + "@app.put('/')\ndef place(one: Session):\n    {order}\n    keep_more(one, Line(order_id=order.id))\n",
            Confidence.HIGH,
        ),
        (
            "def verify_code(one: Session, row):\n    one.add(row)\n    one.commit()\n\ndef place(one: Session):\n    {code}\n",
            Confidence.LOW,
        ),
        (
            "def take_code(one: Session, row):\n    one.add(row)\n    one.commit()\n\ndef place(one: Session):\n    {taken}\n",
            Confidence.HIGH,
        ),
        ("def place(one: Session):\n    if settings.DEBUG:\n        {inner}\n", Confidence.LOW),
    ],
)
def test_what_two_commits_of_one_session_keep(rest: str, confidence: Confidence) -> None:
    order = "order = Order()\n    keep(one, order)"
    code = "order = Order()\n    verify_code(one, order)\n    keep_more(one, Line(order_id=order.id))"
    taken = code.replace("verify", "take")
    inner = "order = Order()\n        keep(one, order)\n        keep_more(one, Line(order_id=order.id))"
    (finding,) = testing.run_rule(
        "DBS007", {"shop/places.py": KEPT + rest.format(order=order, inner=inner, code=code, taken=taken)}
    )
    assert finding.confidence == confidence


HELD = """\
from django.db import models, transaction

class Packet(models.Model):
    is_processed = models.BooleanField()
    processing_stats = models.JSONField()
    body = models.TextField()

class Row(models.Model):
    packet = models.ForeignKey(Packet, on_delete=models.CASCADE)

    def approve(self):
        self.packet_id = 1
        self.save()
        Packet.objects.create(body=self)

"""


@pytest.mark.parametrize(
    ("path", "rest", "confidence"),
    [
        ("shop/a.py", "def a():\n    p = Packet.objects.create({of})\n    Row.objects.create(packet=p)\n", Confidence.HIGH),
        (
            "shop/testapi/a.py",
            "def a():\n    p = Packet.objects.create({of})\n    Row.objects.create(packet=p)\n",
            Confidence.LOW,
        ),
        ("shop/a.py", "def a():\n    p = Packet.objects.create({later})\n    Row.objects.create(packet=p)\n", Confidence.LOW),
        (
            "shop/a.py",
            "def a():\n    p = Packet.objects.create({of})\n    try:\n        Row.objects.create(packet=p)\n"
            "    except ValueError:\n        undo_packet(p)\n        raise\n",
            Confidence.LOW,
        ),
        (
            "shop/a.py",
            "def a(p: Packet):\n    Row.objects.create(packet=p)\n    p.save(update_fields=['processing_stats'])\n",
            Confidence.LOW,
        ),
        (
            "shop/a.py",
            "def a(p: Packet):\n    Row.objects.create(packet=p)\n    p.save(update_fields=['body'])\n",
            Confidence.HIGH,
        ),
    ],
)
def test_what_the_first_of_two_writes_is_for(path: str, rest: str, confidence: Confidence) -> None:
    source = HELD.partition("    def approve")[0] + "\n" + rest.format(of="body='x'", later="body='x', is_processed=False")
    (finding,) = testing.run_rule("DBS007", {path: source})
    assert finding.confidence == confidence


@pytest.mark.parametrize(
    ("block", "confidence"), [("with transaction.atomic():", Confidence.LOW), ("if rows:", Confidence.HIGH)]
)
def test_what_only_a_name_leads_to_is_noted_where_a_caller_further_up_has_begun(block: str, confidence: Confidence) -> None:
    rest = "def all_of(rows):\n    for row in rows.waiting():\n        row.approve()\n\n"
    rest += f"def close(rows):\n    {block}\n        all_of(rows)\n"
    (finding,) = testing.run_rule("DBS007", {"shop/a.py": HELD + rest})
    assert finding.confidence == confidence


HOLDING = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

class Base(DeclarativeBase): ...

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

class Login(Base):
    __tablename__ = "logins"
    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[User] = relationship()

def enter(session: Session, name: str) -> None:
    user = User()
    login = {login}
    session.add(login)
    session.commit()
    {second}
    session.commit()
"""


@pytest.mark.parametrize(
    ("login", "second", "confidence"),
    [
        ("Login()\n    login.user = user", "session.add(user)", Confidence.LOW),
        ("Login(user=user)", "session.add(user)", Confidence.LOW),
        ("Login()\n    login.user = user", "user.name = name\n    session.add(user)", Confidence.HIGH),
        ("Login(user=user)", "user = User(login=login)\n    session.add(user)", Confidence.HIGH),
    ],
)
def test_what_a_row_that_was_kept_holds(login: str, second: str, confidence: Confidence) -> None:
    found = testing.run_rule("DBS007", {"shop/places.py": HOLDING.format(login=login, second=second)})
    assert [each.confidence for each in found] == [confidence]


GIVEN_TO_TWO = """\
from django.db import models
from fastapi import FastAPI

app = FastAPI()

class Order(models.Model):
    name = models.TextField()

class Pass(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)

class Key(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)

def give_pass(order: Order) -> Pass:
    return Pass.objects.create(order=order)

def give_key(order: Order) -> None:
    Key.objects.create(order=order)

@app.post("/")
def enter(name: str) -> None:
    order = Order{found}
    {first}
    {second}
"""


@pytest.mark.parametrize(
    ("found", "first", "second", "confidence"),
    [
        (".objects.get(name=name)", "give_pass(order)", "give_key(order)", Confidence.LOW),
        (".objects.create(name=name)", "give_pass(order)", "give_key(order)", Confidence.HIGH),
        ("(name=name)", "order.save()", "give_key(order)", Confidence.HIGH),
    ],
)
def test_two_functions_that_are_given_one_object(found: str, first: str, second: str, confidence: Confidence) -> None:
    files = {"shop/places.py": GIVEN_TO_TWO.format(found=found, first=first, second=second)}
    assert max(each.confidence for each in testing.run_rule("DBS007", files)) == confidence


RENAMED = """\
from django.db import models
from rest_framework import serializers

class Order(models.Model):
    name = models.TextField()

class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)

class OrderSerializer(serializers.ModelSerializer):
    class Meta:
        model = Order
        fields = ["name"]

    def update(self, instance, validated_data):
        {first}
        return super().update({row}, validated_data)
"""


@pytest.mark.parametrize(
    ("first", "row", "confidence"),
    [
        ("instance.name = validated_data.pop('name')\n        instance.save()", "instance", Confidence.LOW),
        ("Line.objects.create(order=instance)", "instance", Confidence.HIGH),
    ],
)
def test_a_row_that_is_saved_and_then_updated(first: str, row: str, confidence: Confidence) -> None:
    found = testing.run_rule("DBS007", {"shop/places.py": RENAMED.format(first=first, row=row)})
    assert [each.confidence for each in found] == [confidence]


LIKELY = """\
from fastapi import FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)

class Line(Base):
    __tablename__ = "lines"
    order_id: Mapped[int] = mapped_column(primary_key=True)

@app.post("/")
def place(data: dict, session: Session) -> None:
    keep_order(session, data)

def keep_order(session, data: dict) -> None:
    order = Order()
    session.add(order)
    session.commit()
    session.add({line})
    session.commit()
"""


@pytest.mark.parametrize(
    ("line", "confidences"),
    [("Line(order_id=order.id)", [Confidence.MEDIUM]), ("Line(order_id=data['order_id'])", [])],
)
def test_what_is_only_likely_and_stands_in_the_function_itself(line: str, confidences: list[Confidence]) -> None:
    found = testing.run_rule("DBS007", {"shop/places.py": LIKELY.format(line=line)})
    assert [each.confidence for each in found] == confidences


PAID = """\
from django.db import models
from fastapi import FastAPI

app = FastAPI()

class Cook(models.Model):
    credits = models.IntegerField()

class Purchase(models.Model):
    place_id = models.IntegerField()
    price = models.IntegerField()

@app.post("/")
def buy(place_id: int, price: int) -> None:
    cook = Cook.objects.get(pk=place_id)
    {taken}
    {kept}
"""


@pytest.mark.parametrize(
    ("taken", "kept", "confidence"),
    [
        ("cook.credits -= price\n    cook.save()", "Purchase.objects.create(place_id=place_id, price=price)", Confidence.HIGH),
        ("cook.credits -= 1\n    cook.save()", "Purchase.objects.create(place_id=place_id, price=price)", Confidence.LOW),
    ],
)
def test_an_amount_that_is_taken_and_kept(taken: str, kept: str, confidence: Confidence) -> None:
    found = testing.run_rule("DBS007", {"shop/places.py": PAID.format(taken=taken, kept=kept)})
    assert [each.confidence for each in found] == [confidence]


GOES_ON = """\
from flask import Flask
from flask_smorest import abort
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = Flask(__name__)
session = Session()

class Base(DeclarativeBase):
    def keep(self) -> None:
        session.add(self)
        session.commit()

    def take_away(self) -> None:
        session.delete(self)
        session.commit()

    def remove_from_db(self) -> None:
        session.delete(self)
        session.commit()

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)

class Line(Base):
    __tablename__ = "lines"
    order_id: Mapped[int] = mapped_column(primary_key=True)

@app.post("/")
def place(orders, line):
    order = Order()
    {body}
"""


@pytest.mark.parametrize(
    ("body", "confidences"),
    [
        ("order.keep()\n    Line(order_id=order.id).keep()", [Confidence.HIGH]),
        ("if orders:\n        order.keep()\n        abort(404)\n    Line(order_id=order.id).keep()", []),
        ("if orders:\n        order.keep()\n        print(404)\n    Line(order_id=order.id).keep()", [Confidence.HIGH]),
        (
            "try:\n        order.keep()\n        Line(order_id=order.id).keep()\n    except ValueError:\n"
            "        order.remove_from_db()\n        raise",
            [Confidence.LOW],
        ),
        (
            "try:\n        order.keep()\n        Line(order_id=order.id).keep()\n    except ValueError:\n"
            "        print(order)\n        raise",
            [Confidence.HIGH],
        ),
        (
            "for order in orders:\n        try:\n            Line(order_id=order.id).keep()\n        except ValueError:\n"
            "            continue\n        order.state = 1\n    session.commit()",
            [Confidence.LOW],
        ),
    ],
)
def test_what_happens_where_the_second_does_not_come(body: str, confidences: list[Confidence]) -> None:
    found = testing.run_rule("DBS007", {"shop/places.py": GOES_ON.format(body=body)})
    assert [each.confidence for each in found] == confidences


def test_modules_that_show_how_it_is_done() -> None:
    rest = "def place(one: Session):\n    order = Order()\n    keep(one, order)\n    keep_more(one, Line(order_id=order.id))\n"
    found = {path: testing.run_rule("DBS007", {path: KEPT + rest}) for path in ("shop/places.py", "shop/places_example.py")}
    assert [[each.confidence for each in hits] for hits in found.values()] == [[Confidence.HIGH], [Confidence.LOW]]


KEPT_BEFORE = "order.state = why\n    order.save()"
BEHIND = """\
from django.db import models
from fastapi import FastAPI

app = FastAPI()

class Order(models.Model):
    state = models.TextField()

class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    state = models.TextField()

@app.post("/")
def cancel(number: int, why: str) -> None:
    order = Order.objects.get(pk=number)
    {first}
    {second}
"""


@pytest.mark.parametrize(
    ("first", "second", "confidences"),
    [
        ("order.lines.all().delete()", "order.delete()", [Confidence.LOW]),
        ("order.lines.all().delete()", "Line.objects.create(order=order, state=why)", [Confidence.HIGH]),
        (KEPT_BEFORE, "order.lines.update(state=why)", [Confidence.HIGH]),
        (KEPT_BEFORE, "order.lines.filter(state='').delete()", [Confidence.HIGH]),
        (KEPT_BEFORE, "Order.objects.filter(pk=number).update(state=why)", []),
        (KEPT_BEFORE, "order.save()", [Confidence.LOW]),
        (KEPT_BEFORE, "order.lines.count()", []),
    ],
)
def test_what_stands_behind_a_row(first: str, second: str, confidences: list[Confidence]) -> None:
    found = testing.run_rule("DBS007", {"shop/places.py": BEHIND.format(first=first, second=second)})
    assert [each.confidence for each in found] == confidences


FORM = """\
from django import forms
from django.db import models
from django.views.generic import CreateView

class Order(models.Model):
    state = models.TextField()

class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)

class OrderForm(forms.ModelForm):
    class Meta:
        model = Order
        fields = ["state"]

class OrderView(CreateView):
    form_class = OrderForm

    def form_valid(self, form):
        order = form.save(commit=False)
        order.state = "new"
        order.save()
        {second}
"""


@pytest.mark.parametrize(
    ("second", "confidence"),
    [("form.save_m2m()", Confidence.LOW), ("Line.objects.create(order=order)", Confidence.HIGH)],
)
def test_how_a_form_is_saved(second: str, confidence: Confidence) -> None:
    found = testing.run_rule("DBS007", {"shop/places.py": FORM.format(second=second)})
    assert [each.confidence for each in found] == [confidence]
