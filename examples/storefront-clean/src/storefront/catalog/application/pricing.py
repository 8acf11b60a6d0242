"""What other contexts may ask of the catalogue."""

from collections.abc import Sequence

from storefront.catalog.domain.repository import ProductRepository
from storefront.shared.money import Money


class CatalogPricing:
    def __init__(self, products: ProductRepository) -> None:
        self._products = products

    async def prices(self, skus: Sequence[str]) -> dict[str, Money]:
        return {product.sku: product.price for product in await self._products.by_skus(skus)}
