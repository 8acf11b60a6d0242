"""A rule that reports every call of `bad` and `worse`, run through the whole pipeline over a project in memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from types import ModuleType

from msgspec import Struct

from archlint.adapters.processes import InProcess
from archlint.adapters.resources import rule_documents
from archlint.adapters.store import NoStore
from archlint.app import checklist, knowledge
from archlint.engine.analyse import Tool, analyse
from archlint.facts.findings import Hit, Report, Site
from archlint.facts.settings import Settings
from archlint.project import Project
from archlint.rulebook import Rulebook, load_rulebook
from archlint.testing import TODAY, MemoryFiles

_DOCUMENT = """
id: {rule}
name: {name}-call
title: A rule for tests
severity: warning
status: stable
since: "0.1"
why: Because.
fix: Do not.
when_not: Never.
guides: []
messages: {{default: "a call of {name}"}}
parameters: {{}}
bad: [x]
good: [y]
"""
_RULES = {"bad": "TST001", "worse": "TST002"}


class _Params(Struct, frozen=True, forbid_unknown_fields=True):
    pass


def _module(name: str) -> ModuleType:
    def check(project: Project, params: _Params) -> Iterator[Hit]:
        for path, facts in project.files.items():
            for call in facts.body.calls:
                if getattr(call.callee, "id", "") == name:
                    yield Hit(Site(path, call.at, call.end), {})
        for path, text in project.sql_files.items():
            at = text.find(f"{name}(")
            while at >= 0:
                yield Hit(Site(path, at, at + len(name)), {})
                at = text.find(f"{name}(", at + 1)

    made = ModuleType(name)
    made.check, made.Params = check, _Params  # type: ignore[attr-defined]
    return made


def _book() -> Rulebook:
    documents = {path: data for path, data in rule_documents().items() if path.startswith("run/")}
    for name, rule in _RULES.items():
        sys.modules[f"archlint.checks.tst.{name}_call"] = _module(name)
        documents[f"tst/{name}_call.yaml"] = _DOCUMENT.format(rule=rule, name=name).encode()
    return load_rulebook(documents, [f"tst/{name}_call" for name in _RULES])


_BOOK = _book()
_TOOL = Tool(lambda _: _BOOK, knowledge, checklist, "parsers", "program")


def report_on(files: Mapping[str, str | bytes]) -> Report:
    """What the two rules (and the RUN rules) say of the project."""
    return analyse(MemoryFiles(files), NoStore(), InProcess(), _TOOL, settings=Settings(), today=TODAY)
