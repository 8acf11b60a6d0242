"""Services and the databases that their deployment files give them."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from archlint.checklist.found import Found, Subject
from archlint.project import Project
from archlint.project.services import Service

_VARIABLE = re.compile(r"(DATABASE|DB|POSTGRES|PG|MYSQL|SQLALCHEMY|MONGO)\w*_(URL|URI|DSN)|DATABASE_URL|DSN", re.I)

_SCHEMA = re.compile(r"(?:search_path|schema)=([\w,]+)", re.I)
_PORTS = {"postgres": 5432, "postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mongodb": 27017}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def find(project: Project) -> Found:
    """A subject a service with a database; two that resolve to the same one are refuted.

    Not applicable with fewer than two services, manual where an address is made up of variables."""
    found = project.services.all
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
    """host:port/database, without driver and credentials, with the schema if one is named.

    Empty where any of it is a variable, and for the container's own host, which is another one for each."""
    try:
        parts = urlsplit(dsn)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme.partition("+")[0])
    except ValueError:
        return ""
    name = parts.path.strip("/")
    if not host or "$" in dsn or not name or host in _LOOPBACK:
        return ""
    schema = _SCHEMA.search(unquote(parts.query))
    return f"{host}{f':{port}' if port else ''}/{name}{f' ({schema[1]})' if schema else ''}"


def _subject(service: Service, dsn: str, owners: dict[str, set[str]]) -> Subject:
    database = _database(dsn)
    others = sorted(owners[database] - {service.name}) if database else []
    if others:
        return Subject(service.name, service.site, refutation=f"shares the database {database} with {', '.join(others)}")
    if database:
        return Subject(service.name, service.site, proof=f"has the database {database} to itself")
    return Subject(f"{service.name} with an address that is not written out", service.site)
