"""Names of the facts are one string in memory, however many files hold them, and nothing but strings."""

from __future__ import annotations

import msgspec
import pytest

from archlint.facts.syntax import Attribute, Expr, FileFacts, Name, shared
from archlint.parse.python import extract

decoder = msgspec.msgpack.Decoder(FileFacts, dec_hook=shared)


def value_of(source: str) -> Expr | None:
    facts = decoder.decode(msgspec.msgpack.encode(extract(source.encode())))
    return facts.body.statements[0].value


def test_a_name_is_one_string_in_all_files() -> None:
    first, second = value_of("x = customer_address"), value_of("\ny = (customer_address.customer_address)")
    assert isinstance(first, Name)
    assert isinstance(second, Attribute)
    assert isinstance(second.base, Name)
    assert first.id is second.base.id
    assert first.id is second.attr


@pytest.mark.parametrize("name", [7, None, b"x", ["x"]])
def test_what_is_no_string_is_no_name(name: object) -> None:
    with pytest.raises(msgspec.DecodeError):
        msgspec.msgpack.decode(msgspec.msgpack.encode([1, 0, 1, name]), type=Name, dec_hook=shared)
