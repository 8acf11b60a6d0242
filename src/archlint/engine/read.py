"""The bytes of everything that discover found."""

from __future__ import annotations

from dataclasses import dataclass, field

from archlint.engine.discover import Inventory
from archlint.ports import Files


@dataclass(frozen=True)
class Reading:
    """path → bytes, by kind, and why the other files could not be read. Each file is read once a run."""

    python: dict[str, bytes] = field(default_factory=dict)
    sql: dict[str, bytes] = field(default_factory=dict)
    deployment: dict[str, bytes] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def sources(self) -> dict[str, bytes]:
        return {**self.python, **self.sql, **self.deployment}


def read(files: Files, inventory: Inventory) -> Reading:
    """Reads every source file; one that cannot be read is a problem, with the system's words."""
    reading = Reading()
    for paths, into in (
        (inventory.python, reading.python),
        (inventory.sql, reading.sql),
        (inventory.deployment, reading.deployment),
    ):
        for path in paths:
            try:
                into[path] = files.read(path)
            except OSError as error:
                reading.problems[path] = f"cannot be read: {error.strerror or type(error).__name__}"
    return reading
