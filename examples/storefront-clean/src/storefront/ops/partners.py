"""The partners' access."""

import structlog
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.ops.tables import PartnerRow
from storefront.platform.errors import NotFound
from storefront.platform.passwords import Argon2Passwords

logger = structlog.get_logger()

COUNTS = "SELECT status, COUNT(*) AS orders FROM orders GROUP BY status"
SORTS = {"status": "status", "orders": "orders DESC"}
REMOVE = text("DELETE FROM partners WHERE id = :id")


class Partners:
    def __init__(self, session: AsyncSession, passwords: Argon2Passwords) -> None:
        self._session = session
        self._passwords = passwords

    async def set_password(self, name: str, password: str) -> None:
        partner = await self._by_name(name)
        partner.password_hash = await self._passwords.hash(password)
        logger.info("partner_password_set", partner=name)

    async def is_allowed(self, name: str, password: str) -> bool:
        partner = await self._by_name(name)
        return await self._passwords.verify(partner.password_hash, password)

    async def remove(self, name: str) -> None:
        partner = await self._by_name(name)
        await self._session.execute(REMOVE, {"id": partner.id})
        logger.info("partner_removed", partner=name)

    async def order_counts(self, sort: str) -> dict[str, int]:
        counts = text(f"{COUNTS} ORDER BY {SORTS.get(sort, 'status')}")
        return {row.status: row.orders for row in await self._session.execute(counts)}

    async def _by_name(self, name: str) -> PartnerRow:
        partner = await self._session.scalar(select(PartnerRow).where(PartnerRow.name == name))
        if partner is None:
            raise NotFound("partner")
        return partner
