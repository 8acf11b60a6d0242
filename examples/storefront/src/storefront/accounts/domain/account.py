"""A customer's account."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4


class WeakPassword(ValueError):
    """The password is too easy to guess."""


@dataclass(slots=True)
class Account:
    email: str
    password_hash: str
    id: UUID = field(default_factory=uuid4)
    is_active: bool = True

    def change_password(self, password_hash: str) -> None:
        self.password_hash = password_hash

    def close(self) -> None:
        self.is_active = False


def check_strength(password: str) -> None:
    """Raises WeakPassword for what is too short or too plain."""
    if len(password) < 12:
        raise WeakPassword("use twelve characters or more")
    if len(set(password)) < 6:
        raise WeakPassword("use more different characters")
