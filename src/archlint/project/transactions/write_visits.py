"""Pairs of writes of which one lets somebody in: a token, a session of who has come."""

from __future__ import annotations

import re

from archlint.project.model import Def
from archlint.project.transactions.loose_writes import handed_to
from archlint.project.transactions.write_pairs import Pair, words_on_the_way
from archlint.project.transactions.write_traces import TraceWords
from archlint.project.words import singular, words_of


class VisitWords(TraceWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`visits`: an expression for functions that begin a session of who has come, `signs_out` for those that end such,
    `leaves` the one of a log-in. Words in names: `tickets` of what lets somebody in once, `spends` of what takes that away.
    The rest: see `TraceWords`."""

    visits: str
    signs_out: str
    leaves: str
    tickets: tuple[str, ...]
    spends: tuple[str, ...]


def is_ticket(pair: Pair, params: VisitWords) -> bool:
    """The second makes a token to log in, and the first takes such away or has nothing to do with them; or the first keeps
    nothing but one."""
    kept = pair.one.saved or pair.one.fields
    if kept and all(not set(params.tickets).isdisjoint(words_of(name)) for name in kept):
        return True
    made = [words_on_the_way(pair.second), words_on_the_way(pair.first)]
    named = [{word for name in each.made_names for word in words_of(name)} for each in (pair.two, pair.one)]
    tells = [not set(params.tickets).isdisjoint(way | names) for way, names in zip(made, named, strict=True)]
    is_spent = not made[1].isdisjoint(params.spends)
    return tells[0] and (not tells[1] or is_spent) and made[0].isdisjoint(params.spends)


def is_filled_by(pair: Pair, params: VisitWords) -> bool:
    """`renew_token(user)`, and then `user.save()`, with nothing else done to it."""
    told = handed_to(pair.first, pair.second, pair.two)
    return bool(told) and all(not set(params.tickets).isdisjoint(words) for words in told)


def is_visit(definition: Def, pair: Pair, params: VisitWords) -> bool:
    """By a function that begins one, or by the names of all that is written; or the first ends those there are."""
    names = pair.two.made_names
    models = [words_of(table.rpartition(".")[2]) for table in pair.two.tables]
    if models and all(len(words) > 1 and re.search(params.visits, "_".join(map(singular, words))) for words in models):
        return True
    if pair.replaces and re.search(params.visits, definition.function.name):
        return True
    ways = ((params.signs_out, pair.first), (params.leaves, pair.second), (params.visits, pair.second))
    if any(re.search(said, each.function.name) for said, commit in ways for each in commit.path.through):
        return True
    return bool(names) and all("_" in name and re.search(params.visits, name) for name in names)
