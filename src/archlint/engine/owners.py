"""Who looks after a file, as GitHub reads CODEOWNERS: gitignore's patterns with some left out, the last match decides."""

from __future__ import annotations

import re
from collections.abc import Callable

from archlint.facts.text import decode_text
from archlint.ports import Files

_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
_OWNER = re.compile(r"@[\w.-]+(?:/[\w.-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+")

Rule = tuple[re.Pattern[str], tuple[str, ...]]


def owners_of(files: Files) -> Callable[[str], tuple[str, ...]]:
    """The owners of a path of the project; none where there is no file that says so. The repository's file counts,
    where the project is a folder of one; of several places the first counts."""
    text, inside = _file(files)
    rules = _rules(text)
    known: dict[str, tuple[str, ...]] = {}

    def owners(path: str) -> tuple[str, ...]:
        if path not in known:
            whole = f"{inside}/{path}" if inside else path
            known[path] = next((names for pattern, names in reversed(rules) if pattern.fullmatch(whole)), ())
        return known[path]

    return owners


def _file(files: Files) -> tuple[str, str]:
    """The text, and the project's folder as seen from the file's root."""
    for place in _PLACES:
        above = list(files.above(place))
        if above:
            inside, data = above[-1]
            return data.decode("utf-8", "replace"), inside
    for place in _PLACES:
        try:
            return decode_text(files.read(place)), ""
        except (OSError, UnicodeDecodeError):
            continue
    return "", ""


def _rules(text: str) -> list[Rule]:
    rules = []
    for line in text.splitlines():
        words = re.findall(r"(?:\\.|\S)+", re.sub(r"(^|\s)#.*", "", line))
        # GitHub skips a line that it cannot read: a negation, a character class, an owner that is none.
        if words and not words[0].startswith("!") and "[" not in words[0] and all(map(_OWNER.fullmatch, words[1:])):
            rules.append((_pattern(words[0]), tuple(words[1:])))
    return rules


def _pattern(glob: str) -> re.Pattern[str]:
    """A glob as an expression over whole paths. `docs/*` means the files of that folder, not those further down."""
    body = re.sub(r"\\(.)", r"\1", glob)
    anchored = "/" in body.rstrip("/")
    parts = body.strip("/").split("/")
    pieces = [] if anchored else ["(?:.*/)?"]
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            pieces.append(".*" if last else "(?:.*/)?")
        else:
            pieces.append(re.escape(part).replace(r"\*", "[^/]*").replace(r"\?", "[^/]") + ("" if last else "/"))
    if body.endswith("/"):
        pieces.append("/.*")
    elif parts[-1] not in ("*", "**") or not anchored:
        pieces.append("(?:/.*)?")
    return re.compile("".join(pieces), re.DOTALL)
