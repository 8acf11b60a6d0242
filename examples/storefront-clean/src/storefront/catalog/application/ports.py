"""What the use cases need besides storage."""

from datetime import timedelta
from typing import Any, Protocol


class Cache(Protocol):
    async def get(self, key: str) -> Any | None: ...

    async def put(self, key: str, document: Any, ttl: timedelta) -> None: ...

    async def drop(self, key: str) -> None: ...
