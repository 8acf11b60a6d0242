"""What a search for an item's subjects gives."""

from __future__ import annotations

from msgspec import Struct

from archlint.facts.findings import Site


class Subject(Struct, frozen=True):
    """Something that the question is about. `proof` or `refutation` says what was found for it; neither: undecided."""

    name: str
    site: Site
    proof: str = ""
    refutation: str = ""

    @property
    def text(self) -> str:
        found = self.proof or self.refutation
        return ": ".join(part for part in (self.name, found) if part)


class Found(Struct, frozen=True):
    """The subjects. `not_applicable`: why there are none to ask about; `manual`: why files cannot tell.

    With nothing of the three there is something to ask about, and the rules' own hits and proofs are the subjects."""

    subjects: tuple[Subject, ...] = ()
    not_applicable: str = ""
    manual: str = ""
