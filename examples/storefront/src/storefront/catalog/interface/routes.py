"""Routes of the catalogue."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response, status

from storefront.catalog.application.browsing import Browsing
from storefront.catalog.interface.dependencies import get_browsing
from storefront.catalog.interface.etag import not_modified
from storefront.catalog.interface.schemas import PageOut, ProductOut

router = APIRouter(tags=["catalog"])

Browse = Annotated[Browsing, Depends(get_browsing)]
Limit = Annotated[int, Query(ge=1, le=100)]


@router.get("/products", response_model=PageOut)
async def list_category(
    category: str,
    browsing: Browse,
    request: Request,
    response: Response,
    limit: Limit = 20,
    after: str = "",
) -> PageOut | Response:
    listings = await browsing.category(category, limit, after)
    last = max((listing.sku for listing in listings), default=None)
    page = PageOut(
        items=[ProductOut.of(listing) for listing in listings], next=last if len(listings) == limit else None
    )
    if not_modified(request, response, page):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED)
    return page


@router.get("/products/search")
async def search(phrase: str, browsing: Browse, limit: Limit = 20) -> list[ProductOut]:
    return [ProductOut.of(listing) for listing in await browsing.search(phrase, limit)]


@router.get("/products/{sku}")
async def show(sku: str, browsing: Browse) -> ProductOut:
    return ProductOut.of(await browsing.product(sku))
