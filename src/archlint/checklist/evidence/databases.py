"""Services and the databases that their deployment files give them."""

from __future__ import annotations

from archlint.checklist.found import Found, Subject
from archlint.project import Project
from archlint.project.services.service_databases import Address, addresses


def find(project: Project) -> Found:
    """A subject a service with a database; two that resolve to the same one are refuted.

    Not applicable with fewer than two services, manual where an address is made up of variables."""
    found = project.services.all
    if len(found) < 2:
        return Found(not_applicable="fewer than two services, so no database can be shared between services")
    given = addresses(found)
    if len({address.service.name for address in given}) < 2:
        return Found(not_applicable="fewer than two services are given the address of a database")
    owners: dict[str, set[str]] = {}
    for address in given:
        owners.setdefault(address.database, set()).add(address.service.name)
    subjects = tuple(_subject(address, owners) for address in given)
    unresolved = sorted({address.service.name for address in given if address.is_unresolved})
    if unresolved and not any(subject.refutation for subject in subjects):
        return Found(subjects, manual=f"the database of {', '.join(unresolved)} is not written in the files")
    return Found(subjects)


def _subject(address: Address, owners: dict[str, set[str]]) -> Subject:
    service, database = address.service, address.database
    if not database:
        return Subject(f"{service.name} with an address that is not written out", service.site)
    others = sorted(owners[database] - {service.name})
    if others:
        return Subject(service.name, service.site, refutation=f"shares the database {database} with {', '.join(others)}")
    return Subject(service.name, service.site, proof=f"has the database {database} to itself")
