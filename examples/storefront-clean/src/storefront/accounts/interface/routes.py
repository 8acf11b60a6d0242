"""Routes of the accounts."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException, status

from storefront.accounts.application.authentication import Authentication, InvalidCredentials
from storefront.accounts.application.registration import Registration
from storefront.accounts.domain.account import WeakPassword
from storefront.accounts.infrastructure.mail import SmtpMailer
from storefront.accounts.interface.dependencies import (
    CurrentAccount,
    get_authentication,
    get_mailer,
    get_registration,
)
from storefront.accounts.interface.schemas import (
    AccountOut,
    Credentials,
    PasswordChange,
    PasswordReset,
    ResetRequest,
    TokenOut,
)
from storefront.platform.rate_limit import RateLimit

router = APIRouter(tags=["accounts"])

few_attempts = Depends(RateLimit(times=5, seconds=60))
Auth = Annotated[Authentication, Depends(get_authentication)]


@router.post("/accounts", status_code=status.HTTP_201_CREATED, dependencies=[few_attempts])
async def register(
    body: Credentials, registration: Annotated[Registration, Depends(get_registration)]
) -> AccountOut:
    try:
        account = await registration.register(body.email, body.password.get_secret_value())
    except WeakPassword as error:
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_ENTITY, detail="Weak password") from error
    return AccountOut(id=account.id, email=account.email)


@router.post("/login", dependencies=[few_attempts])
async def log_in(body: Credentials, authentication: Auth) -> TokenOut:
    try:
        token = await authentication.log_in(body.email, body.password.get_secret_value())
    except InvalidCredentials as error:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, detail="Wrong email or password") from error
    return TokenOut(access_token=token)


@router.put("/accounts/me/password", status_code=status.HTTP_204_NO_CONTENT, dependencies=[few_attempts])
async def change_password(body: PasswordChange, account_id: CurrentAccount, authentication: Auth) -> None:
    try:
        await authentication.change_password(
            account_id, body.current_password.get_secret_value(), body.new_password.get_secret_value()
        )
    except InvalidCredentials as error:
        raise HTTPException(status.HTTP_403_FORBIDDEN, detail="Wrong password") from error


@router.post("/password-resets", status_code=status.HTTP_202_ACCEPTED, dependencies=[few_attempts])
async def request_reset(
    body: ResetRequest,
    authentication: Auth,
    background: BackgroundTasks,
    mailer: Annotated[SmtpMailer, Depends(get_mailer)],
) -> None:
    link = await authentication.request_reset(body.email)
    if link is not None:
        background.add_task(mailer.send_reset_link, body.email, link)


@router.put("/password-resets", status_code=status.HTTP_204_NO_CONTENT, dependencies=[few_attempts])
async def reset_password(body: PasswordReset, authentication: Auth) -> None:
    try:
        await authentication.reset_password(body.link, body.new_password.get_secret_value())
    except InvalidCredentials as error:
        raise HTTPException(status.HTTP_403_FORBIDDEN, detail="Invalid link") from error
