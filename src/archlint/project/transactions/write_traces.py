"""Pairs of writes of which one only records what the other does, or says in which state it is."""

from __future__ import annotations

from collections.abc import Sequence, Set

from archlint.project.loops.repeated import LoopWords
from archlint.project.transactions.commits import Commit
from archlint.project.transactions.write_pairs import Pair, words_on_the_way
from archlint.project.transactions.written_names import Written, is_key
from archlint.project.words import words_of

_CACHED = ("cache", "cached")
_DESKS = (("check", "in"), ("check", "out"))


class TraceWords(LoopWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words in names. Of functions, models, variables and fields: `traces` of what only records or tells what was done, or
    can be made again, `histories` those of them that belong to what was done, `records` what such are called as well;
    `stamps` of fields that say when or how often, `marks` of functions that set such. Of functions: `states` of those that
    set a state, `runs` (first words) of those that do the work whose state is kept before, `tells` of those that tell of it,
    `derives` of those that work out again what is derived, `settles` of those that do so as the last step, `numbering` of
    those that give out a key. The rest: see `LoopWords`."""

    traces: tuple[str, ...]
    histories: tuple[str, ...]
    records: tuple[str, ...]
    stamps: tuple[str, ...]
    marks: tuple[str, ...]
    states: tuple[str, ...]
    runs: tuple[str, ...]
    tells: tuple[str, ...]
    derives: tuple[str, ...]
    settles: tuple[str, ...]
    numbering: tuple[str, ...]


def keeps_traces(pair: Pair, params: TraceWords) -> bool:
    """One of the two does.  What a session has held before could as well hold the history of what follows."""
    histories = params.histories if pair.first.kind == pair.second.kind == "commit" else ()
    return _is_trace(pair.first, pair.one, params, histories) or _is_trace(pair.second, pair.two, params, params.histories)


def are_states(pair: Pair, params: TraceWords) -> bool:
    """Two functions that set states, one after the other; the work behind the state that says it has begun; what tells of
    it."""
    ways = [[words_of(each.function.name) for each in commit.path.through] for commit in (pair.first, pair.second)]
    if all(way and not set(params.states).isdisjoint(way[0]) for way in ways):
        return True
    firsts = [words[0] for words in ways[1] if words and words[:2] not in _DESKS]
    if any(not {words[0], words[0].removeprefix("a")}.isdisjoint(params.derives) for way in ways for words in way if words):
        return True
    if any(words[:1] and words[0] in params.numbering and is_key(words[-1]) for words in ways[0][:1]):
        return True  # a number that nobody has is no harm
    if any(word in (*params.settles, *params.tells) for word in firsts):
        return True
    is_same = pair.first.path.through[:1] == pair.second.path.through[:1]  # `run("UPDATE …")`, twice
    return not is_same and any(word in params.runs for word in firsts[:1])


def _is_trace(commit: Commit, written: Written, params: TraceWords, histories: Sequence[str]) -> bool:
    """By what runs on the way, or by the names of all that is written itself; `histories`: words of what is none."""

    def tells(words: Set[str], *more: str) -> bool:
        """Some of the words are those of traces; a history of what was done belongs to it, whatever else it is called (of 16
        places that strangers judged since round 19 for a history or an audit, 15 were right)."""
        told = words & {*params.traces, *more}
        return bool(told) and (words.isdisjoint(histories) or not told <= {*histories, *params.records})

    if tells(words_on_the_way(commit)):
        return True
    if written.fields and all(tells({*words_of(name)}, *params.stamps) for name in written.fields):
        return True
    if written.saved and all(tells({*words_of(name)}, *params.stamps, *_CACHED) for name in written.saved):
        return True
    if written.ways and all(tells({*words_of(way)}, *params.marks) for way in written.ways):
        return True
    names = written.made_names or {table.rpartition(".")[2] for table in written.tables}
    return bool(names) and all(tells({*words_of(name)}) for name in names)
