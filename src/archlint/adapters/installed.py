"""Which versions of other packages are installed."""

from __future__ import annotations

import os
import sys
from functools import cache


def installed_version(package: str) -> str:
    """What tells the installed version from any other: the name of the folder with its metadata.

    `importlib.metadata` is asked only where there is no such folder: importing it takes longer than looking a report up.
    Raises PackageNotFoundError."""
    begin = package.lower().replace("-", "_") + "-"
    for folder in sys.path:
        names = [name for name in _listed(folder) if name.lower().startswith(begin)]
        if names:
            return " ".join(names)
    from importlib.metadata import version  # noqa: PLC0415

    return version(package)


@cache
def _listed(folder: str) -> tuple[str, ...]:
    try:
        names = os.listdir(folder or ".")  # noqa: PTH208  `Path` takes three times as long
    except OSError:
        return ()
    return tuple(sorted(name for name in names if name.endswith((".dist-info", ".egg-info"))))
