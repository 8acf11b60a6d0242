"""The names by which code is told that asks who comes."""

from __future__ import annotations

from msgspec import Struct


class GuardWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How code that asks who comes is written.

    `asks`: words in names of what stands around a handler; `asks_inside`: words for what code that asks reads and calls;
    `refuses`: words for how somebody is turned away; `sends`: words in names of functions that send somebody elsewhere,
    `entrances`: words in names of the places where people say who they are.  `guard_arguments`: keywords by which a route,
    router or app is given guards; `guard_methods`: methods of a view that run before it answers; `guard_attributes`: words
    in names of a view's attributes that say who may use it.  `harmless`: words in names of decorators that let everybody
    in; `helpers`: ends of names of what is injected to work, not to ask; `identifying`: middleware (dotted names) that only
    finds out who comes; `asking`: decorators (dotted names) that ask, though their own names do not say so.
    """

    asks: tuple[str, ...]
    asks_inside: tuple[str, ...]
    refuses: tuple[str, ...]
    guard_arguments: tuple[str, ...]
    guard_methods: tuple[str, ...]
    guard_attributes: tuple[str, ...]
    harmless: tuple[str, ...]
    helpers: tuple[str, ...]
    identifying: tuple[str, ...]
    asking: tuple[str, ...]
    sends: tuple[str, ...]
    entrances: tuple[str, ...]
