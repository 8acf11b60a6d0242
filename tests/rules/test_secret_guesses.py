"""How sure SEC003 and SEC004 are, where a case's marks cannot say it: what is a mere guess is a note."""

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

HEAD = """\
import logging
from django.conf import settings
logger = logging.getLogger(__name__)
"""

GUESSES = {
    "a token that says nothing": ("app/locks.py", "def give_up(token):\n    logger.warning('%s', token)\n"),
    "a token behind a word that says nothing": (
        "app/locks.py",
        "def give_up(remote_token: str):\n    logger.warning('%s', remote_token)\n",
    ),
    "a field of a line": (
        "app/extracts.py",
        "def field(tokens, at):\n    logger.info('%s', get_token_value(tokens, at))\n",
    ),
    "an address that may hold no password": ("app/schema.py", "def upgrade(db_url: str):\n    logger.info('%s', db_url)\n"),
}

CREDENTIALS = {
    "in a module about sessions": ("app/sessions.py", GUESSES["a token that says nothing"][1]),
    "in a function about signing in": ("app/views.py", "def login(token):\n    logger.warning('%s', token)\n"),
    "of a user": ("app/views.py", "def show(user):\n    logger.warning('%s', user.token)\n"),
    "out of the settings": ("app/schema.py", "def upgrade():\n    logger.info('%s', settings.DATABASE_URL)\n"),
    "a term of two words": ("app/locks.py", "def give_up(access_token):\n    logger.warning('%s', access_token)\n"),
}


def confidence(path: str, code: str) -> list[Confidence]:
    return [f.confidence for f in testing.run_rule("SEC004", {"app/__init__.py": "", path: HEAD + code})]


@pytest.mark.parametrize("case", GUESSES)
def test_a_guess_is_a_note(case: str) -> None:
    assert set(confidence(*GUESSES[case])) <= {Confidence.LOW}


@pytest.mark.parametrize("case", CREDENTIALS)
def test_what_opens_a_door_is_reported(case: str) -> None:
    (found,) = confidence(*CREDENTIALS[case])
    assert found > Confidence.LOW


SIGNED = """\\
import hashlib
import hmac

def signed(body, secret_key):
    return hmac.new(secret_key, body, hashlib.sha1).hexdigest()
"""

SENT = (
    SIGNED
    + """
def send(client, body, secret_key):
    return client.get("https://api.example.com", params={"signature": signed(body, secret_key)})
"""
)

VERIFIED = (
    SIGNED
    + """
def allowed(body, given, secret_key):
    return hmac.compare_digest(signed(body, secret_key), given)
"""
)


@pytest.mark.parametrize(("code", "sure"), [(SENT, False), (VERIFIED, True)])
def test_a_signature_that_is_only_sent_along_is_what_the_other_side_asks_for(code: str, sure: bool) -> None:
    (found,) = testing.run_rule("SEC003", {"app/__init__.py": "", "app/partner.py": code})
    assert (found.confidence > Confidence.LOW) is sure
