"""The checklist's mini projects, read from `<item-id>.md`.

Each heading is a state: `## pass`, `## fail`, `## not applicable`, `## manual`.  Below it stands a mini project in the
format of `archlint.testing`, and the heading is what the item must say of it.  A line of its own may say otherwise:

    Expected: unknown, SVC005 is not in this version      the state that this version comes to, and the whole reason
    No manual state: a module imports a framework or not  why there is no project

Lines of a `pass` project that make it pass end in `# evidence` (or `-- evidence`), those of a `fail` project that make it
fail in `# refuted`.  Marks are no part of the project: they are cut off before it is analysed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archlint.testing import cases

HERE = Path(__file__).parent
STATES = ("pass", "fail", "not applicable", "manual")
MARKS = {"pass": "evidence", "fail": "refuted"}
_HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_EXPECTED = re.compile(r"^Expected: (pass|fail|not applicable|manual|unknown)(?:, (.+))?$", re.MULTILINE)
_NONE = re.compile(r"^No (pass|fail|not applicable|manual) state: (.+)$", re.MULTILINE)
_MARK = re.compile(r"[ \t]*(?:#|--) (evidence|refuted)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class ItemProject:
    """`expected` is the state that the item must come to, `reason` the whole of its reason (empty: any).

    `marked`: (path, line) of each marked line, in order.  `absent`: why there is no project for this state."""

    item: str
    state: str
    files: dict[str, str]
    expected: str
    reason: str
    marked: tuple[tuple[str, int], ...]
    absent: str

    @property
    def is_reached(self) -> bool:
        """Can this version say what the heading says?"""
        return self.expected == self.state


def read_item(path: Path) -> list[ItemProject]:
    """The projects of one item, one a heading, in order. Raises ValueError for a file in another form."""
    text = path.read_text(encoding="utf-8")
    written = {case.title: case.files for case in cases(text)}
    found = []
    parts = _HEADING.split(text)
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        prose = re.sub(r"^```.*?^```$", "", body, flags=re.MULTILINE | re.DOTALL)
        expected, absent = _EXPECTED.search(prose), _NONE.search(prose)
        files = written.get(title, {})
        if bool(files) == bool(absent) or (absent and absent[1] != title):
            raise ValueError(f"{path.name}: `{title}` needs a project, or a line that says why there is none")
        found.append(
            ItemProject(
                item=path.stem,
                state=title,
                files={name: _MARK.sub("", content) for name, content in files.items()},
                expected=expected[1] if expected else title,
                reason=(expected[2] or "") if expected else "",
                marked=tuple(_marked(files, MARKS.get(title))),
                absent=absent[2] if absent else "",
            )
        )
    return found


def _marked(files: dict[str, str], mark: str | None) -> Iterator[tuple[str, int]]:
    for path, content in files.items():
        for number, line in enumerate(content.splitlines(), 1):
            match = _MARK.search(line)
            if match and match[1] != mark:
                raise ValueError(f"{path}:{number}: `{match[1]}` does not belong below this heading")
            if match:
                yield path, number


def without(files: dict[str, str], places: list[tuple[str, int]]) -> dict[str, str]:
    """The project without those lines; with a line that opens a Python block goes its body.

    What would no longer be Python gets a `pass`, and a file of which nothing is left is gone."""
    left = dict(files)
    for path in dict.fromkeys(path for path, _ in places):
        lines: list[str | None] = list(files[path].splitlines())
        for number in sorted((n for p, n in places if p == path), reverse=True):
            _remove(lines, number - 1, python=path.endswith(".py"))
        content = "".join(f"{line}\n" for line in lines if line is not None)
        left[path] = content
        if not content.strip():
            del left[path]
    return left


def _remove(lines: list[str | None], index: int, *, python: bool) -> None:
    first = lines[index] or ""
    indent = len(first) - len(first.lstrip())
    lines[index] = None
    if not python:
        return
    if first.rstrip().endswith(":"):
        for below in range(index + 1, len(lines)):
            line = lines[below]
            if line and line.strip() and len(line) - len(line.lstrip()) <= indent:
                break
            lines[below] = None
        above = index - 1
        while above >= 0 and (lines[above] or "").lstrip().startswith("@"):  # what decorates it goes too
            lines[above] = None
            above -= 1
    if not _is_python(lines):
        lines[index] = f"{' ' * indent}pass"
        if not _is_python(lines):
            raise ValueError(f"`{first.strip()}` cannot be taken out alone")


def _is_python(lines: list[str | None]) -> bool:
    try:
        ast.parse("\n".join(line for line in lines if line is not None))
    except SyntaxError:
        return False
    return True
