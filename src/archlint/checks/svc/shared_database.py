"""SVC002: two services are given the same database, or write the same tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.project.schema.lookups import listed
from archlint.project.services.service_databases import Address, addresses
from archlint.project.services.services import Service
from archlint.project.services.shared_tables import SharedTables, TableOwners


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`helpers`: parts of names of services that are processes of another one (workers, migrations, tools); `servers`: parts of
    the names of images of database servers."""

    helpers: tuple[str, ...]
    servers: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each database that is given to two or more services and for each pair of services that write the same
    tables, a proof for each service that has a database to itself."""
    by_database: dict[str, list[Address]] = defaultdict(list)
    for address in addresses(project.services.all):
        if not address.is_unresolved:
            by_database[address.database].append(address)
    several = len({address.service.folder for given in by_database.values() for address in given}) > 1
    for database, given in sorted(by_database.items()):
        owners = {address.service.folder: address for address in given}
        if len(owners) > 1:
            yield _hit(database, list(owners.values()), params)
        elif several:
            yield Proof(given[0].service.site, f"`{given[0].service.name}` has the database {database} to itself")
    if len(project.services.all) > 1:
        known = {a.service.folder for given in by_database.values() for a in given}
        sharing = [s for s in TableOwners(project).shared() if not {s.owner.folder, s.other.folder} <= known]
        for shared in sharing:
            writers = [s.other for s in sharing if s.owner is shared.owner and not _is_helper(s.other, params)]
            if len(writers) > 1 or not _is_server(project, shared.owner, params):
                yield _tables(shared, params)


def _hit(database: str, owners: list[Address], params: Params) -> Hit:
    names = [address.service.name for address in owners]
    steps = tuple(Step(address.site, f"`{address.service.name}` is given {database}") for address in owners)
    return Hit(
        owners[-1].site,
        {"services": ", ".join(f"`{name}`" for name in names), "database": database},
        confidence=Confidence.HIGH if _are_apart([a.service for a in owners], params) else Confidence.LOW,
        path=steps,
        anchor=f"{database} {' '.join(sorted(names))}",
    )


def _tables(shared: SharedTables, params: Params) -> Hit:
    owner, other = shared.owner, shared.other
    made, written = next(iter(shared.tables.values()))
    sure = shared.is_all and _are_apart([owner, other], params)
    return Hit(
        written,
        {"owner": owner.name, "other": other.name, "tables": listed(shared.tables)},
        "tables",
        Confidence.MEDIUM if sure else Confidence.LOW,
        path=(Step(made, f"`{owner.name}` makes it here"), Step(written, f"`{other.name}` writes it here")),
        anchor=f"{owner.name} {other.name}",
    )


def _is_server(project: Project, service: Service, params: Params) -> bool:
    """The image holds a database server: what it makes at its start belongs to whoever asks it."""
    images = [d.image for path, d in project.deployment.deployables if d.source == "dockerfile" and service.holds(path)]
    return any(word in image.lower() for image in images for word in params.servers)


def _is_helper(service: Service, params: Params) -> bool:
    return any(word in service.name.lower() for word in params.helpers)


def _are_apart(services: list[Service], params: Params) -> bool:
    """Two of them are no helpers of another one, and none stands in another one's folder."""
    full = [s for s in services if not _is_helper(s, params)]
    return len(full) > 1 and not any(a.folder != b.folder and a.holds(b.folder) for a in services for b in services)
