"""Wires the catalogue's use cases for a request."""

from typing import Annotated

from fastapi import Depends
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.catalog.application.browsing import Browsing
from storefront.catalog.infrastructure.promotions import SqlPromotions
from storefront.catalog.infrastructure.repository import SqlProductRepository
from storefront.catalog.infrastructure.search import SqlProductSearch
from storefront.catalog.infrastructure.stock import SqlStock
from storefront.platform.cache import JsonCache
from storefront.platform.database import get_session, get_sessions
from storefront.platform.redis import get_redis


def get_browsing(
    session: Annotated[AsyncSession, Depends(get_session)], redis: Annotated[Redis, Depends(get_redis)]
) -> Browsing:
    return Browsing(
        SqlProductRepository(session),
        SqlProductSearch(session, redis),
        SqlStock(get_sessions()),
        SqlPromotions(session),
        JsonCache(redis, "catalog"),
    )
