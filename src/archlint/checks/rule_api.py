"""The rule API, whole.

A check is a module `checks/<family>/<name>.py` beside a document `rules/<family>/<name>.yaml`, with

    class Params(Struct, frozen=True, forbid_unknown_fields=True): …   # types; the values stand in the document
    def check(project: Project, params: Params) -> Iterator[Hit | Proof]: …

It is a query: it yields a `Hit` for each place that breaks the rule and a `Proof` for each place that it is about and
that keeps it (the checklist passes only on proofs; a rule that yields neither had nothing to look at).  It reads
`project`, and never a file, prints, catches or keeps state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from archlint.facts.findings import Confidence, Hit, Proof, Severity, Site, Step
from archlint.project import Project


class NoParams(Struct, frozen=True, forbid_unknown_fields=True):
    """For a rule that has nothing to set."""


Check = Callable[[Project, Struct], Iterator[Hit | Proof]]

__all__ = ["Check", "Confidence", "Hit", "NoParams", "Project", "Proof", "Severity", "Site", "Step"]
