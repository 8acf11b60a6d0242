"""Wires the accounts' use cases for a request."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from storefront.accounts.application.authentication import Authentication
from storefront.accounts.application.registration import Registration
from storefront.accounts.infrastructure.mail import SmtpMailer
from storefront.accounts.infrastructure.passwords import SaltedPasswords
from storefront.accounts.infrastructure.repository import SqlAccountRepository
from storefront.accounts.infrastructure.tokens import JwtAccessTokens, SignedResetLinks
from storefront.platform.database import get_session
from storefront.platform.settings import get_settings

Session = Annotated[AsyncSession, Depends(get_session)]
bearer = HTTPBearer()


def get_tokens() -> JwtAccessTokens:
    return JwtAccessTokens(get_settings().jwt_secret)


def get_registration(session: Session) -> Registration:
    return Registration(SqlAccountRepository(session), get_settings().password_salt)


def get_authentication(
    session: Session, tokens: Annotated[JwtAccessTokens, Depends(get_tokens)]
) -> Authentication:
    links = SignedResetLinks(get_settings().reset_link_secret)
    return Authentication(
        SqlAccountRepository(session), SaltedPasswords(get_settings().password_salt), tokens, links
    )


def get_mailer() -> SmtpMailer:
    return SmtpMailer(get_settings().smtp_host)


def get_account_id(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
    tokens: Annotated[JwtAccessTokens, Depends(get_tokens)],
) -> UUID:
    account_id = tokens.account_of(credentials.credentials)
    if account_id is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, detail="Invalid token")
    return account_id


CurrentAccount = Annotated[UUID, Depends(get_account_id)]
