"""The modules of a project, the imports between them, and what is wrong with those: what `archlint graph` draws.

Plain records; no logic."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archlint.facts.findings import FindingState, Severity

ImportTime = Literal["load", "call", "typing"]
"""When an import runs: while the module is loaded; when a function is called or the file is run; never, it is for types."""

Role = Literal["production", "test", "migration", "script", "example", "vendored"]


class GraphImport(Struct, frozen=True):
    """One import statement, as far as it takes from one module. `text` is the statement without what it takes from others."""

    line: int
    text: str
    when: ImportTime


class GraphModule(Struct, frozen=True, kw_only=True):
    """`layer` is one of the graph's `layers`, or empty."""

    name: str
    path: str
    is_package: bool = False
    role: Role = "production"
    layer: str = ""


class GraphEdge(Struct, frozen=True):
    """One module imports another; both are indices into the graph's `modules`. `imports` are in source order, never empty."""

    importer: int
    imported: int
    imports: tuple[GraphImport, ...]


class GraphViolation(Struct, frozen=True, kw_only=True):
    """A finding about imports. `edges` and `modules` are indices: the imports it is about, in its own order, and their
    modules; a finding about an import that leaves the project has a module and no edge."""

    rule: str
    name: str
    severity: Severity
    state: FindingState
    message: str
    path: str
    line: int
    edges: tuple[int, ...]
    modules: tuple[int, ...]


class ModuleGraph(Struct, frozen=True, kw_only=True):
    """`modules` are sorted by name, `edges` by their ends, `layers` from the outermost to the innermost.

    `layout` says where the layers come from; `missing` are files that could not be read."""

    modules: tuple[GraphModule, ...]
    edges: tuple[GraphEdge, ...]
    violations: tuple[GraphViolation, ...] = ()
    layers: tuple[str, ...] = ()
    layout: str = ""
    missing: tuple[str, ...] = ()
