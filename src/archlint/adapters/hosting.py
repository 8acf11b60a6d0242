"""The build server around a run: where its job's page is written, and where a repository's files are to be seen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

MOST_OF_A_SUMMARY = 1_000_000
"""Bytes: GitHub drops a step's summary above 1 MiB."""


def job_summary(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The file that GitHub shows on the job's page; None elsewhere."""
    named = environment.get("GITHUB_STEP_SUMMARY")
    return Path(named) if named else None


def room_in(summary: Path) -> int:
    """Bytes that may be added to the summary."""
    try:
        return max(MOST_OF_A_SUMMARY - summary.stat().st_size, 0)
    except OSError:
        return MOST_OF_A_SUMMARY


def append(path: Path, text: str) -> None:
    """Adds text to a file that other steps write to as well. Raises OSError."""
    with path.open("ab") as file:
        file.write(text.encode("utf-8", "replace"))


def folder_in_repository(root: Path) -> str:
    """The project's folder as seen from its repository, with a closing slash; empty where the two are one."""
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            inside = root.relative_to(folder).as_posix()
            return "" if inside == "." else f"{inside}/"
    return ""


def file_links(environment: Mapping[str, str] = os.environ) -> str:
    """The address of the revision's files, up to the path, as the build server's variables give it; empty elsewhere."""
    if environment.get("GITHUB_REPOSITORY") and environment.get("GITHUB_SHA"):
        server = environment.get("GITHUB_SERVER_URL", "https://github.com")
        return _web(f"{server}/{quote(environment['GITHUB_REPOSITORY'])}/blob/{quote(environment['GITHUB_SHA'])}/")
    if environment.get("CI_PROJECT_URL") and environment.get("CI_COMMIT_SHA"):
        return _web(f"{environment['CI_PROJECT_URL']}/-/blob/{quote(environment['CI_COMMIT_SHA'])}/")
    return ""


def _web(address: str) -> str:
    return address if urlsplit(address).scheme in ("http", "https") else ""
