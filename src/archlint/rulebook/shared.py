"""Values of parameters that several rules have in common: `rules/shared/<name>.yaml`, taken by `shared: [name]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FOLDER = "shared/"

Shared = Mapping[str, Mapping[str, object]]
"""Name of the document → parameter → value."""


@dataclass(frozen=True)
class Problem:
    """A mistake in a document, which keeps it out of the book."""

    stem: str
    text: str

    def __str__(self) -> str:
        return f"rules/{self.stem}.yaml: {self.text}"


def read_shared(documents: Mapping[str, bytes]) -> tuple[Shared, list[Problem]]:
    """The shared documents among those of `rules/` (path → bytes), and what is wrong with others."""
    found: dict[str, Mapping[str, object]] = {}
    problems: list[Problem] = []
    for path in sorted(path for path in documents if path.startswith(_FOLDER)):
        stem = path.removesuffix(".yaml")
        try:
            values = yaml.load(documents[path], Loader=_LOADER)  # noqa: S506  a safe loader
        except yaml.YAMLError as error:
            problems.append(Problem(stem, f"not YAML: {' '.join(str(error).split())}"))
            continue
        if isinstance(values, dict) and all(isinstance(key, str) for key in values):
            found[stem.removeprefix(_FOLDER)] = values
        else:
            problems.append(Problem(stem, "must be a mapping of parameters"))
    return found, problems
