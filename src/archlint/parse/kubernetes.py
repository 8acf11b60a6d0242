"""Kubernetes manifests (also as Helm templates, with what their holes hide left out): workloads, probes, routes."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.facts.deployment import RPC_HEALTH, Deployable, DeploymentFacts, Probe, Upstream
from archlint.parse.gateway_rules import prefixes_of_rule
from archlint.parse.probe_command import asked_by
from archlint.parse.yaml_tree import Value

_POD_SPEC = {"Pod": ("spec",), "CronJob": ("spec", "jobTemplate", "spec", "template", "spec")}
_TEMPLATE = ("spec", "template", "spec")
_PROBES = (("livenessProbe", "liveness"), ("readinessProbe", "readiness"), ("startupProbe", "startup"))
_AUTOSCALERS = frozenset({"HorizontalPodAutoscaler", "ScaledObject"})


def is_manifest(document: Value) -> bool:
    """An object of a cluster: it says its API version and kind."""
    return document.get("apiVersion") is not None and document.get("kind") is not None


def read_manifests(documents: list[Value]) -> DeploymentFacts:
    """The objects of all documents; a List's items count as documents."""
    deployables: list[Deployable] = []
    probes: list[Probe] = []
    upstreams: list[Upstream] = []
    autoscaled: list[str] = []
    for document in documents:
        for item in list(document.each("items")) if document.text_of("kind") == "List" else [document]:
            kind = item.text_of("kind")
            name = item.text_of("metadata", "name")
            if kind in _AUTOSCALERS:
                autoscaled += [target] if (target := item.text_of("spec", "scaleTargetRef", "name")) else []
            upstreams += _upstreams(kind, item)
            spec = item.get(*_POD_SPEC.get(kind, _TEMPLATE))
            if spec is None:
                continue
            replicas = item.get("spec", "replicas")
            containers = list(spec.each("containers"))
            for container in containers:
                owner = name if len(containers) == 1 else f"{name}/{container.text_of('name')}"
                deployables.append(_deployable(owner, container, replicas.number if replicas else None))
                probes += read_probes(owner, container)
    return DeploymentFacts("kubernetes", tuple(deployables), tuple(probes), tuple(upstreams), tuple(autoscaled))


def _deployable(owner: str, container: Value, replicas: int | None) -> Deployable:
    parts = [part.scalar for key in ("command", "args") for part in container.each(key)]
    place = container.get("name") or container
    return Deployable(
        at=place.at,
        end=place.end,
        name=owner,
        source="kubernetes",
        image=container.text_of("image"),
        command=" ".join(parts),
        ports=tuple(port.text_of("containerPort") for port in container.each("ports")),
        environment=tuple(sorted((pair.text_of("name"), pair.text_of("value")) for pair in container.each("env"))),
        replicas=replicas,
    )


def read_probes(owner: str, container: Value) -> Iterator[Probe]:
    """The probes of a mapping that holds `livenessProbe` and its kin (a container, or a chart's values)."""
    named = {port.text_of("name"): port.text_of("containerPort") for port in container.each("ports")}
    for key, kind in _PROBES:
        found = container.get(key)
        if found is None or not found.is_mapping:
            continue
        path, port, command = _asked(found)
        yield Probe(found.at, found.end, kind, owner, path, named.get(port, port), command)  # type: ignore[arg-type] # one of _PROBES


def _asked(probe: Value) -> tuple[str, str, str]:
    """(URL path, port, command) of a probe."""
    http = probe.get("httpGet")
    if http is not None:
        path = http.get("path")
        if path is not None and path.has_hole:
            return "", "", ""
        return (path.scalar if path else "") or "/", http.text_of("port"), ""
    for key, word in (("grpc", RPC_HEALTH), ("tcpSocket", "tcp")):
        other = probe.get(key)
        if other is not None:
            return "", other.text_of("port"), word
    command = " ".join(part.scalar for part in probe.each("exec", "command"))
    asked = asked_by(command)
    return asked.path, asked.port, command


def _upstreams(kind: str, item: Value) -> Iterator[Upstream]:
    match kind:
        case "Ingress":
            yield from _ingress(item)
        case "HTTPRoute" | "GRPCRoute":
            for rule in item.each("spec", "rules"):
                prefixes = [match.text_of("path", "value") or "/" for match in rule.each("matches")] or ["/"]
                yield from _pairs("gateway-api", rule, prefixes, [b.text_of("name") for b in rule.each("backendRefs")])
        case "IngressRoute":
            for route in item.each("spec", "routes"):
                prefixes = list(prefixes_of_rule(route.text_of("match")))
                yield from _pairs("traefik", route, prefixes, [s.text_of("name") for s in route.each("services")])
        case "VirtualService":
            for http in item.each("spec", "http"):
                matches = list(http.each("match"))
                prefixes = [m.text_of("uri", "prefix") or m.text_of("uri", "exact") or "/" for m in matches] or ["/"]
                targets = [route.text_of("destination", "host") for route in http.each("route")]
                yield from _pairs("istio", http, prefixes, targets)


def _ingress(item: Value) -> Iterator[Upstream]:
    default = item.get("spec", "defaultBackend") or item.get("spec", "backend")
    if default is not None:
        yield from _pairs("ingress", default, ["/"], [_backend(default)])
    for rule in item.each("spec", "rules"):
        for path in rule.each("http", "paths"):
            backend = path.get("backend")
            if backend is not None:
                yield from _pairs("ingress", path, [path.text_of("path") or "/"], [_backend(backend)])


def _backend(backend: Value) -> str:
    return backend.text_of("service", "name") or backend.text_of("serviceName")


def _pairs(gateway: str, place: Value, prefixes: list[str], targets: list[str]) -> Iterator[Upstream]:
    for prefix in prefixes:
        for target in targets:
            if target:
                yield Upstream(place.at, place.end, gateway, prefix, target)
