"""A customer's orders."""

from datetime import datetime
from uuid import UUID

import structlog

from storefront.orders.application.ports import UnitOfWork
from storefront.orders.domain.order import Order
from storefront.platform.errors import NotFound

logger = structlog.get_logger()


class History:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def orders(self, account_id: UUID, limit: int, before: datetime) -> list[Order]:
        async with self._work() as orders:
            return await orders.of_account(account_id, limit, before)

    async def order(self, account_id: UUID, order_id: UUID) -> Order:
        async with self._work() as orders:
            order = await orders.get(order_id)
        if order is None or order.account_id != account_id:
            raise NotFound("order")
        return order

    async def cancel(self, account_id: UUID, order_id: UUID) -> None:
        async with self._work() as orders:
            order = await orders.get(order_id)
            if order is None or order.account_id != account_id:
                raise NotFound("order")
            event = order.cancel()
            await orders.update_status(order)
        logger.info("order_cancelled", order_id=str(event.order_id), at=event.at)
