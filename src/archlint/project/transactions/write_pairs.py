"""Two writes of one function, one behind the other, of which something joins the two."""

from __future__ import annotations

from msgspec import Struct

from archlint.project.model import Def
from archlint.project.transactions.commits import Commit
from archlint.project.transactions.written_names import Written
from archlint.project.words import words_of


class Pair(Struct, frozen=True):
    """`by_key`: no more joins the two than a key that both are asked for by. `replaces`: the second puts there again what the
    first takes away."""

    first: Commit
    second: Commit
    one: Written
    two: Written
    by_key: bool
    replaces: bool


def words_on_the_way(commit: Commit, through: tuple[Def, ...] | None = None) -> frozenset[str]:
    """The words in the names of the functions on the way down (or of those given), and of what is called at both its ends."""
    found = [word for each in (commit.path.through if through is None else through) for word in words_of(each.function.name)]
    found += [*words_of(commit.point.shown), *words_of(commit.end.witness.target.rpartition(".")[2])]
    call = commit.end.call
    if call is not None and call.receiver is not None:
        for type_ in (call.receiver, *call.receiver.arguments):
            found += words_of(type_.name.rpartition(".")[2])
    return frozenset(found)
