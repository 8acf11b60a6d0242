"""The internal application of the operations team: `uvicorn storefront.ops.app:app`."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, HTTPException, status
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.ops.partners import Partners
from storefront.ops.rejected import rejected_orders
from storefront.platform.database import get_session
from storefront.platform.errors import install_error_handlers
from storefront.platform.logs import configure_logs

router = APIRouter(prefix="/v1", tags=["ops"])


class PartnerIn(BaseModel):
    name: str
    password: str


class RejectedOrder(BaseModel):
    id: UUID
    placed_at: datetime


class PartnerPassword(BaseModel):
    password: str


def get_partners(session: Annotated[AsyncSession, Depends(get_session)]) -> Partners:
    return Partners(session)


Access = Annotated[Partners, Depends(get_partners)]


@router.get("/order-counts")
async def order_counts(partners: Access, sort: str = "status") -> dict[str, int]:
    return await partners.order_counts(sort)


@router.get("/rejected-orders")
async def list_rejected(  # expect: API008
    session: Annotated[AsyncSession, Depends(get_session)],
) -> list[RejectedOrder]:
    return [RejectedOrder(id=row.id, placed_at=row.placed_at) for row in await rejected_orders(session)]


@router.post("/partners", status_code=status.HTTP_201_CREATED)
async def add_partner(body: PartnerIn, partners: Access) -> None:
    await partners.add(body.name, body.password)


@router.put("/partners/{name}/password", status_code=status.HTTP_204_NO_CONTENT)
async def set_partner_password(name: str, body: PartnerPassword, partners: Access) -> None:
    await partners.set_password(name, body.password)


@router.delete("/partners/{name}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_partner(name: str, partners: Access) -> None:
    await partners.remove(name)


@router.post("/partners/{name}/login", status_code=status.HTTP_204_NO_CONTENT)
async def log_in_partner(name: str, body: PartnerPassword, partners: Access) -> None:
    if not await partners.is_allowed(name, body.password):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, detail="Wrong name or password")


configure_logs()
app = FastAPI(title="Storefront operations")
install_error_handlers(app)
app.include_router(router)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "alive"}


@app.get("/ready")  # expect: OBS003
async def ready() -> dict[str, bool]:
    return {"ready": True}
