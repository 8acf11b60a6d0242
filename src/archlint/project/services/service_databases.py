"""Which databases the deployment files give the services, as far as the addresses are written out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from archlint.facts.deployment import DATABASE_PORTS
from archlint.facts.findings import Site
from archlint.project.services.services import Service

_VARIABLE = re.compile(r"(DATABASE|DB|POSTGRES|PG|MYSQL|SQLALCHEMY|MONGO)\w*_(URL|URI|DSN)|DATABASE_URL|DSN", re.I)
_SCHEMA = re.compile(r"(?:search_path|schema)=([\w,]+)", re.I)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Address(Struct, frozen=True):
    """What the process at `site` is given as its database. `database`: host, port, database and schema; empty where any
    of it is not written out."""

    service: Service
    site: Site
    dsn: str
    database: str

    @property
    def is_unresolved(self) -> bool:
        return not self.database


def addresses(services: Iterable[Service]) -> tuple[Address, ...]:
    """The addresses of each service, each once, sorted by the service's name and the address."""
    found: dict[tuple[str, str], Address] = {}
    for service in services:
        for path, deployable in service.deployables:
            for name, value in deployable.environment:
                if value and _VARIABLE.fullmatch(name):
                    site = Site(path, deployable.at, deployable.end)
                    found.setdefault((service.name, value), Address(service, site, value, _database(value)))
    return tuple(found[key] for key in sorted(found))


def _database(dsn: str) -> str:
    """host:port/database, without driver and credentials, with the schema if one is named.

    Empty where any of it is a variable, and for the container's own host, which is another one for each."""
    scheme, _, rest = dsn.partition("://")
    dsn = f"{scheme}://{rest.rpartition('@')[2]}"
    try:
        parts = urlsplit(dsn)
        host, port = parts.hostname, parts.port or DATABASE_PORTS.get(parts.scheme.partition("+")[0])
    except ValueError:
        return ""
    name = parts.path.strip("/")
    if not host or "$" in dsn or not name or host in _LOOPBACK:
        return ""
    schema = _SCHEMA.search(unquote(parts.query))
    return f"{host}{f':{port}' if port else ''}/{name}{f' ({schema[1]})' if schema else ''}"
