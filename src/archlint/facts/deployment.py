"""What deployment files say: probes, services, images. One record a file; offsets are into the decoded text."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

RPC_HEALTH = "rpc health protocol"
"""The command of a probe that speaks gRPC's health protocol."""

DATABASE_PORTS = {"postgres": 5432, "postgresql": 5432, "mysql": 3306, "mariadb": 3306, "mongodb": 27017}
"""Scheme of a database's URL → the port where none is written."""


class Probe(Struct, frozen=True, array_like=True, gc=False):
    """A health probe. `path` is the URL path it asks for (empty when it runs a command that asks none)."""

    at: int
    end: int
    kind: Literal["liveness", "readiness", "startup", "healthcheck"]
    owner: str
    """The container, compose service or image stage."""
    path: str
    port: str
    command: str = ""


class Deployable(Struct, frozen=True, array_like=True, gc=False):
    """A container that something runs: a compose service, a Kubernetes workload's container, a Dockerfile's last stage."""

    at: int
    end: int
    name: str
    source: Literal["dockerfile", "compose", "kubernetes", "procfile"]
    image: str = ""
    build: str = ""
    """Build context folder, relative to the file."""
    dockerfile: str = ""
    """What the context is built by, relative to it; empty where the file does not say."""
    command: str = ""
    ports: tuple[str, ...] = ()
    """Published ports."""
    environment: tuple[tuple[str, str], ...] = ()
    replicas: int | None = None
    depends_on: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    """The folders at which it has volumes that outlive it and have a name, so that others may mount them."""


class Upstream(Struct, frozen=True, array_like=True, gc=False):
    """A gateway's route to a service: an Ingress, Gateway-API route, nginx `proxy_pass`, Traefik label or file, Kong, Envoy."""

    at: int
    end: int
    gateway: str
    prefix: str
    target: str
    """Host name it forwards to."""


class DeploymentFacts(Struct, frozen=True, array_like=True, gc=False):
    kind: Literal["dockerfile", "compose", "kubernetes", "gateway", "env", "procfile", "other"]
    deployables: tuple[Deployable, ...] = ()
    probes: tuple[Probe, ...] = ()
    upstreams: tuple[Upstream, ...] = ()
    autoscaled: tuple[str, ...] = ()
    """Workloads with a horizontal autoscaler."""
    variables: tuple[tuple[str, str, int], ...] = ()
    """Environment samples: name, value, offset."""
    lines: bytes = b""
