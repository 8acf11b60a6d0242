"""Logging in, and changing the password."""

from uuid import UUID

import structlog

from storefront.accounts.application.ports import AccessTokens, Passwords, ResetLinks
from storefront.accounts.domain.account import Account, check_strength
from storefront.accounts.domain.repository import AccountRepository
from storefront.platform.errors import NotFound
from storefront.platform.logs import mask_email

logger = structlog.get_logger()


class InvalidCredentials(Exception):
    """Email and password do not belong together."""


class Authentication:
    def __init__(
        self, accounts: AccountRepository, passwords: Passwords, tokens: AccessTokens, links: ResetLinks
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._tokens = tokens
        self._links = links

    async def log_in(self, email: str, password: str) -> str:
        account = await self._accounts.by_email(email)
        if account is None or not await self._passwords.verify(account.password_hash, password):
            logger.info("login_rejected", email=mask_email(email))
            raise InvalidCredentials
        return self._tokens.issue(account.id)

    async def change_password(self, account_id: UUID, current: str, new: str) -> None:
        account = await self._required(account_id)
        if not await self._passwords.verify(account.password_hash, current):
            raise InvalidCredentials
        check_strength(new)
        account.change_password(await self._passwords.hash(new))
        await self._accounts.update(account)
        logger.info("password_changed", account_id=str(account.id))

    async def request_reset(self, email: str) -> str | None:
        account = await self._accounts.by_email(email)
        logger.info("password_reset_requested", known=account is not None)
        return None if account is None else self._links.sign(account.id)

    async def reset_password(self, link: str, new: str) -> None:
        account_id = self._links.verify(link)
        if account_id is None:
            raise InvalidCredentials
        account = await self._required(account_id)
        check_strength(new)
        account.change_password(await self._passwords.hash(new))
        await self._accounts.update(account)

    async def _required(self, account_id: UUID) -> Account:
        account = await self._accounts.get(account_id)
        if account is None:
            raise NotFound("account")
        return account
