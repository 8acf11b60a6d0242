"""Which folders are layers, when nobody says so: names propose, imports and contents decide.

Two kinds of projects have layers.  *Contexts* are packages in which two or more different strong words stand side by
side (`catalog/domain`, `catalog/infrastructure`).  *Stacked* packages have weak words (`routes`, `services`, `repos`, or
a `service.py` in every feature) and count only if the imports between them run one way and the upper ones use the
lower ones.  Where there are none, one module that answers requests and the services beside it are a stack, if the one
uses the others.  Everything else has none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archlint.project.layers.layer_contexts import Contexts
from archlint.project.layers.layer_groups import Kinds, Source
from archlint.project.layers.layer_stacks import Stack
from archlint.project.layers.layer_words import Layer
from archlint.project.source.modules import Module

if TYPE_CHECKING:
    from archlint.project.source.imports import ImportGraph


def infer(modules: Sequence[Module], imports: ImportGraph, kinds: Kinds) -> dict[str, Layer]:
    """Module name → layer, for production modules; empty when the project has no layers."""
    by_root: dict[str, list[Module]] = defaultdict(list)
    for module in modules:
        by_root[module.root].append(module)
    found: dict[str, Layer] = {}
    for root in sorted(by_root):
        source = Source(by_root[root], imports, kinds)
        contexts = Contexts(source)
        if contexts.found:
            found |= contexts.layers()
            continue
        for stack in _stacks(source):
            found |= stack
    return found


def _stacks(source: Source) -> list[dict[str, Layer]]:
    """By folders, of each top-level package or of the packages themselves; where there is none, by single modules too."""
    tops = sorted(source.below[""])
    for in_pairs in (False, True):
        stacks = [Stack(source, top, in_pairs=in_pairs).layers() for top in tops]
        if any(stacks):
            return stacks
        whole = Stack(source, "", in_pairs=in_pairs).layers()
        if whole:
            return [whole]
    return []
