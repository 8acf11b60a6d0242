"""Password hashes, compatible with the old shop."""

import hmac

from storefront.platform.digests import hex_digest


class SaltedPasswords:
    def __init__(self, salt: str) -> None:
        self._salt = salt

    def hash(self, password: str) -> str:
        return hex_digest(password, self._salt)

    def verify(self, password_hash: str, password: str) -> bool:
        return hmac.compare_digest(password_hash, self.hash(password))
