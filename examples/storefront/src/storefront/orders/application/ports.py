"""What the use cases need from the outside."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from storefront.orders.domain.order import Item
from storefront.orders.domain.repository import OrderRepository
from storefront.shared.money import Money


class UnitOfWork(Protocol):
    """`async with work() as orders:` is one transaction."""

    def __call__(self) -> AbstractAsyncContextManager[OrderRepository]: ...


class PriceList(Protocol):
    async def price(self, sku: str) -> Money | None: ...


class PaymentGateway(Protocol):
    async def charge(self, order_id: UUID, amount: Money, card_reference: str) -> bool: ...


class Carts(Protocol):
    async def items(self, account_id: UUID) -> list[Item]: ...

    async def put(self, account_id: UUID, item: Item) -> None: ...

    async def clear(self, account_id: UUID) -> None: ...
