"""An order and its lines."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid4

from storefront.orders.domain.events import OrderCancelled
from storefront.shared.money import Money


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
    currency: str
    lines: list[OrderLine] = field(default_factory=list)
    id: UUID = field(default_factory=uuid4)
    status: OrderStatus = OrderStatus.PLACED
    placed_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def total(self) -> Money:
        total = Money(Decimal(0), self.currency)
        for line in self.lines:
            total += line.unit_price.times(line.quantity)
        return total

    def add(self, item: Item, unit_price: Money) -> None:
        self.lines.append(OrderLine(item.sku, item.quantity, unit_price))

    def settle(self, accepted: bool) -> None:
        if self.status is not OrderStatus.PLACED:
            raise InvalidTransition(self.status)
        self.status = OrderStatus.PAID if accepted else OrderStatus.REJECTED

    def cancel(self) -> OrderCancelled:
        if self.status is not OrderStatus.PLACED:
            raise InvalidTransition(self.status)
        self.status = OrderStatus.CANCELLED
        return OrderCancelled(self.id, datetime.now(UTC))
