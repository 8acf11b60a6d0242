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
