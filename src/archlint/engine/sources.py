"""The text of the project's files, for what is shown of a finding: lines, columns, snippets, enclosing symbols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archlint.facts.findings import Location, Site
from archlint.facts.text import LineIndex, decode_python, decode_text
from archlint.ports import Files

if TYPE_CHECKING:
    from archlint.facts.syntax import FileFacts

_SNIPPET = 400
"""Characters of a source line that a finding keeps; generated files have lines of megabytes."""


class Sources:
    """Decodes a file when it is first asked for. `read` holds what the run has read; others come from `files`."""

    def __init__(self, files: Files, read: Mapping[str, bytes], facts: Mapping[str, FileFacts]) -> None:
        self._files = files
        self._read = read
        self._facts = facts
        self.others: dict[str, bytes] = {}
        """path → bytes of what was asked for besides: the report depends on it too."""
        self._texts: dict[str, str] = {}
        self._lines: dict[str, LineIndex] = {}
        self._scopes: dict[str, list[tuple[int, int, str]]] = {}

    def data(self, path: str) -> bytes:
        """The file's bytes; none where it cannot be read (a finding may stand at a file that is missing)."""
        found = self._read.get(path)
        if found is None and path not in self.others:
            try:
                self.others[path] = self._files.read(path)
            except OSError:
                self.others[path] = b""
        return self.others[path] if found is None else found

    def text(self, path: str) -> str:
        """The decoded text to which offsets refer."""
        if path not in self._texts:
            decode = decode_python if path.endswith((".py", ".pyw")) else decode_text
            try:
                self._texts[path] = decode(self.data(path))
            except (SyntaxError, UnicodeDecodeError):
                self._texts[path] = self.data(path).decode("utf-8", "replace")
        return self._texts[path]

    def lines(self, path: str) -> LineIndex:
        if path not in self._lines:
            self._lines[path] = LineIndex.of(self.text(path))
        return self._lines[path]

    def location(self, site: Site) -> Location:
        """Lines and columns of a site; offsets beyond the file's end are its end."""
        lines, length = self.lines(site.path), len(self.text(site.path))
        at = min(max(site.at, 0), length)
        end = min(max(site.end, at), length)
        return Location(site.path, *lines.position(at), *lines.position(end))

    def line(self, path: str, number: int) -> str:
        """The text of a line, without its end."""
        starts = self.lines(path).starts
        if not 0 < number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text(path))
        return self.text(path)[starts[number - 1] : end].rstrip("\r\n")[:_SNIPPET]

    def symbol(self, site: Site) -> str:
        """The qualified name of the innermost function or class around a site; empty at module level."""
        around = [scope for scope in self._scopes_of(site.path) if scope[0] <= site.at < max(scope[1], scope[0] + 1)]
        return min(around, key=lambda scope: (scope[1] - scope[0], scope))[2] if around else ""

    def symbols(self, path: str) -> frozenset[str]:
        """The qualified names of a Python file's functions and classes."""
        return frozenset(name for _, _, name in self._scopes_of(path))

    def _scopes_of(self, path: str) -> list[tuple[int, int, str]]:
        if path not in self._scopes:
            facts = self._facts.get(path)
            scopes = []
            if facts is not None:
                outline = facts.outline
                scopes += [(f.at, f.end, f.qualname) for f in outline.functions if f.name != "<lambda>"]
                scopes += [(c.at, c.end, c.qualname) for c in outline.classes]
            self._scopes[path] = scopes
        return self._scopes[path]
