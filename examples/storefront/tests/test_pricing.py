from decimal import Decimal

from storefront.orders.domain.pricing import convert
from storefront.shared.money import Money


def test_the_own_currency_is_not_converted():
    price = Money(Decimal("10.00"), "EUR")
    assert convert(price, "EUR") is price
