"""Answers with many rows: which views give them, whose rows they are, whether there are more and more of them."""
