"""Exchange rates, for whoever needs them."""

from decimal import Decimal

from storefront.orders.infrastructure.exchange_rates import current_rates


def rate_between(source: str, target: str) -> Decimal:
    rates = current_rates()
    return rates[target] / rates[source]
