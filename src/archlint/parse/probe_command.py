"""What a health command asks for: the port and the URL path inside `curl -f http://localhost:8000/health || exit 1`."""

from __future__ import annotations

import re
from typing import NamedTuple

_HOST = r"(?:\[[0-9a-fA-F:]+\]|\$?\$?\{?[\w.-]+\}?)"
_PORT = r"(?::(?P<port>\d+|\$?\$?\{[^}]*\}|\$\w+|\ue000+))?"
_PATH = r"(?P<path>/[^\s'\"|;<>)\]`?#]*)?"
_URL = re.compile(rf"https?://(?:[^\s/@'\"]*@)?{_HOST}{_PORT}{_PATH}")
_LOCAL = re.compile(rf"(?<![\w./-])(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]){_PORT}{_PATH}")
_HTTP_TOOL = re.compile(r"\b(?:curl|wget|http|https|httpie|xh)\b")
_HOST_AND_PORT = re.compile(rf"(?<=\s){_HOST}:(?P<port>\d+){_PATH}")
_DEFAULT = re.compile(r"\{\w+:?-(\d+)\}")


class Asked(NamedTuple):
    """A URL path (`/` where the URL has none, empty where no URL is asked) and a port (empty where not told)."""

    path: str
    port: str


def asked_by(command: str) -> Asked:
    """The first URL that a shell command or script line asks for."""
    found = _URL.search(command)
    if found is None and _HTTP_TOOL.search(command):
        found = _LOCAL.search(command) or _HOST_AND_PORT.search(command)
    if found is None:
        return Asked("", "")
    port = found["port"] or ""
    default = _DEFAULT.search(port)
    if default:
        port = default[1]
    return Asked(found["path"] or "/", port if port.isdecimal() else "")
