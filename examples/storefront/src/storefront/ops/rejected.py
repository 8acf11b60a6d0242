"""Orders whose payment was refused."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.orders.domain.order import OrderStatus
from storefront.orders.infrastructure.tables import OrderRow


async def rejected_orders(session: AsyncSession) -> list[OrderRow]:
    rejected = select(OrderRow).where(OrderRow.status == OrderStatus.REJECTED)
    return list(await session.scalars(rejected.order_by(OrderRow.placed_at.desc())))
