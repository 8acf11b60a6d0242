"""An order and its lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from storefront.orders.domain.events import OrderCancelled
from storefront.shared.money import Money

if TYPE_CHECKING:
    from storefront.orders.domain.pricing import Quote


class OrderStatus(StrEnum):
    PLACED = "placed"
    PAID = "paid"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class InvalidTransition(Exception):
    """The order is not in a state that allows this."""


@dataclass(frozen=True, slots=True)
class Item:
    """What a customer wants, before it has a price."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class OrderLine:
    sku: str
    quantity: int
    unit_price: Money


@dataclass(slots=True)
class Order:
    account_id: UUID
    lines: tuple[OrderLine, ...]
    total: Money
    id: UUID = field(default_factory=uuid4)
    status: OrderStatus = OrderStatus.PLACED
    placed_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @classmethod
    def place(cls, account_id: UUID, items: Sequence[Item], quote: "Quote") -> "Order":
        lines = tuple(OrderLine(item.sku, item.quantity, quote.unit_prices[item.sku]) for item in items)
        return cls(account_id=account_id, lines=lines, total=quote.total)

    def settle(self, accepted: bool) -> None:
        if self.status is not OrderStatus.PLACED:
            raise InvalidTransition(self.status)
        self.status = OrderStatus.PAID if accepted else OrderStatus.REJECTED

    def cancel(self) -> OrderCancelled:
        if self.status is not OrderStatus.PLACED:
            raise InvalidTransition(self.status)
        self.status = OrderStatus.CANCELLED
        return OrderCancelled(self.id, datetime.now(UTC))
