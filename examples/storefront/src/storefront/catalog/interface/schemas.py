"""What goes over the wire."""

from decimal import Decimal

from pydantic import BaseModel

from storefront.catalog.application.listing import Listing


class ProductOut(BaseModel):
    sku: str
    title: str
    price: Decimal
    currency: str
    in_stock: int

    @classmethod
    def of(cls, listing: Listing) -> "ProductOut":
        return cls(
            sku=listing.sku,
            title=listing.title,
            price=listing.price,
            currency=listing.currency,
            in_stock=listing.in_stock,
        )


class PageOut(BaseModel):
    items: list[ProductOut]
    next: str | None
