"""The shop's public application: `uvicorn storefront.main:app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from storefront.accounts.interface.routes import router as accounts_router
from storefront.catalog.interface.routes import router as catalog_router
from storefront.orders.infrastructure.exchange_rates import load_rates
from storefront.orders.interface.routes import router as orders_router
from storefront.platform.database import get_engine, get_sessions
from storefront.platform.errors import install_error_handlers
from storefront.platform.logs import configure_logs
from storefront.platform.middleware import RequestLog
from storefront.platform.redis import get_redis


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    configure_logs()
    async with get_sessions()() as session:
        await load_rates(session)
    yield
    await get_redis().aclose()
    await get_engine().dispose()


app = FastAPI(title="Storefront", version="1.7.3", lifespan=lifespan)  # expect: OBS001, OBS002, SVC005
app.add_middleware(RequestLog)
install_error_handlers(app)
app.include_router(accounts_router, prefix="/v1")
app.include_router(catalog_router, prefix="/v1")
app.include_router(orders_router, prefix="/v1")
