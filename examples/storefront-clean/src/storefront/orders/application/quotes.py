"""What a basket would cost now."""

from collections.abc import Sequence

from storefront.orders.application.ports import ExchangeRates, PriceList
from storefront.orders.domain.order import Item
from storefront.orders.domain.pricing import Quote, quote


class Quotes:
    def __init__(self, prices: PriceList, rates: ExchangeRates) -> None:
        self._prices = prices
        self._rates = rates

    async def quote(self, items: Sequence[Item], currency: str) -> Quote:
        prices = await self._prices.prices([item.sku for item in items])
        return quote(items, prices, currency, await self._rates.today())
