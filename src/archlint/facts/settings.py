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


class Linted(Struct, frozen=True, kw_only=True):
    """How a contract that another linter's configuration states counts imports, told by that file (import-linter).

    Modules are what lies below `root_packages`, looked up from `folder` (the configuration's); tests and migrations are
    among them. `type_checking`: imports that only a type checker reads count. `external`: packages outside are there too.
    `unmatched`: the severity of an exception that no import needs, `off` for none.
    """

    path: str
    folder: str
    root_packages: tuple[str, ...]
    type_checking: bool = True
    external: bool = False
    unmatched: Literal["error", "note", "off"] = "error"


ContractKind = Literal["layers", "forbidden", "independence", "acyclic", "external", "protected", "private"]


class Contract(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dependency contract.

    layers: `layers` from outermost (may import all below) to innermost; `a | b` are independent siblings, `a : b` siblings
    that may use each other, `(a)` is optional; with `containers` the layers are relative to each container, and `exhaustive`
    wants each child of a container in a layer or in `exhaustive_ignores`.
    forbidden: modules below `source` must not reach those below `forbidden`.
    independence: no two of `modules` reach each other.
    acyclic: the children of `modules`, and theirs down to `depth`, do not import each other in a circle; `skip` names
    packages that are not looked into.
    external: modules below `source` may import only the third-party packages in `allowed` (of those the contract's
    `packages` names; empty: all).
    protected: only `importers` import `modules` directly.
    private: a module below `modules` whose name starts with `_` is imported only from within the package that holds it.

    `as_packages`: a module stands for all below it too (forbidden, protected).  `guidance`: what to do about a breach.
    `linted`: the contract is another linter's.
    """

    name: str
    kind: ContractKind
    layers: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    exhaustive: bool = False
    exhaustive_ignores: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    depth: int = 10
    skip: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    importers: tuple[str, ...] = ()
    indirect: bool = True
    as_packages: bool = True
    allow: tuple[Allow, ...] = ()
    guidance: str = ""
    linted: Linted | None = None


class Misread(Struct, frozen=True, kw_only=True):
    """What another linter's configuration says and archlint does not judge. `bad`: that linter could not either.
    `contract`: its name; empty where the file as a whole is meant."""

    path: str
    reason: str
    contract: str = ""
    bad: bool = False


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
    import_linter: bool = True
    """Contracts of import-linter's configurations are judged too."""
    misread: tuple[Misread, ...] = ()
    requirements: tuple[str, ...] = ()
    """Distributions that the program needs, as its manifests say; no key of the configuration."""
    dialect: str | None = None
    services: dict[str, str] = {}
    """Service name → its folder."""
    baseline: str = "archlint-baseline.json"
    """The file that lists old findings; empty: none."""
    config_path: str | None = None
    fixed: tuple[str, ...] = ()
    """Keys that the command line has set; configurations further down do not change them."""
