"""Which paths are left out: `.gitignore` files, nested, as git reads them, and globs of the configuration."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

from pathspec import GitIgnoreSpec

_BLOCK = 40
"""Patterns joined into one expression; most paths match none, and one miss is then known for all of them."""


class Patterns:
    """The lines of one ignore file, applied to paths relative to its folder. The last matching line decides. A line that is no
    pattern matches nothing, as it does in git."""

    def __init__(self, lines: Iterable[str]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of `re`, about brackets in brackets
            self._spec = _spec([*lines])
            sources = [re.sub(r"\(\?P<\w+>", "(?:", p.regex.pattern) for p in self._spec.patterns if p.regex is not None]
            self._any = [re.compile("|".join(sources[i : i + _BLOCK])) for i in range(0, len(sources), _BLOCK)]

    def verdict(self, path: str) -> bool | None:
        """True: ignored, False: taken back by `!`, None: nothing is said. A folder's path ends in `/`."""
        if not any(expression.match(path) for expression in self._any):
            return None
        return self._spec.check_file(path).include


def is_pattern(line: str) -> bool:
    """No lone `!`, no backslash with nothing behind it, no range from a later to an earlier character."""
    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True


def _spec(lines: list[str]) -> GitIgnoreSpec:
    try:
        return GitIgnoreSpec.from_lines(lines)
    except (ValueError, re.error):
        return GitIgnoreSpec.from_lines(filter(is_pattern, lines))


class GitIgnore:
    """The `.gitignore` files of a tree; those of deeper folders decide first."""

    def __init__(self) -> None:
        self._files: dict[str, Patterns] = {}
        self._above: list[tuple[str, Patterns]] = []

    def add(self, folder: str, text: str) -> None:
        """The file in `folder` (`""`: the root)."""
        self._files[folder] = Patterns(text.splitlines())

    def add_above(self, root: str, text: str) -> None:
        """A file above the tree, the nearest first; `root` is the tree's own path as seen from there."""
        self._above.append((root, Patterns(text.splitlines())))

    def ignores(self, path: str) -> bool:
        """Is this path (a folder's ends in `/`) ignored? Asked from the top down, never of what lies in an ignored folder."""
        folder = path.rstrip("/").rpartition("/")[0]
        while True:
            patterns = self._files.get(folder)
            if patterns is not None:
                verdict = patterns.verdict(path[len(folder) + 1 :] if folder else path)
                if verdict is not None:
                    return verdict
            if not folder:
                return self._ignored_from_above(path)
            folder = folder.rpartition("/")[0]

    def _ignored_from_above(self, path: str) -> bool:
        for root, patterns in self._above:
            verdict = patterns.verdict(f"{root}/{path}")
            if verdict is not None:
                return verdict
        return False
