"""The files that `archlint init` would change, with their texts before and after; and writing them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archlint import __version__
from archlint.adapters.own_files import check_writable, read_own, write_own
from archlint.engine.config import ConfigError, settings_of, table_of
from archlint.engine.setup import ci, pre_commit
from archlint.engine.setup.choice import Choice, Extras, changes_of
from archlint.engine.setup.config_text import edited
from archlint.facts.settings import Settings
from archlint.report.proposal import diff

OWN, SHARED = "archlint.toml", "pyproject.toml"


@dataclass(frozen=True)
class Planned:
    """A file of the project with its text before (None: there is none) and after."""

    name: str
    before: str | None
    after: str


@dataclass(frozen=True)
class Plan:
    """`remarks`: files that are left as they are, with what to write by hand, in lines."""

    files: tuple[Planned, ...]
    remarks: tuple[str, ...] = ()

    @property
    def patch(self) -> str:
        return "".join(diff(file.name, file.before, file.after) for file in self.files)

    def write(self, root: Path) -> None:
        """Each file whole, and none if one of them must not be written. Raises FileRefusedError."""
        for file in self.files:
            check_writable(root, file.name, file.before)
        for file in self.files:
            write_own(root, file.name, file.before, file.after)


class Planner:
    """Knows the configuration file as it was when the command began.

    Raises ConfigError and FileRefusedError for one that cannot be read or changed, before the project is looked at.
    """

    def __init__(self, root: Path, settings: Settings, config: Path | None) -> None:
        self.root = root
        self._settings = settings
        self.file = self._file_to_write(config)
        self.before = read_own(root, self.file)
        edited(self.file, self.before or "", {"style": "auto"})

    def _file_to_write(self, config: Path | None) -> str:
        if config is not None:
            if not config.resolve().is_relative_to(self.root):
                raise ConfigError([f"--config: {config}: not inside the project {self.root}"])
            return config.resolve().relative_to(self.root).as_posix()
        has_own, has_shared = (read_own(self.root, name) is not None for name in (OWN, SHARED))
        return SHARED if has_shared and not has_own else OWN

    def plan(self, choice: Choice, extras: Extras) -> Plan:
        """Raises ConfigError where the configuration cannot say what was chosen."""
        files: list[Planned] = []
        remarks: list[str] = []
        after = self._config(choice)
        if after != (self.before or ""):
            files.append(Planned(self.file, self.before, after))
        if extras.pre_commit:
            self._hook(files, remarks)
        if extras.ci:
            self._job("github" if extras.ci == "github" else "gitlab", files, remarks)
        return Plan(tuple(files), tuple(remarks))

    def _config(self, choice: Choice) -> str:
        changes = changes_of(choice, self._settings)
        after = edited(self.file, self.before or "", changes)
        table = table_of(self.file, after.removeprefix("\ufeff")) if changes else None
        if table is not None and changes_of(choice, settings_of(table, self.file)):
            raise ConfigError([f"{self.file}: what would be written does not say what was chosen; nothing is written"])
        return after

    def _hook(self, files: list[Planned], remarks: list[str]) -> None:
        name = pre_commit.PATH
        before = read_own(self.root, name)
        after = pre_commit.with_hook(before)
        if after is None:
            remarks.append(f"{name}: cannot be changed by adding lines alone; add to its `repos`:")
            remarks += [f"    {line}" for line in pre_commit.SNIPPET.splitlines()[1:]]
        elif after == before:
            remarks.append(f"{name}: has the hook already")
        else:
            files.append(Planned(name, before, after))

    def _job(self, host: ci.Host, files: list[Planned], remarks: list[str]) -> None:
        name, text = ci.PATHS[host], ci.snippet(host, __version__)
        before = read_own(self.root, name)
        if before is None:
            files.append(Planned(name, None, text))
        elif "archlint" in before:
            remarks.append(f"{name}: runs archlint already")
        else:
            remarks.append(f"{name}: is there already; add this job:")
            remarks += [f"    {line}" for line in text.splitlines()]

    def ci_host(self) -> ci.Host | None:
        """Whose CI the project has, as its files and its remote tell."""
        files = [name for name in (".github/workflows", ".gitlab-ci.yml") if (self.root / name).exists()]
        try:
            config = (self.root / ".git/config").read_bytes()[:100_000].decode("utf-8", "replace")
        except OSError:
            config = ""
        return ci.host_of(files, config)
