"""What the run must say of itself: the RUN findings, which the engine makes where other rules have a check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from archlint.engine.check import MAX_HITS, Outcome
from archlint.engine.discover import MAX_BYTES, Inventory
from archlint.engine.extract import Facts
from archlint.engine.read import Reading
from archlint.engine.sources import Sources
from archlint.engine.suppress import Suppression
from archlint.facts.findings import SEVERITIES, Hit, Site
from archlint.facts.settings import Contract, Settings
from archlint.project import Project
from archlint.project.source.patterns import covers
from archlint.project.sql.statements import Sql
from archlint.rulebook import Rulebook
from archlint.rulebook.document import suggestion

_BY_FAILURE = {"unreadable": "RUN001", "unparsed": "RUN002", "bound": "RUN006"}
_CONFIG = "pyproject.toml"

RunHit = tuple[str, Hit]
"""A RUN rule's id, and where it says what."""


def unread_files(inventory: Inventory, reading: Reading, facts: Facts, sources: Sources) -> Iterator[RunHit]:
    """RUN001, RUN002, RUN006: every file that should have been seen and was not."""
    for path, reason in sorted({**inventory.problems, **reading.problems}.items()):
        yield "RUN001", Hit(Site(path, 0, 0), {"path": path, "reason": reason})
    for path, size in sorted(inventory.too_big.items()):
        reason = f"{size:,} bytes are more than the {MAX_BYTES:,} that are read"
        yield "RUN006", Hit(Site(path, 0, 0), {"path": path, "reason": reason}, "file")
    for path, failure in sorted(facts.failures.items()):
        starts = sources.lines(path).starts
        at = starts[min(max(failure.line, 1), len(starts)) - 1] + max(failure.column, 1) - 1
        message = "file" if failure.kind == "bound" else "default"
        yield _BY_FAILURE[failure.kind], Hit(Site(path, at, at), {"path": path, "reason": failure.reason}, message)


def unread_statements(facts: Facts, unread: Iterable[Sql]) -> Iterator[RunHit]:
    """RUN006: SQL whose reading was given up, where it is written."""
    for sql in unread:
        yield "RUN006", Hit(sql.site(0, len(sql.text)), {"path": sql.path, "reason": facts.given_up.sql[sql.text]}, "file")


def nothing_found(inventory: Inventory, facts: Facts, settings: Settings) -> Iterator[RunHit]:
    """RUN003: no Python at all, or none below a configured source root; there is nothing that could be green."""
    config = Site(settings.config_path or _CONFIG, 0, 0)
    if not (inventory.python or inventory.too_big):
        skipped = ", ".join(f"{count} {reason}" for reason, count in sorted(inventory.skipped.items()))
        yield "RUN003", Hit(config, {"skipped": f" (left out: {skipped})" if skipped else ""})
        return
    for root in settings.roots:
        folder = root.strip("/").removeprefix("./").removesuffix(".")
        if folder and not any(path.startswith(folder + "/") for path in facts.python):
            yield "RUN003", Hit(config, {"root": root}, "root")


def unlinked_roots(project: Project) -> Iterator[RunHit]:
    """RUN003: under the configured roots no module imports another, though under those that archlint finds some do:
    every question about the program would be about unrelated files, and its answer green."""
    settings = project.settings
    if not settings.roots or project.imports.count:
        return
    found = Project(
        files=project.files,
        settings=msgspec.structs.replace(settings, roots=()),
        knowledge=project.knowledge,
        read_sql=project.read_sql,
    )
    if found.imports.count:
        words = {"roots": ", ".join(f"`{root}`" for root in settings.roots), "edges": str(found.imports.count)}
        words["found"] = ", ".join(f"`{root or '.'}`" for root in sorted(found.modules.roots))
        yield "RUN003", Hit(Site(settings.config_path or _CONFIG, 0, 0), words, "unlinked")


def broken_contracts(project: Project, settings: Settings, sources: Sources) -> Iterator[RunHit]:
    """RUN004 and RUN009: parts of contracts, layers and services that mean nothing, or that nothing needs any more."""
    config = settings.config_path or _CONFIG
    for fault in project.contracts.faults:
        contract, path = fault.contract.name, _config_of(fault.contract, config)
        words = {"contract": f"contract `{contract}`", "reason": f"`{fault.words}` {fault.reason}"}
        yield "RUN004", Hit(_written(sources, path, contract, fault.words), words, anchor=f"{contract} {fault.words}")
    for field, patterns in msgspec.structs.asdict(settings.layers).items() if settings.layers else ():
        role = field.replace("_", "-")
        for pattern in patterns:
            if not any(covers(pattern, module.name) for module in project.modules.all):
                words = {"contract": f"layer `{role}`", "reason": f"`{pattern}` matches no module"}
                yield "RUN004", Hit(_written(sources, config, role, pattern), words, anchor=f"{role} {pattern}")
    for service, folder in sorted(settings.services.items()):
        if not any(path.startswith(folder.strip("/") + "/") for path in project.files):
            words = {"contract": f"service `{service}`", "reason": f"no Python file lies below `{folder}`"}
            yield "RUN004", Hit(_written(sources, config, service, folder), words, anchor=service)
    for held, allow in project.contracts.unused_allows:
        if held.linted is None or held.linted.unmatched != "off":
            words = {"contract": held.name, "importer": allow.importer, "imported": allow.imported}
            site = _written(sources, _config_of(held, config), held.name, allow.importer)
            severity = SEVERITIES[held.linted.unmatched] if held.linted else None
            yield "RUN009", Hit(site, words, anchor=f"{held.name} {allow.importer} {allow.imported}", severity=severity)


def misread_contracts(settings: Settings, sources: Sources) -> Iterator[RunHit]:
    """RUN004 and RUN011: what another linter's configuration says and archlint cannot, or does not judge."""
    for misread in settings.misread:
        name = misread.contract
        words = {"contract": f"contract `{name}`" if name else misread.path, "reason": misread.reason}
        site = _written(sources, misread.path, name, name) if name else Site(misread.path, 0, 0)
        anchor = f"{misread.path} {misread.contract} {misread.reason}"
        yield "RUN004" if misread.bad else "RUN011", Hit(site, words, anchor=anchor)


def _config_of(contract: Contract, config: str) -> str:
    """The file that states a contract."""
    return contract.linted.path if contract.linted else config


def _written(sources: Sources, config: str, above: str, words: str) -> Site:
    """Where the configuration says `words`, first looked for below `above`; its first line when it is not found."""
    text = sources.text(config)
    at = text.find(words, max(text.find(above), 0))
    at = at if at >= 0 else text.find(words)
    return Site(config, at, at + len(words)) if at >= 0 else Site(config, 0, 0)


def crashed_rules(outcome: Outcome, settings: Settings) -> Iterator[RunHit]:
    """RUN005 and RUN006: rules that did not come to their end, or found more than is shown."""
    config = Site(settings.config_path or _CONFIG, 0, 0)
    for rule_id, reason in sorted(outcome.crashed.items()):
        yield "RUN005", Hit(config, {"rule": rule_id, "reason": reason}, anchor=rule_id)
    for (rule_id, path), count in sorted(outcome.cut.items()):
        words = {"rule": rule_id, "count": str(count), "shown": str(MAX_HITS)}
        yield "RUN006", Hit(Site(path, 0, 0), words, "findings", anchor=rule_id)


def suppression_faults(
    suppressions: Mapping[str, Sequence[Suppression]], rulebook: Rulebook, ran: frozenset[str], today: str
) -> Iterator[RunHit]:
    """RUN007 and RUN008: comments that accept nothing, or do not say why. Asked when all findings are settled."""
    for path in sorted(suppressions):
        for suppression in suppressions[path]:
            site = suppression.site
            if suppression.problem:
                yield "RUN007", Hit(site, {"problem": suppression.problem}, "malformed")
                continue
            if not suppression.reason:
                yield "RUN008", Hit(site, {"rules": ", ".join(suppression.words)})
            if suppression.expired(today):
                words = {"rules": ", ".join(suppression.words), "until": suppression.until}
                yield "RUN007", Hit(site, words, "expired")
                continue
            yield from _unused(suppression, rulebook, ran)


def _unused(suppression: Suppression, rulebook: Rulebook, ran: frozenset[str]) -> Iterator[RunHit]:
    for word in suppression.words:
        if word in suppression.used:
            continue
        rule = rulebook.find(word)
        if rule is None:
            known = [name for rule in rulebook.rules for name in (rule.id, rule.name)]
            yield "RUN007", Hit(suppression.site, {"rule": word, "hint": suggestion(word, known)}, "unknown")
        elif rule.id in ran:
            yield "RUN007", Hit(suppression.site, {"rule": word})
        elif not rule.has_check:
            yield "RUN007", Hit(suppression.site, {"rule": word}, "run")
