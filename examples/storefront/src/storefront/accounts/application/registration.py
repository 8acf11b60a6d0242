"""Opening an account."""

import logging

from storefront.accounts.domain.account import Account, check_strength
from storefront.accounts.domain.repository import AccountRepository
from storefront.accounts.infrastructure.passwords import SaltedPasswords  # expect: ARC001
from storefront.platform.errors import Conflict

logger = logging.getLogger(__name__)


class Registration:
    def __init__(self, accounts: AccountRepository, salt: str) -> None:
        self._accounts = accounts
        self._passwords = SaltedPasswords(salt)  # expect: ARC005

    async def register(self, email: str, password: str) -> Account:
        check_strength(password)
        if any(await self._accounts.with_email(email)):
            raise Conflict("email")
        account = Account(email=email, password_hash=self._passwords.hash(password))
        await self._accounts.add(account)
        logger.info("account %s opened for %s", account.id, account.email)  # expect: SEC017
        return account
