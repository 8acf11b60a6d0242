"""The steps of `archlint init`: survey, proposal, the texts of the files, and writing them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from archlint import __version__, app
from archlint.adapters.baseline_file import BaselineFile
from archlint.adapters.own_files import read_own, write_own
from archlint.cli.failing import say
from archlint.engine.baseline_changes import created
from archlint.engine.config import ConfigError, settings_of, table_of
from archlint.engine.setup import ci, pre_commit
from archlint.engine.setup.breaks import breaks
from archlint.engine.setup.choice import Choice, changes_of, layers_contracts, proposal
from archlint.engine.setup.config_text import edited
from archlint.engine.setup.survey import survey
from archlint.engine.setup.wishes import Wishes, with_wishes
from archlint.report import proposal as shown
from archlint.report.escape import encodable, visible


@dataclass(frozen=True)
class Extras:
    """What is written besides the configuration; `ci`: github, gitlab or nothing."""

    baseline: bool = False
    pre_commit: bool = False
    ci: str = ""


@dataclass(frozen=True)
class Planned:
    """A file of the project with its text before (None: there is none) and after."""

    name: str
    before: str | None
    after: str


class Setup:
    """One run of `init` for a project."""

    def __init__(self, found: app.Target, config: Path | None, *, jobs: int | None, use_cache: bool) -> None:
        self.target = found
        self._jobs, self._use_cache = jobs, use_cache
        self.file = self._file_to_write(config)
        self.before = read_own(found.root, self.file)
        edited(self.file, self.before or "", {"style": "auto"})  # a file that cannot be changed ends it before the work

    def _file_to_write(self, config: Path | None) -> str:
        root = self.target.root
        if config is not None:
            if not config.resolve().is_relative_to(root):
                raise ConfigError([f"--config: {config}: not inside the project {root}"])
            return config.resolve().relative_to(root).as_posix()
        own, shared = "archlint.toml", "pyproject.toml"
        return shared if read_own(root, own) is None and read_own(root, shared) is not None else own

    def begin(self, wishes: Wishes, extras: Extras, output_format: str) -> None:
        """Looks at the project and lays the user's wishes over the proposal. Raises ConfigError for a wrong wish."""
        if output_format not in shown.FORMATS:
            raise ConfigError([f"--output-format: `{output_format}` is none of {', '.join(shown.FORMATS)}"])
        if extras.ci and extras.ci not in ci.HOSTS:
            raise ConfigError([f"--ci: `{extras.ci}` is none of {', '.join(ci.HOSTS)}"])
        self.output_format, self.extras = output_format, extras
        project = app.project_of(self.target, jobs=self._jobs, use_cache=self._use_cache)
        self.found = survey(project)
        self.choice = with_wishes(proposal(self.found), self.found, wishes)

    def config_after(self, choice: Choice) -> str:
        """The configuration's text with the choice in it. Raises ConfigError where it cannot be written."""
        settings = self.target.settings
        changes = changes_of(choice, settings)
        after = edited(self.file, self.before or "", changes)
        if changes:
            table = table_of(self.file, after.removeprefix("\ufeff"))
            said = settings_of(table or {}, self.file)
            if changes_of(choice, said):
                raise ConfigError([f"{self.file}: what would be written does not say what was chosen; nothing is written"])
        return after

    def planned(self, choice: Choice, extras: Extras) -> Iterator[Planned]:
        """Every file that changes. What cannot be changed safely is said on standard error, with what to write by hand."""
        after = self.config_after(choice)
        if after != (self.before or ""):
            yield Planned(self.file, self.before, after)
        if extras.pre_commit:
            yield from self._planned_hook()
        if extras.ci:
            yield from self._planned_ci("github" if extras.ci == "github" else "gitlab")

    def _planned_hook(self) -> Iterator[Planned]:
        before = read_own(self.target.root, pre_commit.PATH)
        after = pre_commit.with_hook(before)
        if after is None:
            say(f"{pre_commit.PATH}: cannot be changed by adding lines alone; add to its `repos`:")
            self._say_lines(pre_commit.SNIPPET.partition("\n")[2])
        elif after == before:
            say(f"{pre_commit.PATH}: has the hook already")
        else:
            yield Planned(pre_commit.PATH, before, after)

    def _planned_ci(self, host: ci.Host) -> Iterator[Planned]:
        name, text = ci.PATHS[host], ci.snippet(host, __version__)
        before = read_own(self.target.root, name)
        if before is None:
            yield Planned(name, None, text)
        elif "archlint" in before:
            say(f"{name}: runs archlint already")
        else:
            say(f"{name}: is there already; add this job:")
            self._say_lines(text)

    def _say_lines(self, text: str) -> None:
        for line in text.splitlines():
            say(f"    {line}")

    def finish(self, *, write: bool) -> None:
        """Says what is proposed, shows the change, and writes it if that is wanted."""
        planned = list(self.planned(self.choice, self.extras))
        counted = breaks(self.found.project, self.choice, exactly=True)
        patch = "".join(shown.diff(p.name, p.before, p.after) for p in planned)
        if write:
            self.write(planned)
        if self.output_format == "json":
            change: dict[str, Any] = {
                "file": self.file,
                "changes": changes_of(self.choice, self.target.settings),
                "diff": patch,
                "written": [p.name for p in planned] if write else [],
            }
            app.write(shown.json(self.found, self.choice, counted, change), None)
        else:
            typer.echo(encodable(shown.text(self.found, self.choice, counted)), err=True, nl=False)
            app.write(shown_patch(patch), None)
            self._say_outcome(planned, write=write)
        if write and self.extras.baseline:
            self.write_baseline()

    def write(self, planned: list[Planned]) -> None:
        """Each file whole. Raises FileRefusedError for the first that cannot be written."""
        for file in planned:
            write_own(self.target.root, file.name, file.before, file.after)

    def _say_outcome(self, planned: list[Planned], *, write: bool) -> None:
        for name in layers_contracts(self.target.settings):
            say(f"The layers are written down as the contract `{name}`; they are left as they are.")
        if not planned:
            configured = self.target.settings.config_path is not None
            say(
                f"Nothing changed: {self.file} says all this." if configured else "Nothing to write: the defaults say all this."
            )
        elif write:
            say(f"Written: {', '.join(file.name for file in planned)}. Next: archlint check")
        else:
            say("Nothing is written. To write it: archlint init --yes")
        host = ci.host_of(self._ci_files(), self._git_config())
        hints = (
            []
            if self.extras.baseline or self._has(self.target.settings.baseline)
            else ["--baseline accepts what is found today"]
        )
        hints += [] if self.extras.pre_commit else ["--pre-commit adds the hook"]
        hints += [] if self.extras.ci else [f"--ci {host or 'github|gitlab'} writes the CI job"]
        if hints:
            say(f"Also: {'; '.join(hints)}.")

    def write_baseline(self) -> None:
        """Lists what a run with the new configuration finds, where there is no baseline yet."""
        root = self.target.root
        now = app.target([root], root=root, config=root / self.file if self._has(self.file) else None)
        file = BaselineFile(root, now.settings.baseline)
        if file.is_there:
            say(f"{file.name}: is there already; `archlint baseline update` brings it up to date")
            return
        report = app.run(app.with_options(now, no_baseline=True), jobs=self._jobs, use_cache=self._use_cache)
        made = created(report)
        file.write(made)
        say(f"Written: {file.name}, with {sum(entry.count for entry in made.entries)} findings of today")

    def _has(self, name: str) -> bool:
        return (self.target.root / name).is_file()

    def _ci_files(self) -> list[str]:
        root = self.target.root
        return [name for name in (".github/workflows", ".gitlab-ci.yml") if (root / name).exists()]

    def _git_config(self) -> str:
        try:
            return (self.target.root / ".git/config").read_bytes()[:100_000].decode("utf-8", "replace")
        except OSError:
            return ""


def shown_patch(patch: str) -> str:
    """The patch; on a terminal with what could steer it written as escapes, else as `patch` takes it."""
    if not sys.stdout.isatty():
        return patch
    return "".join(f"{visible(line)}\n" for line in patch.split("\n")[:-1])
