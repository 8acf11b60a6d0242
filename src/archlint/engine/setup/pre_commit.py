"""The entry of archlint in a project's `.pre-commit-config.yaml`."""

from __future__ import annotations

import re
from typing import Any

import yaml

PATH = ".pre-commit-config.yaml"
_MOST = 1_000_000
_LINES = (
    "- repo: local",
    "  hooks:",
    "    - id: archlint",
    "      name: archlint",
    "      entry: archlint check",
    "      language: system",
    "      types_or: [python, sql]",
    "      pass_filenames: false",
    "      require_serial: true",
)
SNIPPET = "repos:\n" + "".join(f"  {line}\n" for line in _LINES)
"""The whole file where there is none; what to write by hand where it cannot be changed."""
_ENTRY = yaml.safe_load("\n".join(_LINES))[0]


def with_hook(text: str | None) -> str | None:
    """The file's text (None: there is none) with the hook as the last of `repos`; the same text where one is in it already.

    None where it cannot be put in by adding lines alone: the text must say what it said and the entry, nothing else.
    """
    if text is None or not text.strip():
        return SNIPPET
    if len(text) > _MOST:
        return None
    body = text.removeprefix("\ufeff")
    try:
        before = yaml.safe_load(body)
        if has_hook(before):
            return text
        made = text[: len(text) - len(body)] + _inserted(body)
        after = yaml.safe_load(made.removeprefix("\ufeff"))
        before["repos"].append(_ENTRY)
        return made if after == before else None
    except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def has_hook(document: Any) -> bool:
    """Does any of the repos name the hook?"""
    repos = document.get("repos") if isinstance(document, dict) else None
    hooks = [h for r in repos or () if isinstance(r, dict) and isinstance(r.get("hooks"), list) for h in r["hooks"]]
    return any(isinstance(hook, dict) and hook.get("id") == "archlint" for hook in hooks)


def _inserted(text: str) -> str:
    """The entry behind the last line of the last repo, as deep as the others. Raises ValueError where there is none."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise ValueError("no mapping")
    repos = next(value for key, value in root.value if key.value == "repos")
    if not isinstance(repos, yaml.SequenceNode) or repos.flow_style or not repos.value:
        raise ValueError("no list with an item a line")
    lines = text.splitlines(keepends=True)
    first = repos.value[0].start_mark
    dash = re.fullmatch(r"( *)- +", lines[first.line][: first.column])
    if dash is None:
        raise ValueError("an item that does not begin its line")
    end = "\r\n" if lines[0].endswith("\r\n") else "\n"
    at = _last_line(repos.value[-1]) + 1
    above = lines[:at]
    if not above[-1].endswith("\n"):
        above[-1] += end
    return "".join([*above, *(f"{dash[1]}{line}{end}" for line in _LINES), *lines[at:]])


def _last_line(node: yaml.Node) -> int:
    """The line on which the last word of a node stands; a block's own end mark is where the next thing begins."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    end: yaml.Mark = node.end_mark
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return int(end.line) - 1
    return int(end.line)
