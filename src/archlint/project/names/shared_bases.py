"""What the constructor of a base is given, where several classes share it: it belongs to an object of one of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.findings import Confidence
from archlint.project.secrets.flows import Flow
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import CallSite, Def

_INIT = "__init__"


def is_shared(definition: Def, sites: Iterable[CallSite]) -> bool:
    """Do the calls that run this constructor make objects of more than one class?"""
    return definition.function.name == _INIT and len({_made(site) for site in sites}) > 1


def _made(site: CallSite) -> str:
    """The class whose object a call makes: the one that it names, or the one whose constructor hands on to its base."""
    name = last_name(site.module.body, site.call.callee)
    if name == _INIT and site.caller is not None:
        return site.caller.name.removesuffix(f".{_INIT}")
    return name


def doubted(flow: Flow) -> Flow:
    """The flow as a guess."""
    return Flow(tuple(replace(source, confidence=Confidence.LOW) for source in flow.sources), flow.clean)
