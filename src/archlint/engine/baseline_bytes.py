"""The bytes of a project's baseline. A run asks for them before it knows whether it has to understand them."""

from __future__ import annotations

from archlint.engine.baseline import BaselineError
from archlint.engine.discover import Inventory
from archlint.facts.settings import Settings
from archlint.ports import Files

MAX_BYTES = 50_000_000


def baseline_bytes(files: Files, inventory: Inventory, settings: Settings) -> bytes | None:
    """The bytes of the project's baseline; None where it has none. Raises BaselineError.

    One that only the configuration names must be a plain file of the project, as everything that a project can make
    archlint read; one that the command line names may lie anywhere, and must be there.
    """
    path = settings.baseline
    asked = "baseline" in settings.fixed
    if not path or not (asked or path in inventory.others or path in inventory.deployment):
        return None
    try:
        data = files.read(path)
    except OSError as error:
        raise BaselineError([f"{path}: cannot be read: {error.strerror or type(error).__name__}"]) from None
    if len(data) > MAX_BYTES:
        raise BaselineError([f"{path}: {len(data):,} bytes are more than the {MAX_BYTES:,} that are read"])
    return data
