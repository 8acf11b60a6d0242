"""Wires the orders' use cases for a request."""

from functools import lru_cache
from typing import Annotated

import httpx
from fastapi import Depends
from redis.asyncio import Redis

from storefront.orders.application.checkout import Checkout
from storefront.orders.application.history import History
from storefront.orders.application.quotes import Quotes
from storefront.orders.infrastructure.carts import RedisCarts
from storefront.orders.infrastructure.exchange_rates import CachedExchangeRates
from storefront.orders.infrastructure.payments import HttpPaymentGateway, payment_client
from storefront.orders.infrastructure.price_list import CatalogPriceList
from storefront.orders.infrastructure.repository import SqlUnitOfWork
from storefront.platform.cache import JsonCache
from storefront.platform.database import get_sessions
from storefront.platform.redis import get_redis
from storefront.platform.settings import get_settings

Connection = Annotated[Redis, Depends(get_redis)]


@lru_cache
def get_payment_client() -> httpx.AsyncClient:
    settings = get_settings()
    return payment_client(settings.payments_url, settings.payments_key.get_secret_value())


def get_carts(redis: Connection) -> RedisCarts:
    return RedisCarts(redis)


def get_quotes(redis: Connection) -> Quotes:
    rates = CachedExchangeRates(get_sessions(), JsonCache(redis, "rates"))
    return Quotes(CatalogPriceList(get_sessions()), rates)


def get_checkout(
    carts: Annotated[RedisCarts, Depends(get_carts)], quotes: Annotated[Quotes, Depends(get_quotes)]
) -> Checkout:
    return Checkout(SqlUnitOfWork(get_sessions()), carts, quotes, HttpPaymentGateway(get_payment_client()))


def get_history() -> History:
    return History(SqlUnitOfWork(get_sessions()))
