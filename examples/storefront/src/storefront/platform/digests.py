"""Digests in the form in which the old shop stored them."""

import hashlib


def hex_digest(value: str, salt: str) -> str:
    return hashlib.md5(f"{salt}:{value}".encode()).hexdigest()  # expect: SEC001
