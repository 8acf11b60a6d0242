"""Which writes of a GET are only noted: those that record that somebody came, and what renews a copy."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

MODELS = """\
from django.db import models


class Reader(models.Model):
    last_login = models.DateTimeField()
    suspended = models.BooleanField(default=False)

    def is_stale(self): return self.last_login is None

    def keep(self): self.save()
"""
URLS = """\
from django.http import JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET
from shop.models import Reader


def first():
    try:
        return Reader.objects.get(pk=1)
    except Reader.DoesNotExist:
        made = Reader(pk=1)
        made.keep()
        return made


@require_GET
def answer(request, pk):
    reader = Reader.objects.get(pk=pk)
    {write}
    return JsonResponse({{"since": reader.last_login}})


urlpatterns = [path("readers/<int:pk>/stop", answer)]
"""


@pytest.mark.parametrize(
    ("write", "confidence"),
    [
        ("Reader.objects.filter(pk=pk).update(last_login=timezone.now())", Confidence.LOW),
        ("Reader.objects.filter(pk=pk).update(suspended=True)", Confidence.HIGH),
        ("Reader.objects.filter(pk=pk).update(suspended=True, last_login=timezone.now())", Confidence.HIGH),
        ("if reader.is_stale(): reader.save()", Confidence.LOW),
        ("if reader.suspended: reader.save()", Confidence.HIGH),
        ("first()", Confidence.LOW),
        ("reader.keep()", Confidence.HIGH),
    ],
)
def test_what_is_only_noted(write: str, confidence: Confidence) -> None:
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/urls.py": URLS.format(write=write)}
    (found,) = testing.run_rule("API003", files)
    assert found.confidence == confidence


@pytest.mark.parametrize(
    ("name", "confidence"),
    [("get_upload", Confidence.LOW), ("upload", Confidence.HIGH), ("cancel_order", Confidence.HIGH), ("show", Confidence.LOW)],
)
def test_what_is_got_is_named_behind_the_verb(name: str, confidence: Confidence) -> None:
    url = URLS.format(write="reader.save()").replace("answer", name).replace("/stop", "")
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/urls.py": url}
    assert [found.confidence for found in testing.run_rule("API003", files)] == [confidence]


@pytest.mark.parametrize(
    ("write", "confidence"),
    [
        ("Reader.objects.filter(pk=pk).update(suspended=True)", Confidence.HIGH),
        ("reader.suspended = True; reader.save()", Confidence.HIGH),
        ("reader.state = Reader.States.GONE; reader.save()", Confidence.HIGH),
        ("reader.state = request.GET['state']; reader.save()", Confidence.LOW),
        ("reader.pages = reader.pages + 1; reader.save()", Confidence.LOW),
        ("Reader.objects.filter(pk=pk).update(is_read=True)", Confidence.LOW),
    ],
)
def test_a_get_that_says_nothing_of_it_is_reported_where_it_sets_a_state(write: str, confidence: Confidence) -> None:
    urls = URLS.replace("readers/<int:pk>/stop", "readers/<int:pk>").format(write=write)
    findings = testing.run_rule("API003", {"shop/models.py": MODELS, "shop/urls.py": urls})
    assert [finding.confidence for finding in findings] == [confidence]
