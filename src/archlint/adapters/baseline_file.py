"""The baseline's file on disk."""

from __future__ import annotations

import os
from pathlib import Path

from archlint.adapters.disk import replace_file
from archlint.engine.baseline import BaselineError, decode, encode
from archlint.facts.baseline import Baseline


class BaselineFile:
    """The file `name`, as seen from the project's root. An empty name is no file: reading and writing it is refused."""

    def __init__(self, root: Path, name: str) -> None:
        if not name:
            raise BaselineError(['the configuration says that there is no baseline (`baseline = ""`)'])
        self.name = name
        self.path = root / name

    @property
    def is_there(self) -> bool:
        return os.path.lexists(self.path)

    def read(self) -> Baseline | None:
        """None where there is no file. Raises BaselineError."""
        if not self.is_there:
            return None
        if not self.path.is_file():
            raise BaselineError([f"{self.name}: no regular file"])
        try:
            return decode(self.path.read_bytes(), self.name)
        except OSError as error:
            raise BaselineError([f"{self.name}: cannot be read: {error.strerror or type(error).__name__}"]) from None

    def write(self, baseline: Baseline) -> None:
        """Whole or not at all; bytes that are the same already are left alone. Raises BaselineError."""
        data = encode(baseline)
        try:
            if not (self.path.is_file() and self.path.read_bytes() == data):
                replace_file(self.path, data)
        except OSError as error:
            raise BaselineError([f"{self.name}: cannot be written: {error.strerror or type(error).__name__}"]) from None
