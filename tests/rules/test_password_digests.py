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
    assert _confidence(f"{given}return {digest}\n") == [Confidence.HIGH]
    stored = f"data['hash'] = {digest}\n        return self.stored == data\n"
    assert _confidence(given + stored) == [Confidence.LOW]


def test_what_a_person_sends_is_no_guess() -> None:
    given = "def m(find):\n    password = request.form['password']\n    "
    assert _confidence(f"{given}return find(password=hashlib.md5(password.encode()).hexdigest())\n") == [Confidence.HIGH]
