"""The engine and the sessions of the shop's own database."""

from collections.abc import AsyncIterator
from functools import lru_cache

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from storefront.platform.settings import get_settings


class Base(DeclarativeBase):
    """The base of all tables."""


@lru_cache
def get_engine() -> AsyncEngine:
    return create_async_engine(get_settings().database_url, pool_pre_ping=True)  # expect: DBS012


@lru_cache
def get_sessions() -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(get_engine(), expire_on_commit=False)


async def get_session() -> AsyncIterator[AsyncSession]:
    """One session and one transaction for a request; an exception rolls it back."""
    async with get_sessions().begin() as session:
        yield session
