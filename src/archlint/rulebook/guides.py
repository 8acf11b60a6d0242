"""The guides' headings, to which rules and checklist items refer as `file#slug` or `file#slug/slug`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Heading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`heading` as the guide writes it; `not_covered`: why neither a rule nor a checklist item refers to it."""

    heading: str
    not_covered: str = ""


class UnknownGuideError(Exception):
    """A reference to a heading that the guides do not have."""


@dataclass(frozen=True)
class Guides:
    """File stem → path of slugs → heading."""

    files: Mapping[str, Mapping[str, Heading]]

    def resolve(self, reference: str) -> str:
        """The full reference for one that may name only the last slug. Raises UnknownGuideError."""
        stem, _, slug = reference.partition("#")
        headings = self.files.get(stem)
        if headings is None:
            raise UnknownGuideError(f"there is no guide `{stem}`")
        wanted = slug.replace("-", "")  # `N+1` is `n1` to some and `n-1` to others
        same = [path for path in headings if path.replace("-", "") == wanted]
        ends = same or [path for path in headings if path.replace("-", "").endswith("/" + wanted)]
        if len(ends) == 1:
            return f"{stem}#{ends[0]}"
        raise UnknownGuideError(f"`{reference}` is {'ambiguous: ' + ', '.join(ends) if ends else 'no heading of the guide'}")


def read_guides(data: bytes) -> Guides:
    """`rules/guides.yaml`. Raises msgspec.ValidationError or yaml.YAMLError."""
    document = yaml.load(data, Loader=_LOADER)  # noqa: S506  a safe loader
    return Guides(msgspec.convert(document, dict[str, dict[str, Heading]]))
