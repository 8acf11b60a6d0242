"""The items of the checklist, as `rules/checklist.yaml` holds them."""

from __future__ import annotations

import msgspec
import yaml
from msgspec import Struct

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Item(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One question.

    `why`: the guide's reasoning, in a few sentences.  `example`: what a person's answer could rest on, one concrete line.
    `subjects`: what in the code it is about, a noun in the plural.  `proof` and `refutation`: what shows for one of
    them that the answer is yes, or no.  `rules`: the rules whose hits refute; all of them must have run for a pass.
    `evidence`: a module of `checklist.evidence` that finds the subjects; without one the rules' own hits and proofs
    are the subjects.  `none`: what is said where there is no subject.  `manual`: what a person has to say, where files
    cannot.  `same_as`: another item with the same computation, whose other keys are taken over.
    """

    id: str
    section: str
    title: str
    question: str
    guide: str
    why: str = ""
    example: str = ""
    subjects: str = ""
    proof: str = ""
    refutation: str = ""
    rules: tuple[str, ...] = ()
    evidence: str = ""
    none: str = ""
    manual: str = ""
    same_as: str = ""


class ChecklistError(Exception):
    """`rules/checklist.yaml` is not as it must be; `problems` are all that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


class Checklist(Struct, frozen=True):
    """The items in their order; `rules/checklist.yaml` gives it."""

    items: tuple[Item, ...]

    def source(self, item: Item) -> Item:
        """The item whose computation answers this one."""
        return next(other for other in self.items if other.id == item.same_as) if item.same_as else item


def read_checklist(data: bytes) -> Checklist:
    """Reads the document. Raises ChecklistError for anything that is off, all of it at once."""
    try:
        items = msgspec.convert(yaml.load(data, Loader=_LOADER), tuple[Item, ...])  # noqa: S506  a safe loader
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise ChecklistError([f"rules/checklist.yaml: {error}"]) from None
    problems = []
    by_id: dict[str, Item] = {}
    for item in items:
        if item.id in by_id:
            problems.append(f"rules/checklist.yaml: `{item.id}` stands twice")
        by_id[item.id] = item
    for item in items:
        source = by_id.get(item.same_as, item)
        if item.same_as and (item.same_as not in by_id or source.same_as):
            problems.append(f"rules/checklist.yaml: {item.id}: `same_as` names no item with a computation of its own")
        missing = [key for key in ("why", "example") if not getattr(item, key)]
        missing += [key for key in ("subjects", "proof", "refutation", "none") if not getattr(source, key)]
        if missing:
            problems.append(f"rules/checklist.yaml: {item.id}: {', '.join(missing)} missing")
        if not source.rules and not source.evidence:
            problems.append(f"rules/checklist.yaml: {item.id}: neither rules nor evidence")
    if problems:
        raise ChecklistError(problems)
    return Checklist(items)
