"""What goes over the wire."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from storefront.orders.domain.order import Item, Order


class ItemIn(BaseModel):
    sku: str = Field(max_length=40)
    quantity: int = Field(ge=1, le=999)

    def item(self) -> Item:
        return Item(self.sku, self.quantity)


class QuoteIn(BaseModel):
    items: list[ItemIn] = Field(max_length=200)
    currency: str = Field(min_length=3, max_length=3)


class QuoteOut(BaseModel):
    unit_prices: dict[str, Decimal]
    total: Decimal


class CheckoutIn(BaseModel):
    currency: str = Field(min_length=3, max_length=3)
    card_reference: str = Field(max_length=64)


class OrderOut(BaseModel):
    id: UUID
    status: str
    total: Decimal
    currency: str
    placed_at: datetime
    skus: list[str]

    @classmethod
    def of(cls, order: Order) -> "OrderOut":
        return cls(
            id=order.id,
            status=order.status,
            total=order.total.amount,
            currency=order.currency,
            placed_at=order.placed_at,
            skus=[line.sku for line in order.lines],
        )


class ArchiveOut(BaseModel):
    orders: list[dict[str, Any]]
