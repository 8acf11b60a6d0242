"""Answers → the text of `archlint-checklist.yaml`, changed no more than one answer asks for.

The file belongs to a project's review: one answer's lines are replaced, and everything else stays as people wrote it,
comments and order included.  New answers stand in the order of their ids.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import yaml

from archlint.checklist.answers import FILE, Answer, AnswersError, Entry
from archlint.checklist.answers_file import MAX_BYTES, VERSION, entries_of, tree

HEAD = f"""\
# Answers to the architecture checklist: what files cannot tell, said by people. To be reviewed like code.
# Change it with `archlint checklist answer` or `archlint checklist --answer`, or by hand: comments outside of an answer
# stay, those inside one go when it is answered again.
version: {VERSION}
"""
_WIDTH = 100
_LINE = re.compile(r".*?(?:\r\n|[\n\r\x85\u2028\u2029])|.+\Z", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _.,/()<@+*-]*(?:>)?")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Plain text that a reader of YAML 1.1 takes for something else."""
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def with_answer(text: str, item: str, answer: Answer | None) -> str:
    """The text with one answer put in, replaced, or taken out (None). Raises AnswersError for a text that is none, or
    that would become too long."""
    before = entries_of(text)
    after = {name: entry for name, entry in before.items() if name != item}
    if answer is not None:
        after[item] = Entry(answer)
    changed = _spliced(text, item, answer, sorted(before))
    if changed is None or _meaning(changed) != after:
        if any(entry.problems for entry in after.values()):
            raise AnswersError([f"{FILE}: has answers that are not valid, in a form that cannot be kept: mend them first"])
        changed = _whole({name: entry.answer for name, entry in after.items()})
    if len(changed.encode()) > MAX_BYTES:
        raise AnswersError([f"{FILE}: would become larger than {MAX_BYTES:,} bytes"])
    return changed


def _meaning(text: str) -> dict[str, Entry] | None:
    try:
        return entries_of(text)
    except AnswersError:
        return None


def _whole(answers: Mapping[str, Answer]) -> str:
    if not answers:
        return HEAD + "answers: {}\n"
    return HEAD + "answers:\n" + "".join(_written(item, answers[item], 2) for item in sorted(answers))


def _spliced(text: str, item: str, answer: Answer | None, present: list[str]) -> str | None:
    """The text with the answer's own lines changed; None where the file is not in a form for that."""
    root = tree(text)
    if not isinstance(root, yaml.MappingNode):
        return None
    answers = next((value for key, value in root.value if key.value == "answers"), None)
    if not isinstance(answers, yaml.MappingNode) or answers.flow_style or not answers.value:
        return None
    if answer is None and present == [item]:
        return None
    lines = _LINE.findall(text)
    keys = [key for key, _ in answers.value]
    below = [key.start_mark.line for key, _ in root.value if key.start_mark.line > keys[-1].start_mark.line]
    starts = [*(key.start_mark.line for key in keys), min(below, default=len(lines))]
    column = keys[0].start_mark.column
    new = [] if answer is None else [_written(item, answer, column).replace("\n", "\r\n" if "\r\n" in text else "\n")]
    for at, key in enumerate(keys):
        if key.value == item:
            return "".join([*lines[: starts[at]], *new, *lines[_end(lines, starts[at + 1], column) :]])
    at = next((i for i, key in enumerate(keys) if key.value > item), len(keys))
    line = _end(lines, starts[at], column)
    if line and not lines[line - 1].endswith(("\n", "\r")):
        lines[line - 1] += "\n"
    return "".join([*lines[:line], *new, *lines[line:]])


def _end(lines: list[str], next_start: int, column: int) -> int:
    """The line behind an answer: blank lines and comments before the next one belong to that."""
    end = next_start
    while end and _is_between(lines[end - 1], column):
        end -= 1
    return end


def _is_between(line: str, column: int) -> bool:
    bare = line.lstrip(" ")
    return not bare.strip() or (bare.startswith("#") and len(line) - len(bare) <= column)


def _written(item: str, answer: Answer, indent: int) -> str:
    edge, inner = " " * indent, " " * (indent + 2)
    lines = [f"{edge}{_scalar(item, 0)}:"]
    for name in ("verdict", "why", "by", "date", "until", "link"):
        value = getattr(answer, name)
        if value:
            lines.append(f"{inner}{name}: {_scalar(value, indent + 4)}")
    if answer.watch:
        lines += [f"{inner}watch:", *(f"{inner}  - {_scalar(pattern, 0)}" for pattern in answer.watch)]
        lines.append(f"{inner}watched:")
        lines += [f"{inner}  {_scalar(path, 0)}: {_scalar(digest, 0)}" for path, digest in sorted(answer.watched.items())]
    return "".join(f"{line}\n" for line in lines)


def _scalar(value: str, indent: int) -> str:
    """Text in the most readable form that every reader of YAML takes for exactly this text. `indent`: of a block's lines
    (0: no block here)."""
    if _PLAIN.fullmatch(value) and not value.endswith(" ") and len(value) <= _WIDTH and value.lower() not in _WORDS:
        return value
    lines = value.split("\n")
    if indent and all(line and line.isprintable() and not line[0].isspace() and line[-1] != " " for line in lines):
        if len(lines) > 1:
            return "|-\n" + "\n".join(" " * indent + line for line in lines)
        if len(value) > _WIDTH and "  " not in value:
            return ">-\n" + "\n".join(" " * indent + line for line in _filled(value, _WIDTH - indent))
    return '"' + "".join(_escaped(character) for character in value) + '"'


def _filled(text: str, width: int) -> list[str]:
    """The words in lines; YAML puts one space where a folded line ends."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
