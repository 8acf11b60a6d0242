"""What the review shows: the table of rules, a finding with all that is known of it, the keys. Lines of styled text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prompt_toolkit.formatted_text import StyleAndTextTuples

from archlint.engine.review_queue import Row
from archlint.engine.review_session import Decision
from archlint.facts.findings import Finding, Note, RuleInfo
from archlint.report.escape import visible
from archlint.report.summary import aside
from archlint.screens.code import cut, frame
from archlint.screens.wrapped import wrapped

Line = StyleAndTextTuples
Lines = Callable[[str], Sequence[str]]
"""path → the source's lines; none where it cannot be read."""

HELP = (
    ("In the table of rules", ""),
    ("Up, Down, j, k", "choose a rule, or all"),
    ("Enter", "go through its findings"),
    ("", ""),
    ("At a finding", ""),
    ("n, Right", "next; one that is not decided is noted as skipped"),
    ("p, Left", "previous"),
    ("Up, Down, PageUp, PageDown", "scroll"),
    ("s", "suppress it here: a comment with your reason goes into the file"),
    ("f", "suppress its rule in the whole file"),
    ("b", "put it into the baseline, with your reason"),
    ("m", "write a note on it and leave it open"),
    ("e", "open it in $EDITOR at its line; afterwards the project is checked again"),
    ("a", "all of this rule that are shown: suppress, baseline or skip"),
    ("t, Escape", "back to the table"),
    ("", ""),
    ("Everywhere", ""),
    ("/", "filter: severity:error rule:SQL path:shop/** is:open,changed words"),
    ("u", "undo the last suppression, baseline entry or note"),
    ("c", "check the project again"),
    ("?", "this page"),
    ("q", "quit; where you are is kept, as with Ctrl-C"),
)


def help_lines(width: int) -> list[Line]:
    lines: list[Line] = []
    for keys, what in HELP:
        if not what:
            lines.append([("class:label", keys)])
            continue
        for number, part in enumerate(wrapped(what, max(width - 30, 20))):
            lines.append([("class:keys", f"  {keys if number == 0 else '':<27}"), ("", part)])
    return lines


def table_lines(rows: Sequence[Row], chosen: int, width: int) -> list[Line]:
    """A heading, then a line a row; `rows` has `all` first, the chosen one is reversed."""
    lines: list[Line] = [[("class:label", f"   {'open':>6} {'decided':>8}  {'severity':<8}  rule")]]
    for number, row in enumerate(rows):
        severity = row.severity.name.lower()
        text = f"   {row.open:>6,} {row.decided:>8,}  "
        name = cut(f"{row.rule:<7} {row.name}", width - 32)
        here = "class:chosen" if number == chosen else ""
        mark = " > " if number == chosen else "   "
        lines.append([(here, mark + text[3:]), (here or f"class:{severity}", f"{severity:<8}"), (here, f"  {name}")])
    return lines


def finding_lines(finding: Finding, rule: RuleInfo | None, decided: Decision | None, source: Lines, width: int) -> list[Line]:
    """Everything that is known of a finding, in lines of at most `width` columns."""
    place = finding.location
    where = f"{visible(place.path)}:{place.line}:{place.column}" + (f"  in {visible(finding.symbol)}" if finding.symbol else "")
    lines: list[Line] = [[("class:place", part)] for part in wrapped(where, width)]
    lines += [[("class:message", part)] for part in wrapped(visible(finding.message), width)]
    lines += _decided(finding, decided, width)
    lines.append([])
    lines += frame(source(place.path), place, width)
    lines += _notes("The way there", finding.flow, source, width, numbered=True)
    lines += _notes("See also", aside(finding), source, width, numbered=False)
    if rule is not None:
        lines += _prose("Why", rule.why, width)
        lines += _prose("How to fix", rule.fix, width)
        lines += _prose("When not to", rule.when_not, width)
        lines += _examples("Reported", rule.bad, width)
        lines += _examples("Not reported", rule.good, width)
    return lines


def _decided(finding: Finding, decided: Decision | None, width: int) -> list[Line]:
    if decided is None:
        return []
    word = decided.verdict
    if finding.state == "new" and word not in ("skipped", "noted"):
        word = f"{word}, and open again"  # type: ignore[assignment]
    reason = f": {visible(decided.reason)}" if decided.reason else ""
    until = f", until {decided.until}" if decided.until else ""
    return [[("class:decided", part)] for part in wrapped(f"{word}{reason}{until}", width)]


def _notes(title: str, notes: Sequence[Note], source: Lines, width: int, *, numbered: bool) -> list[Line]:
    lines: list[Line] = [[], [("class:label", title)]] if notes else []
    for number, note in enumerate(notes, 1):
        place = note.location
        head = f"{number}. " if numbered else "- "
        said = wrapped(f"{visible(place.path)}:{place.line}  {visible(note.message)}", width - len(head) - 2)
        blank = " " * len(head)
        lines += [[("class:place", f"  {blank if n else head}{part}")] for n, part in enumerate(said)]
        code = source(place.path)
        if 1 <= place.line <= len(code):
            text = visible(code[place.line - 1][: width * 4].strip())
            lines.append([("class:around", cut(f"{' ' * (len(head) + 4)}{text}", width))])
    return lines


def _prose(title: str, text: str, width: int) -> list[Line]:
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
    lines: list[Line] = [[], [("class:label", title)]] if paragraphs else []
    for paragraph in paragraphs:
        lines += [[("", f"  {part}")] for part in wrapped(paragraph, width - 2)]
    return lines


def _examples(title: str, examples: Sequence[str], width: int) -> list[Line]:
    if not examples:
        return []
    lines: list[Line] = [[], [("class:label", title)]]
    lines += [[("class:code", cut(f"    {visible(text)}", width))] for text in examples[0].rstrip().split("\n")]
    return lines
