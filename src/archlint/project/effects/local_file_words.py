"""The words by which uploads, the places that write files, and what becomes of their paths are known."""

from __future__ import annotations

from msgspec import Struct


class LocalFileWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a client sends: `upload_types`: classes of uploaded files; `upload_parts`: what of a request holds them, or its raw
    body; `request_parts`: what else a request holds of what was sent; `request_names`: what a request is called;
    `form_parts`: what holds the value of a field of what has one of `form_names` in its name; `reads`: last names of what gives
    the content of a file.

    What writes a file, by last names of calls: `opens` opens one, by its path or on it, with a mode behind; `writes` are
    methods of a path that write all of a file; `saves` are methods of what is written, whose first argument is the path;
    `appends` are methods of an open file.

    What becomes of a path: `removes` ends a file, `names_path` gives a path or address of what it gets, `stores` keeps what it
    gets; `path_types`: classes of paths; `passing`: words in the names and texts of a path that is not to last."""

    upload_types: tuple[str, ...]
    upload_parts: tuple[str, ...]
    request_parts: tuple[str, ...]
    request_names: tuple[str, ...]
    form_names: tuple[str, ...]
    form_parts: tuple[str, ...]
    reads: tuple[str, ...]
    opens: tuple[str, ...]
    writes: tuple[str, ...]
    saves: tuple[str, ...]
    appends: tuple[str, ...]
    removes: tuple[str, ...]
    names_path: tuple[str, ...]
    stores: tuple[str, ...]
    path_types: tuple[str, ...]
    passing: tuple[str, ...]
