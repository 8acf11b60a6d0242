"""The two small notations that gateways share: Traefik's router rules and the hosts inside addresses."""

from __future__ import annotations

import re

_PATH_MATCHER = re.compile(r"\bPath(?:Prefix|Regexp)?\(([^)]*)\)")
_QUOTED = re.compile(r"[`'\"]([^`'\"]*)[`'\"]")
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+]*://)?(?:[^/@\s]*@)?(\[[^\]]+\]|[^/:\s?#]+)", re.IGNORECASE)


def prefixes_of_rule(rule: str) -> tuple[str, ...]:
    """The path prefixes of a router rule; one without paths takes everything (`/`), an empty one nothing."""
    found = [path for arguments in _PATH_MATCHER.findall(rule) for path in _QUOTED.findall(arguments)]
    return tuple(found) if found else (("/",) if rule.strip() else ())


def host_of(address: str) -> str:
    """`http://users:8000/api` → `users`; a socket or nothing → empty."""
    if address.startswith(("unix:", "/")):
        return ""
    found = _ADDRESS.match(address.strip())
    return found[1] if found else ""
