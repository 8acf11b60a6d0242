"""Screens for a terminal. Each has a twin without one: a command that takes flags and prints text or JSON."""
