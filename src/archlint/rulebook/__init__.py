"""YAML documents ↔ checks: typed parameters, pairing, selection; every mismatch is said."""

from archlint.rulebook.book import Problem, Rulebook, UnknownRuleError, load_rulebook
from archlint.rulebook.document import Document, Example, Message
from archlint.rulebook.rule import Rule, RuleError

__all__ = ["Document", "Example", "Message", "Problem", "Rule", "RuleError", "Rulebook", "UnknownRuleError", "load_rulebook"]
