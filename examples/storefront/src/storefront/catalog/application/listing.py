"""How a product is shown: with today's price and what is in stock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from storefront.catalog.application import ranking
from storefront.catalog.domain.product import Product
from storefront.catalog.domain.promotion import Promotion


@dataclass(frozen=True, slots=True)
class Listing:
    sku: str
    title: str
    price: Decimal
    currency: str
    in_stock: int

    def as_document(self) -> dict[str, Any]:
        return {
            "sku": self.sku,
            "title": self.title,
            "price": str(self.price),
            "currency": self.currency,
            "in_stock": self.in_stock,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Listing":
        return cls(
            sku=document["sku"],
            title=document["title"],
            price=Decimal(document["price"]),
            currency=document["currency"],
            in_stock=document["in_stock"],
        )


def list_products(
    products: Sequence[Product], levels: Mapping[str, int], promotions: Sequence[Promotion]
) -> list[Listing]:
    by_category = {promotion.category: promotion for promotion in promotions}
    listings = []
    for product in products:
        price = product.price_under(by_category.get(product.category))
        listings.append(
            Listing(product.sku, product.title, price.amount, price.currency, levels.get(product.sku, 0))
        )
    return sorted(listings, key=ranking.position)
