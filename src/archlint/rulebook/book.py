"""All rules: read from the documents, paired with their checks, found by id, name or family, selected by settings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from archlint.facts.settings import Settings
from archlint.ports import FactStore
from archlint.rulebook.document import Document, DocumentError, read_document, suggestion
from archlint.rulebook.rule import Rule
from archlint.rulebook.shared import Problem, read_shared

NOT_RULES = ("knowledge/", "shared/")
"""Folders below `rules/` whose documents are no rules; so are the documents that lie at its top."""


class UnknownRuleError(Exception):
    """A selector that matches no rule; the text suggests the closest."""

    @property
    def problems(self) -> tuple[str, ...]:
        return (str(self),)


@dataclass(frozen=True)
class Rulebook:
    """The rules, sorted by id, and what kept others out."""

    rules: tuple[Rule, ...]
    problems: tuple[Problem, ...] = ()
    _by_word: dict[str, Rule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = {word: rule for rule in self.rules for word in (rule.id, rule.name)}
        object.__setattr__(self, "_by_word", words)

    def find(self, word: str) -> Rule | None:
        """The rule of that id (in any case) or name."""
        return self._by_word.get(word) or self._by_word.get(word.upper())

    def rule(self, word: str) -> Rule:
        """The rule of that id or name. Raises UnknownRuleError."""
        found = self.find(word)
        if found is None:
            raise UnknownRuleError(f"there is no rule `{word}`{suggestion(word, self._by_word)}")
        return found

    def matching(self, selector: str) -> tuple[Rule, ...]:
        """The rules that an id, a name, a prefix of ids (`SEC`, `SEC0`) or `ALL` means. Raises UnknownRuleError."""
        if selector == "ALL":
            return self.rules
        if selector in self._by_word:
            return (self._by_word[selector],)
        found = tuple(rule for rule in self.rules if selector and rule.id.startswith(selector))
        if not found:
            families = {rule.id[:3] for rule in self.rules}
            raise UnknownRuleError(f"there is no rule `{selector}`{suggestion(selector, {*self._by_word, *families, 'ALL'})}")
        return found

    def ids(self, selectors: Iterable[str]) -> frozenset[str]:
        """The ids that the selectors match together. Raises UnknownRuleError."""
        return frozenset(rule.id for selector in selectors for rule in self.matching(selector))

    def selected(self, settings: Settings) -> tuple[Rule, ...]:
        """The rules with a check that are to run.

        Everything stable by default; `select` narrows, `ignore` takes away, and a preview rule runs when previews are
        asked for or it is selected by its own id or name.  Raises UnknownRuleError.
        """
        chosen = self.ids(settings.select or ("ALL",))
        off = {self.rule(word).id for word, level in settings.severity.items() if level == "off"}
        ignored = self.ids(settings.ignore) | off
        named = {self._by_word[word].id for word in settings.select if word in self._by_word}
        return tuple(
            rule
            for rule in self.rules
            if rule.has_check
            and rule.id in chosen - ignored
            and (rule.document.status != "preview" or settings.preview or rule.id in named)
        )


def kept_rulebook(documents: Mapping[str, bytes], checks: Collection[str], store: FactStore, key: str) -> Rulebook:
    """The same as `load_rulebook` gives, from what an earlier run kept in the store: reading YAML costs ten times as much.

    `key` changes with the documents and with what reads them.  A book with problems is not kept."""
    found = store.get_many([key]).get(key)
    if found is not None:
        with suppress(msgspec.DecodeError, UnicodeDecodeError):  # whatever lies in the store, it must not stop the run
            pairs = msgspec.msgpack.decode(found, type=tuple[tuple[str, Document], ...])
            return Rulebook(tuple(Rule(stem, document) for stem, document in pairs))
    book = load_rulebook(documents, checks)
    if not book.problems:
        store.put_many({key: msgspec.msgpack.encode([(rule.stem, rule.document) for rule in book.rules])})
    return book


def load_rulebook(documents: Mapping[str, bytes], checks: Collection[str]) -> Rulebook:
    """Pairs documents (path below `rules/` → bytes) with checks (stems `family/name`). Collects every problem."""
    rules: list[Rule] = []
    shared, problems = read_shared(documents)
    stems = {path.removesuffix(".yaml") for path in documents if "/" in path and not path.startswith(NOT_RULES)}
    for stem in sorted(stems | set(checks)):
        if stem not in stems:
            problems.append(Problem(stem, f"is missing beside checks/{stem}.py"))
            continue
        try:
            rule = Rule(stem, read_document(documents[f"{stem}.yaml"], stem, shared))
        except DocumentError as error:
            problems += [Problem(stem, text) for text in error.problems]
            continue
        if rule.has_check and stem not in checks:
            problems.append(Problem(stem, f"checks/{stem}.py is missing"))
        else:
            rules.append(rule)
    return _without_doubles(rules, problems)


def _without_doubles(rules: list[Rule], problems: list[Problem]) -> Rulebook:
    owners: dict[str, str] = {}
    kept = []
    for rule in rules:
        taken = [word for word in (rule.id, rule.name) if word in owners]
        problems += [Problem(rule.stem, f"`{word}` is taken by rules/{owners[word]}.yaml") for word in taken]
        if not taken:
            owners |= {rule.id: rule.stem, rule.name: rule.stem}
            kept.append(rule)
    return Rulebook(tuple(sorted(kept, key=lambda rule: rule.id)), tuple(problems))
