"""Contracts as a configuration states them: which keys belong to which kind, and what no contract can mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from archlint.facts.settings import Contract, ContractKind

_EVERY = frozenset({"name", "kind", "allow", "guidance"})
_KEYS: Mapping[ContractKind, tuple[frozenset[str], frozenset[str]]] = {
    "layers": (frozenset({"layers"}), frozenset({"containers", "exhaustive", "exhaustive_ignores"})),
    "forbidden": (frozenset({"source", "forbidden"}), frozenset({"indirect", "as_packages"})),
    "independence": (frozenset({"modules"}), frozenset()),
    "acyclic": (frozenset({"modules"}), frozenset({"depth", "skip"})),
    "external": (frozenset({"source"}), frozenset({"packages", "allowed"})),
    "protected": (frozenset({"modules", "importers"}), frozenset({"as_packages"})),
    "private": (frozenset({"modules"}), frozenset()),
}
"""What each kind needs, and what it may have besides."""

OWN_KEYS = frozenset(name for name in Contract.__struct_fields__ if name != "linted")
"""The keys of a contract in archlint's own configuration."""


def contract_of(table: Mapping[str, Any], fields: Callable[[Any], dict[str, Any]]) -> Contract:
    """A table of `contracts`; `fields` reads its keys. Raises ValueError (a missing name or kind: msgspec's) for one that
    says nothing, or what its kind has no use for."""
    given = fields(table)
    contract = msgspec.convert(given, Contract)
    needed, besides = _KEYS[contract.kind]
    for name in sorted(given.keys() - needed - besides - _EVERY):
        raise ValueError(f"contract `{contract.name}`: `{_key(name)}` is no key of the kind `{contract.kind}`")
    for name in sorted(needed):
        if not getattr(contract, name) and not (contract.kind == "protected" and name == "importers" and name in given):
            raise ValueError(f"contract `{contract.name}`: the kind `{contract.kind}` needs `{_key(name)}`")
    for problem in layer_problems(contract.layers) if contract.layers else ():
        raise ValueError(f"contract `{contract.name}`: {problem}")
    if contract.exhaustive and not contract.containers:
        raise ValueError(f"contract `{contract.name}`: `exhaustive` needs `containers`")
    if contract.depth < 0:
        raise ValueError(f"contract `{contract.name}`: `depth` is less than 0")
    return contract


def _key(field: str) -> str:
    return field.replace("_", "-")


def layer_problems(lines: Sequence[str]) -> Iterator[str]:
    """What is wrong with layers as they are written: names given twice or within each other, siblings of both sorts."""
    names = []
    for line in lines:
        if "|" in line and ":" in line:
            yield f"`{line}` mixes `|` and `:`"
        names += [part.strip("() ") for part in line.replace(":", "|").split("|")]
    if not all(names):
        yield "a layer has no name"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"`{name}` is in the layers twice"
    for outer in sorted(set(names)):
        for inner in sorted(name for name in set(names) if name.startswith(f"{outer}.")):
            yield f"the layer `{outer}` holds the layer `{inner}`"
