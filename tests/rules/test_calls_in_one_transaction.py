"""SVC014 tells one place of a transaction and names the others: marks show where findings are, not what belongs to them."""

from __future__ import annotations

from archlint import testing
from archlint.facts.findings import Confidence

CODE = """\
import requests
from django.db import models, transaction

class Order(models.Model):
    state = models.TextField()

def finish(order: Order) -> None:
    order.state = "paid"
    with transaction.atomic():
        order.save()
        requests.post("https://pay.example.com/charges", timeout=5)
        requests.post("https://mail.example.com/letters", timeout=5)
    requests.post("https://news.example.com/orders", timeout=5)

def open_it(order: Order) -> None:
    with transaction.atomic():
        order.save()
        requests.post("https://pay.example.com/holds", timeout=5)
"""


def test_the_other_calls_of_a_transaction_are_named() -> None:
    first, single = testing.run_rule("SVC014", {"shop/orders.py": CODE})
    assert (first.location.line, [step.location.line for step in first.related]) == (11, [12])
    assert (single.location.line, single.related) == (18, ())


def test_a_wait_behind_a_condition_is_a_note_but_not_one_before_another_try() -> None:
    code = """
import time

import requests
from django.db import models, transaction


class Order(models.Model):
    state = models.TextField()


def slow(order, pause):
    with transaction.atomic():
        order.save()
        if pause is not None:
            time.sleep(pause)


def again(order):
    with transaction.atomic():
        order.save()
        for turn in range(3):
            try:
                order.refresh_from_db()
                break
            except Order.DoesNotExist:
                if turn < 2:
                    time.sleep(3)
"""
    found = {each.symbol: each.confidence > Confidence.LOW for each in testing.run_rule("SVC014", {"shop/orders.py": code})}

    assert found == {"slow": False, "again": True}


def test_a_manager_that_commits_only_where_its_block_has_failed_holds_no_transaction() -> None:
    code = """
from contextlib import contextmanager

import requests
from sqlalchemy.orm import Session


@contextmanager
def noted(session: Session, order):
    try:
        yield order
    except Exception:
        session.add(Failure(order))
        session.commit()
        raise


def charge(session: Session, order):
    with noted(session, order) as held:
        session.flush()
        requests.post("https://pay.example.com/charges", timeout=5)
"""
    files = {"shop/orders.py": code}
    done = {"shop/orders.py": code.replace("    except Exception:", "        session.commit()\n    except Exception:")}

    assert testing.run_rule("SVC014", files) == []
    assert len(testing.run_rule("SVC014", done)) == 1


def test_what_is_committed_to_make_what_a_manager_hands_out_is_no_transaction() -> None:
    code = """
from contextlib import contextmanager

import requests
from sqlalchemy.orm import Session


def engine(session: Session):
    session.add(Token())
    session.commit()
    return session.get_bind()


@contextmanager
def engines(session: Session):
    yield engine(session)


def charge(session: Session, order):
    with engines(session) as found:
        requests.post("https://pay.example.com/charges", timeout=5)
"""
    assert testing.run_rule("SVC014", {"shop/orders.py": code}) == []
