"""In which order products are shown."""

from collections.abc import Sequence

from storefront.catalog.application.listing import Listing


def rank(listings: Sequence[Listing]) -> list[Listing]:
    """What can be delivered comes first, then the cheaper."""
    return sorted(listings, key=lambda listing: (listing.in_stock == 0, listing.price, listing.sku))
