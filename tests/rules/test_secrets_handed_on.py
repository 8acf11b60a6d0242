"""SEC004 of a credential that is logged under another name: a note; a person's address is passed on as it is."""

from __future__ import annotations

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

SENDER = """
import logging

logger = logging.getLogger(__name__)

def send(client, thing):
    answer = client.send(thing)
    if answer.failed:
        answer = client.send(thing)
    if answer.failed:
        logger.error("cannot send %s", thing)
    client.close()
    return answer

def hand_on(client, part):
    return send(client, part)

def register(client, {given}):
    {called}(client, {given})
"""


@pytest.mark.parametrize("called", ["send", "hand_on"])
@pytest.mark.parametrize(
    ("rule", "given", "confidence"),
    [("SEC004", "api_key", Confidence.LOW), ("SEC017", "user_email", Confidence.HIGH)],
)
def test_what_is_handed_on(rule: str, called: str, given: str, confidence: Confidence) -> None:
    (found,) = testing.run_rule(rule, {"app/sender.py": SENDER.format(given=given, called=called)})
    assert found.confidence == confidence


SERVED = """
from flask import Flask, request

from app.sender import Sender

app = Flask(__name__)


@app.post("/users")
def users():
    return Sender().find(request.json["name"])
"""
ASKED = """
import logging

logger = logging.getLogger(__name__)


class Sender:
    def find(self, name):
        return self.ask(name)

    def find_by_email(self, email):
        return self.ask(f"/by-email/{email}")

    def ask(self, path):
        logger.info("asked for %s", path)
        return path
"""


@pytest.mark.parametrize(
    ("used", "confidence"), [("", Confidence.LOW), ("\n\napp.find = Sender().find_by_email", Confidence.HIGH)]
)
def test_what_a_function_hands_on_that_nobody_calls(used: str, confidence: Confidence) -> None:
    (found,) = testing.run_rule("SEC017", {"app/sender.py": ASKED, "app/serve.py": SERVED + used})
    assert found.confidence == confidence
