"""Opening an account."""

import structlog

from storefront.accounts.application.ports import Passwords
from storefront.accounts.domain.account import Account, check_strength
from storefront.accounts.domain.repository import AccountRepository
from storefront.platform.errors import Conflict

logger = structlog.get_logger()


class Registration:
    def __init__(self, accounts: AccountRepository, passwords: Passwords) -> None:
        self._accounts = accounts
        self._passwords = passwords

    async def register(self, email: str, password: str) -> Account:
        check_strength(password)
        if await self._accounts.by_email(email) is not None:
            raise Conflict("email")
        account = Account(email=email, password_hash=await self._passwords.hash(password))
        await self._accounts.add(account)
        logger.info("account_registered", account_id=str(account.id))
        return account
