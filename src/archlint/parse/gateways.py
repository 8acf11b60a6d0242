"""Gateway configurations: nginx and Caddy text, Traefik, Kong and Envoy documents → which prefix goes to which host."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.facts.deployment import Upstream
from archlint.parse.gateway_rules import host_of, prefixes_of_rule
from archlint.parse.yaml_tree import Value

_NGINX = re.compile(
    r"""(?P<comment>\#[^\r\n]*)|(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<mark>[{};])|(?P<word>[^\s{};"'\#]+)""",
    re.VERBOSE,
)
_PASSES = frozenset({"proxy_pass", "uwsgi_pass", "fastcgi_pass", "grpc_pass", "scgi_pass"})
_CADDY = re.compile(r"^[ \t]*reverse_proxy[ \t]+(.+?)[ \t]*\{?[ \t]*$", re.MULTILINE)
_CADDY_BLOCK = re.compile(r"^[ \t]*(?:handle|handle_path|route)[ \t]+(\S+)[ \t]*\{", re.MULTILINE)


def read_nginx(text: str) -> tuple[Upstream, ...]:
    """Each `location … { proxy_pass … }`; the name of an `upstream` block is replaced by its first server."""
    servers: dict[str, str] = {}
    found: list[Upstream] = []
    blocks: list[list[str]] = []
    words: list[str] = []
    start = 0
    for token in _NGINX.finditer(text):
        if token["comment"]:
            continue
        mark = token["mark"]
        if mark is None:
            start = start if words else token.start()
            words.append(token.group().strip("\"'"))
        elif mark == "{":
            blocks.append(words)
            words = []
        else:
            if mark == ";" and len(words) > 1:
                _server(words, blocks, servers)
                found += _pass(words, blocks, start, token.start())
            elif mark == "}" and blocks:
                blocks.pop()
            words = []
    return tuple(Upstream(u.at, u.end, u.gateway, u.prefix, servers.get(u.target, u.target)) for u in found if u.target)


def _server(words: list[str], blocks: list[list[str]], servers: dict[str, str]) -> None:
    if words[0] == "server" and blocks and blocks[-1][:1] == ["upstream"] and len(blocks[-1]) > 1:
        servers.setdefault(blocks[-1][1], host_of(words[1]))


def _pass(words: list[str], blocks: list[list[str]], at: int, end: int) -> Iterator[Upstream]:
    if words[0] in _PASSES:
        location = next((block for block in reversed(blocks) if block[:1] == ["location"]), [])
        yield Upstream(at, end, "nginx", location[-1] if len(location) > 1 else "/", host_of(words[1]))


def read_caddy(text: str) -> tuple[Upstream, ...]:
    """Each `reverse_proxy [matcher] host…` of a Caddyfile, under the last `handle` block that began before it."""
    blocks = [(match.start(), match[1].rstrip("*") or "/") for match in _CADDY_BLOCK.finditer(text)]
    found = []
    for match in _CADDY.finditer(text):
        first, *rest = match[1].split()
        matcher = first if first.startswith(("/", "@", "*")) else ""
        hosts = rest if matcher else [first, *rest]
        prefix = matcher.rstrip("*") or next((p for at, p in reversed(blocks) if at < match.start()), "/")
        found += [Upstream(match.start(1), match.end(1), "caddy", prefix, host) for h in hosts[:1] if (host := host_of(h))]
    return tuple(found)


def read_document(document: Value) -> tuple[Upstream, ...]:
    """The routes of one YAML document of Traefik's file provider, Kong's declarative format or Envoy; else nothing."""
    if document.get("http", "routers") is not None:
        return tuple(_traefik(document))
    if document.get("_format_version") is not None:
        return tuple(_kong(document))
    if document.get("static_resources") is not None:
        return tuple(_envoy(document))
    return ()


def _traefik(document: Value) -> Iterator[Upstream]:
    routers = document.get("http", "routers")
    for _, key, router in routers.items() if routers else ():
        service = router.text_of("service")
        servers = document.get("http", "services", service, "loadBalancer")
        targets = [host_of(server.text_of("url")) for server in servers.each("servers")] if servers else []
        for prefix in prefixes_of_rule(router.text_of("rule")):
            target = (targets or [service.partition("@")[0]])[0]
            if target:
                yield Upstream(key.at, key.end, "traefik", prefix, target)


def _kong(document: Value) -> Iterator[Upstream]:
    for service in document.each("services"):
        target = service.text_of("host") or host_of(service.text_of("url"))
        for route in service.each("routes"):
            for path in list(route.each("paths")):
                if target:
                    yield Upstream(path.at, path.end, "kong", path.scalar, target)


def _envoy(document: Value) -> Iterator[Upstream]:
    for name, _, value, _ in document.walk():
        if name != "routes":
            continue
        for route in value.elements():
            prefix = route.text_of("match", "prefix") or route.text_of("match", "path") or "/"
            target = route.text_of("route", "cluster")
            if target:
                yield Upstream(route.at, route.end, "envoy", prefix, target)
