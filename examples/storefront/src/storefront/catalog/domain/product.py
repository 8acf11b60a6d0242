"""What the shop sells."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from storefront.shared.money import Money

if TYPE_CHECKING:
    from storefront.catalog.domain.promotion import Promotion


@dataclass(frozen=True, slots=True)
class Product:
    id: UUID
    sku: str
    title: str
    category: str
    price: Money

    def price_under(self, promotion: "Promotion | None") -> Money:
        if promotion is None or not promotion.covers(self):
            return self.price
        return self.price.less_percent(promotion.percent)
