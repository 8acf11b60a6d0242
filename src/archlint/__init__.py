"""archlint: a pattern-conformance linter and architecture checklist for Python backends."""

__version__ = "0.1.0"
