"""Where the comment goes that accepts a finding: places are tried, and one is taken only when it is proved to be right.

Proved is: the text with the comment says to Python or SQL what it said before; the comment is read as it was meant; the
finding is suppressed by it; and whatever was suppressed still is.  What else it would suppress is told.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from msgspec import Struct

from archlint.engine import suppress
from archlint.engine.source_lines import PythonLines, SqlLines
from archlint.engine.suppress import Suppression
from archlint.facts.findings import Finding, Site
from archlint.facts.syntax import Failure, FileFacts
from archlint.facts.text import LineIndex, decode_python, decode_text
from archlint.fixes import suppression as written
from archlint.fixes.splice import BytesSplice, EncodingError, Splice, in_bytes
from archlint.parse.python import extract

LINE_LENGTH = 120
"""A line that a comment makes longer is avoided, where there is a choice."""
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_STRIPPED = " \t-—:;,#"


class AcceptError(Exception):
    """The comment cannot be written; `problems` say why."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class Why(Struct, frozen=True):
    """Why a finding is accepted, and until which day (ISO; empty: for good)."""

    reason: str
    until: str = ""


class Placement(Struct, frozen=True):
    """A comment that was proved right. `others`: fingerprints of other findings that it suppresses too.

    Lines from `moved_from` on (1-based, before the change) stand one further down; 0: none moved."""

    splice: BytesSplice
    line: int
    moved_from: int = 0
    others: tuple[str, ...] = ()


def why(reason: str, until: str = "", *, today: str) -> Why:
    """What was typed, as the comment will be read. Raises AcceptError for what no comment can say."""
    if _CONTROLS.search(reason):
        raise AcceptError("a reason is one line without control characters")
    read = suppress.read(written.comment(["X"], " ".join(reason.split()), until.strip()), Site("", 0, 0))
    if read is None or not read.reason:
        raise AcceptError("give a reason")
    if read.behind:
        raise AcceptError(f"the reason would be read as `{read.reason}` only: ` #` and ` --` begin another comment")
    if (until.strip() and read.until != until.strip()) or (read.until and not _is_day(read.until)):
        raise AcceptError(f"`{until.strip() or read.until}` is no day such as 2027-01-31")
    if read.until and read.until < today:
        raise AcceptError(f"{read.until} is over")
    return Why(read.reason, read.until)


def _is_day(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@dataclass(frozen=True)
class Source:
    """A file as far as comments are concerned."""

    path: str
    data: bytes
    text: str
    lines: LineIndex
    suppressions: Sequence[Suppression]
    layout: PythonLines | SqlLines
    statements: int
    """How many there are: with the tokens, what the text says to Python."""
    dialect: str = ""

    @property
    def python(self) -> bool:
        return isinstance(self.layout, PythonLines)


@lru_cache(maxsize=4)
def source_of(path: str, data: bytes, dialect: str = "") -> Source:
    """`dialect`: see `SqlLines`. The last ones are kept, since what one finding leaves is where the next one begins.

    Raises AcceptError for a file that no comment can be written into."""
    if path.endswith(".sql"):
        try:
            text = decode_text(data)
        except UnicodeDecodeError:
            raise AcceptError(f"{path} is no text") from None
        lines = LineIndex.of(text)
        layout = SqlLines(text, lines, dialect)
        return Source(path, data, text, lines, suppress.of_sql(path, text), layout, 0, dialect)
    if not path.endswith((".py", ".pyw")):
        raise AcceptError(f"{path} is neither Python nor SQL: a finding there is accepted by the baseline or the configuration")
    facts = extract(data)
    if isinstance(facts, Failure):
        raise AcceptError(f"{path} cannot be parsed: {facts.reason}")
    text = decode_python(data)
    lines = LineIndex.of(text)
    return Source(path, data, text, lines, suppress.of_python(path, facts), PythonLines(text, lines), _statements(facts))


def _statements(facts: FileFacts) -> int:
    return len(facts.body.statements) + len(facts.outline.imports) + len(facts.body.contexts)


class Acceptance(Struct, frozen=True):
    """What is to be accepted, in which file of which findings, on which day."""

    finding: Finding
    why: Why
    whole_file: bool
    findings: tuple[Finding, ...]
    """All findings of the file."""
    today: str
    line_length: int = LINE_LENGTH


def place(source: Source, wanted: Acceptance) -> Placement:
    """The best place for the comment: one that suppresses nothing else, then one where no line grows too long, then the
    first that people would think of. Raises AcceptError where none is safe."""

    def excess(splice: Splice) -> int:
        length = written.longest_line(source.text, splice)
        return length if length > wanted.line_length else 0

    refused: list[str] = []
    best: Placement | None = None
    for splice in sorted(_candidates(source, wanted), key=excess):
        try:
            placement = _proved(source, wanted, splice)
        except (AcceptError, EncodingError) as problem:
            refused.append(str(problem))
            continue
        if best is None or len(placement.others) < len(best.others):
            best = placement
        if not best.others:  # each proof costs a parse
            return best
    if best is None:
        raise AcceptError(f"no comment can be placed safely here: {refused[0] if refused else 'nothing stands on the line'}")
    return best


def _candidates(source: Source, wanted: Acceptance) -> Iterator[Splice]:
    """Places worth trying, in the order in which people would."""
    line = wanted.finding.location.line
    mark = "#" if source.python else "--"
    said = (wanted.why.reason, wanted.why.until)
    new = written.comment([wanted.finding.rule], *said, mark=mark, whole_file=wanted.whole_file)
    if wanted.whole_file:
        yield from (s for found in source.suppressions if found.whole_file for s in _extended(source, wanted, found))
        yield from written.at_the_top(source.text, new)
        return
    if line > len(source.lines.starts):
        return
    first = source.layout.first(line)
    last = source.layout.last(line)
    near = [found for found in source.suppressions if not found.whole_file]
    on_line = {source.lines.line(found.site.at): found for found in near}
    yield from _extended(source, wanted, on_line.get(line))
    if line not in on_line:
        yield written.behind(source.text, source.lines, line, new)
    for above in range(first - 1, 0, -1):
        found = on_line.get(above)
        if found is None or not found.own_line:
            break
        yield from _extended(source, wanted, found)
    yield written.above(source.text, source.lines, first, new)
    if last != line:
        yield from _extended(source, wanted, on_line.get(last))
        if last not in on_line:
            yield written.behind(source.text, source.lines, last, new)


def _extended(source: Source, wanted: Acceptance, found: Suppression | None) -> Iterator[Splice]:
    """The comment that is there with the rule in its brackets; one that is over and was for this rule alone, renewed."""
    if found is None or found.problem:
        return
    mine = {wanted.finding.rule, wanted.finding.name}
    over = found.expired(wanted.today)
    if over and set(found.words) <= mine:
        rules, reason = found.words, wanted.why.reason
    elif not over and found.until == wanted.why.until and not mine & set(found.words):
        rules, reason = (*found.words, wanted.finding.rule), written.joined(found.reason, wanted.why.reason)
    else:
        return
    said = (reason, wanted.why.until)
    splice = written.rewritten(source.text, (found.site.at, found.site.end), rules, said, found.behind)
    if splice is not None:
        yield splice


def _proved(source: Source, wanted: Acceptance, splice: Splice) -> Placement:
    """Raises AcceptError when the change does more or less than it should."""
    in_file = in_bytes(splice, source.text, source.data, python=source.python)
    after = source_of(source.path, in_file.of(source.data), source.dialect)
    if after.text != splice.of(source.text):
        raise AcceptError("the file would be read in another encoding")
    if after.layout.tokens != source.layout.tokens or after.statements != source.statements:
        raise AcceptError("a comment there would change what the text says")
    mine = [s for s in after.suppressions if splice.at <= s.site.at < splice.at + len(splice.new)]
    gone = [s for s in source.suppressions if splice.at <= s.site.at < splice.end]
    if len(mine) != 1 or len(after.suppressions) != len(source.suppressions) - len(gone) + 1:
        raise AcceptError("a comment there would not be read as one")
    (comment,) = mine
    if (
        not after.layout.is_comment(comment.site.at)
        or wanted.why.reason not in comment.reason
        or comment.until != wanted.why.until
    ):
        raise AcceptError("a comment there would be read as something else")
    moved = splice.new.count("\n") + splice.new.replace("\r\n", "").count("\r")
    moved_from = source.lines.line(splice.at) if moved else 0
    if moved and source.lines.starts[moved_from - 1] != splice.at:
        moved_from += 1
    others = _changes(source, after, wanted, moved_from)
    return Placement(in_file, after.lines.line(comment.site.at), moved_from, others)


def _changes(source: Source, after: Source, wanted: Acceptance, moved_from: int) -> tuple[str, ...]:
    """The other findings that are suppressed now. Raises AcceptError when the one that is meant is not, or another no more."""
    target = wanted.finding
    others = []
    for finding in wanted.findings:
        line = finding.location.line
        before = _accepted(source, wanted.today, finding, line)
        now = _accepted(after, wanted.today, finding, line + 1 if moved_from and line >= moved_from else line)
        if before and not now:
            raise AcceptError(f"{finding.rule} on line {line} would no longer be suppressed")
        if finding.fingerprint == target.fingerprint:
            if not now:
                raise AcceptError("a comment there would not cover the finding")
        elif now and not before and not _is_meant(finding, wanted):
            others.append(finding.fingerprint)
    return tuple(others)


def _is_meant(finding: Finding, wanted: Acceptance) -> bool:
    """One of the same rule on the same line cannot be told apart by a comment."""
    return wanted.whole_file or finding.location.line == wanted.finding.location.line


def _accepted(source: Source, today: str, finding: Finding, line: int) -> bool:
    return any(
        (found.whole_file or found.first <= line <= found.last)
        and not found.problem
        and not found.expired(today)
        and any(word.upper() == finding.rule or word == finding.name for word in found.words)
        for found in source.suppressions
    )
