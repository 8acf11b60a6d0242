"""The composition root: real adapters around `analyse`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.adapters import hosting, resources
from archlint.adapters.clock import SystemClock
from archlint.adapters.collector import collector_paused
from archlint.adapters.disk import DiskFiles, replace_file
from archlint.adapters.processes import InProcess, Processes, available_jobs
from archlint.adapters.projects import config_in, find_root, is_project
from archlint.adapters.provenance import read_provenance
from archlint.adapters.store import FOLDER, HeldStore, NoStore, SqliteStore
from archlint.adapters.terminal import PLAIN_WIDTH, is_interactive, wants_color, width, write
from archlint.checklist.answers import FILE as ANSWERS_FILE
from archlint.engine.analyse import Tool, analyse, understand
from archlint.engine.config import ConfigError, settings_of, severity_of, table_of
from archlint.engine.discover import discover
from archlint.engine.owners import owners_of
from archlint.engine.scopes import scopes_of
from archlint.facts.baseline import Baseline
from archlint.facts.findings import Diff, Finding, Report
from archlint.facts.settings import Settings
from archlint.facts.text import decode_python, decode_text
from archlint.ports import FactStore, Progress, Workers
from archlint.report import FORMATS, Layout, render

if TYPE_CHECKING:
    from archlint.checklist.items import Checklist
    from archlint.engine.answering import AnswerBook
    from archlint.engine.here import Here
    from archlint.engine.questions import Questions
    from archlint.facts.module_graph import ModuleGraph
    from archlint.project import Project
    from archlint.project.knowledge import Knowledge
    from archlint.rulebook import Rule, Rulebook

PARSERS = ("archlint.parse.python", "archlint.parse.sql", "archlint.parse.deployment")
"""What workers import at their start."""

# A run in which nothing changed looks its report up. What only the other runs and commands need is imported where it is used.


@dataclass(frozen=True)
class Target:
    """What to analyse: a project's root, its settings, and the paths below it that the user named (none: all)."""

    root: Path
    settings: Settings
    paths: tuple[str, ...]


def rulebook(store: FactStore | None = None) -> Rulebook:
    """The rules that come with archlint, which the store keeps for the next run."""
    from archlint.rulebook import kept_rulebook  # noqa: PLC0415

    program = resources.program_fingerprint()
    if program not in _RULES:
        documents, checks = resources.rule_documents(), resources.check_modules()
        _RULES[program] = kept_rulebook(documents, checks, store or NoStore(), f"rules {program}")
    return _RULES[program]


_RULES: dict[str, Rulebook] = {}
"""Of this process, by archlint's fingerprint."""


def knowledge(store: FactStore | None = None) -> Knowledge:
    """What is known of libraries, which the store keeps for the next run. Raises KnowledgeError when the documents are at
    fault."""
    from archlint.rulebook.knowledge import kept_knowledge  # noqa: PLC0415

    program = resources.program_fingerprint()
    if program not in _KNOWN:
        documents = {path: data for path, data in resources.rule_documents().items() if path.startswith("knowledge/")}
        _KNOWN[program] = kept_knowledge(documents, store or NoStore(), f"knowledge {program}")
    return _KNOWN[program]


_KNOWN: dict[str, Knowledge] = {}
"""Of this process, by archlint's fingerprint."""


@cache
def checklist() -> Checklist:
    """The checklist that comes with archlint. Raises ChecklistError when its document is at fault."""
    from archlint.checklist.items import read_checklist  # noqa: PLC0415

    return read_checklist(resources.rule_documents()["checklist.yaml"])


def tool() -> Tool:
    return Tool(rulebook, knowledge, checklist, resources.parser_fingerprint(), resources.program_fingerprint())


def target(paths: Sequence[Path], *, root: Path | None = None, config: Path | None = None) -> Target:
    """The project around the paths (none: around the current folder, or all of `root`) and its settings.

    Raises ConfigError, also for paths that do not exist."""
    paths = paths or [root or Path()]
    missing = [path for path in (*paths, *([root] if root else []), *([config] if config else [])) if not path.exists()]
    if missing:
        raise ConfigError([f"{path}: no such file or folder" for path in missing])
    folder = (root or find_root(paths)).resolve()
    if not folder.is_dir():
        raise ConfigError([f"{folder}: no folder"])
    outside = [path for path in paths if not path.resolve().is_relative_to(folder)]
    if outside:
        raise ConfigError([f"{path}: not inside the project {folder}" for path in outside])
    below = tuple(sorted({path.resolve().relative_to(folder).as_posix() for path in paths} - {"."}))
    whole = any(path.resolve() == folder for path in paths)
    return Target(folder, _settings(folder, config or config_in(folder)), () if whole else below)


def _settings(root: Path, config: Path | None) -> Settings:
    if config is None:
        return Settings()
    shown = config.resolve()
    name = shown.relative_to(root).as_posix() if shown.is_relative_to(root) else config.as_posix()
    try:
        text = config.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{name}: cannot be read: {error}"]) from None
    return settings_of(table_of(name, text) or {}, name)


def with_options(
    found: Target,
    *,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    preview: bool = False,
    fail_level: str | None = None,
    baseline: Path | None = None,
    no_baseline: bool = False,
) -> Target:
    """The target with what the command line says on top: `select`, `fail_level` and `baseline` replace, `ignore` adds.

    Raises ConfigError for a fail level that there is none of, and for two words on the baseline."""
    settings = found.settings
    if baseline is not None and no_baseline:
        raise ConfigError(["--baseline and --no-baseline exclude each other"])
    if no_baseline:
        settings = replace(settings, baseline="")
    if baseline is not None:
        settings = replace(settings, baseline=_below(found.root, baseline), fixed=(*settings.fixed, "baseline"))
    if select:
        settings = replace(settings, select=_words(select), fixed=(*settings.fixed, "select"))
    if ignore:
        settings = replace(settings, ignore=(*settings.ignore, *_words(ignore)))
    if fail_level:
        try:
            settings = replace(settings, fail_level=severity_of(fail_level))
        except ValueError as error:
            raise ConfigError([f"--fail-level: {error}"]) from None
    return Target(found.root, replace(settings, preview=settings.preview or preview), found.paths)


def _below(root: Path, path: Path) -> str:
    """The path as seen from the root."""
    return Path(os.path.relpath(path.parent.resolve() / path.name, root)).as_posix()


def _words(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.strip() for part in given for word in part.split(",") if word.strip())


def check_format(form: str) -> None:
    """Raises ConfigError for a format that there is none of, before the work is done."""
    if form not in FORMATS:
        from archlint.rulebook.document import suggestion  # noqa: PLC0415

        raise ConfigError([f"--output-format: `{form}` is none of {', '.join(FORMATS)}{suggestion(form, FORMATS)}"])


def run(
    target: Target,
    *,
    jobs: int | None = None,
    use_cache: bool = True,
    progress: Progress | None = None,
    remark: Callable[[str], None] = lambda _: None,
) -> Report:
    """Analyses the project. Raises SelectionError for settings that name unknown rules.

    `progress` is told how far it has come, `remark` why a cache was of no use."""
    kept = SqliteStore(target.root / FOLDER) if use_cache else None
    store: FactStore = kept or NoStore()
    files, today = DiskFiles(target.root), SystemClock().today()
    with collector_paused():
        report = analyse(files, store, _workers(jobs), tool(), settings=target.settings, today=today, progress=progress)
    if kept is not None and kept.remark:
        remark(f"the cache {kept.folder} {kept.remark}")
    return replace(report, provenance=read_provenance(target.root))


def fork_point(found: Target, revision: str) -> Diff:
    """Where the work left a revision. Raises GitError."""
    from archlint.adapters.git import Repository  # noqa: PLC0415

    return Diff(revision=revision, base=Repository(found.root).fork_point(revision), elsewhere=0)


def on_changed_lines(report: Report, found: Target, since: Diff) -> Report:
    """The report with only the findings that touch lines changed since then. Raises GitError."""
    from archlint.adapters.history import changed_since  # noqa: PLC0415
    from archlint.engine.diff import only_changed, paths_of  # noqa: PLC0415

    return only_changed(report, changed_since(found.root, since.base, paths_of(report), source_reader(found)), since)


def add_to_baseline(found: Target, findings: Sequence[Finding], why: str) -> None:
    """Lists new findings in the project's baseline (made if there is none), and in its log why.

    Raises BaselineError for an empty reason, for findings about the run itself, and for a file that cannot be used.
    """
    from archlint.adapters.baseline_file import BaselineFile  # noqa: PLC0415
    from archlint.engine.baseline_changes import grown  # noqa: PLC0415

    file = BaselineFile(found.root, found.settings.baseline)
    file.write(grown(file.read() or Baseline(), findings, why, SystemClock().today()))


def rule_in_project(rule: Rule, found: Target, *, jobs: int | None = None, use_cache: bool = True) -> Here:
    """What the rule is in the project. Raises as `run`."""
    from archlint.engine.here import rule_here  # noqa: PLC0415

    files = DiskFiles(found.root)
    scopes = scopes_of(files, discover(files, found.settings).others, found.settings)
    return rule_here(rule, rulebook(), scopes, run(found, jobs=jobs, use_cache=use_cache), found.root.name)


def project_of(target: Target, *, jobs: int | None = None, use_cache: bool = True) -> Project:
    """The linked project, to be asked directly."""
    store: FactStore = SqliteStore(target.root / FOLDER) if use_cache else NoStore()
    return understand(DiskFiles(target.root), store, _workers(jobs), tool(), settings=target.settings)


def graph_of(
    target: Target, *, jobs: int | None = None, use_cache: bool = True, progress: Progress | None = None
) -> tuple[ModuleGraph, Report]:
    """The project's modules and imports, with what the report beside it says of them. Raises as `run`."""
    from archlint.engine.module_graph import module_graph  # noqa: PLC0415

    store: FactStore = SqliteStore(target.root / FOLDER) if use_cache else HeldStore()
    files, workers, today = DiskFiles(target.root), _workers(jobs), SystemClock().today()
    with collector_paused():
        report = analyse(files, store, workers, tool(), settings=target.settings, today=today, progress=progress)
        project = understand(files, store, workers, tool(), settings=target.settings)
        return module_graph(project, report), report


def _workers(jobs: int | None) -> Workers:
    count = jobs or available_jobs()
    return Processes(count, preload=PARSERS) if count > 1 else InProcess()


def answer_book(found: Target) -> AnswerBook:
    """The project's answers, to look at and to change."""
    from archlint.engine.answering import AnswerBook  # noqa: PLC0415

    files = DiskFiles(found.root)

    def save(data: bytes) -> None:
        replace_file(found.root / ANSWERS_FILE, data)

    return AnswerBook(files, discover(files, found.settings), save, SystemClock().today())


def questions(found: Target, *, jobs: int | None = None, use_cache: bool = True) -> Questions:
    """The project's checklist, to be answered. Raises as `run`."""
    from archlint.engine.questions import Questions  # noqa: PLC0415

    return Questions(checklist(), run(found, jobs=jobs, use_cache=use_cache), answer_book(found))


def author_of(found: Target) -> str:
    """Who works on the project, as git knows it; empty where it does not."""
    from archlint.adapters.git import GitError, Repository  # noqa: PLC0415

    try:
        return Repository(found.root).author()
    except GitError:
        return ""


def cache_of(path: Path) -> SqliteStore:
    """The store of the project around a path. Raises ConfigError for a path that does not exist."""
    if not path.exists():
        raise ConfigError([f"{path}: no such file or folder"])
    return SqliteStore(find_root([path]) / FOLDER)


def source_reader(found: Target) -> Callable[[str], str | None]:
    """Decoded texts of the project's files, for code frames; None where there is none."""
    files = DiskFiles(found.root)

    def source(path: str) -> str | None:
        try:
            data = files.read(path)
            return decode_python(data) if path.endswith((".py", ".pyw")) else decode_text(data)
        except (OSError, SyntaxError, UnicodeDecodeError):
            return None

    return source


def layout(found: Target, output_file: Path | None, **asked: bool) -> Layout:
    """How a report on the project is shown there; `asked` are the layout's switches that the user may set."""
    return Layout(
        source=source_reader(found),
        owners=owners_of(DiskFiles(found.root)),
        title=found.root.name,
        folder=hosting.folder_in_repository(found.root),
        links=hosting.file_links(),
        color=output_file is None and wants_color(),
        width=width() if output_file is None else PLAIN_WIDTH,
        **asked,
    )


def deliver(report: Report, form: str, shown: Layout, output_file: Path | None) -> None:
    """The report to the file or to standard output; for GitHub also to the job's summary. Raises OSError."""
    summary = hosting.job_summary() if form == "github" else None
    write(render(report, form, replace(shown, summarised=summary is not None)), output_file)
    if summary is not None:
        hosting.append(summary, render(report, "markdown", replace(shown, limit=hosting.room_in(summary))))


__all__ = [
    "PLAIN_WIDTH",
    "Target",
    "add_to_baseline",
    "answer_book",
    "author_of",
    "cache_of",
    "check_format",
    "deliver",
    "fork_point",
    "graph_of",
    "is_interactive",
    "is_project",
    "knowledge",
    "layout",
    "on_changed_lines",
    "project_of",
    "questions",
    "rule_in_project",
    "rulebook",
    "run",
    "source_reader",
    "target",
    "tool",
    "wants_color",
    "width",
    "with_options",
    "write",
]
