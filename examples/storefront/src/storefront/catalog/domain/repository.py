"""What the catalogue's use cases need from storage."""

from typing import Protocol

from storefront.catalog.domain.product import Product
from storefront.catalog.domain.promotion import Promotion


class ProductRepository(Protocol):
    async def by_sku(self, sku: str) -> Product | None: ...

    async def in_category(self, category: str, limit: int, after: str) -> list[Product]: ...


class ProductSearch(Protocol):
    async def search(self, phrase: str, limit: int) -> list[Product]: ...


class Stock(Protocol):
    async def level(self, sku: str) -> int: ...


class Promotions(Protocol):
    async def running(self) -> list[Promotion]: ...
