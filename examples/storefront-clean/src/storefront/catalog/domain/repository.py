"""What the catalogue's use cases need from storage."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from storefront.catalog.domain.product import Product
from storefront.catalog.domain.promotion import Promotion


class ProductRepository(Protocol):
    async def by_sku(self, sku: str) -> Product | None: ...

    async def by_skus(self, skus: Sequence[str]) -> list[Product]: ...

    async def in_category(self, category: str, limit: int, after: str) -> list[Product]: ...

    async def search(self, words: Sequence[str], limit: int) -> list[Product]: ...

    async def is_known(self, sku: str) -> bool: ...


class Stock(Protocol):
    async def levels(self, skus: Sequence[str]) -> Mapping[str, int]: ...


class Promotions(Protocol):
    async def running(self) -> list[Promotion]: ...
