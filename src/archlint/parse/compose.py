"""Compose files: services, what they run and need, their health checks, and the gateway labels on them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.facts.deployment import Deployable, DeploymentFacts, Probe, Upstream
from archlint.parse.gateway_rules import prefixes_of_rule
from archlint.parse.probe_command import asked_by
from archlint.parse.yaml_tree import Value

_NAMED_VOLUME = re.compile(r"\w[\w.-]*:(/[^:]+)")
_RULE_LABEL = re.compile(r"traefik\.http\.routers\.[\w.-]+\.rule")


def is_compose(document: Value) -> bool:
    """Does this look like a compose file rather than another YAML with `services` (a workflow, a bundle's config)?"""
    services = document.get("services")
    if services is None or not services.is_mapping or document.get("jobs") is not None:
        return False
    keys = {name for _, _, service in services.items() for name, _, _ in service.items()}
    return bool(keys & {"image", "build", "command", "ports", "depends_on", "extends", "healthcheck"})


def read_compose(document: Value) -> DeploymentFacts:
    """The services of one document."""
    deployables: list[Deployable] = []
    probes: list[Probe] = []
    upstreams: list[Upstream] = []
    services = document.get("services")
    for name, key, service in services.items() if services else ():
        deployables.append(_deployable(name, key, service))
        probes += _probe(name, service)
        upstreams += _labels(name, service)
    # a router for each entry point repeats the same rule
    return DeploymentFacts("compose", tuple(deployables), tuple(probes), tuple(dict.fromkeys(upstreams)))


def _deployable(name: str, key: Value, service: Value) -> Deployable:
    replicas = service.get("deploy", "replicas") or service.get("scale")
    command = " ".join(part for part in (_words(service.get("entrypoint")), _words(service.get("command"))) if part)
    return Deployable(
        at=key.at,
        end=key.end,
        name=name,
        source="compose",
        image=service.text_of("image"),
        build=_build(service.get("build")),
        dockerfile=service.text_of("build", "dockerfile"),
        command=command,
        ports=tuple(_ports(service)),
        environment=tuple(sorted(_pairs(service.get("environment")))),
        replicas=replicas.number if replicas else None,
        depends_on=tuple(_names(service.get("depends_on"))),
        volumes=tuple(_volumes(service)),
    )


def _build(value: Value | None) -> str:
    if value is None:
        return ""
    return (value.text_of("context") or ".") if value.is_mapping else value.scalar


def _words(value: Value | None) -> str:
    if value is None:
        return ""
    return " ".join(item.scalar for item in value.elements()) if value.is_sequence else value.scalar


def _names(value: Value | None) -> Iterator[str]:
    if value is not None:
        yield from (item.scalar for item in value.elements())
        yield from (name for name, _, _ in value.items())


def _ports(service: Value) -> Iterator[str]:
    for port in service.each("ports"):
        yield port.text_of("published") or port.text_of("target") if port.is_mapping else port.scalar


def _volumes(service: Value) -> Iterator[str]:
    """Where named volumes are mounted; a folder of the machine (`./data:/data`) is none."""
    for volume in service.each("volumes"):
        if volume.is_mapping:
            if volume.text_of("type") == "volume" and volume.text_of("source"):
                yield volume.text_of("target")
        elif (named := _NAMED_VOLUME.match(volume.scalar)) is not None:
            yield named[1]


def _pairs(value: Value | None) -> Iterator[tuple[str, str]]:
    """Environment or labels: a mapping, or a list of `NAME=value`."""
    if value is None:
        return
    for item in value.elements():
        name, _, given = item.scalar.partition("=")
        yield name, given
    for key, _, held in value.items():
        yield key, held.scalar


def _probe(name: str, service: Value) -> Iterator[Probe]:
    check = service.get("healthcheck")
    test = check.get("test") if check else None
    if check is None or test is None or check.text_of("disable").lower() == "true":
        return
    words = [item.scalar for item in test.elements()] or [test.scalar]
    if words[0] == "NONE":
        return
    command = " ".join(words[1:] if words[0] in ("CMD", "CMD-SHELL") else words)
    path, port = asked_by(command)
    yield Probe(test.at, test.end, "healthcheck", name, path, port, command)


def _labels(name: str, service: Value) -> Iterator[Upstream]:
    for labels in (service.get("labels"), service.get("deploy", "labels")):
        if labels is None:
            continue
        for label, rule in _pairs(labels):
            if _RULE_LABEL.fullmatch(label):
                for prefix in prefixes_of_rule(rule):
                    yield Upstream(labels.at, labels.end, "traefik", prefix, name)
