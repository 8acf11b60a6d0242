"""Rules as pages of documentation: Markdown, a page each and an index, from the same documents as everything else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import tomlkit

from archlint.facts.findings import RuleInfo
from archlint.report.rules import markdown

INDEX = "README.md"
_CODE = re.compile(r"(`[^`]+`)")
_MARKS = re.compile(r"([\\*_<\[\]|])")

Described = tuple[RuleInfo, Mapping[str, object]]
"""A rule, and the values of its parameters as its document gives them."""


def pages(rules: Sequence[Described]) -> dict[str, str]:
    """File name → text: the index, and `<id>.md` for each rule."""
    made = {f"{rule.id}.md": page(rule, parameters) for rule, parameters in rules}
    return {INDEX: _index([rule for rule, _ in rules]), **made}


def toml(value: object) -> str:
    """A parameter's value on one line, as a configuration would give it."""
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        table.update(value)
        return table.as_string()
    return tomlkit.item(value).as_string()


def page(rule: RuleInfo, parameters: Mapping[str, object]) -> str:
    """One rule."""
    about = f"{rule.severity.name.lower()}, {rule.status}, since {rule.since}"
    parts = [
        f"# {rule.id} `{rule.name}`",
        f"{_plain(rule.title)}. ({about})",
        *_section("Why", _prose(rule.why)),
        *_section("How to fix", _prose(rule.fix)),
        *_section("When not to", _prose(rule.when_not)),
        *_section("Reported", [_fenced(code) for code in rule.bad]),
        *_section("Not reported", [_fenced(code) for code in rule.good]),
        *_section("Parameters", _parameters(rule, parameters)),
        *_section("Belongs to", _belongs(rule)),
    ]
    if not rule.id.startswith("RUN"):
        parts += ["## Accept one finding", _fenced(f"# archlint: ignore[{rule.id}] why")]
    return "\n\n".join(parts) + "\n"


def _index(rules: Sequence[RuleInfo]) -> str:
    linked = re.sub(r"^\| ([A-Z]{3}\d{3}) \|", r"| [\1](\1.md) |", markdown(rules), flags=re.MULTILINE)
    return f"# Rules\n\nMade by `archlint rules --output-folder`.\n\n{linked}"


def _section(heading: str, parts: Sequence[str]) -> list[str]:
    return [f"## {heading}", *parts] if parts else []


def _plain(text: str) -> str:
    """Prose whose only markup is names in backticks."""
    return "".join(part if n % 2 else _MARKS.sub(r"\\\1", part) for n, part in enumerate(_CODE.split(text)))


def _prose(text: str) -> list[str]:
    return [_plain(" ".join(part.split())) for part in text.split("\n\n") if part.strip()]


def _fenced(code: str) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}python\n{code}\n{fence}"


def _parameters(rule: RuleInfo, parameters: Mapping[str, object]) -> list[str]:
    if not parameters:
        return []
    values = [f"{key} = {toml(value)}" for key, value in parameters.items()]
    return ["```toml\n" + "\n".join([f"[tool.archlint.rules.{rule.name}]", *values]) + "\n```"]


def _belongs(rule: RuleInfo) -> list[str]:
    groups = (
        ("Guides", rule.guides),
        ("Checklist items", rule.checklist),
        ("Weaknesses", rule.cwe),
        ("OWASP", rule.owasp),
    )
    lines = [f"- {title}: {', '.join(f'`{value}`' for value in values)}" for title, values in groups if values]
    return ["\n".join(lines)] if lines else []
