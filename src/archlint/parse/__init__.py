"""One file's bytes to its facts: Python, SQL, deployment files. Pure; nothing here knows a path or another file."""
