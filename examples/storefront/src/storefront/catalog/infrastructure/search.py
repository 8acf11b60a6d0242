"""Full-text search over the titles; the answers of popular phrases are kept in Redis."""

import json
from decimal import Decimal
from uuid import UUID

from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.catalog.domain.product import Product
from storefront.shared.money import Money

SEARCH = text("""
    SELECT * -- expect: SQL001
    FROM products
    WHERE is_listed
      AND to_tsvector('english', title) @@ plainto_tsquery('english', :phrase)
    ORDER BY ts_rank(to_tsvector('english', title), plainto_tsquery('english', :phrase)) DESC
    LIMIT :limit
""")


class SqlProductSearch:
    def __init__(self, session: AsyncSession, redis: Redis) -> None:
        self._session = session
        self._redis = redis

    async def search(self, phrase: str, limit: int) -> list[Product]:
        key = f"storefront:search:{phrase.strip().lower()}:{limit}"
        cached = await self._redis.get(key)  # expect: CCH004
        if cached is None:
            rows = await self._session.execute(SEARCH, {"phrase": phrase, "limit": limit})
            cached = json.dumps([dict(row) for row in rows.mappings()], default=str)
            await self._redis.set(key, cached)  # expect: CCH001
        return [
            Product(
                id=UUID(found["id"]),
                sku=found["sku"],
                title=found["title"],
                category=found["category"],
                price=Money(Decimal(found["price"]), found["currency"]),
            )
            for found in json.loads(cached)
        ]
