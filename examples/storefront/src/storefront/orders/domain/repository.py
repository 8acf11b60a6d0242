"""What the orders' use cases need from storage."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from storefront.orders.domain.order import Order


class OrderRepository(Protocol):
    async def get(self, order_id: UUID) -> Order | None: ...

    async def of_account(self, account_id: UUID, limit: int, before: datetime) -> list[Order]: ...

    async def add(self, order: Order) -> None: ...

    async def update_status(self, order: Order) -> None: ...
