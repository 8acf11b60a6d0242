"""The SQL of a project: where its texts come from, and what becomes of their rows."""
