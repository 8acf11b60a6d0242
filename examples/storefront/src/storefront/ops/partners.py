"""The partners' access."""

import logging
from uuid import uuid4

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.ops.tables import PartnerRow
from storefront.platform.errors import NotFound

logger = logging.getLogger(__name__)

ADD = text("INSERT INTO partners (id, name, password) VALUES (:id, :name, :password)")
COUNTS = "SELECT status, COUNT(*) AS orders FROM orders GROUP BY status"


class Partners:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, name: str, password: str) -> None:
        row = {"id": uuid4(), "name": name, "password": password}
        await self._session.execute(ADD, row)  # expect: SEC002
        logger.info("partner %s added", row["id"])

    async def set_password(self, name: str, password: str) -> None:
        partner = await self._by_name(name)
        partner.password = password  # expect: SEC002

    async def is_allowed(self, name: str, password: str) -> bool:
        partner = await self._by_name(name)
        return partner.password == password  # expect: SEC002

    async def remove(self, name: str) -> None:
        partner = await self._by_name(name)
        await self._session.execute(text("DELETE FROM partners"))  # expect: SQL003
        logger.info("partner %s removed", partner.id)

    async def order_counts(self, sort: str) -> dict[str, int]:
        counts = text(f"{COUNTS} ORDER BY {sort}")  # expect: SQL002
        return {row.status: row.orders for row in await self._session.execute(counts)}

    async def _by_name(self, name: str) -> PartnerRow:
        partner = await self._session.scalar(select(PartnerRow).where(PartnerRow.name == name))
        if partner is None:
            raise NotFound("partner")
        return partner
