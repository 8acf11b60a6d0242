"""What a basket costs, in the currency of the customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from storefront.orders.domain.order import Item
from storefront.shared.money import Money

CENT = Decimal("0.01")


class UnknownProduct(Exception):
    """A basket holds what the shop does not sell."""


@dataclass(frozen=True, slots=True)
class Quote:
    unit_prices: Mapping[str, Money]
    total: Money


def convert(price: Money, currency: str, rates: Mapping[str, Decimal]) -> Money:
    """`rates` says how much of each currency one euro buys."""
    if price.currency == currency:
        return price
    euros = price.amount / rates[price.currency]
    return Money((euros * rates[currency]).quantize(CENT), currency)


def quote(
    items: Sequence[Item], prices: Mapping[str, Money], currency: str, rates: Mapping[str, Decimal]
) -> Quote:
    unit_prices: dict[str, Money] = {}
    total = Money(Decimal(0), currency)
    for item in items:
        price = prices.get(item.sku)
        if price is None:
            raise UnknownProduct(item.sku)
        unit_prices[item.sku] = convert(price, currency, rates)
        total += unit_prices[item.sku].times(item.quantity)
    return Quote(unit_prices, total)
