"""Looking around in the shop."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from storefront.catalog.application import listing  # expect: ARC003
from storefront.catalog.domain.product import Product
from storefront.catalog.domain.repository import ProductRepository, ProductSearch, Promotions, Stock
from storefront.platform.cache import JsonCache
from storefront.platform.errors import NotFound

logger = logging.getLogger(__name__)

CATEGORY_TTL = timedelta(minutes=2)
SCARCE = 3


class Browsing:
    def __init__(
        self,
        products: ProductRepository,
        index: ProductSearch,
        stock: Stock,
        promotions: Promotions,
        cache: JsonCache,
    ) -> None:
        self._products = products
        self._index = index
        self._stock = stock
        self._promotions = promotions
        self._cache = cache

    async def product(self, sku: str) -> listing.Listing:
        cached = await self._cache.get(f"product:{sku}")
        if cached is not None:
            return listing.Listing.from_document(cached)
        product = await self._products.by_sku(sku)
        if product is None:
            raise NotFound("product")
        (shown,) = await self._listings([product])
        await self._cache.put(f"product:{sku}", shown.as_document())  # expect: CCH001
        return shown

    async def category(self, category: str, limit: int, after: str) -> list[listing.Listing]:
        key = f"category:{category}:{limit}:{after}"
        cached = await self._cache.get(key)
        if cached is not None:
            return [listing.Listing.from_document(document) for document in cached]
        shown = await self._listings(await self._products.in_category(category, limit, after))
        await self._cache.put(key, [item.as_document() for item in shown], ttl=CATEGORY_TTL)
        return shown

    async def search(self, phrase: str, limit: int) -> list[listing.Listing]:
        products = await self._index.search(phrase, limit)
        logger.info("search: token_count=%d hits=%d", len(phrase.split()), len(products))
        return await self._listings(products)

    async def _listings(self, products: Sequence[Product]) -> list[listing.Listing]:
        skus = [product.sku for product in products]
        levels = await asyncio.gather(*(self._stock.level(sku) for sku in skus))  # expect: PRF001
        promotions = await self._promotions.running()
        return listing.list_products(products, dict(zip(skus, levels, strict=True)), promotions)
