"""The words: what an identifier names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.project.secrets.credentials import Vocabulary
from archlint.project.words import words_of

VOCABULARY = Vocabulary(
    {"password": ["password", "passwd", "pwd"], "token": ["token", "access token"], "key": ["api key", "secret"]},
    doubtful=["token", "secret"],
    ignored=["demo_password"],
)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("newPassword_2", ("new", "password")),
        ("HTTPPassword", ("http", "password")),
        ("X-Api-Key", ("x", "api", "key")),
        ("SECRET_KEY", ("secret", "key")),
        ("__", ()),
    ],
)
def test_identifiers_are_split_at_lines_and_capitals(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    "name",
    [
        *("password", "new_password", "dbPassword", "PASSWORD", "password1", "password_confirmation", "password_str"),
        *("api_key", "X-Api-Key"),
    ],
)
def test_these_name_a_credential_for_certain(name: str) -> None:
    naming = VOCABULARY.names(name)
    assert naming is not None
    assert naming.certain


@pytest.mark.parametrize("name", ["token", "secret"])
def test_a_word_of_many_meanings_is_doubtful_alone(name: str) -> None:
    naming = VOCABULARY.names(name)
    assert naming is not None
    assert not naming.certain


@pytest.mark.parametrize(
    "name",
    [
        *("password_hash", "hashed_password", "encrypted_password", "has_password", "password_field", "password_reset"),
        *("reset_password", "token_count", "next_token", "page_token", "csrf_token_name", "secret_name", "no_password"),
        *("num_token", "password_min_length", "api_key_id", "demo_password", "tokenization_of_password_text_in_some_file"),
    ],
)
def test_these_only_look_like_a_credential(name: str) -> None:
    assert VOCABULARY.names(name) is None
    assert VOCABULARY.looks_alike(name)


@pytest.mark.parametrize("name", ["author", "tokenizer", "compass", "passwordless", "key", "id", "", "_"])
def test_these_hold_no_such_word(name: str) -> None:
    assert VOCABULARY.names(name) is None
    assert not VOCABULARY.looks_alike(name)


@given(st.text(alphabet="abP_-1 é", max_size=30))
def test_any_text_can_be_asked_about_and_the_answer_stays(name: str) -> None:
    assert VOCABULARY.names(name) == VOCABULARY.names(name)


@given(st.lists(st.sampled_from(["new", "old", "user", "db", "admin", "current", "smtp"]), max_size=4))
def test_what_stands_before_does_not_hide_a_password(before: list[str]) -> None:
    assert VOCABULARY.names("_".join([*before, "password"])) is not None
    assert VOCABULARY.names("_".join([*before, "password", "hash"])) is None
