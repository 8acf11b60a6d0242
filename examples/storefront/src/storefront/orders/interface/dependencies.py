"""Wires the orders' use cases for a request."""

from typing import Annotated

from fastapi import Depends
from redis.asyncio import Redis

from storefront.orders.application.checkout import Checkout
from storefront.orders.application.history import History
from storefront.orders.application.quotes import Quotes
from storefront.orders.infrastructure.carts import RedisCarts
from storefront.orders.infrastructure.payments import HttpPaymentGateway
from storefront.orders.infrastructure.price_list import SqlPriceList
from storefront.orders.infrastructure.repository import SqlUnitOfWork
from storefront.platform.database import get_sessions
from storefront.platform.redis import get_redis
from storefront.platform.settings import get_settings


def get_carts(redis: Annotated[Redis, Depends(get_redis)]) -> RedisCarts:
    return RedisCarts(redis)


def get_quotes() -> Quotes:
    return Quotes(SqlPriceList(get_sessions()))


def get_checkout(
    carts: Annotated[RedisCarts, Depends(get_carts)], quotes: Annotated[Quotes, Depends(get_quotes)]
) -> Checkout:
    settings = get_settings()
    payments = HttpPaymentGateway(settings.payments_url, settings.payments_key)
    return Checkout(SqlUnitOfWork(get_sessions()), carts, quotes, payments)


def get_history() -> History:
    return History(SqlUnitOfWork(get_sessions()))
