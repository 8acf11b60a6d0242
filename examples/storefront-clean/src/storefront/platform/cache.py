"""A cache of JSON documents in Redis. When Redis is down the shop is slower, not closed."""

import json
from datetime import timedelta
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

logger = structlog.get_logger()


class JsonCache:
    """Documents under `storefront:<namespace>:<key>`, each with an expiry."""

    def __init__(self, redis: Redis, namespace: str) -> None:
        self._redis = redis
        self._namespace = namespace

    def _key(self, key: str) -> str:
        return f"storefront:{self._namespace}:{key}"

    async def get(self, key: str) -> Any | None:
        try:
            document = await self._redis.get(self._key(key))
        except RedisError:
            logger.warning("cache_unavailable", namespace=self._namespace, exc_info=True)
            return None
        return None if document is None else json.loads(document)

    async def put(self, key: str, document: Any, ttl: timedelta) -> None:
        try:
            await self._redis.set(self._key(key), json.dumps(document), ex=ttl)
        except RedisError:
            logger.warning("cache_unavailable", namespace=self._namespace, exc_info=True)

    async def drop(self, key: str) -> None:
        try:
            await self._redis.delete(self._key(key))
        except RedisError:
            logger.warning("cache_unavailable", namespace=self._namespace, exc_info=True)
