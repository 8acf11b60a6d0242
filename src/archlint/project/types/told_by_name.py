"""What the name of a function or method tells of what a call of it gives, where nothing else is known of it."""

from __future__ import annotations

DUMPS = frozenset({"dict", "json", "model_dump", "model_dump_json", "to_dict", "as_dict", "to_json", "asdict", "vars"})
"""These take all fields of an object, whatever it prints."""
ITEM_METHODS = frozenset({"get", "pop", "setdefault", "getenv", "getlist", "getone", "getall", "get_all", "getfirst"})
ITEM_METHODS |= {
    "get_cookie",
    "get_secure_cookie",
    "get_signed_cookie",
    "get_argument",
    "get_body_argument",
    "get_query_argument",
}
CLEAN_FUNCTIONS = frozenset(
    {"len", "bool", "type", "id", "isinstance", "issubclass", "hasattr", "callable", "hash", "int", "float", "any", "all"}
    | {"sum", "abs", "round", "min", "max", "range", "ord", "keys", "startswith", "endswith", "isdigit", "count", "index"}
    | {"find", "exists", "replace", "sub", "translate", "exception", "super"}
)
CLEAN_VERBS = frozenset({"is", "has", "check", "verify", "validate", "compare", "matches", "contains", "revoke", "delete"})
GIVING_VERBS = frozenset(
    {"get", "create", "generate", "make", "fetch", "read", "load", "issue", "new", "build", "obtain", "retrieve", "gen"}
    | {"random", "decrypt", "encode", "ask", "prompt"}
)
READING_VERBS = frozenset({"decrypt", "decode", "parse", "introspect", "unpack"})
MARKS = frozenset({"id", "pk", "uuid", "guid"})
SPEAKING = frozenset({"token", "jwt"})
"""With these a function gives what the token says (`decode_jwt`)."""
RELATING = frozenset({"from", "by", "for", "of", "with", "to", "in", "on", "via", "using", "and", "or"})
"""In a function's name these say that its last word is not what it gives (`get_user_from_token`)."""
