"""PRF001 in a view: a query for each item is told where a route names the view, and is a note where none does."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

MODELS = """\
from django.db import models

class Item(models.Model):
    code = models.CharField(max_length=9)
"""
VIEWS = """\
from rest_framework.response import Response
from rest_framework.views import APIView
from shop.models import Item

class Stock(APIView):
    def post(self, request):
        for code in request.data["codes"]:
            Item.objects.get(code=code)
        return Response({})
"""
URLS = """\
from django.urls import path
from shop.views import Stock
from shop.others import other

urlpatterns = [path("others", other), {route}]
"""


@pytest.mark.parametrize(("route", "sure"), [("", Confidence.LOW), ('path("stock", Stock.as_view())', Confidence.HIGH)])
def test_a_view_that_no_route_names(route: str, sure: Confidence) -> None:
    files = {
        "config/settings.py": 'ROOT_URLCONF = "shop.urls"\n',
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "shop/views.py": VIEWS,
        "shop/urls.py": URLS.format(route=route),
        "shop/others.py": "def other(request): ...\n",
    }
    (finding,) = testing.run_rule("PRF001", files)
    assert finding.confidence is sure


JOBS = """\
from sqlalchemy.orm import Session
from shop.tables import Order

def summed(session: Session) -> None:
    for order in session.query(Order).all():
        session.query(Order).filter(Order.number == order.number).first()
"""
TABLES = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str]
"""
APP = """\
from fastapi import FastAPI
from schedules import scheduler
import shop.jobs
from shop.jobs import summed

app = FastAPI()

@app.get("/health")
def health(): ...

"""


@pytest.mark.parametrize(
    ("said", "sure"),
    [
        ("if __debug__:\n    summed(session)\n", Confidence.LOW),
        ("scheduler.add_job(summed, 'interval', minutes=5)\n", Confidence.HIGH),
        ("scheduler.add_job(shop.jobs.summed, 'interval', minutes=5)\n", Confidence.HIGH),
        ("def daily():\n    summed(scheduler.session)\n\n\nscheduler.start([daily])\n", Confidence.HIGH),
        ("app.add_event_handler('startup', summed)\n", Confidence.LOW),
        ("anyio.run(summed)\n", Confidence.LOW),
    ],
)
def test_a_loop_that_is_handed_to_a_scheduler(said: str, sure: Confidence) -> None:
    files = {"shop/__init__.py": "", "shop/tables.py": TABLES, "shop/jobs.py": JOBS, "shop/app.py": APP + said}
    (finding,) = testing.run_rule("PRF001", files)
    assert finding.confidence is sure
