"""A lock that all replicas see."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from redis.asyncio import Redis

LOCK_SECONDS = 30

RELEASE = """
if redis.call("get", KEYS[1]) == ARGV[1] then
    return redis.call("del", KEYS[1])
end
return 0
"""


class AlreadyLocked(Exception):
    """Another request is at the same work."""


@asynccontextmanager
async def lock(redis: Redis, name: str) -> AsyncIterator[None]:
    key = f"storefront:lock:{name}"
    holder = uuid4().hex
    if not await redis.set(key, holder, nx=True, ex=LOCK_SECONDS):
        raise AlreadyLocked(name)
    try:
        yield
    finally:
        await redis.eval(RELEASE, 1, key, holder)
