"""Services and the databases that their deployment files give them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from archlint.checklist.found import Found, Subject
from archlint.checklist.services import Service, services
from archlint.project import Project

_VARIABLE = re.compile(r"(DATABASE|DB|POSTGRES|PG|MYSQL|SQLALCHEMY|MONGO)\w*_(URL|URI|DSN)|DATABASE_URL|DSN", re.I)


def find(project: Project) -> Found:
    """A subject a service with a database; two that resolve to the same one are refuted.

    Not applicable with fewer than two services, manual where an address is made up of variables."""
    found = services(project)
    if len(found) < 2:
        return Found(not_applicable="fewer than two services, so no database can be shared between services")
    addresses = [(service, dsn) for service in found for dsn in _dsns(service)]
    if len({service.name for service, _ in addresses}) < 2:
        return Found(not_applicable="fewer than two services are given the address of a database")
    unresolved = sorted({service.name for service, dsn in addresses if "$" in dsn or not _database(dsn)})
    owners: dict[str, set[str]] = {}
    for service, dsn in addresses:
        owners.setdefault(_database(dsn), set()).add(service.name)
    subjects = tuple(_subject(service, dsn, owners) for service, dsn in addresses)
    if unresolved and not any(s.refutation for s in subjects):
        return Found(subjects, manual=f"the database of {', '.join(unresolved)} is not written in the files")
    return Found(subjects)


def _dsns(service: Service) -> list[str]:
    return sorted({v for _, d in service.deployables for name, v in d.environment if _VARIABLE.fullmatch(name) and v})


def _database(dsn: str) -> str:
    """host:port/database, without driver and credentials; empty where any of it is a variable."""
    try:
        parts = urlsplit(dsn)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if not host or "$" in dsn or not parts.path.strip("/"):
        return ""
    return f"{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def _subject(service: Service, dsn: str, owners: dict[str, set[str]]) -> Subject:
    database = _database(dsn)
    others = sorted(owners[database] - {service.name}) if database else []
    if others:
        return Subject(service.name, service.site, refutation=f"shares the database {database} with {', '.join(others)}")
    if database:
        return Subject(service.name, service.site, proof=f"has the database {database} to itself")
    return Subject(f"{service.name} with an address that is not written out", service.site)
