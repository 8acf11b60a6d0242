"""A report made by hand, for the formats' tests."""

from __future__ import annotations

from archlint.facts.findings import (
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
)

SOURCES = {
    "shop/cache.py": 'def put(r, body):\n\tr.set("shop:product:1", body)\n\n',
    "shop/orders.py": "def report(ids):\n    for order_id in ids:\n        load(order_id)\n",
}


def rule(number: str, name: str, severity: Severity = Severity.WARNING, cwe: tuple[str, ...] = ()) -> RuleInfo:
    return RuleInfo(
        id=number,
        name=name,
        title=f"The offence of {name}",
        severity=severity,
        status="stable",
        why=f"Because {name} hurts. And there is more to say about it.",
        fix="Do the other thing.",
        when_not="Never.",
        guides=("general-backend#2-database-design/caching-redis",),
        cwe=cwe,
        owasp=(),
        checklist=("caching.ttl",),
        bad=('r.set("shop:product:1", body)  # error',),
        good=('r.set("shop:product:1", body, ex=300)',),
        since="0.1",
    )


CACHE = Finding(
    rule="CCH001",
    name="cache-write-without-ttl",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    message="`r.set` writes `shop:product:1` to redis with no expiry",
    location=Location("shop/cache.py", 2, 2, 2, 31),
    symbol="shop.cache.put",
    snippet='\tr.set("shop:product:1", body)',
    fix="Give it an expiry.",
    fingerprint="a" * 16,
    line_hash="39fa2ee980eb94b0:1",
)

LOOP = Finding(
    rule="PRF001",
    name="n-plus-one-query",
    severity=Severity.ERROR,
    confidence=Confidence.MEDIUM,
    message="`load` queries the database on every turn",
    location=Location("shop/orders.py", 3, 9, 3, 23),
    symbol="shop.orders.report",
    snippet="        load(order_id)",
    related=(Note(Location("shop/orders.py", 2, 5, 2, 8), "the loop"),),
    flow=(
        Note(Location("shop/orders.py", 3, 9, 3, 23), "calls `load`"),
        Note(Location("shop/store.py", 9, 5, 9, 20), "queries `orders`"),
    ),
    fix="Ask once for all ids.",
    fingerprint="b" * 16,
    line_hash="1f:1",
)

SILENCED = Finding(
    rule="CCH001",
    name="cache-write-without-ttl",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    message="`r.set` writes `shop:flags` to redis with no expiry",
    location=Location("shop/cache.py", 3, 1, 3, 1),
    fingerprint="c" * 16,
    state="suppressed",
    justification="flags live for ever",
)

UNPARSED = Finding(
    rule="RUN002",
    name="unparsed-file",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    message="not parsed: Python 2 syntax",
    location=Location("shop/old.py", 1, 7, 1, 8),
    fingerprint="d" * 16,
)

COMPLETENESS = Completeness(
    read=2,
    skipped={"ignored": 3},
    statements=4,
    statements_unparsed=1,
    import_edges=5,
    calls=10,
    calls_resolved=6,
    routes=7,
    layout="domain: shop.domain (inferred)",
    rules=("CCH001", "PRF001"),
    idle=("SQL001",),
)

ITEM = ItemResult(
    id="caching.ttl",
    section="Caching",
    title="Entries expire",
    question="Does every cache entry expire?",
    guide="general-backend#2-database-design/caching-redis",
    status="fail",
    reason="1 of 2 writes has no expiry",
    subjects=2,
    proven=1,
    evidence=(Evidence(Location("shop/cache.py", 9, 1, 9, 9), "expires after 300 s"),),
    findings=("a" * 16,),
    rules=("CCH001",),
)


def report(*findings: Finding, completeness: Completeness = COMPLETENESS) -> Report:
    return Report(
        version="0.1.0",
        findings=findings,
        completeness=completeness,
        rules=(
            rule("CCH001", "cache-write-without-ttl"),
            rule("PRF001", "n-plus-one-query", Severity.ERROR, ("CWE-1073",)),
            rule("RUN002", "unparsed-file", Severity.ERROR),
            rule("SEC004", "secret-in-log", Severity.ERROR, ("CWE-532",)),
        ),
        checklist=(ITEM,),
        provenance=Provenance(uri="https://code.example/shop/shop", revision="0" * 40, branch="main"),
    )
