"""DBS007 where the transaction is another's: of a view that names a serializer, of a host, of a task that finds a handler."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

LOW, HIGH = Confidence.LOW, Confidence.HIGH
MODELS = """\
from django.db import models

class Order(models.Model):
    name = models.TextField()

class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)
"""
SERIALIZER = """\
from rest_framework import serializers
from shop.models import Line, Order

class OrderSerializer(serializers.ModelSerializer):
    class Meta:
        model = Order
        fields = ["name"]

    def create(self, validated_data):
        order = Order.objects.create(**validated_data)
        Line.objects.create(order=order)
        return order
"""
OTHER = "from rest_framework import serializers\n\nclass OrderSerializer(serializers.Serializer): ...\n"
VIEWS = """\
from rest_framework import viewsets
from rest_framework.decorators import action
from reversion.views import RevisionMixin
from shop.models import Order
from shop.serializers import OrderSerializer
from shop import other

class Orders({base}):
    queryset = Order.objects.all()
{names}
"""
NAMED = "    serializer_class = OrderSerializer\n"
RETURNED = "    def get_serializer_class(self):\n        return OrderSerializer\n"
ASKED = """\
    serializer_class = other.OrderSerializer

    def get_serializer_class(self):
        if self.action == "copied":
            return OrderSerializer
        return super().get_serializer_class()

    @action(detail=False, methods=["post"])
    def copied(self, request):
        serializer = self.get_serializer(data=request.data)
        {does}
"""
LIBRARY, READING, REVISING = "viewsets.ModelViewSet", "viewsets.ReadOnlyModelViewSet", "RevisionMixin, viewsets.ModelViewSet"


@pytest.mark.parametrize(
    ("base", "names", "confidences"),
    [
        (LIBRARY, NAMED, [HIGH]),
        (LIBRARY, RETURNED, [HIGH]),
        (READING, NAMED, [LOW]),
        (READING, RETURNED, [LOW]),
        (READING, NAMED + "\nclass All(Orders, viewsets.ModelViewSet): ...\n", [HIGH]),
        (READING, NAMED + "\nclass Both(viewsets.ModelViewSet):\n" + RETURNED, [HIGH]),
        (REVISING, NAMED, []),
        (REVISING, RETURNED, []),
        (LIBRARY, ASKED.format(does="serializer.save()"), [HIGH]),
        (LIBRARY, ASKED.format(does="return serializer.data"), [LOW]),
    ],
)
def test_a_serializer_is_saved_by_the_views_that_name_it(base: str, names: str, confidences: list[Confidence]) -> None:
    files = {"shop/models.py": MODELS, "shop/serializers.py": SERIALIZER, "shop/other.py": OTHER}
    found = testing.run_rule("DBS007", files | {"shop/views.py": VIEWS.format(base=base, names=names)})
    assert [each.confidence for each in found] == confidences


PLACE = """\
from django.http import JsonResponse
from shop.models import Line, Order

def place(request):
    order = Order.objects.create(name="new")
    Line.objects.create(order=order)
    return JsonResponse({})
"""
URLS = "from django.urls import path\nfrom shop.views import place\n\nurlpatterns = [path('place', place)]\n"
APART = """\
from django.db import transaction
from django.utils.decorators import method_decorator
from django.views import View

class Paid(View):
    @method_decorator(transaction.non_atomic_requests)
    def dispatch(self, request, *args, **kwargs):
        return super().dispatch(request, *args, **kwargs)
"""
APP = "from django.apps import AppConfig\n\nclass ShopConfig(AppConfig):\n    name = 'shop'\n"
DATABASES = 'DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}}\n'
SERVED = "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n"


@pytest.mark.parametrize(
    ("files", "confidence"),
    [
        ({}, HIGH),
        ({"shop/apps.py": APP}, HIGH),
        ({"shop/paid.py": APART}, LOW),
        ({"shop/paid.py": APART, "tests/settings.py": DATABASES}, LOW),
        ({"shop/paid.py": APART, "shop/settings/test.py": DATABASES}, LOW),
        ({"shop/paid.py": APART, "site/settings.py": DATABASES}, HIGH),
        ({"shop/paid.py": APART, "site/wsgi.py": SERVED}, HIGH),
    ],
)
def test_an_application_that_a_host_takes_in(files: dict[str, str], confidence: Confidence) -> None:
    own = {"shop/models.py": MODELS, "shop/views.py": PLACE, "shop/urls.py": URLS}
    (found,) = testing.run_rule("DBS007", own | files)
    assert found.confidence == confidence


HANDLERS = """\
from celery import shared_task
from django.http import JsonResponse
from django.urls import path
from rest_framework import serializers
from shop.models import Line, Order

class Handler(serializers.Serializer):
    def took(self, name):
        order = Order.objects.create(name=name)
        Line.objects.create(order=order)

@shared_task
def take(number, name):
    HANDLERS[number].took(name)

def taken(request, number):
    {does}
    return JsonResponse({{}})

urlpatterns = [path("taken", taken)]
"""


@pytest.mark.parametrize(("does", "confidence"), [("take.delay(number, 'x')", LOW), ("HANDLERS[number].took('x')", HIGH)])
def test_a_handler_that_a_task_has_found(does: str, confidence: Confidence) -> None:
    (found,) = testing.run_rule("DBS007", {"shop/models.py": MODELS, "shop/handlers.py": HANDLERS.format(does=does)})
    assert found.confidence == confidence


SAVED = """\
from django.db import models
from django.http import JsonResponse
from django.urls import path

class Tag(models.Model): ...

class Page(models.Model):
    title = models.TextField()
    body = models.TextField()
    tags = models.ManyToManyField(Tag)

def changed(request, title, tag):
    page = Page.objects.get(pk=1)
    {before}
    page.tags.add(tag)
    page.save()
    return JsonResponse({{}})

urlpatterns = [path("changed", changed)]
"""


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("page.title = title", 1),
        ("page.title = title\n    page.save()", 0),
        ("if title:\n        page.title = title\n        page.save()", 0),
        ("page.title = title\n    tag.save()", 1),
    ],
)
def test_a_row_that_is_saved_again_with_nothing_new(before: str, told: int) -> None:
    found = testing.run_rule("DBS007", {"shop/pages.py": SAVED.format(before=before)})
    assert sum(each.confidence > LOW and "tags.add" in each.message for each in found) == told


PERFORMED = """\
from django.db import transaction
from rest_framework import viewsets
from rest_framework.routers import DefaultRouter
from shop.models import Line, Order

class Orders(viewsets.ModelViewSet):
    queryset = Order.objects.all()

    {above}
    def {name}(self, request, *args, **kwargs):
        return super().{name}(request, *args, **kwargs)

    def perform_destroy(self, instance):
        instance.name = "closed"
        instance.save()
        Line.objects.create(order=instance)

router = DefaultRouter()
router.register("orders", Orders)
urlpatterns = router.urls
"""


@pytest.mark.parametrize(
    ("above", "name", "said"),
    [
        ("@transaction.atomic", "destroy", 0),
        ("", "destroy", 1),
        ("@transaction.atomic", "update", 1),
    ],
)
def test_what_a_library_runs_along_the_way_of_a_method_with_a_transaction(above: str, name: str, said: int) -> None:
    files = {"shop/models.py": MODELS, "shop/views.py": PERFORMED.format(above=above, name=name)}
    assert len(testing.run_rule("DBS007", files)) == said
