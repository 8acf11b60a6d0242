"""The configuration of a run, as the engine, the project and the rules see it. Values only; read by `engine.config`."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archlint.facts.findings import Severity


class Allow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An import that a contract tolerates; both ends may hold `*` (one name) and `**` (any depth)."""

    importer: str
    imported: str
    reason: str


class Contract(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dependency contract.

    layers: `layers` from outermost (may import all below) to innermost; `a | b` are independent siblings, `(a)` is
    optional; with `containers` the layers are relative to each container.
    forbidden: modules below `source` must not reach those below `forbidden`.
    external: modules below `source` may import only the third-party packages in `allowed` (of those the contract's
    `packages` names; empty: all).
    """

    name: str
    kind: Literal["layers", "forbidden", "external"]
    layers: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    exhaustive: bool = False
    source: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    indirect: bool = True
    allow: tuple[Allow, ...] = ()


class LayerMap(Struct, frozen=True, kw_only=True):
    """Configured roles: layer word (domain, application, infrastructure, interface) → package patterns.

    The most exact pattern decides.  `cross_cutting`: packages that are in no layer on purpose, also inside one's.
    """

    domain: tuple[str, ...] = ()
    application: tuple[str, ...] = ()
    infrastructure: tuple[str, ...] = ()
    interface: tuple[str, ...] = ()
    cross_cutting: tuple[str, ...] = ()


class Settings(Struct, frozen=True, kw_only=True):
    """`[tool.archlint]`, checked. Paths and globs are relative to the project's root, with `/`."""

    roots: tuple[str, ...] = ()
    """Source roots; empty: found (src layout, packages at the top, nested projects)."""
    exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    tests: tuple[str, ...] = ()
    """Extra globs of test code."""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    preview: bool = False
    fail_level: Severity = Severity.WARNING
    severity: dict[str, str] = {}
    """Rule id or name → error, warning, note, off."""
    rules: dict[str, dict[str, object]] = {}
    """Rule id or name → parameters that replace the document's."""
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    style: Literal["auto", "clean", "layered", "none"] = "auto"
    layers: LayerMap | None = None
    contracts: tuple[Contract, ...] = ()
    dialect: str | None = None
    services: dict[str, str] = {}
    """Service name → its folder."""
    baseline: str = "archlint-baseline.json"
    """The file that lists old findings; empty: none."""
    config_path: str | None = None
    fixed: tuple[str, ...] = ()
    """Keys that the command line has set; configurations further down do not change them."""
