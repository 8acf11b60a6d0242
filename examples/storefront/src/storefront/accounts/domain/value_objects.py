"""What an account is told by."""

from dataclasses import dataclass


@dataclass(slots=True)
class EmailAddress:  # expect: ARC007
    text: str

    @property
    def key(self) -> str:
        """By which an account is found, however its owner writes the address."""
        return self.text.lower()
