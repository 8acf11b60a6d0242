"""SEC004 of a credential that is logged under another name: told after one call, noted after several."""

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


@pytest.mark.parametrize(
    ("called", "confidence"),
    [("send", Confidence.HIGH), ("hand_on", Confidence.LOW)],
)
def test_how_many_calls_hand_it_on(called: str, confidence: Confidence) -> None:
    (found,) = testing.run_rule("SEC004", {"app/sender.py": SENDER.format(given="api_key", called=called)})
    assert found.confidence == confidence
