"""What a product would cost now."""

from storefront.orders.application.ports import PriceList
from storefront.orders.domain.pricing import UnknownProduct, convert
from storefront.shared.money import Money


class Quotes:
    def __init__(self, prices: PriceList) -> None:
        self._prices = prices

    async def unit_price(self, sku: str, currency: str) -> Money:
        price = await self._prices.price(sku)
        if price is None:
            raise UnknownProduct(sku)
        return convert(price, currency)
