"""Accounts in PostgreSQL."""

from uuid import UUID

from sqlalchemy import ScalarResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.accounts.domain.account import Account
from storefront.accounts.domain.value_objects import EmailAddress
from storefront.accounts.infrastructure.tables import AccountRow


class SqlAccountRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, account_id: UUID) -> Account | None:
        row = await self._session.get(AccountRow, account_id)
        return None if row is None else _entity(row)

    async def by_email(self, email: str) -> Account | None:
        row = await self._session.scalar(select(AccountRow).where(AccountRow.email == EmailAddress(email).key))
        return None if row is None else _entity(row)

    async def with_email(self, email: str) -> ScalarResult[UUID]:  # expect: ARC014
        return await self._session.scalars(select(AccountRow.id).where(AccountRow.email == EmailAddress(email).key))

    async def add(self, account: Account) -> None:
        row = AccountRow(id=account.id, email=EmailAddress(account.email).key, password_hash=account.password_hash)
        self._session.add(row)
        await self._session.flush()

    async def update(self, account: Account) -> None:
        await self._session.execute(
            update(AccountRow)
            .where(AccountRow.id == account.id)
            .values(password_hash=account.password_hash, is_active=account.is_active)
        )


def _entity(row: AccountRow) -> Account:
    return Account(id=row.id, email=row.email, password_hash=row.password_hash, is_active=row.is_active)
