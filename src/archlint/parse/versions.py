"""Versions of the parser packages, without importing them: a run in which nothing changed needs only these."""

from __future__ import annotations

from importlib.metadata import version

PARSER_VERSION = version("libcst")
SQL_PARSER_VERSION = version("sqlglot")
YAML_PARSER_VERSION = version("PyYAML")
