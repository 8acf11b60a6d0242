"""The steps of `archlint init`: survey, proposal, the user's word, writing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from archlint import app
from archlint.adapters.baseline_file import BaselineFile
from archlint.cli.failing import say
from archlint.cli.planning import Plan, Planner
from archlint.engine.baseline_changes import created
from archlint.engine.config import ConfigError
from archlint.engine.setup import ci
from archlint.engine.setup.breaks import Breaks, breaks
from archlint.engine.setup.choice import Choice, Extras, changes_of, contract_of, hidden_exceptions, layers_contracts, proposal
from archlint.engine.setup.survey import survey
from archlint.engine.setup.wishes import Wishes, with_wishes
from archlint.report import proposal as shown
from archlint.report.escape import encodable, visible


class Setup:
    """One run of `init` for a project. Raises ConfigError for a wrong wish, and what `Planner` raises."""

    def __init__(
        self, target: app.Target, config: Path | None, wishes: Wishes, extras: Extras, *, jobs: int | None, use_cache: bool
    ) -> None:
        if extras.ci and extras.ci not in ci.HOSTS:
            raise ConfigError([f"--ci: `{extras.ci}` is none of {', '.join(ci.HOSTS)}"])
        self.target, self.extras = target, extras
        self._jobs, self._use_cache = jobs, use_cache
        self._planner = Planner(target.root, target.settings, config)
        self.found = survey(app.project_of(target, jobs=jobs, use_cache=use_cache))
        self.choice = with_wishes(proposal(self.found), self.found, wishes)

    def ask(self) -> None:
        """Lets the user change the proposal on a screen, and writes what he takes. Raises KeyboardInterrupt."""
        from archlint.screens import init as screen  # noqa: PLC0415  scripts need no screen
        from archlint.screens.proposal import Proposal  # noqa: PLC0415

        model = Proposal(
            self.found,
            self.choice,
            self.extras,
            lambda choice: breaks(self.found.project, choice),
            self._planner.ci_host() or "",
        )

        def change(asked: Proposal) -> str:
            plan = self._planner.plan(asked.choice, asked.extras)
            counted = breaks(self.found.project, asked.choice, exactly=True)
            return "\n".join([*self._warnings(asked.choice, counted), *plan.remarks, plan.patch])

        title = f"{self.target.root.name}: {self._planner.file}"
        if not screen.ask(model, change, title=visible(title), color=app.wants_color()):
            say("Nothing is written.")
            return
        self.choice, self.extras = model.choice, model.extras
        self._write(self._planner.plan(self.choice, self.extras))

    def _warnings(self, choice: Choice, counted: Breaks) -> Iterator[str]:
        """What a contract means that the inferred layers did not."""
        if contract_of(choice) is not None:
            broken = counted.by_contract or 0
            yield "This order is no style's: it becomes a contract, whose findings are errors."
            yield f"With chains through the place that puts the program together, {broken} break it."
            hidden = hidden_exceptions(choice, [module.name for module in self.found.project.modules.production])
            if hidden:
                more = f" and {len(hidden) - 1} more" if len(hidden) > 1 else ""
                yield f"A contract knows no exceptions: {hidden[0]}{more} counts to the layer around it."

    def finish(self, output_format: str, *, write: bool) -> None:
        """Says what is proposed, shows the change, and writes it if that is wanted."""
        plan = self._planner.plan(self.choice, self.extras)
        counted = breaks(self.found.project, self.choice, exactly=True)
        if output_format == "json":
            if write:
                plan.write(self.target.root)
            change: dict[str, Any] = {
                "file": self._planner.file,
                "changes": changes_of(self.choice, self.target.settings),
                "diff": plan.patch,
                "remarks": list(plan.remarks),
                "written": [file.name for file in plan.files] if write else [],
            }
            app.write(shown.json(self.found, self.choice, counted, change), None)
            if write and self.extras.baseline:
                self._write_baseline()
            return
        typer.echo(encodable(shown.text(self.found, self.choice, counted)), err=True, nl=False)
        for warning in self._warnings(self.choice, counted):
            say(warning)
        app.write(_shown_patch(plan.patch), None)
        if write:
            self._write(plan)
        else:
            self._say_what_would_be(plan)
        for hint in self._hints():
            say(hint)

    def _write(self, plan: Plan) -> None:
        for remark in plan.remarks:
            say(remark)
        plan.write(self.target.root)
        if plan.files:
            say(f"Written: {', '.join(file.name for file in plan.files)}")
        else:
            say(self._nothing())
        if self.extras.baseline:
            self._write_baseline()

    def _say_what_would_be(self, plan: Plan) -> None:
        for remark in plan.remarks:
            say(remark)
        say("Nothing is written. To write it: archlint init --yes" if plan.files else self._nothing())

    def _nothing(self) -> str:
        if self.target.settings.config_path is not None:
            return f"Nothing changed: {self._planner.file} says all this."
        return "Nothing to write: the defaults say all this."

    def _hints(self) -> Iterator[str]:
        for name in layers_contracts(self.target.settings):
            yield f"The layers are written down as the contract `{name}`; they are left as they are."
        baseline = self.target.settings.baseline
        hints = []
        if baseline and not self.extras.baseline and not (self.target.root / baseline).exists():
            hints.append("--baseline accepts what is found today")
        if not self.extras.pre_commit:
            hints.append("--pre-commit adds the hook")
        if not self.extras.ci:
            hints.append(f"--ci {self._planner.ci_host() or 'github|gitlab'} writes the CI job")
        if hints:
            yield f"Also: {'; '.join(hints)}."

    def _write_baseline(self) -> None:
        """Lists what a run with the new configuration finds, where there is no baseline yet."""
        root = self.target.root
        config = root / self._planner.file
        now = app.target([root], root=root, config=config if self.target.settings.config_path or config.is_file() else None)
        file = BaselineFile(root, now.settings.baseline)
        if file.is_there:
            say(f"{file.name}: is there already; `archlint baseline update` brings it up to date")
            return
        report = app.run(app.with_options(now, no_baseline=True), jobs=self._jobs, use_cache=self._use_cache)
        made = created(report)
        file.write(made)
        say(f"Written: {file.name}, with {sum(entry.count for entry in made.entries):,} findings of today")


def _shown_patch(patch: str) -> str:
    """The patch; on a terminal with what could steer it written as escapes, else as `patch` takes it."""
    if not sys.stdout.isatty():
        return patch
    return "".join(f"{visible(line)}\n" for line in patch.split("\n")[:-1])
