"""Functions and methods of the language that hand on what they get, so that a value is still in what they give."""

CARRYING_FUNCTIONS = frozenset(
    {"str", "repr", "ascii", "bytes", "bytearray", "dict", "list", "tuple", "set", "frozenset", "format", "sorted"}
    | {"reversed", "enumerate", "zip", "iter", "next", "vars", "dumps", "pformat", "deepcopy", "copy", "quote", "unquote"}
    | {"quote_plus", "urlencode", "b64encode", "b64decode", "urlsafe_b64encode", "urlsafe_b64decode", "asdict", "force_str"}
    | {"force_bytes", "smart_str", "to_bytes", "ensure_str", "dedent", "escape", "join", "cast", "jsonable_encoder"}
    | {"_", "__", "_l", "gettext", "gettext_lazy", "lazy_gettext", "ugettext", "ugettext_lazy", "pgettext", "pgettext_lazy"}
)
CARRYING_METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "casefold", "title", "encode", "decode", "format", "join", "split"}
    | {"rsplit", "partition", "rpartition", "splitlines", "copy", "items", "values", "removeprefix", "removesuffix", "zfill"}
    | {"ljust", "rjust", "center", "expandtabs", "hex", "format_map", "__str__", "__repr__", "dict", "json", "model_dump"}
    | {"model_dump_json", "to_dict", "as_dict", "to_json", "asdict", "tobytes", "getvalue", "value"}
    | {"reveal", "get_secret_value"}
)


def is_carrying(name: str) -> bool:
    """A function or method of the language by that name hands on what it gets."""
    return name in CARRYING_METHODS or name in CARRYING_FUNCTIONS
