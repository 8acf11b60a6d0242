"""A review of a project on disk, from where its session was left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archlint import app
from archlint.adapters.clock import SystemClock
from archlint.adapters.desk import DiskDesk
from archlint.adapters.disk import DiskFiles
from archlint.engine.line_length import line_length
from archlint.engine.review_desk import Circumstances
from archlint.engine.review_session import FILE
from archlint.engine.reviewing import Review
from archlint.engine.status import narrowed
from archlint.facts.findings import Report


@dataclass(frozen=True)
class Where:
    """What the command line says of the project, of the session, and of the revision that is worked from."""

    path: Path | None = None
    root: Path | None = None
    config: Path | None = None
    session: Path | None = None
    diff: str = ""
    jobs: int | None = None
    use_cache: bool = True


def opened(where: Where) -> tuple[Review, app.Target]:
    """The findings below the path (none: of the project), to be gone through. Raises what `app.run` does, GitError for a
    revision that is unknown, and SessionError for a session's file that cannot be used."""
    found = app.target([where.path] if where.path else [], root=where.root, config=where.config)
    since = app.fork_point(found, where.diff) if where.diff else None

    def check() -> Report:
        return narrowed(app.run(found, jobs=where.jobs, use_cache=where.use_cache), found.paths)

    def changed(report: Report) -> frozenset[str]:
        touched = app.on_changed_lines(report, found, since).findings if since is not None else ()
        return frozenset(finding.fingerprint for finding in touched)

    desk = DiskDesk(found.root, where.session or found.root / FILE, check)
    kept = desk.load()
    given = Circumstances(
        today=SystemClock().today(),
        baseline_path=found.settings.baseline,
        line_length=line_length(DiskFiles(found.root)),
        dialect=found.settings.dialect or "",
        changed=changed,
    )
    return Review(desk, check(), kept, given), found
