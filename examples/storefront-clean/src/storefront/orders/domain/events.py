"""What happens to an order."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    order_id: UUID
    at: datetime
