"""YAML text → a bounded, read-only tree that knows where each value stands. Nothing in it is constructed or run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

MAX_LENGTH = 1_000_000
"""Characters; deployment files are far below, and libyaml takes seconds from here on."""
MAX_DEPTH = 200
_MAX_STEPS = 200_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LEADING = re.compile(r"^[ \t\-?:]*", re.MULTILINE)
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_TEMPLATE_LINE = re.compile(r"^[ \t]*(?:(?:\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})[ \t]*)+$", re.DOTALL | re.MULTILINE)
_HOLE = "\ue000"
"""Stands for each character of a template's hole: printable for YAML, in no real document."""


class YamlError(Exception):
    """The text is not YAML, or beyond the bounds; the message says which."""


@dataclass(frozen=True, slots=True)
class Value:
    """A node of a document in `text`. All questions answer with nothing where the node is of another kind."""

    node: yaml.Node
    text: str

    @property
    def at(self) -> int:
        return int(self.node.start_mark.index)

    @property
    def end(self) -> int:
        """Behind the last character; the blank lines and comments that YAML counts to a block are left out."""
        end = int(self.node.end_mark.index)
        return self.at + len(self.text[self.at : end].rstrip()) if end > self.at else end

    @property
    def scalar(self) -> str:
        """The text of a scalar; one with a template's hole is as it is written in the file. Else empty."""
        if not isinstance(self.node, yaml.ScalarNode):
            return ""
        value = str(self.node.value)
        return self.text[self.at : self.end].strip("\"'") if _HOLE in value else value

    @property
    def has_hole(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode) and _HOLE in str(self.node.value)

    @property
    def number(self) -> int | None:
        digits = self.scalar.strip()
        return int(digits) if digits.isdecimal() and len(digits) < 10 else None

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_sequence(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    def items(self) -> Iterator[tuple[str, Value, Value]]:
        """(key, the key's place, value) of a mapping, merges (`<<`) resolved, the first one of a key only."""
        seen: set[str] = set()
        budget = [_MAX_STEPS]
        for key, value in _pairs(self.node, 0, budget):
            if key.value not in seen:
                seen.add(key.value)
                yield str(key.value), Value(key, self.text), Value(value, self.text)

    def elements(self) -> Iterator[Value]:
        if isinstance(self.node, yaml.SequenceNode):
            for node in self.node.value:
                yield Value(node, self.text)

    def get(self, *path: str) -> Value | None:
        """The value below these keys; None where one of them is missing."""
        found = self
        for key in path:
            below = next((value for name, _, value in found.items() if name == key), None)
            if below is None:
                return None
            found = below
        return found

    def text_of(self, *path: str) -> str:
        """The scalar below these keys, or empty."""
        found = self.get(*path)
        return found.scalar if found is not None else ""

    def each(self, *path: str) -> Iterator[Value]:
        """The elements of the sequence below these keys."""
        found = self.get(*path)
        if found is not None:
            yield from found.elements()

    def walk(self) -> Iterator[tuple[str, Value, Value, tuple[Value, ...]]]:
        """(key, the key's place, value, the mappings around it) of every mapping below, each node visited once,
        so that aliases cannot multiply the work."""
        seen: set[int] = set()
        stack: list[tuple[Value, tuple[Value, ...]]] = [(self, ())]
        while stack:
            value, around = stack.pop()
            if id(value.node) in seen or len(around) > MAX_DEPTH:
                continue
            seen.add(id(value.node))
            inner = (*around, value)
            below: list[tuple[Value, tuple[Value, ...]]] = []
            for name, key, item in value.items():
                yield name, key, item, inner
                below.append((item, inner))
            below += ((item, around) for item in value.elements())
            stack += reversed(below)


def _pairs(node: yaml.Node, depth: int, budget: list[int]) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode) or depth > MAX_DEPTH:
        return
    merged: list[yaml.Node] = []
    for key, value in node.value:
        budget[0] -= 1
        if budget[0] < 0:
            return
        if not isinstance(key, yaml.ScalarNode):
            continue
        if key.tag == "tag:yaml.org,2002:merge" or key.value == "<<":
            merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
        else:
            yield key, value
    for other in merged:
        yield from _pairs(other, depth + 1, budget)


def read_documents(text: str) -> list[Value]:
    """The documents of a YAML text, a template's holes (`{{ … }}`, `{% … %}`) kept as unknown text. Raises YamlError."""
    if len(text) > MAX_LENGTH:
        raise YamlError(f"longer than {MAX_LENGTH} characters")
    plain = _fill_holes(text) if "{{" in text or "{%" in text else text
    if _depth(plain) > MAX_DEPTH * 4:
        raise YamlError("nested too deeply")
    try:
        nodes: list[yaml.Node | None] = list(yaml.compose_all(plain, Loader=_LOADER))
    except (yaml.YAMLError, UnicodeError, ValueError, RecursionError) as error:
        raise YamlError(" ".join(str(error).split())[:200]) from error
    return [Value(node, text) for node in nodes if node is not None]


def _fill_holes(text: str) -> str:
    """Same length: lines that only steer the template become blank, holes inside a line become unknown letters."""
    text = _TEMPLATE_LINE.sub(lambda m: re.sub(r"[^\r\n]", " ", m.group()), text)
    return _TEMPLATE.sub(lambda m: re.sub(r"[^\r\n]", _HOLE, m.group()), text)


def _depth(text: str) -> int:
    """No less than how deep the nodes can be nested: libyaml's composer recurses in C, which no exception ends."""
    deepest = max((len(match.group()) for match in _LEADING.finditer(text)), default=0)
    depth = most = 0
    for match in re.finditer(r"[\[{\]}]", text):
        depth += 1 if match.group() in "[{" else -1
        depth = max(depth, 0)
        most = max(most, depth)
    return max(deepest, most)
