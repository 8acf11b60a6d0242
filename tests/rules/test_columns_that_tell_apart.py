"""Of what an ORM is asked for, a column of any other name has about as often a handful of values: a note."""

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

MODELS = """from django.db import models


class Device(models.Model):
    serial_number = models.CharField(max_length=40)
    shelf = models.CharField(max_length=40)
"""
VIEWS = """from django.http import JsonResponse
from django.urls import path

from shop.models import Device


def add(request):
    Device.objects.create(serial_number=request.POST["number"], shelf=request.POST["shelf"])
    return JsonResponse({})


def find(request, value):
    return JsonResponse({"count": Device.objects.filter(COLUMN=value).count()})


urlpatterns = [path("devices", add), path("devices/<str:value>", find)]
"""


@pytest.mark.parametrize(("column", "told"), [("serial_number", True), ("shelf", False)])
def test_a_column_that_tells_rows_apart(column: str, told: bool) -> None:
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/views.py": VIEWS.replace("COLUMN", column)}
    (found,) = testing.run_rule("SQL006", files)

    assert (found.confidence > Confidence.LOW) is told
