from decimal import Decimal

import pytest

from storefront.orders.domain.order import Item
from storefront.orders.domain.pricing import UnknownProduct, quote
from storefront.shared.money import Money

RATES = {"EUR": Decimal(1), "USD": Decimal("1.10")}
PRICES = {"mug": Money(Decimal("10.00"), "EUR")}


def test_the_total_is_in_the_customers_currency():
    assert quote([Item("mug", 2)], PRICES, "USD", RATES).total == Money(Decimal("22.00"), "USD")


def test_what_is_not_sold_has_no_price():
    with pytest.raises(UnknownProduct):
        quote([Item("cup", 1)], PRICES, "EUR", RATES)
