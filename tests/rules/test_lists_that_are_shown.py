"""PRF002: what a serializer loads for each item of a list counts where a route gives the list."""

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

FILES = {
    "shop/__init__.py": "",
    "shop/models.py": (
        "from django.db import models\n\n\nclass Customer(models.Model):\n    name = models.CharField(max_length=20)\n\n\n"
        "class Order(models.Model):\n    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)\n"
    ),
    "shop/serializers.py": (
        "from rest_framework import serializers\n\nfrom shop.models import Order\n\n\n"
        "class OrderSerializer(serializers.ModelSerializer):\n    name = serializers.CharField(source='customer.name')\n\n"
        "    class Meta:\n        model = Order\n        fields = ['name']\n"
    ),
    "shop/urls.py": (
        "from django.urls import path\n\nfrom shop.views import Orders\n\nurlpatterns = [path('orders', Orders.as_view())]\n"
    ),
}
HEAD = (
    "from rest_framework.response import Response\nfrom rest_framework.views import APIView\n\n"
    "from shop.models import Order\nfrom shop.serializers import OrderSerializer\n\n\n"
)
SHOWN = "OrderSerializer(Order.objects.all(), many=True).data"


@pytest.mark.parametrize(
    ("view", "confidence"),
    [
        (f"class Orders(APIView):\n    def get(self, request):\n        return Response({SHOWN})\n", Confidence.MEDIUM),
        (
            f"def kept():\n    return {SHOWN}\n\n\n"
            "class Orders(APIView):\n    def get(self, request):\n        return Response([])\n",
            Confidence.LOW,
        ),
    ],
)
def test_a_list_that_no_route_is_known_to_give_is_a_note(view: str, confidence: Confidence) -> None:
    found = testing.run_rule("PRF002", FILES | {"shop/views.py": HEAD + view})
    assert [f.confidence for f in found] == [confidence]
