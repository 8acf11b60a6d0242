"""Digests: of passwords, and of what the browser already has."""

import hashlib


def password_digest(password: str) -> str:
    return hashlib.md5(password.encode()).hexdigest()  # expect: SEC001


def content_digest(content: str) -> str:
    return hashlib.sha1(content.encode(), usedforsecurity=False).hexdigest()
