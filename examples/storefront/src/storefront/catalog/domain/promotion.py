"""A discount on a category, for a time."""

from dataclasses import dataclass

from storefront.catalog.domain.product import Product


@dataclass(frozen=True, slots=True)
class Promotion:
    category: str
    percent: int

    def covers(self, product: Product) -> bool:
        return product.category == self.category
