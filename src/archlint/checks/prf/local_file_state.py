"""PRF006: what a client sent is kept in a file of the machine that happened to answer."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Name
from archlint.project.effects.file_choices import has_other_store, is_for_developers, is_form, is_on_volume
from archlint.project.effects.file_writes import FileWrite, FileWrites
from archlint.project.effects.kept_paths import Fate, KeptPaths
from archlint.project.effects.local_file_words import LocalFileWords
from archlint.project.effects.run_by_requests import Request, RunByRequests
from archlint.project.model import CallSite, Def
from archlint.project.names.setting_values import SettingValues
from archlint.project.routes.endpoints import WRITING
from archlint.project.values.sent_values import SentValues
from archlint.project.words import words_of

_ORDER: tuple[Fate, ...] = ("removed", "sent", "kept", "used")
"""Of what the functions of a way do with the file, what decides."""


class Params(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`file_fields`: declarations of fields of models that keep files, `store_argument` that says where else; `folder_stores`:
    stores that are a folder of the machine;
    `file_databases`: databases that are a file of it; `files`: how files and uploads are known."""

    files: LocalFileWords
    file_fields: tuple[str, ...]
    store_argument: str
    folder_stores: tuple[str, ...]
    file_databases: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for the first place of each function that writes what a client sent to a file that lasts, and for the folder of
    the machine in which fields of models keep files; a proof for each file that is only passing."""
    alone = _runs_alone(project, params)
    requests, sent, paths = RunByRequests(project), SentValues(project, params.files), KeptPaths(project, params.files)
    told: set[Def] = set()
    for write in FileWrites(project, params.files).all():
        if write.definition in told:
            continue
        request = requests.of(write.definition, WRITING)
        if request is None or not _may_write(request) or not _is_sent(sent, write) or is_form(project, write, params.files):
            continue
        confidence = _confidence(project, write, request, paths, params)
        if confidence is None:
            yield Proof(write.site, "what was sent only passes through the file")
        else:
            told.add(write.definition)
            yield _hit(write, request, Confidence.LOW if alone else confidence)
    yield from _folders(project, params, paths, Confidence.LOW if alone else Confidence.MEDIUM)


def _runs_alone(project: Project, params: Params) -> bool:
    """Its only database is a file of the machine, and nothing says that copies of it run."""
    copies = any((deployable.replicas or 1) > 1 for _, deployable in project.deployment.deployables)
    return not copies and bool(project.schemas.dialects) and set(project.schemas.dialects) <= set(params.file_databases)


def _may_write(request: Request) -> bool:
    methods = request.endpoint.methods
    return not methods or not WRITING.isdisjoint(methods)


def _is_sent(sent: SentValues, write: FileWrite) -> bool:
    asked = sent.is_upload if write.saves_itself else sent.is_sent
    return any(asked(write.module, expr, context) for expr, context in write.contents)


def _confidence(project: Project, write: FileWrite, request: Request, paths: KeptPaths, params: Params) -> Confidence | None:
    """None where the file is only passing, or only a developer's machine has it."""
    if paths.is_in_memory(write.module, write.path, write.call.context):
        return None
    words = paths.words(write.module, write.path, write.call.context)
    named = {word for definition in request.way for word in words_of(definition.function.name)}
    if not (words | named).isdisjoint(params.files.passing):
        return None
    fate = _fate(write, request, paths)
    if fate == "removed" or is_for_developers(write):
        return None
    if fate == "sent" or _has_twin(project, write.definition) or has_other_store(project, write):
        return Confidence.LOW
    if is_on_volume(project, words):
        return Confidence.LOW
    if fate == "used":
        return Confidence.LOW
    near = len(request.way) == 1 and not WRITING.isdisjoint(request.endpoint.methods)
    return Confidence.HIGH if near and fate == "kept" else Confidence.MEDIUM


def _fate(write: FileWrite, request: Request, paths: KeptPaths) -> Fate:
    """What becomes of the file, from the function that writes it up to the one that answers."""
    below = write.definition
    found = [paths.fate(below, paths.carried(below, write.path), write.call.end)]
    for caller in reversed(request.way[:-1]):
        found.append(paths.fate(caller, *paths.handed_up(caller, below, write.path)))
        below = caller
    for fate in _ORDER:
        if fate in found:
            return fate
    return "kept" if found[-1] == "returned" else "unused"


def _has_twin(project: Project, definition: Def) -> bool:
    """The class is one of several that do this: another may keep files where all machines look."""
    members, function = project.types.inference.members, definition.function
    if function.klass < 0 or definition in project.endpoints.by_definition:
        return False
    own = next(k for k in project.symbols.classes.values() if k.module is definition.module and k.index == function.klass)
    bases = [base for base in members.bases(own) if len(members.subclasses.get(base.name, ())) > 1]
    return any(members.find(base, function.name) for base in bases)


def _hit(write: FileWrite, request: Request, confidence: Confidence) -> Hit:
    path = (
        Step(request.way[0].site, f"answers {request.endpoint.label}"),
        *(Step(d.site, f"runs {d.name}") for d in request.way[1:]),
        Step(write.site, "writes the file"),
    )
    words = {"endpoint": request.endpoint.label, "function": write.definition.function.name}
    return Hit(write.site, words, "default", confidence, related=(path[0],), path=path)


def _folders(project: Project, params: Params, paths: KeptPaths, confidence: Confidence) -> Iterator[Hit]:
    fields = [site for name in params.file_fields for site in project.calls.to(name) if _is_stored_there(site, params)]
    library = project.knowledge.library(params.file_fields[0]) if fields and project.endpoints.all else None
    if library is None:
        return
    settings = SettingValues(project)
    stores = settings.meaning(library, "file-store")
    folders = settings.places(library, "file-folder")
    if not folders or any(store not in params.folder_stores for store in stores):
        return
    module, expr = min(folders, key=lambda place: (place[0].path, place[1].at))
    first = min(fields, key=lambda site: site.site)
    more = f", as {len(fields) - 1} more do" if len(fields) > 1 else ""
    words = {"field": _declared(first), "more": more}
    steps = (Step(first.site, "keeps files"),)
    if is_on_volume(project, paths.words(module, expr, 0)):
        confidence = Confidence.LOW
    yield Hit(Site(module.path, expr.at, expr.end), words, "fields", confidence, related=steps)


def _is_stored_there(site: CallSite, params: Params) -> bool:
    return site.module.is_production and all(argument.name != params.store_argument for argument in site.call.arguments)


def _declared(site: CallSite) -> str:
    """The name of the field that a call declares."""
    for statement in site.module.body.statements:
        if isinstance(statement.target, Name) and statement.at <= site.call.at < statement.end:
            return statement.target.id
    return "a field"
