"""Draw the places by which recall is measured, before a check is written.

Given a folder of checkouts (`CORPUS/<project>/…`), picks for each subject the same pseudo-random places in every run:
lines of non-test Python or SQL that *contain the subject* (a loop near a database call, a cache write, a credential
near a logger, …), at most `--per-project` from one project so that no project decides the figure.  The places carry
no verdict: a person reads the code and writes one.

    python benchmarks/draw_places.py CORPUS --subject n-plus-one --count 70 > places.jsonl
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Subject:
    """What makes a file and a line worth drawing; all are case-insensitive regular expressions."""

    rules: tuple[str, ...]
    file: str
    line: str
    suffixes: tuple[str, ...] = (".py",)


SUBJECTS = {
    "layers": Subject(
        ("ARC001", "ARC002"),
        r"^\s*(?:from|import)\s",
        r"^\s*(?:from\s+[\w.]+\s+import|import\s+[\w.]+)",
    ),
    "select-star": Subject(("SQL001",), r"select\s", r"\bselect\b.*\*|\breturning\s+\*|^\s*select\b", (".py", ".sql")),
    "n-plus-one": Subject(
        ("PRF001",),
        r"objects\.|session|\.execute\(|cursor|pymongo|asyncpg|repositor|select\(",
        r"^\s*(?:async\s+)?for\s.*:\s*$|\sfor\s+\w+(?:,\s*\w+)*\s+in\s.*[\])}]|gather\(|\bmap\(",
    ),
    "cache-ttl": Subject(
        ("CCH001",),
        r"redis|cachetools|aiocache|django\.core\.cache|flask_caching|memcache|\bcache\b",
        r"(?:cache\w*|redis\w*|client|conn\w*|pipe\w*|\br|self\._?\w*(?:cache|redis)\w*)\.(?:a?set|setex|psetex|mset|hset|hmset|"
        r"add|set_many|get_or_set|setnx|set_value)\(|@(?:cache|cached|cache_page|memoize)\b|TTLCache|LRUCache|lru_cache",
    ),
    "password-hash": Subject(
        ("SEC001", "SEC002", "SEC003"),
        r"passw|hashlib|md5|sha1|secret|token",
        r"hashlib\.\w+|\bmd5\(|\bsha1\(|\bsha256\(|password\s*=(?!=)\s*[\w.]+\(?|\bpassword\b.*==|==.*\bpassword\b|\bset_password\(|password=\w+",
    ),
    "secret-in-log": Subject(
        ("SEC004", "SEC017"),
        r"log(?:ger|ging)?\b|print\(|structlog|loguru",
        r"(?:log\w*|print|_LOGGER|capture_message|Error|Exception)\b.*(?:token|passw|secret|api_?key|auth|credential|"
        r"cookie|header|email|phone|card|\bkey\b|__dict__|config|settings|payload|body|params)",
    ),
}

TEST = re.compile(r"(?:^|/)(?:tests?|testing|conftest\.py|test_[^/]*|[^/]*_test\.py|fixtures|docs?|examples?)(?:/|$)")


def text_of(path: Path) -> str:
    """The file's text; undecodable bytes are replaced, so a strange file is drawn from like any other."""
    return path.read_bytes().decode("utf-8", "replace")


def places(root: Path, subject: Subject) -> Iterator[tuple[str, int, str]]:
    """Every place of one project that holds the subject, as (path, line, text), in a fixed order."""
    wanted, line_re = re.compile(subject.file, re.I | re.M), re.compile(subject.line, re.I)
    for path in sorted(p for p in root.rglob("*") if p.suffix in subject.suffixes and p.is_file()):
        relative = path.relative_to(root).as_posix()
        if TEST.search(relative):
            continue
        text = text_of(path)
        if not wanted.search(text):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if line_re.search(line):
                yield relative, number, line.strip()[:160]


def draw(corpus: Path, projects: list[str], name: str, count: int, per_project: int, seed: int) -> list[dict[str, object]]:
    """`count` places or all there are; the draw depends on the seed, the subject and the project alone."""
    pools: list[list[dict[str, object]]] = []
    for project in projects:
        found = list(places(corpus / project, SUBJECTS[name]))
        rng = random.Random(f"{seed}/{name}/{project}")
        rng.shuffle(found)
        pools.append([{"project": project, "file": f, "line": n, "text": t} for f, n, t in found[:per_project]])
    drawn: list[dict[str, object]] = []
    while len(drawn) < count and any(pools):
        for pool in pools:
            if pool and len(drawn) < count:
                drawn.append(pool.pop())
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--subject", choices=sorted(SUBJECTS), required=True)
    parser.add_argument("--projects", nargs="*", help="folders below CORPUS (default: all)")
    parser.add_argument("--count", type=int, default=70)
    parser.add_argument("--per-project", type=int, default=12)
    parser.add_argument("--seed", type=int, default=20261121)
    args = parser.parse_args()
    projects = args.projects or sorted(p.name for p in args.corpus.iterdir() if p.is_dir())
    for row in draw(args.corpus, projects, args.subject, args.count, args.per_project, args.seed):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
