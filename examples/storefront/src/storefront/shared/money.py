"""An amount of money in one currency."""

from dataclasses import dataclass
from decimal import Decimal


class CurrencyMismatch(ValueError):
    """Two amounts in different currencies cannot be added."""


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return Money(self.amount + other.amount, self.currency)

    def times(self, quantity: int) -> "Money":
        return Money(self.amount * quantity, self.currency)

    def less_percent(self, percent: int) -> "Money":
        kept = self.amount * (100 - percent) / 100
        return Money(kept.quantize(Decimal("0.01")), self.currency)
