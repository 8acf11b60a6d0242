"""Who may use the application of the operations team."""

import hashlib
import hmac
from typing import Annotated

from fastapi import Depends, HTTPException, status
from fastapi.security import APIKeyHeader

from storefront.platform.settings import get_settings

key_header = APIKeyHeader(name="X-Ops-Key")


def require_ops_key(key: Annotated[str, Depends(key_header)]) -> None:
    """The key is 32 random bytes; the settings hold its SHA-256."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    if not hmac.compare_digest(digest, get_settings().ops_key_sha256.get_secret_value()):
        raise HTTPException(status.HTTP_403_FORBIDDEN, detail="Wrong key")
