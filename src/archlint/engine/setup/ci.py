"""What runs archlint in a project's CI: a workflow for GitHub, a job for GitLab."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

Host = Literal["github", "gitlab"]
HOSTS: tuple[Host, ...] = ("github", "gitlab")
PATHS: dict[Host, str] = {"github": ".github/workflows/archlint.yml", "gitlab": ".gitlab-ci.yml"}
"""Where it is written; only where no such file is there."""

_GITHUB = """\
name: archlint
on:
  push:
    branches: [{branch}]
  pull_request:
permissions:
  contents: read
  security-events: write  # to upload the findings
jobs:
  archlint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: python -m pip install "archlint=={version}"
      - run: archlint check . --no-cache --output-format sarif --output-file archlint.sarif --exit-zero
      - uses: github/codeql-action/upload-sarif@v3
        if: always() && (github.event_name == 'push' || github.event.pull_request.head.repo.full_name == github.repository)
        with:
          sarif_file: archlint.sarif
          category: archlint
      - run: archlint check . --no-cache --output-format concise
"""
_GITLAB = """\
archlint:
  image: python:3.12
  stage: test
  script:
    - python -m pip install "archlint=={version}"
    - archlint check . --no-cache --output-format gitlab --output-file gl-code-quality-report.json --exit-zero
    - archlint check . --no-cache --output-format concise
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
"""


def snippet(host: Host, version: str, branch: str = "main") -> str:
    """The file's whole text."""
    plain = branch if re.fullmatch(r"[A-Za-z0-9._/-]+", branch) else "main"
    return (_GITHUB if host == "github" else _GITLAB).format(version=version, branch=plain)


def host_of(paths: Collection[str], git_config: str) -> Host | None:
    """Where the project's CI runs: by the files it has, else by its remote's address."""
    if any(path.startswith(".github/") for path in paths):
        return "github"
    if ".gitlab-ci.yml" in paths:
        return "gitlab"
    addresses = re.findall(r"^\s*url\s*=\s*(\S+)", git_config, re.M)
    return next((host for host in HOSTS for address in addresses if re.search(rf"[@/.]{host}\b|\b{host}\.", address)), None)
