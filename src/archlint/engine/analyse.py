"""The pipeline: everything that archlint does, one step a line. Read this first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archlint.engine.answers import answered, given_answers
from archlint.engine.baseline import decode
from archlint.engine.baseline_bytes import baseline_bytes
from archlint.engine.discover import discover
from archlint.engine.linted_contracts import with_linted_contracts
from archlint.engine.read import read
from archlint.engine.remember import remembered, report_key
from archlint.engine.requirements import with_requirements
from archlint.engine.scopes import scopes_of
from archlint.engine.sources import Sources
from archlint.facts.findings import Report
from archlint.facts.settings import Settings
from archlint.ports import FactStore, Files, NoProgress, Progress, Workers

if TYPE_CHECKING:
    from archlint.checklist.items import Checklist
    from archlint.engine.settle import Settled
    from archlint.project import Project
    from archlint.project.knowledge import Knowledge
    from archlint.rulebook import Rulebook


@dataclass(frozen=True)
class Tool:
    """archlint itself, as far as a report depends on it.

    `rulebook`, `knowledge` and `checklist` are functions, since a run in which nothing changed needs none.  The fingerprints
    change with everything that facts (`parsers`) and reports (`program`) depend on besides the project.
    """

    rulebook: Callable[[FactStore], Rulebook]
    knowledge: Callable[[FactStore], Knowledge]
    checklist: Callable[[], Checklist]
    parsers: str
    program: str


def analyse(
    files: Files,
    store: FactStore,
    workers: Workers,
    tool: Tool,
    *,
    settings: Settings,
    today: str,
    progress: Progress | None = None,
) -> Report:
    """Everything that a run has to say about the project in `files`.

    Pure but for its ports, of which `progress` is told how far it has come: the same files, settings and day give the same
    report, whatever the number of workers, the order of the files and the state of the store.  Raises SelectionError for
    settings that name unknown rules or parameters, AnswersError and BaselineError for answers and a baseline that cannot be
    taken; whatever is wrong with the project is a finding.
    """
    watch = progress or NoProgress()
    with watch.phase("discover"):
        inventory = discover(files, settings)
        settings = with_requirements(files, inventory, with_linted_contracts(files, inventory, settings))
        scopes = scopes_of(files, inventory.others, settings)
    with watch.phase("read"):
        reading = read(files, inventory)
        answers = given_answers(files, inventory, reading, today)
        listed = baseline_bytes(files, inventory, settings)

    def fresh() -> Settled:
        from archlint.engine.check import check  # noqa: PLC0415  a run in which nothing changed needs none of this
        from archlint.engine.extract import extract  # noqa: PLC0415
        from archlint.engine.link import link  # noqa: PLC0415
        from archlint.engine.select import select  # noqa: PLC0415
        from archlint.engine.settle import Run, settle  # noqa: PLC0415

        baseline = decode(listed, settings.baseline) if listed is not None else None
        with watch.phase("load rules"):
            rulebook = tool.rulebook(store)
            selection = select(rulebook, scopes)
        with watch.phase("extract"):
            facts = extract(reading, store, workers, tool.parsers, watch)
        with watch.phase("link"):
            project = link(facts, inventory, settings, tool.knowledge(store))
        with watch.phase("rules", selection.count):
            outcome = check(project, selection, scopes, watch)
        run = Run(inventory, reading, facts, project, outcome)
        with watch.phase("settle"):
            return settle(
                run,
                Sources(files, reading.sources, facts.python),
                rulebook=rulebook,
                checklist=tool.checklist(),
                baseline=baseline,
                scopes=scopes,
                today=today,
            )

    def data(path: str) -> bytes:
        return Sources(files, reading.sources, {}).data(path)

    with watch.phase("look up"):
        key = report_key(tool.program, scopes, inventory, reading, baseline=listed)
    report = remembered(store, key, today, data, fresh)
    return answered(report, tool.checklist(), answers) if answers else report


def understand(files: Files, store: FactStore, workers: Workers, tool: Tool, *, settings: Settings) -> Project:
    """The linked project alone, for who wants to ask it something himself."""
    from archlint.engine.extract import extract  # noqa: PLC0415  as above
    from archlint.engine.link import link  # noqa: PLC0415

    inventory = discover(files, settings)
    settings = with_requirements(files, inventory, with_linted_contracts(files, inventory, settings))
    return link(extract(read(files, inventory), store, workers, tool.parsers), inventory, settings, tool.knowledge(store))
