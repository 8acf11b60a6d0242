"""Projects for the tests of structure: of import statements alone, or of sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import dedent
from typing import Any, cast

from archlint import app
from archlint.facts.settings import Settings
from archlint.facts.syntax import Body, Context, Failure, FileFacts, Import, Outline
from archlint.facts.text import LineIndex
from archlint.parse.python import extract
from archlint.project import Project


class NoKnowledge:
    """Knows no library."""

    def package_kinds(self, name: str) -> tuple[str, ...]:
        return ()

    def library(self, name: str) -> None:
        return None


def file_of(imports: Sequence[Import] = (), contexts: Sequence[Context] = ()) -> FileFacts:
    length = 40 * (len(imports) + 1)
    lines = LineIndex.of(("x" * 39 + "\n") * (len(imports) + 1)).encode()
    outline = Outline(length, lines, tuple(imports), (), (), None, ())
    return FileFacts(outline, Body((Context("module", -1, -1, -1, 0, length), *contexts), (), (), ()))


def importing(*targets: str, type_checking: bool = False) -> FileFacts:
    """A file with one `import target` a line."""
    return file_of([Import(40 * i, 39, t, None, None, 0, 0, type_checking) for i, t in enumerate(targets)])


def project_with(files: Mapping[str, FileFacts], settings: Settings | None = None) -> Project:
    return Project(
        files=files,
        settings=settings or Settings(),
        knowledge=cast(Any, NoKnowledge()),
        read_sql=lambda pairs: [],
    )


def project_of_graph(edges: Mapping[str, Sequence[str]], settings: Settings | None = None) -> Project:
    """Module name → names that it imports. Every module is a package, so that each may have others below it."""
    files = {f"{name.replace('.', '/')}/__init__.py": importing(*targets) for name, targets in edges.items()}
    return project_with(files, settings)


def project_of_sources(sources: Mapping[str, str], settings: Settings | None = None, others: Sequence[str] = ()) -> Project:
    """Path → Python text, with the knowledge that the package ships; `others`: further files of the tree."""
    files = {}
    for path, text in sources.items():
        facts = extract(dedent(text).encode())
        assert not isinstance(facts, Failure), (path, facts)
        files[path] = facts
    return Project(
        files=files,
        settings=settings or Settings(),
        knowledge=app.knowledge(),
        read_sql=lambda pairs: [],
        other_files=frozenset(others),
    )
