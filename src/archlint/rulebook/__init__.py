"""YAML documents ↔ checks: typed parameters, pairing, selection; every mismatch is said."""

from archlint.rulebook.book import Rulebook, UnknownRuleError, kept_rulebook, load_rulebook
from archlint.rulebook.document import Document, Example, Message
from archlint.rulebook.rule import Rule, RuleError
from archlint.rulebook.shared import Problem

__all__ = [
    "Document",
    "Example",
    "Message",
    "Problem",
    "Rule",
    "RuleError",
    "Rulebook",
    "UnknownRuleError",
    "kept_rulebook",
    "load_rulebook",
]
