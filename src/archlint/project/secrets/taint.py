"""Where a value comes from: a light taint, asked backwards from the place that a value reaches.

It follows locals, string building, containers, attributes, properties, parameters up to the callers and calls down to
their `return` statements.  It ends in a `Source` (a thing named by the vocabulary), at what takes the secret away (a
hash, a mask, a length, a comparison) or where nothing is known.  Each step is bounded; nothing is guessed through
calls of unknown libraries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.findings import Confidence, Site, Step
from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Collection,
    Comparison,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    Mapping,
    Name,
    Operation,
    Starred,
    String,
    Subscript,
    Template,
    Walrus,
)
from archlint.project.control.branches import is_blotted, is_closed, is_replaced
from archlint.project.model import CallSite, Def, Type
from archlint.project.names.shapes import Shapes, is_absent
from archlint.project.routes.unnamed_credentials import UnnamedCredentials
from archlint.project.secrets.answers import Answers
from archlint.project.secrets.credential_uses import CredentialUses
from archlint.project.secrets.credentials import Naming, Vocabulary, announces, parameter_before
from archlint.project.secrets.drawn import Drawn
from archlint.project.secrets.flows import CLEAN, UNKNOWN, Flow, Frame, Habits, Place, Printed, Source, guessed, joined
from archlint.project.secrets.kept_flows import KeptFlows
from archlint.project.secrets.person_uses import PersonUses
from archlint.project.secrets.read_mappings import ReadMappings
from archlint.project.secrets.taint_calls import CallFlows
from archlint.project.secrets.taint_items import DESCRIBING, ItemFlows
from archlint.project.secrets.taint_locals import LocalFlows, is_class_name, is_open
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.values.addresses import is_of_mailbox, is_put_together
from archlint.project.values.cut_values import shown_by
from archlint.project.values.request_values import RequestValues
from archlint.project.values.user_names import is_user_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_CLEAN = frozenset({Constant, String, Comparison})
_DEPTH = 24
_MOST_STEPS = 500
"""A bound on the expressions looked at for one question, so that no tangle of calls takes for ever."""
_CLEAN_TYPES = frozenset(
    f"builtins.{name}" for name in ("bool", "int", "float", "complex", "NoneType", "type", "range", "slice")
)
_SIGNS = frozenset({"isdigit", "isdecimal", "isnumeric", "isalnum", "isspace", "isascii", "isprintable"})
_TEXT_TYPES = frozenset({"builtins.str", "builtins.bytes"})

_HASHED = "the hash of a password"
_PERSON = "a person's data"
"""Whatever it is: where the program itself puts it together, each of its fields is named."""
CONNECTION = "a connection string with its password"
_ONE_TIME = "a one-time code"
_CODES = (("code",), ("pin",))
_WRITTEN = frozenset({"message", "msg"})
"""Who has written one is asked for his address."""
_ENUM, _OF_MEMBERS = "enum.Enum", frozenset({"value", "name"})
_CHECKED = frozenset({"cleaned_data", "validated_data"})
"""What a form or serializer keeps of all its fields when it has checked them."""


class Taint:
    """`vocabulary` says what is a secret; `printed` what of an object shows (None: objects are not looked into)."""

    def __init__(self, project: Project, vocabulary: Vocabulary, habits: Habits, printed: Printed | None = None) -> None:
        self.project = project
        self.vocabulary = vocabulary
        self.habits = habits
        self.printed = printed
        self.requests = RequestValues(project, vocabulary, habits)
        self.mappings = ReadMappings(project, vocabulary, self.requests)
        self.uses = CredentialUses()
        self.person_uses = PersonUses(vocabulary)
        self.drawn = Drawn(project)
        self.unnamed = UnnamedCredentials(project, vocabulary, self.drawn)
        self.shapes = Shapes(vocabulary)
        self.calls = CallFlows(self)
        self.locals = LocalFlows(self)
        self.answers = Answers(self.locals.origins, vocabulary)
        self.items = ItemFlows(self)
        self._known: dict[tuple[str, int, int, type], Flow] = {}
        self._open: set[tuple[str, int, int, type, Frame | None]] = set()
        self._steps = 0
        self._frames: dict[tuple[Def, Site, Frame | None], Frame] = {}
        self.kept = KeptFlows(_DEPTH)

    def flow(self, expr: Expr | None, at: Place) -> Flow:
        """What is known of an expression."""
        if type(expr) in _CLEAN:
            return CLEAN
        if expr is None:
            return UNKNOWN
        outermost = not self._open and at.frame is None
        self._steps = 0 if outermost else self._steps + 1
        key = (at.module.path, expr.at, expr.end, type(expr))
        if outermost and key in self._known:
            return self._known[key]
        guard = (*key, at.frame)
        depth = len(self._open)
        if self._steps > _MOST_STEPS or guard in self._open:
            self.kept.met_circle()
            return UNKNOWN
        if depth > _DEPTH:
            self.kept.met_bound()
            return UNKNOWN
        asked = (*guard, at.context, self.calls.climbs)
        kept = self.kept.get(asked, depth)
        if kept is not None:
            return kept
        begun = self.kept.begin(depth)
        self._open.add(guard)
        try:
            found = self._follow(expr, at)
        finally:
            self._open.discard(guard)
        self.kept.end(begun, asked, depth, found)
        if outermost:
            self._known[key] = found
        return found

    def entered(self, definition: Def, call: CallSite, outer: Frame | None) -> Frame:
        """The frame of a call: always the same one, so that a circle of calls is known for one."""
        key = (definition, call.site, outer)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = Frame(definition, call, outer)
        return frame

    def _follow(self, expr: Expr, at: Place) -> Flow:
        match expr:
            case Name() | Attribute():
                found = self._name(expr, at) if isinstance(expr, Name) else self._attribute(expr, at)
                return self._here(expr, at, found) if found.sources else found
            case Subscript():
                return self.items.subscript(expr, at)
            case CallRef():
                return self._unless_made_up(expr, at, self.calls.flow(expr, at))
            case Template():
                return self._unless_made_up(expr, at, joined(self._parts(expr.parts, at)))
            case Operation():
                return self._unless_made_up(expr, at, self._operation(expr, at))
            case Conditional():
                blotted = is_blotted(self.habits, at.module, expr)
                return CLEAN if blotted else joined(self.flow(side, at) for side in (expr.body, expr.orelse))
            case Collection():
                return joined(self.flow(item, at) for item in expr.items)
            case Mapping():
                pairs = zip(expr.keys, expr.values, strict=True)
                return joined(self.items.pair(key, value, at) for key, value in pairs)
            case Comprehension():
                return self._comprehension(expr, at)
            case Await() | Starred() | Walrus():
                return self.flow(expr.value, at)
            case _:
                return UNKNOWN

    def _here(self, expr: Name | Attribute, at: Place, found: Flow) -> Flow:
        """What a branch says to be no secret here is none, nor what a mask is put in the place of; a doubtful one that
        is signed as part of a message is what another side draws for it."""
        if is_closed(at.module, expr, at.context) or is_absent(at.module, spell(at.module.body, expr), at.context):
            return CLEAN
        if self.habits.access and self.uses.is_public_half(expr, at):
            return guessed(found)
        if isinstance(expr, Attribute):
            return guessed(found) if self.uses.is_bare_address(expr, at) else found
        if is_replaced(self.habits, at.module, expr, at.context):
            return CLEAN
        if all(source.certain for source in found.sources) or not self.uses.is_signed(expr, at):
            return found
        low = Confidence.LOW
        return Flow(tuple(s if s.certain else replace(s, confidence=low) for s in found.sources), found.clean)

    # what has a name

    def named(self, expr: Expr, at: Place, naming: Naming | None, inner: Flow, *, revealed: bool = False) -> Flow:
        """The flow of something that has a name: where it tells nothing, the name is the evidence.

        `revealed`: a masking type has been taken off."""
        if naming is not None and naming.kind == _HASHED:  # by what it was made takes nothing away
            return Flow((self.source(expr, at, naming.kind, Confidence.HIGH),))
        drawn = naming is not None and not inner.sources and self._is_drawn(expr, at, naming)
        if naming is None or (inner.clean and not drawn):
            return inner
        if not inner.sources and self.habits.configuration and self.locals.is_of_settings(expr, at):
            return CLEAN
        if naming.kind == _PERSON and not inner.sources and self.locals.is_display(expr, at):
            return UNKNOWN
        label = shorten(spell(at.module.body, expr))
        if inner.sources:
            own = self._own_sureness(expr, at, naming) if any(not s.certain for s in inner.sources) else Confidence.LOW
            return Flow(tuple(s if s.fields else _relabelled(s, label, naming, own) for s in inner.sources))
        if (naming.alone and self._means_else(at)) or self.uses.names_file(expr, at):
            return UNKNOWN
        if drawn:
            return Flow((self.source(expr, at, naming.kind, Confidence.HIGH),))
        types = () if revealed else self.project.types.all(at.module, expr, at.context)
        if types:
            told = self.typed(expr, at, types)
            if told is not None:
                return told
        confidence = self._sureness(expr, at, naming, _is_text(types))
        found = replace(self.source(expr, at, naming.kind, confidence), certain=naming.certain)
        shaped = found if naming.several else self.shapes.applied(found, at.module, expr, at.context)
        return Flow((shaped,) if shaped is not None else ())

    def _is_drawn(self, expr: Expr, at: Place, naming: Naming) -> bool:
        """A secret that is made here of nothing but chance. Any number may be drawn for a lock's or a page's token, so of
        doubtful words a one-time code alone is taken for what it is called."""
        if not self.habits.access or not (naming.certain or naming.kind == _ONE_TIME):
            return False
        return isinstance(expr, Name) and self.drawn.is_drawn(at.module, expr, at.context)

    def _own_sureness(self, expr: Expr, at: Place, naming: Naming) -> Confidence:
        """Of a doubtful word under which something doubtful is kept: here it may be plain what it is."""
        if naming.certain or not self.habits.access or self._means_else(at):
            return Confidence.LOW
        return self._sureness(expr, at, naming, _is_text(self.project.types.all(at.module, expr, at.context)))

    def _means_else(self, at: Place) -> bool:
        """A doubtful word means something else in this module or function."""
        if not self.habits.other_uses.isdisjoint(words_of(at.module.name)):
            return True
        return not self.habits.other_tasks.isdisjoint(_function_words(at))

    def _sureness(self, expr: Expr, at: Place, naming: Naming, is_text: bool) -> Confidence:
        """How sure a name is of which nothing else is known. A doubtful word is a guess, unless what is done with it shows
        that it is a credential, or it stands alone, is declared a text, and something around is about access."""
        if naming.certain:
            if self.uses.is_public_half(expr, at) or self.uses.names_entry(expr, at):
                return Confidence.LOW
            is_doubtful = self.locals.is_one_of_many(expr, at) or is_user_name(self.vocabulary, at.module, expr, at.context)
            is_doubtful = is_doubtful or self.uses.is_row(self.locals.origins, expr, at)
            return Confidence.LOW if is_doubtful else Confidence.HIGH
        if not self.habits.access:
            return Confidence.HIGH if is_text and naming.alone and isinstance(expr, Name) else Confidence.MEDIUM
        if self.uses.is_shown(self.locals.origins, self.habits.wholes, expr, at):
            return Confidence.HIGH
        if self.uses.opens(expr, at):
            return Confidence.HIGH if is_text else Confidence.MEDIUM
        if naming.kind == CONNECTION and self.locals.is_own_setting(expr, at):
            return Confidence.HIGH  # in production it has its password
        if self.locals.is_piece(expr, at):
            return Confidence.LOW
        shown = is_text or self.uses.finds(expr, at)
        is_sure = shown and naming.alone and isinstance(expr, Name) and self.is_about_access(expr, at)
        return Confidence.HIGH if is_sure else Confidence.LOW

    def is_about_access(self, expr: Expr, at: Place) -> bool:
        """Something around a doubtful word, or what it is read from, says that it opens a door. Habits may not ask."""
        habits = self.habits
        if not habits.access:
            return True
        label = spell(at.module.body, expr)
        owner = spell(at.module.body, expr.base) if isinstance(expr, Attribute) else label  # no word is its own evidence
        around = (*words_of(at.module.name), *_function_words(at), *words_of(owner))
        if not habits.access.isdisjoint(around):
            return True
        return last_name(at.module.body, expr).isupper() or not habits.access_objects.isdisjoint(words_of(label))

    def typed(self, expr: Expr, at: Place, types: tuple[Type, ...], *, whole: bool = False) -> Flow | None:
        """What a value's types say: masked, a number, or an object of which only some fields show; None: nothing."""
        role = self.project.types.role
        if all(t.is_class or t.name in _CLEAN_TYPES or (not whole and role(t) == "secret") for t in types):
            return CLEAN
        classes = [t for t in types if not t.is_class and t.name in self.project.symbols.classes]
        if not classes:
            return None
        if self.printed is None:
            return UNKNOWN
        shown = [self.printed(t, whole) for t in classes]
        fields = tuple(dict.fromkeys(name for names in shown if names for name in names))
        if not fields:
            return CLEAN if all(names is not None for names in shown) else UNKNOWN
        kinds = [naming.kind for name in fields if (naming := self.vocabulary.names(name)) is not None]
        # one of several things, of which not all show it
        sure = min(t.confidence for t in classes) if all(shown) else Confidence.LOW
        found = self.source(expr, at, kinds[0] if kinds else "secret", sure)
        return Flow((replace(found, fields=fields, is_whole=True),))

    def source(self, expr: Expr, at: Place, kind: str, confidence: Confidence) -> Source:
        """The expression itself as a source."""
        label = shorten(spell(at.module.body, expr))
        site = Site(at.module.path, expr.at, expr.end)
        typed = self.requests.is_typed(expr, at)
        return Source(
            label,
            kind,
            site,
            (Step(site, f"`{label}` comes in here"),),
            confidence,
            typed=typed,
            given=self._is_given(expr, at),
            read=(expr, at),
        )

    def _is_given(self, expr: Expr, at: Place) -> bool:
        root = expr
        while isinstance(root, Attribute | Subscript | CallRef):
            root = at.module.body.calls[root.index].callee if isinstance(root, CallRef) else root.base
        if not isinstance(root, Name) or root.id in ("self", "cls"):
            return False
        bindings = self.project.symbols.scopes(at.module).lookup(at.context, root.id, root.at)[1]
        if not any(binding.kind == "parameter" for binding in bindings):
            return False
        types = self.project.types
        return root is expr or not any(types.role(t) == "db-model" for t in types.all(at.module, root, at.context))

    def _name(self, expr: Name, at: Place) -> Flow:
        if self.vocabulary.looks_alike(expr.id) or is_class_name(expr.id) or self.locals.is_function(expr, at):
            return CLEAN
        if is_open(expr.id):
            return UNKNOWN
        naming = self.vocabulary.names(expr.id) if not self.locals.is_caught(expr, at) else None
        inner = self.locals.given(expr, at)
        if naming is None and self.habits.access and not inner.sources and self._is_drawn_code(expr, at):
            return Flow((self.source(expr, at, _ONE_TIME, Confidence.HIGH),))
        if naming is None and not inner.sources and (answered := self.answered(expr, at)) is not None:
            return answered
        if naming is None and not (inner.sources or inner.clean):
            kind = self.unnamed.kind(expr, at) if self.habits.access else None
            if kind is not None:
                return Flow((self.source(expr, at, kind, Confidence.HIGH),))
            held = self.mappings.fields(expr, at, is_plain=bool(self.habits.mailboxes))
            if held is not None:
                return self._mapping(expr, at, *held)
        return self.named(expr, at, naming, self._as_object(expr, at, naming, inner))

    def _is_drawn_code(self, expr: Name, at: Place) -> bool:
        """`code = str(randint(1000, 9999))` where somebody is let in."""
        if words_of(expr.id)[-1:] not in _CODES or not self.is_about_access(expr, at):
            return False
        return self.drawn.is_drawn(at.module, expr, at.context)

    def answered(self, expr: Expr, at: Place) -> Flow | None:
        """What another service's whole answer holds, where the same function reads a secret out of it."""
        fields = self.answers.fields(expr, at)
        return self._mapping(expr, at, fields, Confidence.HIGH) if fields else None

    def _mapping(self, expr: Expr, at: Place, fields: tuple[str, ...], sure: Confidence) -> Flow:
        naming = self.vocabulary.names(fields[0])
        found = self.source(expr, at, naming.kind if naming is not None else "secret", sure)
        return Flow((replace(found, fields=fields, is_whole=True),))

    def _as_object(self, expr: Expr, at: Place, naming: Naming | None, inner: Flow) -> Flow:
        """Where nothing else is known of an unnamed thing: an object, by its type; a text, by what it is used as."""
        if naming is not None or inner.clean or inner.sources or self.printed is None:
            return inner
        types = self.project.types.all(at.module, expr, at.context)
        return (self.typed(expr, at, types) if types else None) or self._as_address(expr, at) or inner

    def _as_address(self, expr: Expr, at: Place) -> Flow | None:
        """Where people's addresses are asked for: what the same function takes for one, and no setting is."""
        used = self.person_uses.kind(expr, at) if self.habits.mailboxes and isinstance(expr, Name | Attribute) else None
        if used is None or self.locals.may_be_of_settings(expr, at):
            return None
        kind, is_sure = used
        return Flow((self.source(expr, at, kind, Confidence.MEDIUM if is_sure else Confidence.LOW),))

    def _attribute(self, expr: Attribute, at: Place) -> Flow:
        if self.vocabulary.looks_alike(expr.attr) or is_class_name(expr.attr):
            return CLEAN
        if is_open(expr.attr):
            return UNKNOWN
        if not DESCRIBING.isdisjoint(words_of(last_name(at.module.body, expr.base))):
            return CLEAN
        naming = self.vocabulary.names(expr.attr)
        if expr.attr == "data" and isinstance(expr.base, Attribute):  # of a form's field
            naming = self.vocabulary.names(expr.base.attr)
        if naming is None:
            naming = self._of_owner(expr, at)
        elif naming.alone:  # `checkout.token` is what `checkout_token` is
            naming = self.vocabulary.names(f"{last_name(at.module.body, expr.base)}_{expr.attr}") and naming
        elif expr.attr == "email":  # so is `group.email`, but not `group_member.email`
            owner = words_of(last_name(at.module.body, expr.base))[-1:]
            if not _WRITTEN.issuperset(owner):
                naming = self.vocabulary.names("_".join((*owner, expr.attr))) and naming
        if expr.attr == "raw" and isinstance(expr.base, Attribute) and expr.base.attr in self.habits.wholes:
            return self.flow(expr.base, at)
        whole = self.requests.whole(expr, at)
        if whole is not None:
            found = self.source(expr, at, whole.kind, Confidence.HIGH if whole.sure else Confidence.LOW)
            return Flow((replace(found, is_whole=True, fields=whole.fields),))
        answered = self.answered(expr, at)
        if answered is not None:
            return answered
        types = self.project.types.all(at.module, expr.base, at.context)
        if types and all(t.is_class for t in types):
            return CLEAN  # a member of an enumeration, a column
        if expr.attr in _OF_MEMBERS and isinstance(expr.base, Attribute):
            owners = self.project.types.all(at.module, expr.base.base, at.context)
            if owners and all(t.is_class and self.project.types.is_a(replace(t, is_class=False), _ENUM) for t in owners):
                return CLEAN  # `Channel.email.value`
        if naming is not None and self.locals.is_written_out(expr.base, expr.attr, at):
            return CLEAN
        if naming is not None and is_of_mailbox(self.project, self.habits.mailboxes, types):
            return CLEAN
        if expr.attr == "__dict__" or expr.attr in _CHECKED:
            whole_of = self.typed(expr, at, types, whole=True) or UNKNOWN
            fields = [name for source in whole_of.sources for name in source.fields]
            return CLEAN if fields and self.locals.is_made_clean(expr.base, fields, at) else whole_of
        for type_ in types:
            getter = self.project.types.inference.members.property_of(type_, expr.attr)
            if getter is not None and not self.habits.sanitizers.isdisjoint(words_of(expr.attr)):
                return CLEAN
            if getter is not None:
                return self.named(expr, at, naming, self.calls.returned(getter, at.frame))
        inner = self.locals.set_before(expr, at) or self.locals.given(expr, at)
        return self.named(expr, at, naming, self._as_object(expr, at, naming, inner))

    def _of_owner(self, expr: Attribute, at: Place) -> Naming | None:
        """`otp.code` is what `otp_code` is, where the owner is named for such a thing already, and `api_key.key` an API key."""
        owner = last_name(at.module.body, expr.base)
        if self.vocabulary.names(owner) is None or self.locals.is_caught(expr.base, at):
            return None
        naming = self.vocabulary.names(owner if expr.attr == "key" else f"{owner}_{expr.attr}")
        return naming if naming is not None and naming.certain and not naming.several else None

    # composed values

    def _unless_made_up(self, expr: Template | Operation | CallRef, at: Place, found: Flow) -> Flow:
        """Where people's addresses are asked for, one that the program puts together is none."""
        if found.sources or not self.habits.mailboxes:
            return found
        return CLEAN if is_put_together(self.locals.origins, at.module, expr, at.context) else found

    def _parts(self, parts: Iterable[Expr], at: Place) -> Iterator[Flow]:
        """The flows of what is put together; what is written behind `Bearer ` is a credential, whatever its name, and so is
        what a link shows that lets somebody in: `…/reset-password?token=`."""
        before: Expr | None = None
        for part in parts:
            flow = self.flow(part, at)
            if flow.sources and isinstance(before, String) and (announces(before.value) or self._opens(before.value)):
                surest = (replace(s, confidence=max(s.confidence, Confidence.MEDIUM), certain=True) for s in flow.sources)
                flow = Flow(tuple(surest), flow.clean)
            yield flow
            before = part

    def _opens(self, link: str) -> bool:
        name = parameter_before(link)
        is_asked = name is not None and self.vocabulary.names(name) is not None
        return is_asked and not self.habits.access.isdisjoint(words_of(link[: link.rindex("=")].rpartition("?")[0]))

    def _operation(self, expr: Operation, at: Place) -> Flow:
        if expr.op == "+":
            return joined(self._parts(expr.operands, at))
        if expr.op in ("%", "or", "|"):
            return joined(self.flow(operand, at) for operand in shown_by(expr))
        if expr.op == "and":
            return self.flow(expr.operands[-1], at)
        return CLEAN if expr.op in ("not", "*") else UNKNOWN

    def _comprehension(self, expr: Comprehension, at: Place) -> Flow:
        shown = expr.element if expr.value is None else expr.value  # of a dict as of its display: no keys
        found = self.flow(shown, replace(at, context=expr.context))
        own = at.module.own_statements(at.module.body.contexts[expr.context].function)
        if _is_of_signs(at.module, expr) and not any(s.is_whole for s in found.sources):
            return found  # what is left of a text without its blanks and dashes
        if any(s.kind == "test" and s.context == expr.context for s in own):
            return CLEAN  # a condition is taken for one that keeps the secrets out
        return found


def _is_of_signs(module: Module, expr: Comprehension) -> bool:
    """`c for c in number if c.isdigit()`: the signs of a text."""
    if not isinstance(expr.element, Name) or expr.value is not None:
        return False
    return any(
        isinstance(call.callee, Attribute)
        and call.callee.attr in _SIGNS
        and isinstance(call.callee.base, Name)
        and call.callee.base.id == expr.element.id
        and call.context == expr.context
        for call in module.own_calls(module.body.contexts[expr.context].function)
    )


def _is_text(types: Iterable[Type]) -> bool:
    """A text, or none at all."""
    given = [t.name for t in types if t.name != "builtins.NoneType"]
    return bool(given) and _TEXT_TYPES.issuperset(given)


def _relabelled(source: Source, label: str, naming: Naming, own: Confidence) -> Source:
    """The source under the nearer of two names; a doubtful word makes it no surer than it is by itself (`own`)."""
    own = Confidence.HIGH if naming.certain and label != source.label else own
    return replace(source, label=label, confidence=max(source.confidence, own), certain=source.certain or naming.certain)


def _function_words(at: Place) -> tuple[str, ...]:
    function = at.module.body.contexts[at.context].function
    return words_of(at.module.outline.functions[function].qualname) if function >= 0 else ()
