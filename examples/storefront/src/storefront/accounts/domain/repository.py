"""What the accounts' use cases need from storage."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from storefront.accounts.domain.account import Account


class AccountRepository(Protocol):
    async def get(self, account_id: UUID) -> Account | None: ...

    async def by_email(self, email: str) -> Account | None: ...

    async def with_email(self, email: str) -> Iterable[UUID]: ...

    async def add(self, account: Account) -> None: ...

    async def update(self, account: Account) -> None: ...
