"""SVC002: two services are given the same database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.project.service_databases import Address, addresses


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`helpers`: parts of names of services that are processes of another one (workers, migrations, tools)."""

    helpers: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each database that is given to two or more services, a proof for each service that has one to itself."""
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


def _hit(database: str, owners: list[Address], params: Params) -> Hit:
    names = [address.service.name for address in owners]
    full = [a for a in owners if not any(word in a.service.name.lower() for word in params.helpers)]
    nested = any(a.service.folder != b.service.folder and a.service.holds(b.service.folder) for a in owners for b in owners)
    steps = tuple(Step(address.site, f"`{address.service.name}` is given {database}") for address in owners)
    return Hit(
        owners[-1].site,
        {"services": ", ".join(f"`{name}`" for name in names), "database": database},
        confidence=Confidence.HIGH if len(full) > 1 and not nested else Confidence.LOW,
        path=steps,
        anchor=f"{database} {' '.join(sorted(names))}",
    )
