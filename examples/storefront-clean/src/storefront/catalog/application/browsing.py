"""Looking around in the shop."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from storefront.catalog.application.listing import Listing, list_products
from storefront.catalog.application.ports import Cache
from storefront.catalog.application.ranking import rank
from storefront.catalog.domain.product import Product
from storefront.catalog.domain.repository import ProductRepository, Promotions, Stock
from storefront.platform.errors import NotFound

logger = structlog.get_logger()

PRODUCT_TTL = timedelta(minutes=10)
CATEGORY_TTL = timedelta(minutes=2)


class Browsing:
    def __init__(
        self, products: ProductRepository, stock: Stock, promotions: Promotions, cache: Cache
    ) -> None:
        self._products = products
        self._stock = stock
        self._promotions = promotions
        self._cache = cache

    async def product(self, sku: str) -> Listing:
        cached = await self._cache.get(f"product:{sku}")
        if cached is not None:
            return Listing.from_document(cached)
        product = await self._products.by_sku(sku)
        if product is None:
            raise NotFound("product")
        (listing,) = await self._listings([product])
        await self._cache.put(f"product:{sku}", listing.as_document(), PRODUCT_TTL)
        return listing

    async def category(self, category: str, limit: int, after: str) -> list[Listing]:
        key = f"category:{category}:{limit}:{after}"
        cached = await self._cache.get(key)
        if cached is not None:
            return [Listing.from_document(document) for document in cached]
        products = await self._products.in_category(category, limit, after)
        listings = rank(await self._listings(products))
        await self._cache.put(key, [listing.as_document() for listing in listings], CATEGORY_TTL)
        return listings

    async def search(self, phrase: str, limit: int) -> list[Listing]:
        tokens = [token for token in phrase.lower().split() if len(token) > 1]
        products = await self._products.search(tokens, limit)
        logger.info("catalog_searched", token_count=len(tokens), hits=len(products))
        return rank(await self._listings(products))

    async def _listings(self, products: Sequence[Product]) -> list[Listing]:
        levels = await self._stock.levels([product.sku for product in products])
        return list_products(products, levels, await self._promotions.running())
