"""Orders in PostgreSQL, and the transaction around them."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from storefront.orders.domain.order import Order, OrderLine, OrderStatus
from storefront.orders.infrastructure.tables import OrderLineRow, OrderRow
from storefront.shared.money import Money


class SqlOrderRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, order_id: UUID) -> Order | None:
        row = await self._session.get(OrderRow, order_id)
        if row is None:
            return None
        lines = await self._session.scalars(select(OrderLineRow).where(OrderLineRow.order_id == row.id))
        return _entity(row, lines)

    async def of_account(self, account_id: UUID, limit: int, before: datetime) -> list[Order]:
        rows = await self._session.scalars(
            select(OrderRow)
            .where(OrderRow.account_id == account_id, OrderRow.placed_at < before)
            .order_by(OrderRow.placed_at.desc())
            .limit(limit)
        )
        orders = []
        for row in rows.all():
            its_lines = select(OrderLineRow).where(OrderLineRow.order_id == row.id)
            lines = await self._session.scalars(its_lines)  # expect: PRF001
            orders.append(_entity(row, lines))
        return orders

    async def add(self, order: Order) -> None:
        row = OrderRow(
            id=order.id,
            account_id=order.account_id,
            status=order.status,
            total=order.total.amount,
            currency=order.total.currency,
            placed_at=order.placed_at,
        )
        self._session.add(row)
        for line in order.lines:
            self._session.add(
                OrderLineRow(
                    order_id=order.id,
                    sku=line.sku,
                    quantity=line.quantity,
                    unit_price=line.unit_price.amount,
                )
            )

    async def update_status(self, order: Order) -> None:
        await self._session.execute(
            update(OrderRow).where(OrderRow.id == order.id).values(status=order.status)
        )

    async def find_unpaid(self, before: datetime, limit: int) -> list[UUID]:
        unpaid = select(OrderRow.id).where(OrderRow.status == OrderStatus.PLACED, OrderRow.placed_at < before)
        found = list(await self._session.scalars(unpaid.order_by(OrderRow.placed_at).limit(limit)))
        rejected = update(OrderRow).where(OrderRow.id.in_(found)).values(status=OrderStatus.REJECTED)
        await self._session.execute(rejected)
        return found


class SqlUnitOfWork:
    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[SqlOrderRepository]:
        async with self._sessions.begin() as session:
            yield SqlOrderRepository(session)


def _entity(row: OrderRow, lines: Iterable[OrderLineRow]) -> Order:
    return Order(
        id=row.id,
        account_id=row.account_id,
        currency=row.currency,
        lines=[OrderLine(line.sku, line.quantity, Money(line.unit_price, row.currency)) for line in lines],
        status=OrderStatus(row.status),
        placed_at=row.placed_at,
    )
