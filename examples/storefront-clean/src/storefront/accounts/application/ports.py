"""What the use cases need besides storage."""

from typing import Protocol
from uuid import UUID


class Passwords(Protocol):
    async def hash(self, password: str) -> str: ...

    async def verify(self, password_hash: str, password: str) -> bool: ...


class AccessTokens(Protocol):
    def issue(self, account_id: UUID) -> str: ...


class ResetLinks(Protocol):
    def sign(self, account_id: UUID) -> str: ...

    def verify(self, link: str) -> UUID | None: ...
