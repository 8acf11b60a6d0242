"""Placing an order and paying for it."""

import asyncio
import logging
from uuid import UUID

from storefront.orders.application.ports import Carts, PaymentGateway, UnitOfWork
from storefront.orders.application.quotes import Quotes
from storefront.orders.domain.order import Order
from storefront.platform.errors import Conflict

logger = logging.getLogger(__name__)


class Checkout:
    def __init__(self, work: UnitOfWork, carts: Carts, quotes: Quotes, payments: PaymentGateway) -> None:
        self._work = work
        self._carts = carts
        self._quotes = quotes
        self._payments = payments

    async def place(self, account_id: UUID, currency: str, card_reference: str) -> Order:
        items = await self._carts.items(account_id)
        if not items:
            raise Conflict("empty cart")
        order = Order(account_id=account_id, currency=currency)
        for item in items:
            unit_price = await self._quotes.unit_price(item.sku, currency)  # expect: PRF001
            order.add(item, unit_price)
        async with self._work() as orders:
            await orders.add(order)
            order.settle(await self._payments.charge(order.id, order.total, card_reference))  # expect: SVC014
            await orders.update_status(order)
        asyncio.create_task(self._carts.clear(account_id))  # expect: RES008
        logger.info("order %s is %s", order.id, order.status)
        return order
