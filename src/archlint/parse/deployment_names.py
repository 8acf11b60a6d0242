"""Which files may say something about deployment, told by their names: whoever only lists files needs no reader of YAML."""

from __future__ import annotations

import re

DOCKERFILE = re.compile(r"(.*[.-])?(dockerfile|containerfile)([.-].*)?", re.IGNORECASE)
ENV = re.compile(r"\.env(\..+)?|(.+\.)?env(\.(example|sample|template|dist|local|dev|prod))?|.+\.env(\..+)?", re.IGNORECASE)
GATEWAY = re.compile(r"(.*nginx.*|default|.+)\.conf(\.(template|j2|tmpl|in))?|nginx\.conf.*|caddyfile(\..+)?", re.IGNORECASE)
_WORDS = re.compile(r"dockerfile|containerfile|procfile|env|conf|caddyfile", re.IGNORECASE)
"""One of these is in every name that the expressions above match, and in few others: asked first, it is a third of the cost."""
YAML = (".yaml", ".yml", ".yaml.tpl", ".yml.tpl", ".yaml.j2", ".yml.j2")
PROCFILE = re.compile(r"Procfile(\.\w+)?")


def is_candidate(path: str) -> bool:
    """May the file at this path say something about deployment? Told by its name only; `read` looks inside."""
    name = path.rpartition("/")[2]
    if name.endswith((".py", ".pyc", ".md", ".rst", ".sh", ".txt", ".js", ".ts", ".lock")):
        return False
    if name.lower().endswith(YAML):
        return not path.startswith(".github/") and "/.github/" not in path
    return _WORDS.search(name) is not None and any(pattern.fullmatch(name) for pattern in (DOCKERFILE, PROCFILE, ENV, GATEWAY))
