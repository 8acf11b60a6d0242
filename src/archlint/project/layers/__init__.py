"""Layers and contracts: which module belongs where, and which imports lead the wrong way."""
