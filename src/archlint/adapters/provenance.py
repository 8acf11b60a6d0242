"""Which version of which repository a folder is, read from git's own files; git itself is not run."""

from __future__ import annotations

import re
from configparser import ConfigParser, Error
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from archlint.facts.findings import Provenance

_SCP = re.compile(r"^(?:[^@/]+@)?([^:/]+):(?!/)(.+)$")


def read_provenance(folder: Path) -> Provenance | None:
    """The repository that `folder` is in; None where there is none, it has no remote, or its files cannot be read."""
    try:
        git = _git_directory(folder)
        if git is None:
            return None
        uri = _remote(git)
        return Provenance(uri=uri, revision=_revision(git), branch=_branch(git)) if uri else None
    except (OSError, UnicodeDecodeError, Error):
        return None


def _git_directory(folder: Path) -> Path | None:
    for parent in (folder, *folder.parents):
        found = parent / ".git"
        if found.is_dir():
            return found
        if found.is_file():  # a worktree or submodule: `gitdir: <path>`
            target = Path(found.read_text("utf-8").partition("gitdir:")[2].strip())
            return target if target.is_absolute() else parent / target
    return None


def _common(git: Path) -> Path:
    """Worktrees keep their configuration and references in the main repository's directory."""
    pointer = git / "commondir"
    return (git / pointer.read_text("utf-8").strip()).resolve() if pointer.is_file() else git


def _remote(git: Path) -> str:
    config = ConfigParser(strict=False, interpolation=None, allow_no_value=True)
    lines = (_common(git) / "config").read_text("utf-8").splitlines()
    # git indents keys, and ConfigParser takes an indented line for a continuation.
    config.read_string("\n".join(line.strip() for line in lines))
    remotes = [section for section in config.sections() if section.startswith("remote ")]
    chosen = next((s for s in remotes if s == 'remote "origin"'), next(iter(sorted(remotes)), None))
    return _web_address(config.get(chosen, "url", fallback="") or "") if chosen else ""


def _web_address(url: str) -> str:
    """An absolute address with no credentials; empty for a local path."""
    scp = _SCP.match(url) if "://" not in url else None
    if scp:
        return f"https://{scp[1]}/{scp[2]}"
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in ("http", "https", "ssh", "git"):
        return ""
    scheme = parts.scheme if parts.scheme in ("http", "https") else "https"
    host = parts.hostname + (f":{parts.port}" if parts.port and scheme == parts.scheme else "")
    return urlunsplit((scheme, host, parts.path, "", ""))


def _head(git: Path) -> str:
    return (git / "HEAD").read_text("utf-8").strip()


def _branch(git: Path) -> str:
    return _head(git).removeprefix("ref: refs/heads/") if _head(git).startswith("ref: refs/heads/") else ""


def _revision(git: Path) -> str:
    head = _head(git)
    if not head.startswith("ref: "):
        return head
    name, common = head.removeprefix("ref: "), _common(git)
    loose = common / name
    if loose.is_file():
        return loose.read_text("utf-8").strip()
    packed = common / "packed-refs"
    if packed.is_file():
        for line in packed.read_text("utf-8").splitlines():
            commit, _, ref = line.partition(" ")
            if ref == name:
                return commit
    return ""
