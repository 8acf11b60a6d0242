"""Formats: a `Report` in, a string out. Pure; nothing here reads a file, a clock or the environment."""

from __future__ import annotations

from archlint.report.formats import FORMATS, Layout, render

__all__ = ["FORMATS", "Layout", "render"]
