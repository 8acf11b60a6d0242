"""Modules that publish to or consume from a broker."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from archlint.checklist.found import Found, Subject
from archlint.checklist.uses import users
from archlint.facts.findings import Site
from archlint.facts.syntax import String
from archlint.project import Project
from archlint.project.parts import parts_of
from archlint.project.source.modules import Module

_BROKER = "broker-client"
_SUBSCRIBE = "subscribe"


def find(project: Project) -> Found:
    """A subject a production module that uses a broker's client; one that is a cache too
    (redis) says nothing by its import. Job queues are told apart by the rules.  One is proven where it publishes a topic
    that another service consumes, or consumes what another publishes."""
    subjects = users(project, _BROKER, but_not="cache-client")
    if not subjects:
        return Found((), not_applicable="nothing is published: no module uses a broker's client")
    published, consumed = list(_published(project)), list(_consumed(project))
    proofs = dict(_proofs(project, published, consumed))
    return Found(tuple(_with_proof(subject, proofs) for subject in subjects))


def _with_proof(subject: Subject, proofs: dict[str, tuple[Site, str]]) -> Subject:
    if subject.site.path not in proofs:
        return subject
    site, proof = proofs[subject.site.path]
    return replace(subject, site=site, proof=proof)


_Use = tuple[str, Module, Site]
"""A topic, and where it is published or consumed."""


def _published(project: Project) -> Iterator[_Use]:
    for point in project.effects.points("publish"):
        if point.is_direct and point.call is not None and point.module.is_production and point.call.call.arguments:
            text = project.values.text(point.module, point.call.call.arguments[0].value, point.context)
            if text is not None and text.rendered and "{" not in text.rendered:
                yield text.rendered, point.module, point.site


def _consumed(project: Project) -> Iterator[_Use]:
    for module in project.modules.production:
        for site in project.calls.known(module):
            name = site.targets[0].name
            is_one = name.rpartition(".")[2] == _SUBSCRIBE or name.endswith("Consumer")
            if is_one and _BROKER in project.knowledge.package_kinds(name):
                for argument in site.call.arguments:
                    for part in parts_of(module.body, argument.value):
                        if argument.name is None and isinstance(part, String):
                            yield part.value, module, site.site


def _proofs(project: Project, published: list[_Use], consumed: list[_Use]) -> Iterator[tuple[str, tuple[Site, str]]]:
    for topic, module, site in published:
        for other_topic, other, other_site in consumed:
            services = project.services.of(module), project.services.of(other)
            if topic == other_topic and None not in services and services[0] != services[1]:
                yield module.path, (site, f"publishes `{topic}`, which another service consumes")
                yield other.path, (other_site, f"consumes `{topic}`, which another service publishes")
