"""A lock that all replicas see."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from redis.asyncio import Redis


class AlreadyLocked(Exception):
    """Another request is at the same work."""


@asynccontextmanager
async def lock(redis: Redis, name: str) -> AsyncIterator[None]:
    key = f"storefront:lock:{name}"
    if not await redis.set(key, uuid4().hex, nx=True):  # expect: CCH001
        raise AlreadyLocked(name)
    try:
        yield
    finally:
        await redis.delete(key)
