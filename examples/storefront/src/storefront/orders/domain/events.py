"""What happens to an order."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(slots=True)
class OrderCancelled:  # expect: SVC010
    order_id: UUID
    at: datetime
