"""One rule document: YAML bytes in, a checked `Document` out, or every mistake that it holds."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
import yaml
from msgspec import Struct

from archlint.facts.findings import SEVERITIES, RuleInfo
from archlint.rulebook.shared import Shared

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ID = re.compile(r"[A-Z]{3}\d{3}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CWE = re.compile(r"CWE-[1-9]\d*")
_GUIDE = re.compile(r"[a-z-]+#\S+")
_CHECKLIST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")

Example = str | dict[str, str]
"""Code of one file (`example.py`), or path → code."""

SeverityWord = Literal["error", "warning", "note"]


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    """A message with `{words}` that the check gives, and a severity of its own where it differs from the rule's."""

    text: str
    severity: SeverityWord | None = None


class Document(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rule says. Prose of a rule lives here and only here.

    shared: the documents of `rules/shared/` whose values are among its `parameters`.  left_code: what it finds counts in
    code that nobody runs as well.
    """

    id: str
    name: str
    title: str
    severity: SeverityWord
    status: Literal["stable", "preview", "deprecated"]
    since: str
    why: str
    fix: str
    when_not: str
    guides: tuple[str, ...]
    messages: dict[str, str | Message]
    bad: tuple[Example, ...]
    good: tuple[Example, ...]
    cwe: tuple[str, ...] = ()
    owasp: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    left_code: bool = False
    parameters: dict[str, object] = {}
    changed: tuple[str, ...] = ()

    def message(self, key: str) -> Message:
        """The message of that key. Raises KeyError."""
        found = self.messages[key]
        return Message(found) if isinstance(found, str) else found

    @property
    def info(self) -> RuleInfo:
        """What reports show of the rule; of an example over several files each file is headed by its path."""
        return RuleInfo(
            id=self.id,
            name=self.name,
            title=self.title,
            severity=SEVERITIES[self.severity],
            status=self.status,
            why=self.why.strip(),
            fix=self.fix.strip(),
            when_not=self.when_not.strip(),
            guides=self.guides,
            cwe=self.cwe,
            owasp=self.owasp,
            checklist=self.checklist,
            bad=tuple(_shown(example) for example in self.bad),
            good=tuple(_shown(example) for example in self.good),
            since=self.since,
        )


class DocumentError(Exception):
    """A document that cannot be used; `problems` are its mistakes."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


def read_document(data: bytes, stem: str, shared: Shared) -> Document:
    """The document in `rules/<stem>.yaml`, with the shared parameters that it takes. Raises DocumentError with all
    mistakes."""
    try:
        raw = yaml.load(data, Loader=_LOADER)  # noqa: S506  a safe loader
    except yaml.YAMLError as error:
        raise DocumentError([f"not YAML: {' '.join(str(error).split())}"]) from None
    if not isinstance(raw, dict):
        raise DocumentError(["must be a mapping"])
    values, problems = _fields(raw)
    if problems:
        raise DocumentError(problems)
    document = msgspec.convert(values, Document)
    problems = list(_mistakes(document, stem, shared))
    if problems:
        raise DocumentError(problems)
    taken = {key: value for name in document.shared for key, value in shared[name].items()}
    return msgspec.structs.replace(document, parameters={**document.parameters, **taken})


def suggestion(word: str, known: Iterable[str]) -> str:
    """`, did you mean …?` when something known is close to `word`, else nothing."""
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f", did you mean `{close[0]}`?" if close else ""


def _fields(raw: Mapping[object, object]) -> tuple[dict[str, object], list[str]]:
    """Each key converted by itself, so that one mistake hides no other."""
    fields = {field.name: field for field in msgspec.structs.fields(Document)}
    problems = [f"unknown key `{key}`{suggestion(str(key), fields)}" for key in raw if key not in fields]
    values: dict[str, object] = {}
    for name, field in fields.items():
        if name not in raw:
            if field.required:
                problems.append(f"`{name}` is missing")
            continue
        try:
            msgspec.convert(raw[name], field.type)
            values[name] = raw[name]
        except msgspec.ValidationError as error:
            problems.append(f"`{name}`: {error}")
    return values, problems


def _mistakes(document: Document, stem: str, shared: Shared) -> Iterable[str]:
    family, _, name = stem.partition("/")
    if not _ID.fullmatch(document.id) or not document.id.startswith(family.upper()):
        yield f"id `{document.id}` must be three capitals of its folder and three digits"
    if not _NAME.fullmatch(document.name) or document.name.replace("-", "_") != name:
        yield f"name `{document.name}` and file name `{name}.yaml` differ"
    for word in ("title", "why", "fix"):
        if not str(getattr(document, word)).strip():
            yield f"`{word}` is empty"
    if not document.messages:
        yield "`messages` is empty"
    given = dict.fromkeys(document.parameters, f"{stem}.yaml")
    for name in document.shared:
        if name not in shared:
            yield f"`shared`: there is no rules/shared/{name}.yaml{suggestion(name, shared)}"
        for key in shared.get(name, ()):
            if key in given:
                yield f"parameter `{key}` stands in {given[key]} and in shared/{name}.yaml"
            given[key] = f"shared/{name}.yaml"
    forms = {"cwe": _CWE, "guides": _GUIDE, "checklist": _CHECKLIST}
    for key, form in forms.items():
        for value in getattr(document, key):
            if not form.fullmatch(value):
                yield f"`{key}`: `{value}` is not of the form {form.pattern}"
    if family != "run" and not (document.bad and document.good):
        yield "`bad` and `good` need an example each"


def _shown(example: Example) -> str:
    if isinstance(example, str):
        return example.rstrip("\n")
    return "\n\n".join(f"# {path}\n{code.rstrip()}" for path, code in example.items())
