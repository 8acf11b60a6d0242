"""CCH003: a write that leaves the cached copy of what it changes as it was."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.project.caches.uninvalidated import Uninvalidated
from archlint.project.effects.run_by_requests import RunByRequests
from archlint.project.loops.repeated import LoopWords
from archlint.project.model import Def
from archlint.project.source.one_off import OneOff


class Params(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """See `LoopWords`."""


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each function that writes without deleting what other writes delete, a proof for each that does."""
    one_off, requests = OneOff(project, params), RunByRequests(project)
    seen: set[tuple[str, Def]] = set()
    for copy in Uninvalidated(project).all():
        yield Proof(copy.deleted, f"deletes `{copy.shape}` where `{copy.name}` is written")
        for writer in copy.leaving:
            if (copy.shape, writer) in seen or one_off.runs_once(writer.module, writer) or requests.of(writer) is None:
                continue
            seen.add((copy.shape, writer))
            words = {"function": writer.function.name, "name": copy.name.rpartition(".")[2], "key": copy.shape}
            steps = (Step(copy.filler, "a miss is filled here"), Step(copy.deleted, "another write deletes the copy here"))
            yield Hit(writer.site, words, "default", Confidence.MEDIUM, related=steps)
