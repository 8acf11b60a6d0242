"""Placing an order and paying for it."""

from uuid import UUID

import structlog

from storefront.orders.application.ports import Carts, PaymentGateway, UnitOfWork
from storefront.orders.application.quotes import Quotes
from storefront.orders.domain.order import Order
from storefront.platform.errors import Conflict

logger = structlog.get_logger()


class Checkout:
    def __init__(self, work: UnitOfWork, carts: Carts, quotes: Quotes, payments: PaymentGateway) -> None:
        self._work = work
        self._carts = carts
        self._quotes = quotes
        self._payments = payments

    async def place(self, account_id: UUID, currency: str, card_reference: str) -> Order:
        """The order is stored before the provider is asked, and settled after; no transaction waits for it."""
        items = await self._carts.items(account_id)
        if not items:
            raise Conflict("empty cart")
        order = Order.place(account_id, items, await self._quotes.quote(items, currency))
        async with self._work() as orders:
            await orders.add(order)
        order.settle(await self._payments.charge(order.id, order.total, card_reference))
        async with self._work() as orders:
            await orders.update_status(order)
        await self._carts.clear(account_id)
        logger.info("order_placed", order_id=str(order.id), status=order.status, lines=len(order.lines))
        return order
