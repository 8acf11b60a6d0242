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
