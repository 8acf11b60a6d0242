"""A cache of JSON documents in Redis."""

import json
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis


class JsonCache:
    """Documents under `storefront:<namespace>:<key>`."""

    def __init__(self, redis: Redis, namespace: str) -> None:
        self._redis = redis
        self._namespace = namespace

    def _key(self, key: str) -> str:
        return f"storefront:{self._namespace}:{key}"

    async def get(self, key: str) -> Any | None:
        document = await self._redis.get(self._key(key))
        return None if document is None else json.loads(document)

    async def put(self, key: str, document: Any, ttl: timedelta | None = None) -> None:
        await self._redis.set(self._key(key), json.dumps(document), ex=ttl)

    async def drop(self, key: str) -> None:
        await self._redis.delete(self._key(key))
