"""The connection to Redis."""

from redis.asyncio import Redis

from storefront.platform.settings import get_settings


def get_redis() -> Redis:
    return Redis.from_url(get_settings().redis_url, decode_responses=True)  # expect: DBS011
