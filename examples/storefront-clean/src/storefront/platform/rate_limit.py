"""Limits for each client and each route, counted in Redis."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request, status
from redis.asyncio import Redis

from storefront.platform.redis import get_redis


class RateLimit:
    """A dependency that answers 429 after `times` requests in `seconds`."""

    def __init__(self, times: int, seconds: int) -> None:
        self._times = times
        self._seconds = seconds

    async def __call__(self, request: Request, redis: Annotated[Redis, Depends(get_redis)]) -> None:
        client = request.client.host if request.client else "unknown"
        key = f"storefront:limit:{request.url.path}:{client}"
        async with redis.pipeline(transaction=True) as pipe:
            pipe.incr(key)
            pipe.expire(key, self._seconds, nx=True)
            count, _ = await pipe.execute()
        if count > self._times:
            raise HTTPException(
                status.HTTP_429_TOO_MANY_REQUESTS,
                detail="Too many requests",
                headers={"Retry-After": str(self._seconds)},
            )
