"""Access tokens (JWT) and the signed links that reset a password."""

import hashlib
import hmac
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt

ACCESS_LIFETIME = timedelta(minutes=15)
RESET_LIFETIME = timedelta(hours=1)
ALGORITHM = "HS256"


class JwtAccessTokens:
    def __init__(self, secret: str) -> None:
        self._secret = secret

    def issue(self, account_id: UUID) -> str:
        now = datetime.now(UTC)
        claims = {"sub": str(account_id), "iat": now, "exp": now + ACCESS_LIFETIME}
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM)

    def account_of(self, token: str) -> UUID | None:
        try:
            claims = jwt.decode(
                token, self._secret, algorithms=[ALGORITHM], options={"require": ["exp", "sub"]}
            )
        except jwt.InvalidTokenError:
            return None
        return UUID(claims["sub"])


class SignedResetLinks:
    """`<account>.<expiry>.<signature>`"""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def sign(self, account_id: UUID) -> str:
        expires = int(time.time() + RESET_LIFETIME.total_seconds())
        payload = f"{account_id}.{expires}"
        return f"{payload}.{self._signature(payload)}"

    def verify(self, link: str) -> UUID | None:
        payload, _, signature = link.rpartition(".")
        if not hmac.compare_digest(signature, self._signature(payload)):
            return None
        account_id, _, expires = payload.partition(".")
        return UUID(account_id) if int(expires) > time.time() else None

    def _signature(self, payload: str) -> str:
        return hashlib.sha1(f"{payload}.{self._secret}".encode()).hexdigest()  # expect: SEC003
