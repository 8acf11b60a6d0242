"""Routes of the orders."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, status

from storefront.accounts.interface.dependencies import CurrentAccount
from storefront.orders.application.checkout import Checkout
from storefront.orders.application.history import History
from storefront.orders.application.ports import Carts
from storefront.orders.application.quotes import Quotes
from storefront.orders.domain.pricing import UnknownProduct
from storefront.orders.interface.dependencies import get_carts, get_checkout, get_history, get_quotes
from storefront.orders.interface.schemas import CheckoutIn, ItemIn, OrderOut, QuoteIn, QuoteOut
from storefront.platform.locks import lock
from storefront.platform.redis import get_redis

router = APIRouter(tags=["orders"])


@router.put("/cart/items", status_code=status.HTTP_204_NO_CONTENT)
async def put_item(
    body: ItemIn, account_id: CurrentAccount, carts: Annotated[Carts, Depends(get_carts)]
) -> None:
    await carts.put(account_id, body.item())


@router.post("/quotes")
async def quote(body: QuoteIn, quotes: Annotated[Quotes, Depends(get_quotes)]) -> QuoteOut:
    try:
        return QuoteOut.of(await quotes.quote([line.item() for line in body.items], body.currency))
    except UnknownProduct as error:
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_ENTITY, detail="Unknown product") from error


@router.post("/orders", status_code=status.HTTP_201_CREATED)
async def place_order(
    body: CheckoutIn, account_id: CurrentAccount, checkout: Annotated[Checkout, Depends(get_checkout)]
) -> OrderOut:
    async with lock(get_redis(), f"checkout:{account_id}"):
        order = await checkout.place(account_id, body.currency, body.card_reference)
    return OrderOut.of(order)


@router.get("/orders")
async def list_orders(
    account_id: CurrentAccount,
    history: Annotated[History, Depends(get_history)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    before: datetime | None = None,
) -> list[OrderOut]:
    orders = await history.orders(account_id, limit, before or datetime.now(UTC))
    return [OrderOut.of(order) for order in orders]


@router.get("/orders/{order_id}")
async def show_order(
    order_id: UUID, account_id: CurrentAccount, history: Annotated[History, Depends(get_history)]
) -> OrderOut:
    return OrderOut.of(await history.order(account_id, order_id))


@router.post("/orders/{order_id}/cancel", status_code=status.HTTP_204_NO_CONTENT)
async def cancel_order(
    order_id: UUID, account_id: CurrentAccount, history: Annotated[History, Depends(get_history)]
) -> None:
    await history.cancel(account_id, order_id)
