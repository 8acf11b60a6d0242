"""Reports in which everything that comes from a project is a hostile text: one of a real run, one made by hand."""

from __future__ import annotations

from functools import cache

from archlint.facts.findings import (
    AnswerState,
    Completeness,
    Confidence,
    Evidence,
    Finding,
    ItemResult,
    Location,
    Note,
    Provenance,
    Report,
    RuleInfo,
    Severity,
    StrayAnswer,
)
from archlint.facts.settings import Contract, Settings
from archlint.report import Layout
from archlint.testing import analyse_files

RULE = RuleInfo(
    id="CCH001",
    name="cache-write-without-ttl",
    title="A cache entry that never expires",
    severity=Severity.WARNING,
    status="stable",
    why="Because.",
    fix="Give it an expiry.",
    when_not="",
    guides=(),
    cwe=(),
    owasp=(),
    checklist=("caching.ttl",),
    bad=(),
    good=(),
    since="0.1",
)


def named(text: str) -> str:
    """A file's name with the text in it; no system has a slash or a NUL in one, and none has a name that long."""
    return f"shop/{text[:200].replace('/', '∕').replace(chr(0), '')}.py"


@cache
def analysed(text: str) -> Report:
    """A run over a project whose file name, comments, strings and contract hold the text. One finding is about it."""
    key = ascii("cache:" + text)
    comment = " ".join(text.split()).encode("utf-8", "replace").decode()
    code = (
        "import redis\nimport requests\n\nclient = redis.Redis()\n\n\n"
        f"def rates():\n    # {comment}\n    found = client.get({key})\n    if found is None:\n"
        f"        found = requests.get('https://example.com').text\n        client.set({key}, found)\n    return found\n"
    )
    as_on_disk = text.encode("utf-8", "replace").decode()  # TOML is UTF-8, and odd bytes of a name are read as escapes
    contract = Contract(name=as_on_disk, kind="layers", layers=("shop.web", "shop.none"))
    files = {named(as_on_disk): code.replace("\0", ""), "shop/web/a.py": "x = 1\n"}
    return analyse_files(files, Settings(contracts=(contract,)))


@cache
def made(text: str) -> Report:
    """A report with the text wherever text of a project can stand."""
    place = Location(named(text), 1, 1, 1, 5)
    finding = Finding(
        rule="CCH001",
        name="cache-write-without-ttl",
        severity=Severity.WARNING,
        confidence=Confidence.MEDIUM,
        message=f"`{text}` writes {text}",
        location=place,
        symbol=text,
        snippet=text,
        related=(Note(place, text),),
        flow=(Note(place, text), Note(place, text)),
        fix="Give it an expiry.",
        fingerprint="a" * 16 + ":1",
    )
    accepted = Finding(
        **{name: getattr(finding, name) for name in finding.__struct_fields__}
        | {"state": "suppressed", "justification": text, "fingerprint": "b" * 16 + ":1"}
    )
    answer = AnswerState(
        standing="stale", verdict=text, why=text, by=text, date=text, until=text, link=text, problem=text, by_code="manual"
    )
    item = ItemResult(
        id="caching.ttl",
        section="Caching",
        title="Entries expire",
        question="Does every entry expire?",
        guide="guide#x",
        status="fail",
        reason=text,
        subjects=3,
        evidence=(Evidence(place, text),),
        findings=("a" * 16 + ":1",),
        answer=answer,
    )
    looked = Completeness(read=1, skipped={text: 1}, failed=(named(text),), layout=text, services=(text,), rules=("CCH001",))
    return Report(
        version="0.1.0",
        findings=(finding, accepted),
        completeness=looked,
        rules=(RULE,),
        checklist=(item,),
        provenance=Provenance(uri="https://code.example/shop", revision="0" * 40, branch=text),
        stray_answers=(StrayAnswer(text, text),),
    )


def layout(text: str, *, width: int = 80, color: bool = False) -> Layout:
    return Layout(
        source=lambda path: text,
        owners=lambda path: (text,),
        title=text,
        width=width,
        color=color,
        show_suppressed=True,
        statistics=True,
        verbose=True,
    )
