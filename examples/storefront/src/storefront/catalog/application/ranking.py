"""In which order products are shown."""

from decimal import Decimal
from typing import TYPE_CHECKING

from storefront.catalog.application import browsing

if TYPE_CHECKING:
    from storefront.catalog.application.listing import Listing


def position(listing: "Listing") -> tuple[bool, Decimal, str]:
    """What can be delivered soon comes first, then the cheaper."""
    return (listing.in_stock < browsing.SCARCE, listing.price, listing.sku)
