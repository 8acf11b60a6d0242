"""Dockerfiles: instructions with continuations, comments and here-documents, and what the stages run and probe."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from archlint.facts.deployment import Deployable, DeploymentFacts, Probe
from archlint.parse.probe_command import asked_by

_INSTRUCTION = re.compile(r"[ \t]*([A-Za-z]+)(?=[ \t]|$)[ \t]*(.*)", re.DOTALL)
_ESCAPE = re.compile(r"^#[ \t]*escape[ \t]*=[ \t]*([\\`])", re.IGNORECASE)
_HEREDOC = re.compile(r"<<-?[ \t]*([\"']?)([A-Za-z_]\w*)\1")
_FLAGS = re.compile(r"(?:--[\w-]+(?:=(?:\"[^\"]*\"|\S*))?[ \t]+)*")
_FROM = re.compile(r"(\S+)(?:\s+[Aa][Ss]\s+(\S+))?")
_PAIR = re.compile(r"([A-Za-z_]\w*)=(\"(?:[^\"\\]|\\.)*\"|'[^']*'|\S*)")
_KNOWN = frozenset(
    {"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD"}
    | {"RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)


class Instruction(NamedTuple):
    """One instruction: `words` is what stands behind its name, continuations joined by a blank."""

    name: str
    words: str
    at: int
    end: int


class _Stage:
    def __init__(self, name: str, image: str, at: int, end: int) -> None:
        self.name, self.image, self.at, self.end = name, image, at, end
        self.entrypoint = self.command = ""
        self.ports: list[str] = []
        self.environment: dict[str, str] = {}
        self.probe: Instruction | None = None

    def inherit(self, other: _Stage) -> None:
        """A stage built on another keeps what that one says."""
        self.entrypoint, self.command, self.probe = other.entrypoint, other.command, other.probe
        self.ports, self.environment = list(other.ports), dict(other.environment)


def instructions(text: str) -> Iterator[Instruction]:
    """The instructions in order; parser directives, comments and here-document bodies are left out."""
    lines = _lines(text)
    escape = match[1] if (match := _ESCAPE.match(text)) else "\\"
    index = 0
    while index < len(lines):
        at, line = lines[index]
        index += 1
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        pieces, end = [], at
        while True:
            bare = line.rstrip()
            continued = bare.endswith(escape)
            pieces.append(bare[:-1] if continued else bare)
            end = lines[index - 1][0] + len(bare)
            while continued and index < len(lines) and lines[index][1].lstrip().startswith("#"):
                index += 1  # a comment line inside a continued instruction
            if not continued or index >= len(lines):
                break
            line = lines[index][1]
            index += 1
        logical = " ".join(piece.strip() for piece in pieces)
        for _, tag in _HEREDOC.findall(logical):
            index = _behind_heredoc(lines, index, tag)
        found = _INSTRUCTION.fullmatch(logical)
        if found and found[1].upper() in _KNOWN:
            yield Instruction(found[1].upper(), found[2].strip(), at + len(_indent(text, at)), end)


def _indent(text: str, at: int) -> str:
    """The blanks that the line at this offset begins with."""
    match = re.compile(r"[ \t]*").match(text, at)
    return match.group() if match else ""


def _lines(text: str) -> list[tuple[int, str]]:
    found, at = [], 0
    for line in re.split(r"(\r\n|\r|\n)", text):
        if line not in ("\r\n", "\r", "\n"):
            found.append((at, line))
        at += len(line)
    return found


def _behind_heredoc(lines: list[tuple[int, str]], index: int, tag: str) -> int:
    for number in range(index, len(lines)):
        if lines[number][1].strip() == tag:
            return number + 1
    return index


def read_dockerfile(path: str, text: str) -> DeploymentFacts:
    """The last stage as what is run, and each stage's health check; a text without FROM is of kind `other`."""
    stages: list[_Stage] = []
    for instruction in instructions(text):
        name, words, at, end = instruction
        if name == "FROM":
            _begin_stage(stages, _FLAGS.sub("", words, count=1), at, end)
        elif stages:
            _take(stages[-1], instruction)
    if not stages:
        return DeploymentFacts("other")
    last = stages[-1]
    command = " ".join(part for part in (last.entrypoint, last.command) if part)
    folder = path.rpartition("/")[0].rpartition("/")[2]
    deployable = Deployable(
        at=last.at,
        end=last.end,
        name=last.name or folder,
        source="dockerfile",
        image=last.image,
        command=command,
        ports=tuple(last.ports),
        environment=tuple(sorted(last.environment.items())),
    )
    return DeploymentFacts("dockerfile", deployables=(deployable,), probes=tuple(_probes(stages)))


def _begin_stage(stages: list[_Stage], words: str, at: int, end: int) -> None:
    found = _FROM.match(words)
    image, name = (found[1], found[2] or "") if found else ("", "")
    stage = _Stage(name, image, at, end)
    for earlier in stages:
        if earlier.name and earlier.name.lower() == image.lower():
            stage.inherit(earlier)
            stage.image = earlier.image
    stages.append(stage)


def _take(stage: _Stage, instruction: Instruction) -> None:
    words = instruction.words
    match instruction.name:
        case "CMD":
            stage.command = _command(words)
        case "ENTRYPOINT":
            stage.entrypoint, stage.command = _command(words), ""  # Docker resets CMD too
        case "EXPOSE":
            stage.ports += [port.partition("/")[0] for port in words.split()]
        case "ENV":
            stage.environment |= _environment(words)
        case "HEALTHCHECK":
            stage.probe = None if words.upper() == "NONE" else instruction


def _command(words: str) -> str:
    """A command in shell form, or one in exec form (a JSON list) joined by blanks."""
    if words.startswith("["):
        try:
            parts = json.loads(words)
        except (ValueError, RecursionError):
            return words
        if isinstance(parts, list):
            return " ".join(str(part) for part in parts)
    return words


def _environment(words: str) -> dict[str, str]:
    pairs = {key: value.strip("\"'") for key, value in _PAIR.findall(words)}
    if not pairs:  # the old form: ENV NAME the rest
        name, _, value = words.partition(" ")
        pairs = {name: value.strip()}
    return pairs


def _probes(stages: list[_Stage]) -> Iterator[Probe]:
    seen: set[int] = set()
    for stage in stages:
        found = stage.probe
        if found is None or found.at in seen:
            continue
        seen.add(found.at)
        command = _FLAGS.sub("", found.words, count=1)
        command = _command(re.sub(r"^CMD\s*", "", command, flags=re.IGNORECASE))
        path, port = asked_by(command)
        yield Probe(found.at, found.end, "healthcheck", stage.name, path, port, command)
