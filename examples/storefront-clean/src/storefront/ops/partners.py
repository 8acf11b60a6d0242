"""The partners' access."""

import structlog
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.ops.tables import PartnerRow
from storefront.platform.errors import NotFound
from storefront.platform.passwords import Argon2Passwords

logger = structlog.get_logger()

COUNTS = text("SELECT status, COUNT(*) AS orders FROM orders GROUP BY status")


class Partners:
    def __init__(self, session: AsyncSession, passwords: Argon2Passwords) -> None:
        self._session = session
        self._passwords = passwords

    async def set_password(self, name: str, password: str) -> None:
        partner = await self._by_name(name)
        partner.password_hash = self._passwords.hash(password)
        logger.info("partner_password_set", partner=name)

    async def is_allowed(self, name: str, password: str) -> bool:
        partner = await self._by_name(name)
        return self._passwords.verify(partner.password_hash, password)

    async def order_counts(self) -> dict[str, int]:
        return {row.status: row.orders for row in await self._session.execute(COUNTS)}

    async def _by_name(self, name: str) -> PartnerRow:
        partner = await self._session.scalar(select(PartnerRow).where(PartnerRow.name == name))
        if partner is None:
            raise NotFound("partner")
        return partner
