"""Carts live in Redis; a forgotten one disappears after two weeks."""

from datetime import timedelta
from uuid import UUID

from redis.asyncio import Redis

from storefront.orders.domain.order import Item

CART_TTL = timedelta(days=14)


class RedisCarts:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def items(self, account_id: UUID) -> list[Item]:
        quantities = await self._redis.hgetall(_key(account_id))
        return [Item(sku, int(quantity)) for sku, quantity in sorted(quantities.items())]

    async def put(self, account_id: UUID, item: Item) -> None:
        key = _key(account_id)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key, item.sku, item.quantity)
            pipe.expire(key, CART_TTL)
            await pipe.execute()

    async def clear(self, account_id: UUID) -> None:
        await self._redis.delete(_key(account_id))


def _key(account_id: UUID) -> str:
    return f"storefront:cart:{account_id}"
