"""A state that is tested and then set is told where something beside it is done twice; else it is a note."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

MODELS = """\
from django.db import models


class Order(models.Model):
    status = models.CharField(max_length=20)


class Refund(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)


class OrderLog(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)


class Receipt(models.Model):
    order = models.OneToOneField(Order, on_delete=models.CASCADE)
"""
URLS = """\
from django.urls import path

from shop import views

urlpatterns = [path("refund/<int:pk>", views.refund)]
"""
VIEWS = """\
from django.http import HttpResponse

from shop.models import Order, OrderLog, Receipt, Refund


def ensure_refund(order):
    Refund.objects.create(order=order)


def make_refund(order):
    if Refund.objects.filter(order=order).exists():
        return
    Refund.objects.create(order=order)


def refund(request, pk):
    order = Order.objects.get(pk=pk)
    if order.status != "paid":
        return HttpResponse(status=409)
    {beside}
    order.status = "refunded"
    order.save()
    return HttpResponse()
"""


@pytest.mark.parametrize(
    ("beside", "confidence"),
    [
        ("Refund.objects.create(order=order)", Confidence.MEDIUM),
        ("pass", Confidence.LOW),
        ("OrderLog.objects.create(order=order)", Confidence.LOW),
        ("Receipt.objects.create(order=order)", Confidence.LOW),
        ("ensure_refund(order)", Confidence.LOW),
        ("make_refund(order)", Confidence.LOW),
        ("Refund.objects.get_or_create(order=order)", Confidence.LOW),
    ],
)
def test_what_is_beside_it(beside: str, confidence: Confidence) -> None:
    files = {"shop/models.py": MODELS, "shop/urls.py": URLS, "shop/views.py": VIEWS.format(beside=beside)}
    assert [found.confidence for found in testing.run_rule("DBS017", files)] == [confidence]
