"""The vocabulary: plain typed records that every other part speaks. Imports nothing of archlint, and no parser."""
