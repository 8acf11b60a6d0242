"""Exchange rates: a table that the finance team fills each morning, kept in the cache for an hour."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from storefront.orders.infrastructure.tables import ExchangeRateRow
from storefront.platform.cache import JsonCache

RATES_TTL = timedelta(hours=1)


class CachedExchangeRates:
    def __init__(self, sessions: async_sessionmaker[AsyncSession], cache: JsonCache) -> None:
        self._sessions = sessions
        self._cache = cache

    async def today(self) -> Mapping[str, Decimal]:
        cached = await self._cache.get("today")
        if cached is not None:
            return {currency: Decimal(rate) for currency, rate in cached.items()}
        async with self._sessions() as session:
            rows = await session.execute(select(ExchangeRateRow.currency, ExchangeRateRow.rate))
            rates = {currency: rate for currency, rate in rows}
        await self._cache.put("today", {key: str(rate) for key, rate in rates.items()}, RATES_TTL)
        return rates
