"""Modules that are run by hand: they read what stands on their command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.project.walk import attributes_named

if TYPE_CHECKING:
    from archlint.project.source.modules import Module

_PARSERS = frozenset({"argparse", "optparse", "getopt"})


def reads_command_line(module: Module) -> bool:
    """By a parser of the standard library, or itself (`sys.argv`)."""
    if any(given.level == 0 and given.module in _PARSERS for given in module.outline.imports):
        return True
    return bool(attributes_named(module, ("argv",)))
