"""What a product costs, in the currency of the customer."""

from decimal import Decimal

from storefront.shared.currency import rate_between  # expect: ARC001
from storefront.shared.money import Money

CENT = Decimal("0.01")


class UnknownProduct(Exception):
    """A basket holds what the shop does not sell."""


def convert(price: Money, currency: str) -> Money:
    if price.currency == currency:
        return price
    amount = price.amount * rate_between(price.currency, currency)
    return Money(amount.quantize(CENT), currency)
