"""Deployment files → facts: Dockerfiles, compose, Kubernetes, gateway configurations, Procfiles, .env samples."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.facts.deployment import Deployable, DeploymentFacts, Probe
from archlint.facts.text import LineIndex
from archlint.parse import compose, gateways, kubernetes
from archlint.parse.deployment_names import DOCKERFILE, ENV, GATEWAY, PROCFILE, YAML
from archlint.parse.dockerfile import read_dockerfile
from archlint.parse.yaml_tree import MAX_LENGTH, Value, YamlError, read_documents

_PROCESS = re.compile(r"^[ \t]*([A-Za-z][\w-]*)[ \t]*:[ \t]*(\S[^\r\n]*?)[ \t]*$", re.MULTILINE)
_VARIABLE = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.]*)[ \t]*=[ \t]*([^\r\n]*?)[ \t]*$", re.MULTILINE)
_WORTH_READING = re.compile(
    r"^\s*(?:apiVersion|services|static_resources|_format_version|(?:liveness|readiness|startup)Probe|routers|[Hh]ealthCheckPath)\s*:",
    re.MULTILINE,
)


def read(path: str, text: str) -> DeploymentFacts:
    """What a deployment file says. Pure, never raises: what is no deployment file, or broken, is of kind `other`."""
    if len(text) > MAX_LENGTH or "\x00" in text:
        return DeploymentFacts("other")
    facts = _read(path.rpartition("/")[2], path, text)
    return _with_lines(facts, text) if facts.kind != "other" else facts


def _read(name: str, path: str, text: str) -> DeploymentFacts:
    if name.lower().endswith(YAML):
        return _read_yaml(text)
    if DOCKERFILE.fullmatch(name):
        return read_dockerfile(path, text)
    if PROCFILE.fullmatch(name):
        return _read_procfile(text)
    if ENV.fullmatch(name):
        return _read_environment(text)
    if GATEWAY.fullmatch(name):
        upstreams = gateways.read_caddy(text) if name.lower().startswith("caddyfile") else gateways.read_nginx(text)
        return DeploymentFacts("gateway", upstreams=upstreams) if upstreams else DeploymentFacts("other")
    return DeploymentFacts("other")


def _read_yaml(text: str) -> DeploymentFacts:
    if not _WORTH_READING.search(text):
        return DeploymentFacts("other")
    try:
        documents = read_documents(text)
    except YamlError:
        return DeploymentFacts("other")
    manifests = [document for document in documents if kubernetes.is_manifest(document)]
    if manifests:
        return kubernetes.read_manifests(manifests)
    composed = [document for document in documents if compose.is_compose(document)]
    if composed:
        return compose.read_compose(composed[0])
    upstreams = tuple(upstream for document in documents for upstream in gateways.read_document(document))
    if upstreams:
        return DeploymentFacts("gateway", upstreams=upstreams)
    probes = tuple(probe for document in documents for probe in (*_values_probes(document), *_balancer_probes(document)))
    return DeploymentFacts("kubernetes", probes=probes) if probes else DeploymentFacts("other")


def _values_probes(document: Value) -> list[Probe]:
    """The probes in a chart's values, whose templates put them into containers; the owner is the section they are in."""
    found: list[Probe] = []
    seen: set[int] = set()
    for name, _, _, around in document.walk():
        holder = around[-1]
        if name.endswith("Probe") and holder.at not in seen:
            seen.add(holder.at)
            found += kubernetes.read_probes("", holder)
    return found


def _balancer_probes(document: Value) -> Iterator[Probe]:
    """What a load balancer asks: a CloudFormation target group's `HealthCheckPath`, a Render service's `healthCheckPath`."""
    for name, _, value, _ in document.walk():
        if name.lower() == "healthcheckpath" and value.scalar.startswith("/") and not value.has_hole:
            yield Probe(value.at, value.end, "healthcheck", "", value.scalar, "")


def _read_procfile(text: str) -> DeploymentFacts:
    found = tuple(
        Deployable(match.start(1), match.end(2), match[1], "procfile", command=match[2]) for match in _PROCESS.finditer(text)
    )
    return DeploymentFacts("procfile", deployables=found) if found else DeploymentFacts("other")


def _read_environment(text: str) -> DeploymentFacts:
    found = tuple((match[1], _unquoted(match[2]), match.start(1)) for match in _VARIABLE.finditer(text))
    return DeploymentFacts("env", variables=found) if found else DeploymentFacts("other")


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]:
        return value[1:-1]
    return re.split(r"\s+#", value, maxsplit=1)[0] if not value.startswith("#") else ""


def _with_lines(facts: DeploymentFacts, text: str) -> DeploymentFacts:
    return DeploymentFacts(
        facts.kind,
        facts.deployables,
        facts.probes,
        facts.upstreams,
        facts.autoscaled,
        facts.variables,
        LineIndex.of(text).encode(),
    )
