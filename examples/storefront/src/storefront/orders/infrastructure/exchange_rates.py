"""Exchange rates: a table that the finance team fills each morning, loaded when the shop starts."""

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.orders.infrastructure.tables import ExchangeRateRow

_rates: dict[str, Decimal] = {"EUR": Decimal(1)}


async def load_rates(session: AsyncSession) -> None:
    rows = await session.execute(select(ExchangeRateRow.currency, ExchangeRateRow.rate))
    _rates.update({currency: rate for currency, rate in rows})


def current_rates() -> dict[str, Decimal]:
    """How much of each currency one euro buys."""
    return _rates
