"""What day it is."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """Implements `ports.Clock`. The day is UTC's, so that a run says the same on every machine."""

    def today(self) -> str:
        return datetime.now(UTC).date().isoformat()
