"""The text of `archlint-checklist.yaml` → answers. Nothing in it is constructed: every scalar is text.

Refused as a whole: what is no YAML, too long, nested too deep, or holds merge conflicts, anchors, aliases, tags or a
key twice.  What is wrong with one answer makes that one invalid.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from archlint.checklist.answers import FILE, Answer, AnswersError, Entry, problems_of
from archlint.rulebook.document import suggestion

VERSION = "1"
MAX_BYTES = 1_000_000
_MAX_DEPTH = 6
_CONFLICT = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?: |$)", re.MULTILINE)
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_TEXTS = ("verdict", "why", "by", "date", "until", "link")
_KEYS = (*_TEXTS, "watch", "watched")


def read_answers(data: bytes) -> dict[str, Entry]:
    """The file's answers by item id, in its order. Raises AnswersError."""
    if len(data) > MAX_BYTES:
        raise AnswersError([f"{FILE}: larger than {MAX_BYTES:,} bytes"])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnswersError([f"{FILE}: no UTF-8 text: {error.reason} at byte {error.start}"]) from None
    return entries_of(text)


def entries_of(text: str) -> dict[str, Entry]:
    """As `read_answers`, of decoded text."""
    document = _plain(root, ()) if (root := tree(text)) is not None else {}
    if not isinstance(document, dict):
        raise AnswersError([f"{FILE}: no mapping with `version` and `answers`"])
    problems = [f"{FILE}: unknown key `{key}`" for key in document if key not in ("version", "answers")]
    if document and document.get("version") != VERSION:
        problems.append(f"{FILE}: `version` is not {VERSION}: the file is of another version of archlint")
    answers = document.get("answers") or {}
    if not isinstance(answers, dict):
        problems.append(f"{FILE}: `answers` is no mapping of item ids")
    if problems:
        raise AnswersError(problems)
    return {str(key): _entry(value) for key, value in answers.items()}


def tree(text: str) -> yaml.Node | None:
    """The one document's node, None for an empty text; positions are characters of the text. Raises AnswersError."""
    conflict = _CONFLICT.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        raise AnswersError([f"{FILE}:{line}: a merge conflict is not resolved"])
    try:
        _check_events(text)
        return yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        place = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise AnswersError([f"{FILE}{place}: {error.problem or error.context or 'no YAML'}"]) from None
    except (yaml.YAMLError, ValueError) as error:
        raise AnswersError([f"{FILE}: no YAML: {' '.join(str(error).split())[:200]}"]) from None


def _check_events(text: str) -> None:
    """An alias can stand for a billion nodes, a tag for an object, and nesting for the end of the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise AnswersError([f"{_place(event)}: anchors and aliases are not allowed"])
        if getattr(event, "tag", None):
            raise AnswersError([f"{_place(event)}: tags are not allowed"])
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise AnswersError([f"{_place(event)}: nested too deep"])


def _place(found: yaml.Event | yaml.Node) -> str:
    return f"{FILE}:{found.start_mark.line + 1}" if found.start_mark else FILE


def _plain(node: yaml.Node, path: tuple[str, ...]) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, path) for child in node.value]
    if not isinstance(node, yaml.MappingNode):
        return str(node.value)
    found: dict[str, Any] = {}
    for key, value in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
        if not name:
            raise AnswersError([f"{_place(key)}: a key is no text"])
        if name in found:
            raise AnswersError([f"{_place(key)}: `{'.'.join((*path, name))}` stands twice"])
        found[name] = _plain(value, (*path, name))
    return found


def _entry(value: Any) -> Entry:
    if not isinstance(value, dict):
        return Entry(Answer(), ("no mapping with a verdict and a why",))
    problems = [f"unknown key `{key}`{suggestion(key, _KEYS)}" for key in value if key not in _KEYS]
    texts = {key: value[key] for key in _TEXTS if isinstance(value.get(key), str)}
    problems += [f"{key}: no text" for key in _TEXTS if key in value and key not in texts]
    watch, watched = value.get("watch") or [], value.get("watched") or {}
    if not isinstance(watch, list) or not all(isinstance(pattern, str) for pattern in watch):
        problems.append("watch: no list of patterns")
        watch = []
    if not isinstance(watched, dict) or not all(isinstance(digest, str) for digest in watched.values()):
        problems.append("watched: no mapping of paths")
        watched = {}
    answer = Answer(**texts, watch=tuple(watch), watched=watched)
    return Entry(answer, (*problems, *problems_of(answer)))
