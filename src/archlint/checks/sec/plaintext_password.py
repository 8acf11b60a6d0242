"""SEC002: a password reaches a column, a statement's parameter or a comparison, and nothing has hashed it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, Call, CallRef, Comparison, Expr, Name, String, Subscript
from archlint.project.control.sequence import chain
from archlint.project.model import CallSite
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.parts import parts_of
from archlint.project.secrets.credentials import Vocabulary
from archlint.project.secrets.flows import Flow, Habits, Place, Source
from archlint.project.secrets.hashed_fields import HashedFields, field_read, is_hashed_in_a_branch
from archlint.project.secrets.password_columns import ColumnWords, PasswordColumns, PasswordUse
from archlint.project.secrets.password_documents import PasswordDocuments
from archlint.project.secrets.password_records import PasswordRecords
from archlint.project.secrets.password_splats import PasswordSplats
from archlint.project.secrets.taint import Taint
from archlint.project.secrets.taint_locals import is_class_name, read_key
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.transactions.sent_classes import SentClasses
from archlint.project.values.texts import BuiltText, Hole, Written
from archlint.project.walk import walk_module
from archlint.project.words import words_of

_WORD = re.compile(r"[A-Za-z_]\w*")
_WRITES = re.compile(r"\s*(?:INSERT|REPLACE|UPDATE|MERGE|WITH)\b", re.IGNORECASE)
_HASHES = re.compile(r"\b(?:crypt|digest|sha\d*|md5|password|encode|hash)\w*\s*\(", re.IGNORECASE)
_EQUALS = re.compile(r"\b(\w+)\s*=\s*['\"]?(?:%s|%\(\w+\)s|\?|:\w+|\$\d+|@\w+)", re.IGNORECASE)
_SIGNING_IN = frozenset(
    {"login", "log", "signin", "sign", "auth", "authenticate", "authorize", "check", "verify", "validate", "valid", "session"}
)
_ALGORITHMS = frozenset({"md5", "sha1", "sha256", "sha512"})
_HASHING = frozenset({"make_password", "set_password", "check_password", "verify_password", "create_user", "create_superuser"})
"""Calls that hash without saying so."""
_HASHED = frozenset({"hash", "hashed", "hashes", "encrypted", "encoded", "digest"})
_NAMED = (Name, Attribute, String)
_CODES = frozenset({"otp", "totp", "code"})
_CLIMBS = 3
_COMMENT = re.compile(r"/\*.*?(?:\*/|$)|--[^\n]*", re.DOTALL)
_BEHIND = re.compile(r"\b(\w+)\s*=\s*['\"]?$")


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    passwords: tuple[str, ...]
    ignore_names: tuple[str, ...]
    sanitizers: tuple[str, ...]
    remote_words: tuple[str, ...]
    host_words: tuple[str, ...]
    hashing_calls: tuple[str, ...]
    owner_names: tuple[str, ...]
    key_names: tuple[str, ...]
    configuration_words: tuple[str, ...]
    hook_words: tuple[str, ...]
    lookup_words: tuple[str, ...]
    stored_names: tuple[str, ...]
    record_names: tuple[str, ...]
    slow_words: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    vocabulary = Vocabulary({"password": params.passwords}, (), params.ignore_names)
    hashing = frozenset(params.sanitizers)
    taint = Taint(project, vocabulary, Habits(hashing))
    words = ColumnWords(
        hashing,
        frozenset(params.remote_words),
        frozenset(params.hashing_calls),
        frozenset(params.owner_names),
        frozenset(params.key_names),
    )
    columns = PasswordColumns(project, vocabulary, words)
    proof = _Proof(taint, hashing, frozenset(params.slow_words))
    lookups, stored = frozenset(params.lookup_words), frozenset(params.stored_names)
    for use in columns.uses():
        if lookups.isdisjoint(words_of(use.column)) and not _is_copied(use, stored):
            yield from _judged(taint, use, proof)
    for use in PasswordSplats(taint, columns, hashing, words.hashing_calls).uses():
        yield from (hit for hit in _judged(taint, use, proof) if isinstance(hit, Hit))
    records = PasswordRecords(project, vocabulary, taint.requests, frozenset(params.record_names))
    for use in records.uses():
        yield from (hit for hit in _judged(taint, use, proof, typed=True) if isinstance(hit, Hit))
    for use in PasswordDocuments(project, vocabulary, frozenset(params.remote_words)).uses():
        yield from (hit for hit in _judged(taint, use, proof) if isinstance(hit, Hit))
    for sink in project.statements.texts.reached:
        if not sink.is_guess and sink.site.module.is_production:
            yield from _statement(taint, sink.site, sink.argument, proof, frozenset(params.host_words))
    yield from Comparisons(taint, columns, records, params, proof).found()


def _is_copied(use: PasswordUse, stored: frozenset[str]) -> bool:
    """`instance.password`: what is stored already."""
    return isinstance(use.value, Attribute) and last_name(use.module.body, use.value.base) in stored


def _raw(flow: Flow) -> Source | None:
    """The surest source of a password as it was typed."""
    sure = [source for source in flow.sources if source.confidence == Confidence.HIGH]
    return sure[0] if sure else None


class _Proof:
    """What shows that a source is a password as it was typed."""

    def __init__(self, taint: Taint, hashing: frozenset[str], slow: frozenset[str]) -> None:
        """`slow`: words in the names of what hashes passwords, whatever it is given."""
        self._taint = taint
        self._slow = slow
        self._hashing = hashing - {"mask", "redact", "secure"}
        self._hashed = HashedFields(taint, hashing)
        self._sent = SentClasses(taint.project)

    def is_sent(self, source: Source) -> bool:
        """It is what a person sends, and nobody puts a hash in its place."""
        if source.read is None or self._hashed.holds(source):
            return False
        value, at = source.read
        read = field_read(at.module, value)
        return source.typed or (read is not None and self._sent.holds(at.module, read[0], at.context))

    def _is_sent(self, value: Expr, at: Place, climbs: int = _CLIMBS) -> bool:
        """It comes from a request, it is a field of what people send, or who calls the function hands on such a thing."""
        read = field_read(at.module, value)
        if self._taint.requests.is_typed(value, at):
            return True
        if read is not None and self._sent.holds(at.module, read[0], at.context):
            return True
        origins = self._taint.locals.origins
        given = origins.of(at.module, value, at.context) if isinstance(value, Name) and climbs else ()
        return any(
            self._is_sent(origin.expr, Place(origin.module, origin.context), climbs - 1)
            for parameter in given
            if isinstance(parameter, Parameter)
            for origin in origins.given_anywhere(parameter)
        )

    def is_hashed_too(self, use: PasswordUse) -> bool:
        """Another branch puts a hash into the same name."""
        return is_hashed_in_a_branch(self._taint, use.value, Place(use.module, use.context))

    def hit(self, step: Step, column: str, message: str, source: Source, confidence: Confidence) -> Hit:
        """A guess where nobody is seen to give the password (what is read from a dump or a constant may be hashed already),
        and where it is read from an object that others make of a hash. So is what is stored of what a function is given:
        at blind readings four of eleven were right, and in the others who calls it had hashed it; so it is sure where no
        call of the program is named for hashing."""
        is_hashed = self._hashed.holds(source)
        is_code = self._is_code(source)
        is_seen = source.typed or (
            source.given
            and (message != "default" or (source.read is not None and self._is_sent(*source.read)) or self._hashes_nothing)
        )
        return Hit(
            step.site,
            {"value": source.label, "column": column},
            message="hashed" if is_hashed else message,
            confidence=confidence if is_seen and not (is_hashed or is_code) else Confidence.LOW,
            path=(*source.steps, step),
        )

    @cached_property
    def _hashes_nothing(self) -> bool:
        """No call of the program hashes a password, by its name and what it is given, and no name is given to a hash of
        one: nobody can have done so before."""
        modules = self._taint.project.modules.production
        return not any(
            any(self._hashes(module, call) for call in module.body.calls)
            or any(self._is_hash(last_name(module.body, s.target)) for s in module.statements["assign"] if s.target is not None)
            for module in modules
        )

    def _is_hash(self, name: str) -> bool:
        """`password_hash`"""
        return not _HASHED.isdisjoint(words_of(name)) and self._taint.vocabulary.looks_alike(name)

    def _hashes(self, module: Module, call: Call) -> bool:
        name = last_name(module.body, call.callee)
        words = () if is_class_name(name) else words_of(name)  # of what is only made, nobody knows that it is used
        if name in _HASHING or not self._slow.isdisjoint(words):
            return True
        if (self._hashing | _ALGORITHMS).isdisjoint(words):
            return False
        given = (part for argument in call.arguments for part in parts_of(module.body, argument.value))
        named = [p.value if isinstance(p, String) else last_name(module.body, p) for p in given if isinstance(p, _NAMED)]
        vocabulary = self._taint.vocabulary
        return any(vocabulary.names(each) is not None or vocabulary.looks_alike(each) for each in (name, *named))

    def _is_code(self, source: Source) -> bool:
        """`passcode = request.data["otp"]`: a code that is used once is no password."""
        if source.read is None:
            return False
        value, at = source.read
        found = self._taint.locals.origins.of(at.module, value, at.context) if isinstance(value, Name) else []
        keys = [read_key(origin.module, origin.expr) for origin in found if isinstance(origin, Origin)]
        return any(key is not None and not _CODES.isdisjoint(words_of(key)) for key in keys)


def _judged(taint: Taint, use: PasswordUse, proof: _Proof, *, typed: bool = False) -> Iterator[Hit | Proof]:
    """`typed`: only what a person sends counts."""
    flow = taint.flow(use.value, Place(use.module, use.context))
    source = _raw(flow)
    if use.kind in ("hashed", "made"):
        if source is not None and proof.is_sent(source):
            yield proof.hit(Step(use.site, f"reaches `{use.column}` unhashed"), use.column, "named", source, use.confidence)
        elif use.kind == "hashed":
            yield Proof(use.site, f"`{use.column}` holds a hash")
        return
    if source is not None and typed and not source.typed:
        return
    if source is not None and use.inside and source.site == Site(use.module.path, use.value.at, use.value.end):
        return  # only the name says that it is one: its callers may well have hashed it
    if source is not None:
        message = "query" if use.kind == "query" else "default"
        sure = Confidence.LOW if proof.is_hashed_too(use) else use.confidence
        yield proof.hit(Step(use.site, f"reaches `{use.column}` unhashed"), use.column, message, source, sure)
    elif flow.clean and isinstance(use.value, CallRef | Name | Attribute):
        yield Proof(use.site, f"`{use.column}` gets no password in the clear")


def _statement(taint: Taint, site: CallSite, statement: Expr, proof: _Proof, hosts: frozenset[str]) -> Iterator[Hit | Proof]:
    """Values given with an SQL statement that writes a password column or compares one."""
    built = _text(taint.project, site.module, statement, site.call.context)
    text = "".join("?" if isinstance(piece, Hole) else piece.text for piece in built.pieces) if built is not None else None
    here = Place(site.module, site.call.context)
    given = [(a.value, here) for a in site.call.arguments if a.value is not statement]
    given += [(hole.expr, Place(hole.module, hole.context)) for hole in (built.holes if built is not None else ())]
    if not given:
        return
    column = _password_column(taint.vocabulary, text, hosts) if text is not None else None
    if text is None or column is None or _HASHES.search(text):
        return
    for value, at in given:
        source = _raw(taint.flow(value, at)) or (_compared(taint, built, value, at) if built is not None else None)
        if source is not None:
            kind = "default" if _WRITES.match(text) else "query"
            yield proof.hit(Step(site.site, "is given to the statement unhashed"), column, kind, source, site.confidence)
            return
    yield Proof(site.site, f"`{column}` gets no password in the clear")


def _compared(taint: Taint, built: BuiltText, value: Expr, at: Place) -> Source | None:
    """What a person sends and the text puts behind a password column and `=` is a password, whatever its name."""
    before = ""
    for piece in built.pieces:
        if isinstance(piece, Hole) and piece.expr is value and taint.requests.is_typed(value, at):
            column = _BEHIND.search(before)
            if column is not None and taint.vocabulary.names(column.group(1)) is not None:
                return taint.source(value, at, "password", Confidence.HIGH)
        before = piece.text if isinstance(piece, Written) else ""
    return None


def _text(project: Project, module: Module, expr: Expr, context: int) -> BuiltText | None:
    """The statement's text, through a call that makes a statement of it."""
    for _ in range(3):
        built = project.values.text(module, expr, context)
        if built is not None:
            return built
        found = next((o for o in Origins(project).of(module, expr, context) if isinstance(o, Origin)), None)
        if found is not None:
            module, expr, context = found.module, found.expr, found.context
        if not isinstance(expr, CallRef):
            return None
        site = project.calls.in_module(module)[expr.index]
        inner = site.argument(site.operation.sql) if site.operation is not None else None
        if inner is None:
            return None
        expr, context = inner, site.call.context
    return None


def _password_column(vocabulary: Vocabulary, text: str, hosts: frozenset[str]) -> str | None:
    """The column of a person's password that a statement writes, or compares with a parameter; a password beside a host and a
    port opens another system, and has to be readable."""
    text = _COMMENT.sub(" ", text)
    if any(not hosts.isdisjoint(words_of(match.group())) for match in _WORD.finditer(text)):
        return None
    written = _WORD if _WRITES.match(text) else _EQUALS
    named = [match.group(match.lastindex or 0) for match in written.finditer(text)]
    return next((word for word in named if vocabulary.names(word) is not None), None)


def _sets_another(module: Module, test: Comparison) -> bool:
    """`if given != kept.password: kept.password = …`: it only finds out whether there is something to change."""
    compared = {spell(module.body, operand) for operand in test.operands if isinstance(operand, Attribute)}
    rows = {row for row, place in enumerate(module.body.contexts) if place.kind == "if" and place.subject == test}
    return test.ops == ("!=",) and any(
        isinstance(statement.target, Attribute)
        and spell(module.body, statement.target) in compared
        and not rows.isdisjoint(chain(module, statement.context))
        for statement in module.statements["assign"]
    )


class Comparisons:
    """`==` and constant-time comparisons of a password with a stored one, or with one from the configuration."""

    def __init__(
        self,
        taint: Taint,
        columns: PasswordColumns,
        records: PasswordRecords,
        params: Params,
        proof: _Proof,
    ) -> None:
        self._proof = proof
        self._taint = taint
        self._project = taint.project
        self._columns = columns
        self._records = records
        self._configuration = frozenset(params.configuration_words)
        self._hooks = frozenset(params.hook_words)
        self._origins = Origins(taint.project)

    def found(self) -> Iterator[Hit]:
        for module in self._project.modules.production:
            for expr, context in walk_module(module, frozenset({Comparison})):
                assert isinstance(expr, Comparison)  # noqa: S101 - asked for
                if len(expr.ops) == 1 and expr.ops[0] in ("==", "!="):
                    site = Site(module.path, expr.at, expr.end)
                    compared = self._compared(module, site, expr.operands, context, plain=True)
                    yield from (hit for hit in compared if not _sets_another(module, expr))
            for call in self._project.calls.known(module):
                operation = call.operation
                if operation is not None and operation.register == "constant-time-compare":
                    operands = tuple(a.value for a in call.call.arguments if a.name is None)
                    yield from self._compared(module, call.site, operands, call.call.context, plain=False)

    def _compared(self, module: Module, site: Site, operands: tuple[Expr, ...], context: int, *, plain: bool) -> Iterator[Hit]:
        if len(operands) != 2:
            return
        for stored, typed in (operands, operands[::-1]):
            kept = self._kept(module, stored, context, plain=plain)
            record = None if kept is not None else self._records.item(module, stored, context)
            kept = kept or record
            if kept is None or self._kept(module, typed, context, plain=True) is not None:
                continue
            source = _raw(self._taint.flow(typed, Place(module, context)))
            if source is None or (record is not None and not source.typed):
                continue
            sure = kept[1] if source.typed or not self._are_records(module, stored, typed, context) else Confidence.LOW
            yield self._proof.hit(Step(site, f"is compared with `{kept[0]}` unhashed"), kept[0], "comparison", source, sure)
            return

    def _are_records(self, module: Module, stored: Expr, typed: Expr, context: int) -> bool:
        """The same column of two objects, to see whether one changed: the type of the other tells nothing else, and the
        function's name tells of no sign-in."""
        if not (isinstance(stored, Attribute) and isinstance(typed, Attribute) and stored.attr == typed.attr):
            return False
        function = module.body.contexts[context].function
        name = module.outline.functions[function].qualname if function >= 0 else module.name
        types = self._project.types.all(module, typed.base, context)
        return _SIGNING_IN.isdisjoint(words_of(name)) and not any(t.name in self._project.symbols.classes for t in types)

    def _kept(self, module: Module, expr: Expr, context: int, *, plain: bool) -> tuple[str, Confidence] | None:
        """A column's value, or (`plain`) one from the configuration."""
        column = self._columns.column(module, expr, context)
        if column is not None or not plain:
            return column
        if self._is_configured(module, expr):
            return shorten(spell(module.body, expr)), Confidence.MEDIUM
        for origin in self._origins.of(module, expr, context) if type(expr) is Name else ():
            if isinstance(origin, Origin) and self._is_configured(origin.module, origin.expr):
                return shorten(spell(module.body, expr)), Confidence.MEDIUM
        return None

    def _is_configured(self, module: Module, expr: Expr) -> bool:
        """`settings.ADMIN_PASSWORD`, `config["PASSWORD"]`, `get_config("ADMIN_PASSWORD")`; none by which a program calls."""
        vocabulary = self._taint.vocabulary
        keys = [p.value for p in parts_of(module.body, expr) if type(p) is String]
        if type(expr) is Attribute:
            keys.append(expr.attr)
        if not any(vocabulary.names(key) is not None and key.isupper() for key in keys):
            return False
        named = [last_name(module.body, p) for p in parts_of(module.body, expr) if isinstance(p, Name | Attribute | Subscript)]
        is_of_hook = any(not self._hooks.isdisjoint(words_of(key)) for key in keys)
        return not is_of_hook and any(word in name.lower() for name in named for word in sorted(self._configuration))
