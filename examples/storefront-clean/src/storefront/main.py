"""The shop's public application: `uvicorn storefront.main:app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from storefront.accounts.interface.routes import router as accounts_router
from storefront.catalog.interface.routes import router as catalog_router
from storefront.orders.interface.dependencies import get_payment_client
from storefront.orders.interface.routes import router as orders_router
from storefront.platform.database import get_engine
from storefront.platform.errors import install_error_handlers
from storefront.platform.health import router as health_router
from storefront.platform.logs import configure_logs
from storefront.platform.middleware import RequestLog
from storefront.platform.rate_limit import RateLimit
from storefront.platform.redis import get_redis
from storefront.platform.telemetry import instrument


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    configure_logs()
    yield
    await get_payment_client().aclose()
    await get_redis().aclose()
    await get_engine().dispose()


def create_app() -> FastAPI:
    app = FastAPI(title="Storefront", version="1.8.0", lifespan=lifespan)
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    app.add_middleware(RequestLog)
    install_error_handlers(app)
    instrument(app, "storefront")
    app.include_router(health_router)
    limited = [Depends(RateLimit(times=300, seconds=60))]
    app.include_router(accounts_router, prefix="/v1", dependencies=limited)
    app.include_router(catalog_router, prefix="/v1", dependencies=limited)
    app.include_router(orders_router, prefix="/v1", dependencies=limited)
    return app


app = create_app()
