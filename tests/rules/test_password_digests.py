"""How sure SEC001 is: what becomes of the digest decides where nobody knows whose password it is."""

from __future__ import annotations

from archlint import testing
from archlint.facts.findings import Confidence


def _confidence(body: str) -> list[Confidence]:
    text = "import hashlib\n\nfrom flask import request\n\n" + body
    return [f.confidence for f in testing.run_rule("SEC001", {"app/a.py": text})]


def test_a_digest_that_is_only_handed_on_may_be_what_another_service_asks_for() -> None:
    given = "class A:\n    def m(self, user, password, data):\n        "
    digest = "hashlib.md5(password.encode()).hexdigest()"
    assert _confidence(f"{given}return self.call(user, password={digest})\n") == [Confidence.LOW]
    assert _confidence(f"{given}data['hash'] = {digest}\n") == [Confidence.LOW]
    assert _confidence(f"{given}post = {{'md5': {digest}}}\n        return self.load(post=post)\n") == [Confidence.LOW]
    answer = f"answer = self.call(password={digest})\n        return answer['state'] == 'ok'\n"
    assert _confidence(given + answer) == [Confidence.LOW]


def test_a_digest_that_is_kept_or_compared_is_no_guess() -> None:
    given = "class A:\n    def m(self, user, password, data):\n        "
    digest = "hashlib.md5(password.encode()).hexdigest()"
    assert _confidence(f"{given}self.password_hash = {digest}\n") == [Confidence.HIGH]
    assert _confidence(f"{given}return self.password_hash == {digest}\n") == [Confidence.HIGH]
    stored = f"data['hash'] = {digest}\n        return self.stored == data\n"
    assert _confidence(given + stored) == [Confidence.LOW]


def test_what_becomes_of_the_digest_of_a_digest_becomes_of_both() -> None:
    given = "def m(self, password):\n    first = hashlib.md5(password.encode()).hexdigest()\n    "
    second = "hashlib.md5(first.encode()).hexdigest()"
    assert _confidence(f"{given}self.password = {second}\n") == [Confidence.HIGH]
    assert _confidence(f"{given}again = {second}\n    return again == self.row['password']\n") == [Confidence.HIGH]
    assert _confidence(f"{given}return self.call(password={second})\n") == [Confidence.LOW]


def test_where_nothing_shows_what_becomes_of_a_digest_its_name_or_a_salt_must_tell() -> None:
    digest = "return hashlib.md5(password.encode()).hexdigest()\n"
    assert _confidence(f"def m(password):\n    {digest}") == [Confidence.LOW]
    assert _confidence(f"def hash_password(password):\n    {digest}") == [Confidence.HIGH]
    assert _confidence(f"class PasswordHasher:\n    def m(self, password):\n        {digest}") == [Confidence.HIGH]
    salted = "return hashlib.md5(password.encode() + salt).hexdigest()\n"
    assert _confidence(f"def m(password, salt):\n    {salted}") == [Confidence.MEDIUM]
    sent = "def login(call, password, salt):\n    call(password=m(password, salt))\n"
    assert _confidence(f"def m(password, salt):\n    {salted}\n{sent}") == [Confidence.LOW]


def test_a_look_among_many_is_no_comparison_with_what_is_kept() -> None:
    seen = "return hashlib.md5(password.encode()).hexdigest() in SEEN\n"
    assert _confidence(f"SEEN = set()\n\ndef m(password):\n    {seen}") == [Confidence.LOW]
    assert _confidence(f"SEEN = set()\n\ndef check_password(password):\n    {seen}") == [Confidence.LOW]


def test_the_note_says_what_is_not_proved() -> None:
    text = "import hashlib\n\ndef m(password):\n    return hashlib.md5(password.encode()).hexdigest()\n"
    (found,) = testing.run_rule("SEC001", {"app/a.py": text})
    assert "nothing shows that it is kept" in found.message


def test_what_a_person_sends_is_more_than_a_guess() -> None:
    given = "def m(find):\n    password = request.form['password']\n    "
    assert _confidence(f"{given}return find(password=hashlib.md5(password.encode()).hexdigest())\n") == [Confidence.MEDIUM]
    stored = "User.objects.filter(password=hashlib.md5(password.encode()).hexdigest())\n"
    assert _confidence(f"{given}return {stored}") == [Confidence.HIGH]


OLD = """\
import bcrypt
import hashlib


def matches(password, stored):
    return hashlib.md5(password.encode()).hexdigest() == stored


def sign_in(user, password):
    if matches(password, user.password):
        user.password = STORED
"""


def test_an_old_digest_that_the_caller_replaces_is_none_that_is_kept() -> None:
    def found(stored: str) -> list[Confidence]:
        return [f.confidence for f in testing.run_rule("SEC001", {"app/a.py": OLD.replace("STORED", stored)})]

    assert found("bcrypt.hashpw(password.encode(), bcrypt.gensalt())") == []
    assert found("user.other") == [Confidence.HIGH]
