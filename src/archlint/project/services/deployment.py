"""How the project is deployed: what runs, the probes that ask it, and which of its scripts they run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.deployment import RPC_HEALTH, Deployable, DeploymentFacts, Probe, Upstream
from archlint.facts.findings import Site
from archlint.project.routes.scripts import asked_urls

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_NOT_DEPLOYED = re.compile(
    r"(^|/)((unit|integration|functional|e2e)?[_-]?tests?|testing|fixtures?|test_?data|examples?|samples?|docs?|node_modules|vendor|third_party|benchmarks?)(/|$)"
)
_SCRIPT = re.compile(r"[\w./${}-]*?([\w-]+\.py)\b")
_OWN_COMMAND = re.compile(r"\bpython[\d.]*\b|manage\.py")
_MODULE = re.compile(r"\s-m\s+([A-Za-z_][\w.]*)")


@dataclass(frozen=True, slots=True)
class Check:
    """A probe in a file. `paths`: the URL paths it asks for, also through a script of the project that it runs;
    `script` is that script."""

    file: str
    probe: Probe
    paths: tuple[str, ...]
    script: Module | None = field(default=None, compare=False, repr=False)

    @property
    def site(self) -> Site:
        return Site(self.file, self.probe.at, self.probe.end)


class Deployment:
    """The deployment files that are the project's own: those of tests, examples and documentation are left out."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.files: dict[str, DeploymentFacts] = {
            path: facts
            for path, facts in project.deployment_files.items()
            if facts.kind != "other" and not _NOT_DEPLOYED.search(path.rpartition("/")[0])
        }

    @cached_property
    def deployables(self) -> tuple[tuple[str, Deployable], ...]:
        """(file, what it runs)."""
        return tuple((path, d) for path, facts in self.files.items() for d in facts.deployables)

    @cached_property
    def upstreams(self) -> tuple[tuple[str, Upstream], ...]:
        return tuple((path, u) for path, facts in self.files.items() for u in facts.upstreams)

    @cached_property
    def commands(self) -> tuple[tuple[str, str], ...]:
        """(file, command) of everything that is run."""
        return tuple((path, d.command) for path, d in self.deployables if d.command)

    @cached_property
    def probes(self) -> tuple[Check, ...]:
        """Every probe, those of databases and other third parties too."""
        return tuple(self._check(path, probe) for path, facts in self.files.items() for probe in facts.probes)

    def _check(self, path: str, probe: Probe) -> Check:
        if probe.path:
            return Check(path, probe, (probe.path,))
        script = self._script(path, probe.command)
        paths = asked_urls(script) if script is not None else ()
        return Check(path, probe, paths, script)

    def _script(self, path: str, command: str) -> Module | None:
        """The Python file of the project that a command runs: the one nearest to the deployment file."""
        names = list(_SCRIPT.findall(command))
        names += [dotted.rpartition(".")[2] + ".py" for dotted in _MODULE.findall(command)]
        for name in names:
            found = [m for m in self._project.modules.all if m.path.rpartition("/")[2] == name and not m.is_test]
            if found:
                return min(found, key=lambda m: (-len(_common(m.path, path)), m.path))
        return None

    def owns(self, check: Check) -> bool:
        """Is it the project's own program that is probed? A Dockerfile's is; a service that is built here, or whose
        path one of our scripts asks, too; an image from elsewhere (a database) is not."""
        facts = self.files[check.file]
        if facts.kind == "dockerfile" or check.script is not None:
            return True
        owner = [d for d in facts.deployables if d.name == check.probe.owner]
        if facts.kind == "kubernetes":
            return bool(check.paths) or self.runs_in(check) or bool(_OWN_COMMAND.search(check.probe.command))
        return any(d.build for d in owner)

    def runs_in(self, check: Check) -> bool:
        """Does a probe without a URL run something of the program: a script of the project, the command of its image,
        the health protocol? Another service's tool (`celery status`) or an open port does not."""
        return check.script is not None or self.files[check.file].kind == "dockerfile" or check.probe.command == RPC_HEALTH

    def environment(self) -> Iterator[tuple[str, str, str]]:
        """(file, name, value) of all environment variables that deployment files give."""
        for path, facts in self.files.items():
            yield from ((path, name, value) for name, value, _ in facts.variables)
            yield from ((path, name, value) for d in facts.deployables for name, value in d.environment)


def _common(a: str, b: str) -> list[str]:
    shared = []
    for left, right in zip(a.split("/"), b.split("/"), strict=False):
        if left != right:
            break
        shared.append(left)
    return shared
