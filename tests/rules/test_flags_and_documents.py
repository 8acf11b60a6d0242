"""Flags that are turned and points in time that are moved are notes; a document in a column is told where a request waits."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

MODELS = """\
from django.db import models


class Order(models.Model):
    meta = models.JSONField(default=dict)
    active = models.BooleanField()
    due = models.DateTimeField()
"""
URLS = """\
from django.urls import path

from shop import views

urlpatterns = [path("change/<int:pk>", views.change)]
"""
VIEWS = """\
from shop.models import Order


def change(request, pk, more):
    order = Order.objects.get(pk=pk)
    {change}
    order.save()
"""
TASK = """\
from celery import shared_task

from shop.models import Order


@shared_task
def change(pk):
    order = Order.objects.get(pk=pk)
    order.meta["sent"] = True
    order.save()
"""


def _confidences(files: dict[str, str]) -> list[Confidence]:
    found = testing.run_rule("DBS017", {"shop/__init__.py": "", "shop/models.py": MODELS, **files})
    return [finding.confidence for finding in found]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ('order.meta["paid"] = True', Confidence.MEDIUM),
        ('order.meta = {**order.meta, "paid": True}', Confidence.MEDIUM),
        ("order.active = not order.active", Confidence.LOW),
        ("order.due += more", Confidence.LOW),
    ],
)
def test_of_a_request(change: str, expected: Confidence) -> None:
    assert _confidences({"shop/urls.py": URLS, "shop/views.py": VIEWS.format(change=change)}) == [expected]


def test_of_a_task() -> None:
    assert _confidences({"shop/tasks.py": TASK}) == [Confidence.LOW]
