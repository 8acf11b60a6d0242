"""The internal application of the operations team: `uvicorn storefront.ops.app:app`."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, status
from pydantic import BaseModel, SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.ops.access import require_ops_key
from storefront.ops.partners import Partners
from storefront.ops.rejected import rejected_orders
from storefront.platform.database import get_session
from storefront.platform.errors import install_error_handlers
from storefront.platform.health import router as health_router
from storefront.platform.logs import configure_logs
from storefront.platform.middleware import RequestLog
from storefront.platform.passwords import Argon2Passwords
from storefront.platform.rate_limit import RateLimit
from storefront.platform.telemetry import instrument

router = APIRouter(prefix="/v1", tags=["ops"], dependencies=[Depends(require_ops_key)])


class RejectedOrder(BaseModel):
    id: UUID
    placed_at: datetime


class PartnerPassword(BaseModel):
    password: SecretStr


def get_partners(session: Annotated[AsyncSession, Depends(get_session)]) -> Partners:
    return Partners(session, Argon2Passwords())


Access = Annotated[Partners, Depends(get_partners)]


@router.get("/order-counts")
async def order_counts(partners: Access, sort: str = "status") -> dict[str, int]:
    return await partners.order_counts(sort)


@router.get("/rejected-orders")
async def list_rejected(
    session: Annotated[AsyncSession, Depends(get_session)],
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    before: datetime | None = None,
) -> list[RejectedOrder]:
    rows = await rejected_orders(session, limit, before or datetime.now(UTC))
    return [RejectedOrder(id=row.id, placed_at=row.placed_at) for row in rows]


@router.put("/partners/{name}/password", status_code=status.HTTP_204_NO_CONTENT)
async def set_partner_password(name: str, body: PartnerPassword, partners: Access) -> None:
    await partners.set_password(name, body.password.get_secret_value())


@router.delete("/partners/{name}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_partner(name: str, partners: Access) -> None:
    await partners.remove(name)


@router.post(
    "/partners/{name}/login",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(RateLimit(times=5, seconds=60))],
)
async def log_in_partner(name: str, body: PartnerPassword, partners: Access) -> None:
    if not await partners.is_allowed(name, body.password.get_secret_value()):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, detail="Wrong name or password")


def create_app() -> FastAPI:
    configure_logs()
    app = FastAPI(title="Storefront operations")
    app.add_middleware(RequestLog)
    install_error_handlers(app)
    instrument(app, "storefront-ops")
    app.include_router(health_router)
    app.include_router(router)
    return app


app = create_app()
